//! The life of an identity check.

use image::ImageFormat;
use reqwest::Client;
use serde_json::{Value, json};
use upline::commands::kyc::{ApproveKyc, GivenDocument, RejectKyc, SubmitKyc, approve_kyc, reject_kyc, submit_kyc};
use upline::domain::accounts::{Role, Scope};
use upline::domain::kyc::{DocumentKind, KycStatus};
use upline::domain::refusal::Refusal;
use upline::store::images::drop_files_of;

use super::{contains, head, photograph, picture, png, send};
use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    documents_are_shown_rejected_shown_again_and_approved,
    documents_are_pictures_or_pdf,
    documents_lie_sealed_and_are_read_by_operators_alone,
    of_rivals_who_decide_one_wins,
    of_rivals_who_submit_one_wins,
    one_key_has_one_effect,
    the_queue_has_pages,
    the_files_of_a_person_can_be_dropped,
);

const SUBMIT: &str = "mutation ($input: SubmitKycInput!) { submitKyc(input: $input) {
    kyc { submissionNumber status submittedAt decidedAt reason documents { kind mediaType url } } userErrors { code message field } } }";
const MINE: &str = "{ viewer { partner { kyc { submissionNumber status reason decidedAt documents { kind } } } } }";
const QUEUE: &str = "{ operator { kycQueue(first: 5) { totalCount nodes { submissionNumber status partner { number displayName }
    documents { kind mediaType url } } } } }";
pub const DOCUMENT: &[u8] = b"%PDF-1.7\nname: Anna Example\n%%EOF\n";

pub fn papers() -> SubmitKyc {
    let document = |kind| GivenDocument { kind, file: DOCUMENT.into() };
    SubmitKyc { documents: vec![document(DocumentKind::Passport), document(DocumentKind::TaxId)], idempotency_key: None }
}

/// Has a partner show documents; the number of the submission.
pub async fn submit(app: &App, partner: &TestPartner) -> i64 {
    submit_kyc(&app.services, &partner.member.principal, &papers()).await.unwrap();
    app.value("SELECT max(id) FROM kyc_submissions WHERE partner_id = $1", [partner.number.into()]).await
}

pub fn approval(submission: i64) -> ApproveKyc {
    ApproveKyc { submission, idempotency_key: None }
}

pub fn rejection(submission: i64) -> RejectKyc {
    RejectKyc { submission, reason: "It is not legible.".to_owned(), idempotency_key: None }
}

async fn act(served: &Served, token: &str, name: &str, input: Value) -> Value {
    let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let document =
        format!("mutation ($input: {pascal}Input!) {{ {name}(input: $input) {{ kyc {{ status reason }} userErrors {{ code field }} }} }}");
    let answer = served.answer(Some(token), &document, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"][name].clone()
}

async fn documents_are_shown_rejected_shown_again_and_approved(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let token = anna.member.token();
    let mine = async || served.ask(token, MINE).await["viewer"]["partner"]["kyc"].clone();
    let nothing = json!({ "submissionNumber": null, "status": "NOT_SUBMITTED", "reason": null, "decidedAt": null, "documents": [] });
    assert_eq!(mine().await, nothing);
    let (passport, letter) = (photograph(60, 40), DOCUMENT);
    let input = json!({ "documents": [{ "kind": "PASSPORT", "file": null }, { "kind": "PROOF_OF_ADDRESS", "file": null }] });
    let files = [("documents.0.file", passport.as_slice()), ("documents.1.file", letter)];
    let (_, answer) = send(&served, token, SUBMIT, input.clone(), &files).await;
    let shown = &answer["data"]["submitKyc"]["kyc"];
    assert_eq!((&shown["status"], &shown["decidedAt"]), (&json!("PENDING"), &Value::Null), "{answer}");
    let documents = json!([{ "kind": "PASSPORT", "mediaType": "image/jpeg", "url": null },
        { "kind": "PROOF_OF_ADDRESS", "mediaType": "application/pdf", "url": null }]);
    assert_eq!(shown["documents"], documents, "the partner's own documents are not served");
    let (_, again) = send(&served, token, SUBMIT, input.clone(), &files).await;
    assert_eq!(again["data"]["submitKyc"]["userErrors"][0]["code"], "KYC_ALREADY_SUBMITTED", "{again}");

    let olga = app.staff("olga", Role::Operator, &[Scope::Kyc]).await;
    let queue = served.ask(olga.token(), QUEUE).await["operator"]["kycQueue"].clone();
    assert_eq!((&queue["totalCount"], &queue["nodes"][0]["partner"]["displayName"]), (&json!("1"), &json!("ANNA")), "{queue}");
    assert_eq!(queue["nodes"][0]["documents"][0]["url"], "/kyc-documents/1");
    let unreasoned = act(&served, olga.token(), "rejectKyc", json!({ "submissionNumber": "1", "reason": " " })).await;
    assert_eq!(unreasoned["userErrors"], json!([{ "code": "INVALID_REASON", "field": ["input", "reason"] }]));
    let rejected = act(&served, olga.token(), "rejectKyc", json!({ "submissionNumber": "1", "reason": "too dark" })).await;
    assert_eq!(rejected, json!({ "kyc": { "status": "REJECTED", "reason": "too dark" }, "userErrors": [] }));
    let seen = mine().await;
    assert_eq!((&seen["status"], &seen["reason"], seen["decidedAt"].is_string()), (&json!("REJECTED"), &json!("too dark"), true));

    let (_, answer) = send(&served, token, SUBMIT, input, &files).await;
    assert_eq!(answer["data"]["submitKyc"]["kyc"]["submissionNumber"], "2", "{answer}");
    assert_eq!(app.count("kyc_documents").await, 2, "what was rejected is dropped");
    let stale = act(&served, olga.token(), "approveKyc", json!({ "submissionNumber": "1" })).await;
    assert_eq!(stale["userErrors"], json!([{ "code": "KYC_MOVED_ON", "field": ["input", "submissionNumber"] }]));
    let unknown = act(&served, olga.token(), "approveKyc", json!({ "submissionNumber": "9" })).await;
    assert_eq!(unknown["userErrors"][0]["code"], "KYC_UNKNOWN");
    let approved = act(&served, olga.token(), "approveKyc", json!({ "submissionNumber": "2" })).await;
    assert_eq!(approved, json!({ "kyc": { "status": "APPROVED", "reason": null }, "userErrors": [] }));
    assert_eq!(served.ask(olga.token(), QUEUE).await["operator"]["kycQueue"]["totalCount"], "0");
    let audited = "audit_entries WHERE action IN ('approveKyc', 'rejectKyc') AND subject IN ('kyc:1', 'kyc:2')";
    assert_eq!(app.count(audited).await, 2);
    let events: Vec<_> = app.events().await.into_iter().filter(|(kind, _)| kind == "KYC_STATUS_CHANGED").map(|(_, event)| event).collect();
    assert_eq!(events.len(), 4);
    assert_eq!(events[3], format!("{{\"submission\":2,\"partner\":{},\"status\":\"APPROVED\"}}", anna.number));
}

async fn documents_are_pictures_or_pdf(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let passport = json!([{ "kind": "PASSPORT", "file": null }]);
    let large = [DOCUMENT, &vec![b' '; 2_097_152]].concat();
    let bomb = png(&[(b"IHDR", head(30_000, 30_000)), (b"IDAT", super::zeros(1_000)), (b"IEND", Vec::new())]);
    for (file, expected) in [
        (picture(8, 8, ImageFormat::Gif).as_slice(), "FILE_TYPE_NOT_SUPPORTED"),
        (b"<svg/>", "FILE_TYPE_NOT_SUPPORTED"),
        (b"PK\x03\x04 a document of an office", "FILE_TYPE_NOT_SUPPORTED"),
        (b"\n%PDF-1.7\n%%EOF", "FILE_TYPE_NOT_SUPPORTED"),
        (b"%PDF-1.7\n", "FILE_BROKEN"),
        (b"\xff\xd8\xff\xe0", "FILE_BROKEN"),
        (&large, "FILE_TOO_LARGE"),
        (&bomb, "TOO_MANY_PIXELS"),
    ] {
        let input = json!({ "documents": passport });
        let (_, answer) = send(&served, anna.member.token(), SUBMIT, input, &[("documents.0.file", file)]).await;
        let error = &answer["data"]["submitKyc"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(expected), &json!(["input", "documents"])), "{answer}");
    }
    let twice = SubmitKyc { documents: [papers().documents, papers().documents].concat(), idempotency_key: None };
    let none = SubmitKyc { documents: Vec::new(), idempotency_key: None };
    for act in [twice, none] {
        assert_eq!(refusal(submit_kyc(&app.services, &anna.member.principal, &act).await), Refusal::InvalidDocuments);
    }
    assert_eq!(app.count("kyc_submissions").await, 0);
}

async fn documents_lie_sealed_and_are_read_by_operators_alone(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    submit(&app, &anna).await;
    let stored: Vec<u8> = app.value("SELECT content FROM kyc_documents ORDER BY id LIMIT 1", []).await;
    assert!(!contains(&stored, b"Anna") && !contains(&stored, b"PDF"));
    let number: i64 = app.value("SELECT min(id) FROM kyc_documents", []).await;
    let get = async |token: Option<&str>, number: &str| {
        let request = Client::new().get(served.url("http", &format!("/kyc-documents/{number}")));
        token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token)).send().await.unwrap()
    };
    let olga = app.staff("olga", Role::Operator, &[Scope::Kyc]).await;
    let response = get(Some(olga.token()), &number.to_string()).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((response.status().as_u16(), header("content-type").as_str()), (200, "application/pdf"));
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"partner-{}-passport.pdf\"", anna.number));
    assert_eq!([header("cache-control"), header("x-content-type-options")], ["no-store", "nosniff"]);
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(response.bytes().await.unwrap(), DOCUMENT);
    let others = app.staff("others", Role::Operator, &[Scope::Network, Scope::Payouts, Scope::Audit]).await;
    for (token, status) in [
        (None, 401),
        (Some("forged"), 401),
        (Some(anna.member.token()), 403),
        (Some(root.member.token()), 403),
        (Some(others.token()), 403),
    ] {
        let mut answers = Vec::new();
        for number in [number.to_string().as_str(), "999", "x", "-1"] {
            let response = get(token, number).await;
            answers.push((response.status().as_u16(), response.text().await.unwrap()));
        }
        assert!(answers.iter().all(|answer| answer.0 == status && *answer == answers[0]), "absent and hidden are alike: {answers:?}");
    }
    for number in ["999", "x", "99999999999999999999"] {
        assert_eq!(get(Some(olga.token()), number).await.status(), 404, "{number}");
    }
    app.execute("UPDATE kyc_submissions SET partner_id = $1", [root.number.into()]).await;
    let moved = get(Some(olga.token()), &number.to_string()).await;
    assert_eq!(moved.status(), 500, "a document that was moved to another partner does not open");
    assert!(moved.text().await.unwrap().contains("INTERNAL"));
}

async fn of_rivals_who_decide_one_wins(app: App) {
    let (first, second) = (app.operator("first", &[Scope::Kyc]).await, app.operator("second", &[Scope::Kyc]).await);
    for name in ["anna", "bert", "carl"] {
        let partner = app.join(name, None, None).await.unwrap();
        let submission = submit(&app, &partner).await;
        let acts = (0..8).map(|index| {
            let (app, who) = (app.clone(), [&first, &second][index % 2].clone());
            async move {
                if index % 4 < 2 {
                    approve_kyc(&app.services, &who, &approval(submission)).await
                } else {
                    reject_kyc(&app.services, &who, &rejection(submission)).await
                }
            }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done, refusals.len()), (vec![partner.number], 7));
        assert!(refusals.iter().all(|refusal| matches!(refusal, Refusal::KycMovedOn { .. })), "{refusals:?}");
        let written = format!("audit_entries WHERE subject = 'kyc:{submission}'");
        assert_eq!(app.count(&written).await, 1);
    }
}

async fn of_rivals_who_submit_one_wins(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Kyc]).await;
    for round in 1..=3 {
        let acts = (0..8).map(|_| {
            let (app, who) = (app.clone(), anna.member.principal.clone());
            async move { submit_kyc(&app.services, &who, &papers()).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (1, vec![Refusal::KycAlreadySubmitted { status: KycStatus::Pending }; 7]));
        assert_eq!((app.count("kyc_submissions").await, app.count("kyc_documents").await), (round, 2));
        let submission = app.value("SELECT max(id) FROM kyc_submissions", []).await;
        reject_kyc(&app.services, &operator, &rejection(submission)).await.unwrap();
    }
}

async fn one_key_has_one_effect(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Kyc]).await;
    let key = || Some("once".to_owned());
    let act = SubmitKyc { idempotency_key: key(), ..papers() };
    let acts = (0..8).map(|_| {
        let (app, who, act) = (app.clone(), anna.member.principal.clone(), act.clone());
        async move { submit_kyc(&app.services, &who, &act).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done, refusals, app.count("kyc_submissions").await), (vec![anna.number; 8], Vec::new(), 1));
    let submission: i64 = app.value("SELECT id FROM kyc_submissions", []).await;
    let other = SubmitKyc { documents: papers().documents[..1].to_vec(), idempotency_key: key() };
    assert_eq!(refusal(submit_kyc(&app.services, &anna.member.principal, &other).await), Refusal::IdempotencyConflict);
    for _ in 0..2 {
        let act = ApproveKyc { submission, idempotency_key: key() };
        assert_eq!(approve_kyc(&app.services, &operator, &act).await.unwrap(), anna.number);
    }
    let act = ApproveKyc { submission: submission + 1, idempotency_key: key() };
    assert_eq!(refusal(approve_kyc(&app.services, &operator, &act).await), Refusal::IdempotencyConflict);
    assert_eq!(app.count("audit_entries WHERE action = 'approveKyc'").await, 1);
}

async fn the_queue_has_pages(app: App) {
    let served = Served::start(&app).await;
    let olga = app.staff("olga", Role::Operator, &[Scope::Kyc]).await;
    let mut expected = Vec::new();
    for name in ["anna", "bert", "carl", "dora", "emil"] {
        app.clock.advance(if name < "carl" { 0 } else { 1 });
        expected.push(json!(submit(&app, &app.join(name, None, None).await.unwrap()).await.to_string()));
    }
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let document = format!(
            "{{ operator {{ kycQueue(first: 2, after: {after}) {{ totalCount nodes {{ submissionNumber }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        );
        let page = served.ask(olga.token(), &document).await["operator"]["kycQueue"].clone();
        assert_eq!(page["totalCount"], "5");
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["submissionNumber"].clone()));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, expected, "the oldest first");
}

async fn the_files_of_a_person_can_be_dropped(app: App) {
    let (anna, bert) = (app.join("anna", None, None).await.unwrap(), app.join("bert", None, None).await.unwrap());
    let operator = app.operator("olga", &[Scope::Kyc]).await;
    for partner in [&anna, &bert] {
        let image = upline::commands::images::UpdateImage { image: picture(8, 8, ImageFormat::Png).into(), idempotency_key: None };
        upline::commands::images::update_image(&app.services, &partner.member.principal, &image).await.unwrap();
        let submission = submit(&app, partner).await;
        reject_kyc(&app.services, &operator, &rejection(submission)).await.unwrap();
        submit(&app, partner).await;
    }
    let account: i64 = app.value("SELECT account_id FROM partners WHERE id = $1", [anna.number.into()]).await;
    let transaction = app.services.database.begin().await.unwrap();
    drop_files_of(&transaction, account).await.unwrap();
    transaction.commit().await.unwrap();
    let left = [app.count("images").await, app.count("kyc_documents").await, app.count("kyc_submissions WHERE reason IS NOT NULL").await];
    assert_eq!((left, app.count("kyc_submissions").await), ([1, 2, 1], 4), "those of the other stay");
}
