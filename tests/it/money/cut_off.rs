//! Whoever is cut off in the middle of an act finds it done or not done, and by asking again gets it done once (promises P05, P19): every act that moves
//! money is dropped after its first step, after its second, and so on.

use std::fmt::Debug;
use std::pin::pin;
use std::task::Poll;

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{SignUp, sign_up};
use upline::commands::carts::add_to_cart;
use upline::commands::epins::{
    IssueEpins, RedeemEpin, RenewEpinCode, TransferEpin, issue_epins, redeem_epin, renew_epin_code, transfer_epin,
};
use upline::commands::orders::{
    Checkout, FromEpin, FromWallet, Means, PayOrder, RecordOrder, RecordPayment, RefundOrder, cancel_order, checkout, pay_order,
    record_order, record_payment, refund_order,
};
use upline::commands::partners::{Joining, Membership, MembershipPayment};
use upline::commands::payouts::request_payout;
use upline::commands::wallets::{AdjustWallet, Direction, Transfer, adjust_wallet, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::amount::Amount;
use upline::domain::epins::Funding;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::products::{Product, ProductKind};

use super::catalog::{offer, product};
use super::payouts::{Act, request, walk, wish};
use super::{SPENDING, credit, sum, wealthy};
use crate::app::{App, TestPartner, new_account, on_both_databases};

on_both_databases!(
    transfers_and_corrections_are_done_once,
    orders_are_made_and_paid_once,
    what_comes_and_goes_back_counts_once,
    pins_are_issued_and_redeemed_once,
    pins_are_passed_on_and_get_their_codes_once,
    payouts_take_every_step_once,
    a_visitor_joins_and_pays_once,
);

/// About as many steps as acts have: how many they are is a matter of how the threads meet.
const MOST_STEPS: u32 = 24;

/// How often each act is cut off; `UPLINE_SOAK_CUTS` says more.
fn rounds() -> u32 {
    std::env::var("UPLINE_SOAK_CUTS").ok().map_or(MOST_STEPS, |text| text.parse().expect("UPLINE_SOAK_CUTS is a number"))
}

/// Drops a future after so many steps; what it came to, if it came to its end.
async fn cut<F: Future>(future: F, steps: u32) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), steps);
    std::future::poll_fn(|context| {
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Everybody who takes part.
struct House {
    app: App,
    owner: Principal,
    anna: TestPartner,
    bert: TestPartner,
    goods: i64,
    package: i64,
}

impl House {
    async fn build(app: &App) -> Self {
        let app = app.with(&["payout.minimum=1"]);
        let owner = app.staff("owner", Role::Owner, Scope::ALL).await.principal;
        let anna = wealthy(&app, &owner, "anna", "100000").await;
        let bert = app.join("bert", None, None).await.unwrap();
        let goods = offer(&app, &product("GOODS", 10)).await;
        let package = offer(&app, &Product { kind: ProductKind::Membership, ..product("PACKAGE", 20) }).await;
        Self { app, owner, anna, bert, goods, package }
    }

    fn anna(&self) -> &Principal {
        &self.anna.member.principal
    }

    async fn cart(&self) {
        add_to_cart(&self.app.services, self.anna(), self.goods, 3).await.unwrap();
    }

    async fn order(&self, payment: Option<Means>) -> i64 {
        self.cart().await;
        checkout(&self.app.services, self.anna(), &Checkout { payment, ..Checkout::default() }).await.unwrap()
    }

    async fn code(&self) -> Secret<String> {
        issue_epins(&self.app.services, &self.owner, &self.pins(None)).await.unwrap().codes[0].1.clone()
    }

    fn pins(&self, idempotency_key: Option<String>) -> IssueEpins {
        let (reason, sum, owner) = ("for sale".to_owned(), sum("50"), Some(self.anna.number));
        IssueEpins { count: 2, sum, funding: Funding::Sold, owner, expires_at: None, reason, idempotency_key }
    }

    /// Cuts an act off after more and more of its steps, each time on something new that `prepare` makes, and asks again. What the act adds to a table is there
    /// wholly or not at all, and in the end once; who was told the outcome is told the same again.
    async fn cut_everywhere<T, A: PartialEq + Debug>(
        &self,
        name: &str,
        (table, rows): (&str, i64),
        prepare: impl AsyncFn() -> T,
        act: impl AsyncFn(&T, String) -> Result<A, Error>,
    ) {
        let (mut cuts, mut done_when_cut) = (0, 0);
        for round in 0..rounds() {
            let steps = 1 + round % MOST_STEPS;
            // A try of a password is noted before it is looked at, so one that was cut off counts until `auth.lock_minutes` have passed.
            self.app.clock.advance(16 * 60);
            let (thing, key) = (prepare().await, format!("{name}-{round}").replace([' ', ','], "-"));
            let before = self.app.count(table).await;
            let first = cut(act(&thing, key.clone()), steps).await;
            let came = self.app.count(table).await - before;
            assert!(came == 0 || came == rows, "{name} cut off after {steps} steps: {came} rows of {table}");
            (cuts, done_when_cut) = (cuts + u32::from(first.is_none()), done_when_cut + u32::from(first.is_none() && came > 0));
            let answer = act(&thing, key).await.unwrap_or_else(|error| panic!("{name} after {steps} steps: {error}"));
            assert_eq!(self.app.count(table).await - before, rows, "{name} after {steps} steps");
            if let Some(first) = first {
                let first = first.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(answer, first, "{name} gives another answer");
            }
        }
        eprintln!("{name}: cut off {cuts} times, {done_when_cut} times it was done all the same; none half, none twice");
    }
}

fn from_wallet() -> Means {
    Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) })
}

fn by_pin(code: &Secret<String>, amount: Option<&str>) -> Means {
    Means::Epin(FromEpin { code: code.clone(), sum: amount.map(sum) })
}

const JOURNAL: (&str, i64) = ("journals", 1);

async fn transfers_and_corrections_are_done_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    house
        .cut_everywhere(
            "transfer",
            JOURNAL,
            async || (),
            async |(), key| {
                let (transaction_password, sum) = (Secret::new(SPENDING.to_owned()), sum("1"));
                let act = Transfer { to: house.bert.number, sum, memo: None, transaction_password, idempotency_key: Some(key) };
                transfer(services, house.anna(), &act).await
            },
        )
        .await;
    house
        .cut_everywhere(
            "credit",
            JOURNAL,
            async || (),
            async |(), key| {
                let (partner, sum, reason) = (house.bert.number, sum("0.01"), "a correction".to_owned());
                let act = AdjustWallet { partner, direction: Direction::Credit, sum, reason, idempotency_key: Some(key) };
                adjust_wallet(services, &house.owner, &act).await
            },
        )
        .await;
}

async fn orders_are_made_and_paid_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    for table in ["journals", "orders"] {
        house
            .cut_everywhere(
                &format!("checkout, {table}"),
                (table, 1),
                async || house.cart().await,
                async |(), key| {
                    let act = Checkout { payment: Some(from_wallet()), idempotency_key: Some(key), ..Checkout::default() };
                    checkout(services, house.anna(), &act).await
                },
            )
            .await;
    }
    let open = async || house.order(None).await;
    house
        .cut_everywhere("pay from the wallet", JOURNAL, open, async |order, key| {
            pay_order(services, house.anna(), &PayOrder { order: *order, payment: from_wallet(), idempotency_key: Some(key) }).await
        })
        .await;
    house
        .cut_everywhere(
            "pay by a pin",
            JOURNAL,
            async || (open().await, house.code().await),
            async |(order, code), key| {
                let act = PayOrder { order: *order, payment: by_pin(code, Some("20")), idempotency_key: Some(key) };
                pay_order(services, house.anna(), &act).await
            },
        )
        .await;
    house
        .cut_everywhere("payment by bank", JOURNAL, open, async |order, key| {
            let act = RecordPayment { order: *order, reference: key, sum: None };
            record_payment(services, &house.owner, &act).await
        })
        .await;
}

async fn what_comes_and_goes_back_counts_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    let part_paid = async || {
        let (order, code) = (house.order(None).await, house.code().await);
        let act = PayOrder { order, payment: by_pin(&code, Some("20")), idempotency_key: None };
        pay_order(services, house.anna(), &act).await.unwrap();
        order
    };
    house.cut_everywhere("cancel", JOURNAL, part_paid, async |order, _| cancel_order(services, house.anna(), *order).await).await;
    house
        .cut_everywhere(
            "refund",
            JOURNAL,
            async || house.order(Some(from_wallet())).await,
            async |order, key| {
                let reason = "sent back".to_owned();
                let act = RefundOrder { order: *order, lines: Vec::new(), sum: None, reason, idempotency_key: Some(key) };
                refund_order(services, &house.owner, &act).await
            },
        )
        .await;
    house
        .cut_everywhere(
            "order of another shop",
            JOURNAL,
            async || (),
            async |(), reference| {
                let [pv, cv] = ["7", "10"].map(|volume| Amount::parse(volume).unwrap());
                let partner = house.anna.number;
                let act = RecordOrder { reference, partner, buyer: Buyer::Customer, kind: OrderKind::Order, sum: sum("12"), pv, cv };
                record_order(services, &house.owner, &act).await
            },
        )
        .await;
}

async fn pins_are_issued_and_redeemed_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    house
        .cut_everywhere(
            "issue",
            ("epins", 2),
            async || (),
            async |(), key| {
                let issued = issue_epins(services, &house.owner, &house.pins(Some(key))).await?;
                Ok(issued.codes.into_iter().map(|(number, code)| (number, code.expose().clone())).collect::<Vec<_>>())
            },
        )
        .await;
    house
        .cut_everywhere(
            "redeem",
            JOURNAL,
            async || house.code().await,
            async |code, key| {
                let act = RedeemEpin { code: code.clone(), sum: Some(sum("30")), idempotency_key: Some(key) };
                redeem_epin(services, house.anna(), &act).await
            },
        )
        .await;
}

async fn pins_are_passed_on_and_get_their_codes_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    let pin = async || issue_epins(services, &house.owner, &house.pins(None)).await.unwrap().codes[0].0;
    let secret = || Secret::new(SPENDING.to_owned());
    house
        .cut_everywhere("pass a pin on", ("events", 2), pin, async |epin, key| {
            let act = TransferEpin { epin: *epin, to: house.bert.number, transaction_password: Some(secret()), idempotency_key: Some(key) };
            transfer_epin(services, house.anna(), &act).await
        })
        .await;
    house
        .cut_everywhere("renew a code", ("events", 1), pin, async |epin, key| {
            let act = RenewEpinCode { epin: *epin, transaction_password: secret(), idempotency_key: Some(key) };
            Ok(renew_epin_code(services, house.anna(), &act).await?.expose().clone())
        })
        .await;
}

async fn payouts_take_every_step_once(app: App) {
    let house = House::build(&app).await;
    let services = &house.app.services;
    // One payout at a time: what the round before left is cancelled first.
    let free = async || {
        let open: Option<i64> = house.app.value("SELECT max(id) FROM payouts WHERE status = 'PENDING'", []).await;
        if let Some(open) = open {
            Act::Cancel.run(&house.app, house.anna(), open).await.unwrap();
        }
    };
    house
        .cut_everywhere("request a payout", JOURNAL, free, async |(), key| {
            let mut act = wish("100");
            act.idempotency_key = Some(key);
            request_payout(services, house.anna(), &act).await
        })
        .await;
    for (act, before) in [
        (Act::Cancel, [].as_slice()),
        (Act::Approve, &[]),
        (Act::Reject, &[]),
        (Act::Start, &[Act::Approve]),
        (Act::Complete, &[Act::Approve, Act::Start]),
        (Act::Fail, &[Act::Approve, Act::Start]),
    ] {
        let prepare = async || {
            let partner = house.app.join(&format!("partner{}", house.app.count("partners").await), None, None).await.unwrap();
            credit(&house.app, &house.owner, partner.number, "200").await;
            let payout = request(&house.app, &partner.member.principal, "100").await;
            walk(&house.app, &house.owner, payout, before).await;
            (partner, payout)
        };
        house
            .cut_everywhere(&format!("{act:?}"), ("payout_history", 1), prepare, async |(partner, payout), key| {
                let who = if act == Act::Cancel { &partner.member.principal } else { &house.owner };
                act.keyed(&house.app, who, *payout, Some(&key)).await
            })
            .await;
    }
}

async fn a_visitor_joins_and_pays_once(app: App) {
    let house = House::build(&app).await;
    for table in ["accounts", "partners", "journals"] {
        house
            .cut_everywhere(
                &format!("sign-up, {table}"),
                (table, 1),
                async || house.code().await,
                async |code, key| {
                    let payment = MembershipPayment::Now(by_pin(code, None));
                    let membership = Some(Membership { product: house.package, payment });
                    let joining = Joining { referral_code: Some(house.anna.code.clone()), membership, ..Joining::default() };
                    let name = key.replace([' ', ','], "");
                    let act = SignUp { partner: Some(joining), idempotency_key: Some(key), ..new_account(&name) };
                    sign_up(&house.app.services, &act).await.map(drop)
                },
            )
            .await;
    }
}
