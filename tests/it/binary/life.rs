//! A whole life over GraphQL, with the program and a real client: from the visitor to the money in the bank.

use serde_json::{Value, json};

use super::Place;
use super::server::{Server, ask, sign_in};
use crate::app::PASSWORD;

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
    let place = Place::new();
    place.says(&["migrate"], "");
    for (name, scopes) in [("clerk", "catalog"), ("anders", "payouts"), ("berit", "payouts")] {
        place.says(&["account", "create", "--username", name, "--role", "OPERATOR", "--scopes", scopes], &format!("{PASSWORD}\n"));
    }
    let settings = "[payout]\nfour_eyes_from = \"20\"\nminimum = \"20\"\nfee = \"1\"\n[shop]\nsign_up_fee = \"5\"\n";
    place.append("upline.toml", settings);
    let server = Server::start(&place).await;
    let (clerk, anders, berit) = (client(&server, "clerk").await, client(&server, "anders").await, client(&server, "berit").await);
    let offer = |sku: &str, kind: &str, price: &str| json!({ "offer": { "sku": sku, "name": sku, "kind": kind, "price": price, "personalVolume": "30", "commissionableVolume": "30" } });
    let package = clerk.act("createProduct", "product { number }", offer("START", "MEMBERSHIP", "45")).await;
    let soap = clerk.act("createProduct", "product { number }", offer("SOAP", "PRODUCT", "20")).await;

    // The visitor joins with a package, paid by a pin.
    let pins = json!({ "count": 1, "amount": { "amount": "50" }, "funding": "SOLD", "reason": "sold at the fair" });
    let code = anders.act("issueEpins", "issued { code }", pins).await["issued"][0]["code"].clone();
    let partner = json!({ "membership": { "productNumber": package["product"]["number"], "payment": { "epin": { "code": code } } } });
    let input = json!({ "username": "mira", "email": "mira@example.org", "name": "Mira Klein", "password": PASSWORD, "partner": partner });
    let visitor = Client { server: &server, token: None };
    visitor.act("signUp", "session { accessToken }", input).await;
    let mira = client(&server, "mira").await;
    let seen = mira.see("{ viewer { partner { number status membership { sku } } } }").await["viewer"]["partner"].clone();
    assert_eq!((&seen["status"], &seen["membership"]["sku"]), (&json!("ACTIVE"), &json!("START")));

    // A cart, paid from the wallet, and half of it given back.
    mira.act("setTransactionPassword", "changed", json!({ "currentPassword": PASSWORD, "newPassword": "a second secret" })).await;
    let gift = json!({ "partnerNumber": seen["number"], "amount": { "amount": "100" }, "reason": "a bonus of the fair" });
    anders.act("creditWallet", "journalNumber", gift).await;
    mira.act("addToCart", "cart { number }", json!({ "productNumber": soap["product"]["number"], "quantity": 4 })).await;
    let payment = json!({ "payment": { "wallet": { "transactionPassword": "a second secret" } }, "idempotencyKey": "order-1" });
    let order = mira.act("checkout", "order { number status lines { number } }", payment).await["order"].clone();
    assert_eq!(order["status"], "COMPLETED");
    let half = json!({ "orderNumber": order["number"], "lines": [{ "lineNumber": order["lines"][0]["number"], "quantity": 2 }], "reason": "too much" });
    anders.act("refundOrder", "order { refunded { amount } }", half).await;

    // The money goes to the bank, by the word of two operators.
    let wish = json!({ "amount": { "amount": "50" }, "kind": "BANK_CARD", "details": { "cardNumber": "5200 0000 0000 7312" },
        "transactionPassword": "a second secret" });
    let payout = mira.act("requestPayout", "payout { number }", wish).await["payout"]["number"].clone();
    let number = json!({ "payoutNumber": payout });
    for (operator, act, status) in [
        (&anders, "approvePayout", "PENDING"),
        (&berit, "approvePayout", "APPROVED"),
        (&anders, "startPayout", "PROCESSING"),
        (&berit, "completePayout", "COMPLETED"),
    ] {
        assert_eq!(operator.act(act, "payout { status }", number.clone()).await["payout"]["status"], status, "{act}");
    }
    let wallet = "{ viewer { partner { wallet { available { amount } held { amount } totalWithdrawn { amount } } } } }";
    let expected = json!({ "available": { "amount": "9" }, "held": { "amount": "0" }, "totalWithdrawn": { "amount": "51" } });
    assert_eq!(mira.see(wallet).await["viewer"]["partner"]["wallet"], expected);
    drop(server);

    let statement = place.says(&["ledger", "statement", "--partner", seen["number"].as_str().unwrap_or_default()], "");
    let amounts: Vec<&str> = statement.lines().skip(1).map(|line| line.rsplit(',').nth(1).unwrap_or_default()).collect();
    assert_eq!(amounts, ["100", "-80", "40", "-51"], "{statement}");
    let verified = place.says(&["ledger", "verify"], "");
    assert!(verified.contains("the ledger is in order"), "{verified}");
    eprintln!("{statement}{verified}");
}
