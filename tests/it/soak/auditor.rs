//! Money is neither made nor lost, whatever eight clients do at once (promises P01, P03), and though people are erased meanwhile (P29): the books are checked
//! while they act, and at the end every wallet holds what a model of the acknowledged acts says, and nothing tells of who was erased.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{EraseAccount, erase_account};
use upline::commands::carts::add_to_cart;
use upline::commands::epins::{IssueEpins, RedeemEpin, issue_epins, redeem_epin, retire_epins};
use upline::commands::folding::fold_volumes;
use upline::commands::orders::{
    Checkout, FromEpin, FromWallet, Means, RecordOrder, RefundLine, RefundOrder, checkout, record_order, refund_order,
};
use upline::commands::seal::seal_journals;
use upline::commands::wallets::{AdjustWallet, Direction, ReverseJournal, Transfer, adjust_wallet, reverse_journal, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::amount::Amount;
use upline::domain::epins::Funding;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::jobs::payouts::carry;
use upline::store::erasure::Whose;
use upline::store::ledger::verify;

use super::{Length, seed};
use crate::app::dump::{everything, held};
use crate::app::{App, TestPartner, on_both_databases};
use crate::money::catalog::{offer, product};
use crate::money::payouts::rail::provider::Provider;
use crate::money::payouts::{Act, request_of};
use crate::money::{SPENDING, secret, sum};

on_both_databases!(random_acts_leave_the_books_in_order);

const CLIENTS: u64 = 8;
const PARTNERS: usize = 12;
/// What a product costs, in 1/10000.
const PRICE: i64 = 100_000;

/// An order that was paid: its line, and whose wallet paid, with the partner's number; a pin where there is none.
type Bought = (i64, i64, Option<(usize, i64)>);
/// A payout, whose, and what it took from the wallet.
type Asked = (i64, usize, i64);

/// A journal that gave to a wallet: its number, whose, and how much.
type Credit = (i64, usize, i64);

/// What the acts may name, and what they have come to.
struct World {
    app: App,
    treasurers: [Principal; 2],
    clerk: Principal,
    owner: Principal,
    /// Somebody new takes the place of who is erased.
    partners: RwLock<Vec<TestPartner>>,
    /// User names and numbers of who was erased. A refund waits for an erasure, as the model must know which of them came first.
    erased: tokio::sync::RwLock<BTreeMap<i64, String>>,
    product: i64,
    /// What each wallet must hold, by the acknowledged acts.
    model: Vec<AtomicI64>,
    bought: Mutex<Vec<Bought>>,
    asked: Mutex<Vec<Asked>>,
    credits: Mutex<Vec<Credit>>,
    provider: Provider,
    pins: Mutex<Vec<Secret<String>>>,
    done: Mutex<BTreeMap<&'static str, [u64; 2]>>,
    names: AtomicU64,
}

impl World {
    async fn new(app: &App) -> Self {
        let app = app.with(&["payout.fee=1", "payout.minimum=10", "auth.tries=100"]);
        let treasurers = [app.operator("treasurer1", &[Scope::Payouts]).await, app.operator("treasurer2", &[Scope::Payouts]).await];
        let clerk = app.operator("clerk", &[Scope::Catalog]).await;
        let owner = app.staff("owner", Role::Owner, &[]).await.principal;
        let mut partners: Vec<TestPartner> = Vec::new();
        for index in 0..PARTNERS {
            let sponsor = partners.get(index / 2).map(|sponsor| sponsor.code.clone());
            partners.push(newcomer(&app, &format!("canary-{index}-canary"), sponsor.as_deref()).await);
        }
        let product = offer(&app, &product("A", PRICE / 10_000)).await;
        let model = (0..PARTNERS).map(|_| AtomicI64::new(0)).collect();
        let (bought, asked, credits, pins) = (Mutex::default(), Mutex::default(), Mutex::default(), Mutex::default());
        let (provider, done, names) = (Provider::default(), Mutex::default(), AtomicU64::new(PARTNERS as u64));
        let (partners, erased) = (RwLock::new(partners), tokio::sync::RwLock::default());
        Self { app, treasurers, clerk, owner, partners, erased, product, model, bought, asked, credits, provider, pins, done, names }
    }

    fn partner(&self, place: usize) -> TestPartner {
        self.partners.read().unwrap()[place].clone()
    }

    fn moved(&self, partner: usize, units: i64) {
        self.model[partner].fetch_add(units, Ordering::SeqCst);
    }

    fn noted(&self, act: &'static str, was_done: bool) {
        self.done.lock().unwrap().entry(act).or_default()[usize::from(!was_done)] += 1;
    }

    /// One act of a client; refusals are part of life, faults are not.
    async fn act(&self, random: &mut ChaCha20Rng) {
        let (one, other) = (random.random_range(0..PARTNERS), random.random_range(0..PARTNERS));
        let units = random.random_range(1_i64..=5_000) * 100;
        let (name, outcome) = match random.random_range(0..23) {
            0..=2 => ("credit", self.adjust(one, units, Direction::Credit).await),
            3 => ("debit", self.adjust(one, units, Direction::Debit).await),
            4..=6 => ("transfer", self.transfer(one, other, units).await),
            7..=8 => ("buy from the wallet", self.buy(one, random.random_range(1..=3), None).await),
            9 => ("buy by a pin", self.buy_by_pin(one, random).await),
            10..=11 => ("refund", self.refund(random).await),
            12 => ("payout asked for", self.ask(one, units).await),
            13..=15 => ("step of a payout", self.step(random).await),
            16 => ("pins issued", self.issue().await),
            17 => ("pin redeemed", self.redeem(one, units / 100 * 100, random).await),
            18 => ("order of another shop", self.record(one, units).await),
            19 => ("journal taken back", self.reverse(random).await),
            20 => ("payouts carried by the rail", self.carry().await),
            21 => ("somebody erased", self.erase(one).await),
            _ => ("what the server does by itself", self.tidy().await),
        };
        match outcome {
            Ok(()) => self.noted(name, true),
            Err(Error::Refused(_)) => self.noted(name, false),
            Err(error) => panic!("{name}: {error}"),
        }
    }

    async fn adjust(&self, partner: usize, units: i64, direction: Direction) -> Result<(), Error> {
        let reason = "a correction".to_owned();
        let act = AdjustWallet { partner: self.partner(partner).number, direction, sum: amount(units), reason, idempotency_key: None };
        let journal = adjust_wallet(&self.app.services, &self.treasurers[0], &act).await?;
        self.moved(partner, if direction == Direction::Credit { units } else { -units });
        if direction == Direction::Credit {
            self.credits.lock().unwrap().push((journal, partner, units));
        }
        Ok(())
    }

    async fn reverse(&self, random: &mut ChaCha20Rng) -> Result<(), Error> {
        let Some((journal, partner, units)) = one_of(&self.credits, random) else { return Ok(()) };
        let act = ReverseJournal { journal, reason: "by mistake".to_owned(), idempotency_key: None };
        reverse_journal(&self.app.services, &self.treasurers[1], &act).await?;
        self.moved(partner, -units);
        Ok(())
    }

    async fn carry(&self) -> Result<(), Error> {
        carry(&self.app.services, &self.provider).await.map(drop)
    }

    async fn transfer(&self, from: usize, to: usize, units: i64) -> Result<(), Error> {
        let transaction_password = Secret::new(SPENDING.to_owned());
        let (to_number, sum) = (self.partner(to).number, amount(units));
        let act = Transfer { to: to_number, sum, memo: None, transaction_password, idempotency_key: None };
        transfer(&self.app.services, &self.partner(from).member.principal, &act).await?;
        self.moved(from, -units);
        self.moved(to, units);
        Ok(())
    }

    async fn buy(&self, partner: usize, quantity: u32, code: Option<Secret<String>>) -> Result<(), Error> {
        let TestPartner { member, number, .. } = self.partner(partner);
        let who = &member.principal;
        add_to_cart(&self.app.services, who, self.product, quantity).await?;
        let by_wallet = code.is_none();
        let payment = match code {
            Some(code) => Means::Epin(FromEpin { code, sum: None }),
            None => Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) }),
        };
        let order = checkout(&self.app.services, who, &Checkout { payment: Some(payment), ..Checkout::default() }).await?;
        let sql = "SELECT id FROM order_lines WHERE order_id = $1";
        let line: i64 = self.app.value(sql, [order.into()]).await;
        let bought: i64 = self.app.value("SELECT quantity FROM order_lines WHERE order_id = $1", [order.into()]).await;
        if by_wallet {
            self.moved(partner, -PRICE * bought);
        }
        self.bought.lock().unwrap().push((order, line, by_wallet.then_some((partner, number))));
        Ok(())
    }

    async fn buy_by_pin(&self, partner: usize, random: &mut ChaCha20Rng) -> Result<(), Error> {
        match one_of(&self.pins, random) {
            Some(code) => self.buy(partner, 1, Some(code)).await,
            None => self.issue().await,
        }
    }

    async fn refund(&self, random: &mut ChaCha20Rng) -> Result<(), Error> {
        let Some((order, line, payer)) = one_of(&self.bought, random) else { return Ok(()) };
        let (lines, reason) = (vec![RefundLine { line, quantity: 1 }], "sent back".to_owned());
        let erased = self.erased.read().await;
        refund_order(&self.app.services, &self.treasurers[1], &RefundOrder { order, lines, sum: None, reason, idempotency_key: None })
            .await?;
        // What is owed to who was erased is owed outside.
        if let Some((payer, _)) = payer.filter(|(_, number)| !erased.contains_key(number)) {
            self.moved(payer, PRICE);
        }
        Ok(())
    }

    async fn ask(&self, partner: usize, units: i64) -> Result<(), Error> {
        let units = units + 100_000;
        let payout = request_of(&self.app, &self.partner(partner).member.principal, amount(units)).await?;
        let taken = units + 10_000;
        self.moved(partner, -taken);
        self.asked.lock().unwrap().push((payout, partner, taken));
        Ok(())
    }

    async fn step(&self, random: &mut ChaCha20Rng) -> Result<(), Error> {
        let Some((payout, partner, taken)) = one_of(&self.asked, random) else { return Ok(()) };
        let act = Act::ALL[random.random_range(0..Act::ALL.len())];
        let treasurer = &self.treasurers[random.random_range(0..2)];
        let asker = self.partner(partner).member.principal;
        act.run(&self.app, if act == Act::Cancel { &asker } else { treasurer }, payout).await?;
        if matches!(act, Act::Cancel | Act::Reject | Act::Fail) {
            self.moved(partner, taken);
        }
        Ok(())
    }

    async fn issue(&self) -> Result<(), Error> {
        let (sum, reason) = (sum("25"), "for sale".to_owned());
        let act = IssueEpins { count: 2, sum, funding: Funding::Sold, owner: None, expires_at: None, reason, idempotency_key: None };
        let issued = issue_epins(&self.app.services, &self.treasurers[0], &act).await?;
        self.pins.lock().unwrap().extend(issued.codes.into_iter().map(|(_, code)| code));
        Ok(())
    }

    async fn redeem(&self, partner: usize, units: i64, random: &mut ChaCha20Rng) -> Result<(), Error> {
        let Some(code) = one_of(&self.pins, random) else { return Ok(()) };
        let act = RedeemEpin { code, sum: Some(amount(units)), idempotency_key: None };
        redeem_epin(&self.app.services, &self.partner(partner).member.principal, &act).await?;
        self.moved(partner, units);
        Ok(())
    }

    async fn record(&self, partner: usize, units: i64) -> Result<(), Error> {
        let reference = format!("SHOP-{}", self.names.fetch_add(1, Ordering::SeqCst));
        let (pv, cv) = (Amount::from_units(units), Amount::from_units(units));
        let partner = self.partner(partner).number;
        let act = RecordOrder { reference, partner, buyer: Buyer::Partner, kind: OrderKind::Order, sum: amount(units), pv, cv };
        record_order(&self.app.services, &self.clerk, &act).await.map(drop)
    }

    /// Settles the wallet of somebody but the first, who sponsors the newcomers, and erases that person, if nothing comes in between.
    async fn erase(&self, place: usize) -> Result<(), Error> {
        if place == 0 {
            return Ok(());
        }
        let TestPartner { member, number, .. } = self.partner(place);
        let units = crate::money::available(&self.app, number).await;
        if units > 0 {
            self.adjust(place, units, Direction::Debit).await?;
        }
        let mut erased = self.erased.write().await;
        if erased.contains_key(&number) {
            return Ok(());
        }
        let act = EraseAccount { whose: Whose::Partner(number), reason: "as asked".to_owned() };
        let username: String = self.app.value("SELECT username FROM accounts WHERE id = $1", [member.tokens.account_id.into()]).await;
        erase_account(&self.app.services, &self.owner, &act).await?;
        erased.insert(number, username);
        let name = format!("canary-{}-canary", self.names.fetch_add(1, Ordering::SeqCst));
        let newcomer = newcomer(&self.app, &name, Some(&self.partner(0).code)).await;
        self.partners.write().unwrap()[place] = newcomer;
        Ok(())
    }

    async fn tidy(&self) -> Result<(), Error> {
        seal_journals(&self.app.services).await?;
        fold_volumes(&self.app.services).await?;
        retire_epins(&self.app.services).await.map(drop)
    }

    /// What the books say of themselves.
    async fn findings(&self) -> Vec<String> {
        let snapshot = self.app.services.database.snapshot().await.unwrap();
        let checked = verify(&snapshot, None).await.unwrap();
        snapshot.rollback().await.unwrap();
        checked.findings.into_iter().map(|finding| finding.0).collect()
    }
}

async fn newcomer(app: &App, username: &str, sponsor: Option<&str>) -> TestPartner {
    let partner = app.join(username, sponsor, None).await.unwrap();
    secret(app, &partner).await;
    partner
}

fn amount(units: i64) -> upline::commands::money::Sum {
    sum(&Amount::from_units(units).to_string())
}

fn one_of<T: Clone>(list: &Mutex<Vec<T>>, random: &mut ChaCha20Rng) -> Option<T> {
    let list = list.lock().unwrap();
    // The latest few: who is asked for again and again is where rivals meet.
    let from = list.len().saturating_sub(16);
    (!list.is_empty()).then(|| list[random.random_range(from..list.len())].clone())
}

async fn random_acts_leave_the_books_in_order(app: App) {
    let (length, seed) = (Length::or_rounds(240), seed());
    let world = Arc::new(World::new(&app).await);
    let clients = (0..CLIENTS).map(|client| {
        let (world, length) = (Arc::clone(&world), length.clone());
        tokio::spawn(async move {
            let mut random = ChaCha20Rng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(client));
            while length.goes_on() {
                world.act(&mut random).await;
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut checks = 0;
    while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
        assert_eq!(world.findings().await, [""; 0], "while acts go on; seed {seed}");
        checks += 1;
    }
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(world.findings().await, [""; 0], "in the end; seed {seed}");
    let partners = world.partners.read().unwrap().clone();
    for (index, partner) in partners.iter().enumerate() {
        let expected = world.model[index].load(Ordering::SeqCst);
        assert_eq!(crate::money::available(&app, partner.number).await, expected, "the wallet of partner {index}; seed {seed}");
    }
    let erased = world.erased.read().await;
    for (number, username) in erased.iter() {
        assert_eq!(crate::money::available(&app, *number).await, 0, "the wallet of {username}, who was erased; seed {seed}");
    }
    let loops = "partners AS a JOIN partners AS b ON b.id = a.sponsor_id WHERE b.id >= a.id";
    assert_eq!(app.count(loops).await, 0, "newcomers come below those who were there; seed {seed}");
    app.services.database.empty_log().await.unwrap();
    let all = everything(&app).await;
    let left = held(&all, erased.values().map(String::as_str));
    assert!(left.is_empty(), "left of who was erased: {left:?}; seed {seed}");
    let (charges, again) = world.provider.seen();
    assert!(again == 0 && charges.values().all(|charges| *charges == 1), "a payout left twice; seed {seed}");
    let done = world.done.lock().unwrap();
    eprintln!(
        "{} acts by {CLIENTS} clients, seed {seed}: 0 violations, {checks} checks in between, {} people erased; done and refused: {done:?}",
        length.rounds(),
        erased.len()
    );
}
