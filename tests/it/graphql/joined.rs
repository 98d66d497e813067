//! `partnerJoined` from end to end: a join in the database, an event at the subscriber (promises P20, P22).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use tokio::time::timeout;
use upline::commands::accounts::log_out;
use upline::commands::partners::{MoveSponsor, move_sponsor};
use upline::domain::accounts::{Role, Scope};

use super::served::Served;
use super::streams::{Subscriber, Way, number};
use crate::app::{App, TestPartner, on_both_databases};

const WAYS: [Way; 2] = [Way::WebSocket, Way::ServerSentEvents];

on_both_databases!(
    a_wake_up_shows_a_join_before_the_hub_looks_by_itself,
    of_two_subscribers_one_killed_and_resumed_each_sees_each_join_once_and_in_order,
    only_the_network_above_hears_of_a_join,
    a_lower_depth_lets_only_the_near_ones_through,
    an_ended_session_ends_its_stream,
    changed_powers_end_a_stream,
    a_subtree_that_moved_away_is_not_heard_of_any_more,
    a_cursor_that_is_none_is_refused,
    who_missed_too_much_is_told_so,
    joins_of_others_and_other_events_are_not_counted_as_missed,
);

/// The cursor before the first event.
fn from_the_beginning() -> String {
    format!("(after: \"{}\")", URL_SAFE_NO_PAD.encode("e:0:0"))
}

async fn recruit(served: &Served, sponsor: &TestPartner, username: &str) -> TestPartner {
    served.app.join(username, Some(&sponsor.code), None).await.unwrap()
}

/// On PostgreSQL a transaction that runs anywhere in the cluster, so in another test, holds an event back; then the next look brings it. So not every one
/// of the five can be asked to come early.
async fn a_wake_up_shows_a_join_before_the_hub_looks_by_itself(app: App) {
    let served = Served::with(&app, &["events.poll_milliseconds=5000"]).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let first = recruit(&served, &sponsor, "first").await;
    for (way, name) in WAYS.into_iter().zip(["ws", "sse"]) {
        let mut subscriber = Subscriber::follow(&served, way, sponsor.member.token(), &from_the_beginning()).await;
        let event = subscriber.event().await;
        assert_eq!((number(&event), &event["level"], &event["partner"]["displayName"]), (first.number, &json!(1), &json!("FIRST")));
        if name == "sse" {
            subscriber.events(5).await;
        }
        let mut early = 0;
        for turn in 0..5 {
            let joined = recruit(&served, &sponsor, &format!("{name}-{turn}")).await;
            let event = match timeout(Duration::from_secs(1), subscriber.event()).await {
                Ok(event) => {
                    early += 1;
                    event
                }
                Err(_) => subscriber.event().await,
            };
            assert_eq!(number(&event), joined.number, "{way:?}");
        }
        assert!(early > 0, "{way:?}: each of five joins waited for the hub's own look");
    }
}

async fn of_two_subscribers_one_killed_and_resumed_each_sees_each_join_once_and_in_order(app: App) {
    const WRITERS: usize = 5;
    const JOINS: usize = 10;
    let served = Served::start(&app).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let token = sponsor.member.token();
    for (way, round) in WAYS.into_iter().zip(0..) {
        let start = from_the_beginning();
        let mut steady = Subscriber::follow(&served, way, token, &start).await;
        let mut killed = Subscriber::follow(&served, way, token, &start).await;
        let earlier = round * (WRITERS * JOINS + 1);
        steady.events(earlier).await;
        killed.events(earlier).await;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (app, code) = (served.app.clone(), sponsor.code.clone());
                tokio::spawn(async move {
                    let mut joined = Vec::new();
                    for turn in 0..JOINS {
                        joined.push(app.join(&format!("r{round}-w{writer}-{turn}"), Some(&code), None).await.unwrap().number);
                    }
                    joined
                })
            })
            .collect();
        let (mut seen, cursor) = killed.events(10).await;
        drop(killed);
        let mut joined = Vec::new();
        for writer in writers {
            joined.extend(writer.await.unwrap());
        }
        let mut resumed = Subscriber::follow(&served, way, token, &format!("(after: \"{cursor}\")")).await;
        seen.extend(resumed.events(WRITERS * JOINS - 10).await.0);
        let (whole, _) = steady.events(WRITERS * JOINS).await;
        assert_eq!(seen, whole, "{way:?}");
        assert_eq!(whole, written(&app).await[earlier + 1..], "{way:?}: the order of writing");
        let mut once = whole.clone();
        once.sort_unstable();
        joined.sort_unstable();
        assert_eq!(once, joined, "{way:?}");
        // Nothing comes twice: the next event is the next join.
        let last = recruit(&served, &sponsor, &format!("last-{round}")).await;
        assert_eq!(number(&steady.event().await), last.number);
        assert_eq!(number(&resumed.event().await), last.number);
    }
}

/// Who joined, in the order of the outbox.
async fn written(app: &App) -> Vec<i64> {
    let sql = "SELECT subject_id FROM events WHERE kind = 'PARTNER_JOINED' ORDER BY transaction_id, id";
    let reader = app.services.database.reader();
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn only_the_network_above_hears_of_a_join(app: App) {
    let served = Served::start(&app).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let stranger = served.app.join("stranger", None, None).await.unwrap();
    let operator = app.staff("operator", Role::Operator, &[Scope::Network]).await;
    // Staff, but for goods: of the network it hears what a partner in its place hears.
    let catalog = served.app.join("catalog", None, None).await.unwrap();
    app.execute("UPDATE accounts SET role = 'OPERATOR', scopes = $1 WHERE username = 'catalog'", [Scope::Catalog.code().into()]).await;
    let theirs = recruit(&served, &sponsor, "theirs").await;
    let below = recruit(&served, &theirs, "below").await;
    let own = recruit(&served, &stranger, "own").await;
    let last = recruit(&served, &catalog, "last").await;
    for way in WAYS {
        for (token, expected) in [
            (sponsor.member.token(), vec![theirs.number, below.number]),
            (theirs.member.token(), vec![below.number]),
            (stranger.member.token(), vec![own.number]),
            (catalog.member.token(), vec![last.number]),
            (operator.token(), [&sponsor, &stranger, &catalog, &theirs, &below, &own, &last].map(|partner| partner.number).to_vec()),
        ] {
            let mut subscriber = Subscriber::follow(&served, way, token, &from_the_beginning()).await;
            assert_eq!(subscriber.events(expected.len()).await.0, expected, "{way:?}");
        }
    }
    let document = "subscription { partnerJoined { cursor } }";
    assert_eq!(ended_at_once(&served, None, document).await, "UNAUTHENTICATED");
}

/// The code of the error that a subscription begins with.
async fn ended_at_once(served: &Served, token: Option<&str>, document: &str) -> String {
    let request = reqwest::Client::new().post(served.url("http", "/graphql/stream")).header("accept", "text/event-stream");
    let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
    let text = timeout(Duration::from_secs(30), request.json(&json!({ "query": document })).send().await.unwrap().text()).await;
    let text = text.expect("the stream ends").unwrap();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_else(|| panic!("{text}"));
    let answer: serde_json::Value = serde_json::from_str(data).unwrap();
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn a_lower_depth_lets_only_the_near_ones_through(app: App) {
    let served = Served::with(&app, &["network.placement=none"]).await;
    let top = served.app.join("top", None, None).await.unwrap();
    let direct = recruit(&served, &top, "direct").await;
    recruit(&served, &direct, "deeper").await;
    let second = recruit(&served, &top, "second").await;
    let (after, depth) = (URL_SAFE_NO_PAD.encode("e:0:0"), 1);
    let mut subscriber =
        Subscriber::follow(&served, Way::WebSocket, top.member.token(), &format!("(after: \"{after}\", depth: {depth})")).await;
    assert_eq!(subscriber.events(2).await.0, [direct.number, second.number]);
    for depth in ["0", "11", "-1"] {
        let document = format!("subscription {{ partnerJoined(depth: {depth}) {{ cursor }} }}");
        assert_eq!(ended_at_once(&served, Some(top.member.token()), &document).await, "BAD_USER_INPUT", "{depth}");
    }
}

async fn an_ended_session_ends_its_stream(app: App) {
    let served = Served::start(&app).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let first = recruit(&served, &sponsor, "first").await;
    let mut subscribers = Vec::new();
    for way in WAYS {
        let mut subscriber = Subscriber::follow(&served, way, sponsor.member.token(), &from_the_beginning()).await;
        assert_eq!(number(&subscriber.event().await), first.number);
        subscribers.push(subscriber);
    }
    log_out(&served.app.services, &sponsor.member.principal).await.unwrap();
    app.clock.advance(1);
    recruit(&served, &sponsor, "second").await;
    for mut subscriber in subscribers {
        assert_eq!(subscriber.end().await["code"], "UNAUTHENTICATED");
    }
}

async fn changed_powers_end_a_stream(app: App) {
    let served = Served::start(&app).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let operator = app.staff("operator", Role::Operator, &[Scope::Network]).await;
    let mut subscriber = Subscriber::follow(&served, Way::WebSocket, operator.token(), &from_the_beginning()).await;
    assert_eq!(number(&subscriber.event().await), sponsor.number);
    app.execute("UPDATE accounts SET scopes = '' WHERE username = 'operator'", []).await;
    app.clock.advance(1);
    recruit(&served, &sponsor, "second").await;
    assert_eq!(subscriber.end().await["code"], "UNAUTHENTICATED");
}

async fn a_subtree_that_moved_away_is_not_heard_of_any_more(app: App) {
    let served = Served::with(&app, &["network.placement=none"]).await;
    let top = served.app.join("top", None, None).await.unwrap();
    let elsewhere = served.app.join("elsewhere", None, None).await.unwrap();
    let moving = recruit(&served, &top, "moving").await;
    let mut subscriber = Subscriber::follow(&served, Way::WebSocket, top.member.token(), &from_the_beginning()).await;
    assert_eq!(number(&subscriber.event().await), moving.number);
    let before = recruit(&served, &moving, "before").await;
    assert_eq!(number(&subscriber.event().await), before.number);
    let operator = app.operator("operator", &[Scope::Network]).await;
    let act = MoveSponsor { partner: moving.number, sponsor: elsewhere.number };
    timeout(Duration::from_secs(10), move_sponsor(&served.app.services, &operator, &act)).await.expect("the move ends").unwrap();
    let after = recruit(&served, &moving, "after").await;
    let own = recruit(&served, &top, "own").await;
    assert_eq!(number(&subscriber.event().await), own.number);
    let mut replayed = Subscriber::follow(&served, Way::WebSocket, top.member.token(), &from_the_beginning()).await;
    assert_eq!(number(&replayed.event().await), own.number, "what was missed is replayed by the rules of today");
    let mut new = Subscriber::follow(&served, Way::WebSocket, elsewhere.member.token(), &from_the_beginning()).await;
    assert_eq!(number(&new.event().await), after.number, "what was read before the move was not the new upline's");
}

async fn a_cursor_that_is_none_is_refused(app: App) {
    let served = Served::start(&app).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    for cursor in ["", "x", "bjoxOjI", "ZTox"] {
        let document = format!("subscription {{ partnerJoined(after: \"{cursor}\") {{ cursor }} }}");
        assert_eq!(ended_at_once(&served, Some(sponsor.member.token()), &document).await, "BAD_USER_INPUT", "{cursor}");
    }
}

async fn who_missed_too_much_is_told_so(app: App) {
    let served = Served::with(&app, &["events.replay_events=5"]).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    // Who hears them all knows that the server has read them all: transactions of others may keep events back for a while.
    let mut live = Subscriber::follow(&served, Way::WebSocket, sponsor.member.token(), &from_the_beginning()).await;
    for turn in 0..8 {
        let joined = recruit(&served, &sponsor, &format!("recruit-{turn}")).await;
        assert_eq!(number(&live.event().await), joined.number);
    }
    for way in WAYS {
        let mut subscriber = Subscriber::follow(&served, way, sponsor.member.token(), &from_the_beginning()).await;
        let told = subscriber.end().await;
        assert_eq!(told["code"], "LAGGED", "{way:?}");
        // The cursor leads on: a client is not sent round in circles.
        let after = format!("(after: {})", told["cursor"]);
        let mut subscriber = Subscriber::follow(&served, way, sponsor.member.token(), &after).await;
        let joined = recruit(&served, &sponsor, &format!("next-{way:?}").to_lowercase()).await;
        assert_eq!(number(&subscriber.event().await), joined.number, "{way:?}");
    }
}

async fn joins_of_others_and_other_events_are_not_counted_as_missed(app: App) {
    let served = Served::with(&app, &["events.replay_events=5"]).await;
    let sponsor = served.app.join("sponsor", None, None).await.unwrap();
    let first = recruit(&served, &sponsor, "first").await;
    for turn in 0..8 {
        served.app.member(&format!("visitor-{turn}")).await;
    }
    for way in WAYS {
        let mut subscriber = Subscriber::follow(&served, way, sponsor.member.token(), &from_the_beginning()).await;
        assert_eq!(number(&subscriber.event().await), first.number, "{way:?}");
    }
}
