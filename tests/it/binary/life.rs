//! A whole life over GraphQL, with the program and a real client: from the visitor to the money in the bank.

use serde_json::{Value, json};

use super::Place;
use super::server::{Server, ask, sign_in};
use crate::app::{Backend, PASSWORD, TestDatabase};

const SECRET: &str = "a second secret";

/// Somebody at the API.
struct Client<'a> {
    server: &'a Server,
    token: Option<String>,
}

impl Client<'_> {
    /// Runs a mutation that must not be refused; what it gives.
    async fn act(&self, name: &str, fields: &str, input: Value) -> Value {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let document =
            format!("mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} userErrors {{ code message field }} }} }}");
        let answer = ask(&self.server.url, self.token.as_deref(), &document, &input).await.expect("an answer");
        let payload = answer["data"][name].clone();
        assert_eq!(payload["userErrors"], json!([]), "{name}: {answer}");
        payload
    }

    async fn see(&self, document: &str) -> Value {
        ask(&self.server.url, self.token.as_deref(), document, &json!({})).await.expect("an answer")["data"].clone()
    }
}

async fn client<'a>(server: &'a Server, login: &str) -> Client<'a> {
    Client { server, token: Some(sign_in(&server.url, login).await) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_visitor_to_the_money_in_the_bank() {
    life(&Place::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_visitor_to_the_money_in_the_bank_on_postgres() {
    let database = TestDatabase::create(Backend::Postgres).await;
    life(&Place::on(&database.url())).await;
    database.remove().await;
}

/// Two visitors become partners, buy, give back, pay each other and are paid out; the company's books and both wallets say so.
async fn life(place: &Place) {
    place.says(&["migrate"], "");
    for (name, scopes) in [("clerk", "catalog"), ("anders", "payouts"), ("berit", "payouts")] {
        place.says(&["account", "create", "--username", name, "--role", "OPERATOR", "--scopes", scopes], &format!("{PASSWORD}\n"));
    }
    let settings = "[payout]\nfour_eyes_from = \"20\"\nminimum = \"20\"\nfee = \"1\"\n[shop]\nsign_up_fee = \"5\"\n";
    place.append("upline.toml", settings);
    let server = Server::start(place).await;
    let (clerk, anders, berit) = (client(&server, "clerk").await, client(&server, "anders").await, client(&server, "berit").await);
    let offer = |sku: &str, kind: &str, price: &str| json!({ "offer": { "sku": sku, "name": sku, "kind": kind, "price": price, "personalVolume": "30", "commissionableVolume": "30" } });
    let package = clerk.act("createProduct", "product { number }", offer("START", "MEMBERSHIP", "45")).await["product"]["number"].clone();
    let soap = clerk.act("createProduct", "product { number }", offer("SOAP", "PRODUCT", "20")).await["product"]["number"].clone();
    let pins = json!({ "count": 2, "amount": { "amount": "50" }, "funding": "SOLD", "reason": "sold at the fair" });
    let pins = anders.act("issueEpins", "issued { code }", pins).await["issued"].clone();

    let (mira, number) = join(&server, "mira", (&package, &pins[0]["code"]), None).await;
    let code = mira.see("{ viewer { partner { referralCode } } }").await["viewer"]["partner"]["referralCode"].clone();
    let (paul, other) = join(&server, "paul", (&package, &pins[1]["code"]), Some(code)).await;

    // A cart, paid from the wallet, and half of it given back; and something for the new partner.
    mira.act("setTransactionPassword", "changed", json!({ "currentPassword": PASSWORD, "newPassword": SECRET })).await;
    let gift = json!({ "partnerNumber": number, "amount": { "amount": "110" }, "reason": "a bonus of the fair" });
    anders.act("creditWallet", "journalNumber", gift).await;
    mira.act("addToCart", "cart { number }", json!({ "productNumber": soap, "quantity": 4 })).await;
    let payment = json!({ "payment": { "wallet": { "transactionPassword": SECRET } }, "idempotencyKey": "order-1" });
    let order = mira.act("checkout", "order { number status lines { number } }", payment).await["order"].clone();
    assert_eq!(order["status"], "COMPLETED");
    let half = json!({ "orderNumber": order["number"], "lines": [{ "lineNumber": order["lines"][0]["number"], "quantity": 2 }], "reason": "too much" });
    anders.act("refundOrder", "order { refunded { amount } }", half).await;
    let lunch = json!({ "toNumber": other, "amount": { "amount": "10" }, "memo": "for lunch", "transactionPassword": SECRET });
    mira.act("transferFunds", "journalNumber", lunch).await;

    pay_out(&mira, [&anders, &berit]).await;
    let wallet = "{ viewer { partner { wallet { available { amount } held { amount } totalWithdrawn { amount } } } } }";
    let expected = json!({ "available": { "amount": "9" }, "held": { "amount": "0" }, "totalWithdrawn": { "amount": "51" } });
    assert_eq!(mira.see(wallet).await["viewer"]["partner"]["wallet"], expected);
    assert_eq!(paul.see(wallet).await["viewer"]["partner"]["wallet"]["available"]["amount"], "10");
    drop(server);
    books_are_printed(place, &number, &other);
}

/// A visitor joins with a package, paid by a pin; the new partner and its number.
async fn join<'a>(server: &'a Server, name: &str, (package, pin): (&Value, &Value), referral: Option<Value>) -> (Client<'a>, String) {
    let membership = json!({ "productNumber": package, "payment": { "epin": { "code": pin } } });
    let partner = json!({ "membership": membership, "referralCode": referral });
    let (email, full) = (format!("{name}@example.org"), format!("{name} Klein"));
    let input = json!({ "username": name, "email": email, "name": full, "password": PASSWORD, "partner": partner });
    Client { server, token: None }.act("signUp", "session { accessToken }", input).await;
    let joined = client(server, name).await;
    let seen = joined.see("{ viewer { partner { number status membership { sku } } } }").await["viewer"]["partner"].clone();
    assert_eq!((&seen["status"], &seen["membership"]["sku"]), (&json!("ACTIVE"), &json!("START")));
    (joined, seen["number"].as_str().unwrap_or_default().to_owned())
}

/// The money goes to the bank, by the word of two operators.
async fn pay_out(partner: &Client<'_>, [one, other]: [&Client<'_>; 2]) {
    let wish = json!({ "amount": { "amount": "50" }, "kind": "BANK_CARD", "details": { "cardNumber": "5200 0000 0000 7312" },
        "transactionPassword": SECRET });
    let payout = partner.act("requestPayout", "payout { number }", wish).await["payout"]["number"].clone();
    for (operator, act, status) in [
        (one, "approvePayout", "PENDING"),
        (other, "approvePayout", "APPROVED"),
        (one, "startPayout", "PROCESSING"),
        (other, "completePayout", "COMPLETED"),
    ] {
        let done = operator.act(act, "payout { status }", json!({ "payoutNumber": payout })).await;
        assert_eq!(done["payout"]["status"], status, "{act}");
    }
}

/// The statement of each party: other side and amount of each line, and the last balance. All balances add up to nothing.
fn books_are_printed(place: &Place, mira: &str, paul: &str) {
    let mut sum = 0;
    for (whose, lines, balance) in [
        (["--partner", mira], vec![("", "110"), ("", "-80"), ("", "40"), (paul, "-10"), ("", "-51")], 9),
        (["--partner", paul], vec![(mira, "10")], 10),
        (["--book", "CASH"], vec![("", "-100"), (mira, "50")], -50),
        (["--book", "SALES"], vec![("", "50"), ("", "50"), (mira, "80"), (mira, "-40")], 140),
        (["--book", "EPIN_LIABILITY"], vec![("", "100"), ("", "-50"), ("", "-50")], 0),
        (["--book", "FEES"], vec![(mira, "1")], 1),
        (["--book", "ADJUSTMENTS"], vec![(mira, "-110")], -110),
        (["--book", "BREAKAGE"], vec![], 0),
    ] {
        let statement = place.says(&["ledger", "statement", whose[0], whose[1]], "");
        let printed: Vec<Vec<&str>> = statement.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let read: Vec<(&str, &str)> = printed.iter().map(|fields| (fields[4], fields[6])).collect();
        assert_eq!(read, lines, "{whose:?}: {statement}");
        let last = printed.last().map_or("0", |fields| fields[7]);
        assert_eq!(last, balance.to_string(), "{whose:?}: {statement}");
        sum += balance;
        eprintln!("{whose:?}\n{statement}");
    }
    assert_eq!(sum, 0, "all that is anybody's is owed by somebody");
    for words in [&["ledger", "statement"][..], &["ledger", "statement", "--partner", mira, "--book", "CASH"]] {
        assert!(place.refuses(words, "").contains("--book"), "{words:?}");
    }
    let verified = place.says(&["ledger", "verify"], "");
    assert!(verified.contains("the ledger is in order"), "{verified}");
    eprintln!("{verified}");
}
