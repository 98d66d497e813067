//! The purge: what is old goes, what somebody still needs stays.

use std::time::Duration;

use tokio::time::timeout;
use upline::commands::accounts::{LogIn, SignUp, log_in, log_out, refresh_token, sign_up};
use upline::commands::purge::{Purged, purge};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::events::Kind;
use upline::store::events::{Position, latest};

use crate::app::{App, PASSWORD, new_account, on_both_databases};
use crate::graphql::served::Served;

const DAY: i64 = 86_400;

on_both_databases!(
    what_has_ended_long_ago_is_deleted_and_what_lives_stays,
    stored_answers_and_events_go_by_their_age,
    a_purge_keeps_to_its_bounds_and_goes_on_the_next_time,
    who_resumes_before_a_purged_event_is_told_so,
    a_server_purges_by_itself,
);

fn log() -> LogIn {
    LogIn { login: "anna".to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() }
}

async fn what_has_ended_long_ago_is_deleted_and_what_lives_stays(app: App) {
    let app = app.with(&["purge.session_days=7", "purge.event_days=3650"]);
    let anna = app.member("anna").await;
    log_out(&app.services, &anna.principal).await.unwrap();
    let mut live = log_in(&app.services, &log()).await.unwrap();
    live = refresh_token(&app.services, live.refresh_token.expose()).await.unwrap();
    app.clock.advance(7 * DAY);
    assert_eq!(purge(&app.services).await.unwrap(), Purged::default(), "a week has passed, and not more");
    app.clock.advance(1);
    let gone = Purged { sessions: 1, refresh_tokens: 1, attempts: 1, ..Purged::default() };
    assert_eq!(purge(&app.services).await.unwrap(), gone);
    live = refresh_token(&app.services, live.refresh_token.expose()).await.unwrap();
    app.principal(&live).await;

    app.clock.advance(91 * DAY + 7 * DAY);
    let gone = Purged { sessions: 1, refresh_tokens: 3, mails: 1, mailed_links: 1, ..Purged::default() };
    assert_eq!(purge(&app.services).await.unwrap(), gone);
    assert_eq!((app.count("sessions").await, app.count("refresh_tokens").await, app.count("accounts").await), (0, 0, 1));
}

async fn stored_answers_and_events_go_by_their_age(app: App) {
    let app = app.with(&["purge.idempotency_days=7", "purge.event_days=30"]);
    let repeatable = |username: &str| SignUp { idempotency_key: Some("k1".into()), ..new_account(username) };
    sign_up(&app.services, &repeatable("anna")).await.unwrap();
    app.clock.advance(7 * DAY + 1);
    sign_up(&app.services, &repeatable("bert")).await.unwrap();
    assert_eq!(purge(&app.services).await.unwrap(), Purged { idempotency_keys: 1, ..Purged::default() });
    assert_eq!(app.count("idempotency_keys WHERE outcome = (SELECT CAST(id AS TEXT) FROM accounts WHERE username = 'bert')").await, 1);
    app.clock.advance(23 * DAY);
    assert_eq!(purge(&app.services).await.unwrap().events, 1);
    assert_eq!(app.events().await.len(), 1);
}

async fn a_purge_keeps_to_its_bounds_and_goes_on_the_next_time(app: App) {
    let app = app.with(&["purge.batch_rows=10", "purge.batches=2", "purge.idempotency_days=1", "purge.event_days=1"]);
    for index in 0..25 {
        let sql = "INSERT INTO idempotency_keys (principal, operation, idempotency_key, body_hash, outcome, created_at) VALUES ($1, 'x', 'k', $2, '', 0)";
        app.execute(sql, [format!("account:{index}").into(), vec![0_u8; 32].into()]).await;
        app.execute("INSERT INTO events (kind, subject_id, payload, occurred_at) VALUES ('OTHER', 1, '{}', 0)", []).await;
    }
    for left in [5, 0, 0] {
        purge(&app.services).await.unwrap();
        assert_eq!((app.count("idempotency_keys").await, app.count("events").await), (left, left));
    }
}

/// The place of the first or the last event.
async fn place(app: &App, which: &str) -> Position {
    let id: i64 = app.value(&format!("SELECT {which}(id) FROM events"), []).await;
    Position { transaction: app.value("SELECT transaction_id FROM events WHERE id = $1", [id.into()]).await, id }
}

async fn who_resumes_before_a_purged_event_is_told_so(app: App) {
    app.member("anna").await;
    app.member("bert").await;
    let (early, last) = (place(&app, "min").await, place(&app, "max").await);
    app.clock.advance(91 * DAY);
    assert_eq!(purge(&app.services).await.unwrap().events, 2);
    assert_eq!(latest(app.services.database.reader()).await.unwrap(), last, "the end of the outbox stays where it was");
    let whole = app.whole(&[]).await;
    for missed in [Position::default(), early] {
        assert!(whole.hub.after(missed, Kind::PartnerJoined).await.unwrap().is_err());
    }
    assert_eq!(whole.hub.after(last, Kind::PartnerJoined).await.unwrap().unwrap().len(), 0);
    // The hub of the application was not run.
    app.forget_hubs();
}

/// At its start; that it comes again is the timer's affair.
async fn a_server_purges_by_itself(app: App) {
    app.member("anna").await;
    app.clock.advance(91 * DAY);
    Served::start(&app).await;
    let gone = async {
        while app.count("events").await > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), gone).await.expect("the server purges what is old");
    assert_eq!(app.count("accounts").await, 1);
}
