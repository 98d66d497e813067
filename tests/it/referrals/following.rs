//! Links are followed: where they lead, what is remembered, what counts.

use std::time::{Duration, Instant as Stopwatch};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use upline::commands::purge::purge;
use upline::commands::referral_links::{CreateReferralLink, count_clicks, create_referral_link, delete_referral_link, visit};
use upline::domain::instant::Instant;
use upline::domain::referral_links::Utm;
use upline::http::Bearing;

use super::{BROWSER, click, create, link};
use crate::app::{App, Backend, TestDatabase, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    a_link_leads_to_its_target_and_is_remembered,
    what_leads_nowhere_leads_to_the_front_end_and_credits_nobody,
    clicks_of_two_servers_at_once_are_counted_exactly,
    hashes_of_visitors_go_when_their_day_is_over,
    a_server_counts_by_itself,
);

const FRONT: [&str; 2] = ["referral.front_end=https://shop.example/app", "server.public_url=https://upline.example"];

/// Status, target and cookie of a request.
async fn follow(served: &Served, method: Method, code: &str, agent: &str) -> (StatusCode, String, String) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.request(method, served.url("http", &format!("/ref/{code}"))).header(USER_AGENT, agent);
    let answer = request.send().await.unwrap();
    let text = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status(), text(LOCATION), text(SET_COOKIE))
}

/// Clicks and visitors of all days.
async fn figures(app: &App) -> (i64, i64) {
    let sum = async |column: &str| app.value(&format!("SELECT CAST(coalesce(sum({column}), 0) AS BIGINT) FROM referral_days"), []).await;
    (sum("clicks").await, sum("visitors").await)
}

async fn a_link_leads_to_its_target_and_is_remembered(app: App) {
    let served = Served::with(&app, &FRONT).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let utm = Utm { source: Some("news & more".into()), campaign: Some("26".into()), ..Utm::default() };
    let target_url = Some("https://shop.example/app/new?a=b".to_owned());
    let input = CreateReferralLink { target_url, utm, ..link("Summer") };
    create_referral_link(&served.app.services, &anna.member.principal, &input).await.unwrap();
    let (status, target, cookie) = follow(&served, Method::GET, "summer", BROWSER).await;
    assert_eq!(status, StatusCode::FOUND);
    assert_eq!(target, "https://shop.example/app/new?a=b&utm_source=news+%26+more&utm_campaign=26&ref=SUMMER");
    assert_eq!(cookie, "upline_ref=SUMMER; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
    let (_, target, cookie) = follow(&served, Method::GET, &anna.code, BROWSER).await;
    assert_eq!(target, format!("https://shop.example/app?ref={}", anna.code));
    assert!(cookie.starts_with(&format!("upline_ref={};", anna.code)), "{cookie}");
    // Neither a look ahead nor a program is a person's click.
    for (method, agent) in [(Method::HEAD, BROWSER), (Method::GET, "Googlebot/2.1"), (Method::GET, "curl/8.5.0"), (Method::GET, "")] {
        assert_eq!(follow(&served, method, "summer", agent).await.0, StatusCode::FOUND);
    }
    assert_eq!(follow(&served, Method::POST, "summer", BROWSER).await.0, StatusCode::METHOD_NOT_ALLOWED);
    count_clicks(&served.app.services).await.unwrap();
    assert_eq!(figures(&app).await, (2, 2));

    // The cookie stands in for the code that a page would send along.
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { session { account { id } } userErrors { code } } }";
    let input = json!({ "username": "carl", "email": "carl@example.org", "name": "Carl", "password": "a long password" });
    let body = json!({ "query": document, "variables": { "input": input } });
    let request = Client::new().post(served.url("http", "/graphql")).header(COOKIE, "a=b; upline_ref=summer").json(&body);
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["signUp"]["userErrors"], json!([]), "{answer}");
    assert_eq!(app.count("referral_attributions WHERE link_id IS NOT NULL").await, 1);
    let plain = Served::with(&app, &[]).await;
    let (_, target, cookie) = follow(&plain, Method::GET, "summer", BROWSER).await;
    assert_eq!(cookie, "upline_ref=SUMMER; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", "no https, no Secure");
    assert!(target.starts_with("http://127.0.0.1:8080/?utm_source="), "what is not allowed any more is not followed: {target}");
}

async fn what_leads_nowhere_leads_to_the_front_end_and_credits_nobody(app: App) {
    let served = Served::with(&app, &FRONT).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let (services, who) = (&served.app.services, &anna.member.principal);
    let deleted = create(&served.app, who, "deleted").await.unwrap();
    delete_referral_link(services, who, deleted).await.unwrap();
    let expires_at = Some(Instant::parse("2026-03-01T12:00:01Z").unwrap());
    create_referral_link(services, who, &CreateReferralLink { expires_at, ..link("ended") }).await.unwrap();
    create(&served.app, who, "kept").await.unwrap();
    assert!(!follow(&served, Method::GET, "ended", BROWSER).await.2.is_empty(), "it has not ended yet");
    app.clock.advance(1);
    let long = "x".repeat(500);
    let nowhere = ["deleted", "ended", "nobody", "%2e%2e%2fetc", "a%0d%0aset-cookie:x=y", "%00", "https:%2f%2fevil.example", &long];
    for code in nowhere {
        let (status, target, cookie) = follow(&served, Method::GET, code, BROWSER).await;
        assert_eq!((status, target.as_str(), cookie.as_str()), (StatusCode::FOUND, "https://shop.example/app", ""), "{code}");
    }
    app.execute("UPDATE partners SET status = 'SUSPENDED'", []).await;
    for code in ["kept", &anna.code] {
        let (_, target, cookie) = follow(&served, Method::GET, code, BROWSER).await;
        assert_eq!((target.as_str(), cookie.as_str()), ("https://shop.example/app", ""), "{code}");
    }
    count_clicks(services).await.unwrap();
    assert_eq!(figures(&app).await, (1, 1));
}

/// Two servers, eight visitors' programs each, two links and a partner's own code; both write all the while.
async fn clicks_of_two_servers_at_once_are_counted_exactly(app: App) {
    const CLICKS: u32 = 400;
    let servers = [app.with(&["referral.counted_per_minute=100000"]), app.with(&["referral.counted_per_minute=100000"])];
    let anna = app.join("anna", None, None).await.unwrap();
    for code in ["one", "two"] {
        create(&app, &anna.member.principal, code).await.unwrap();
    }
    let started = Stopwatch::now();
    let mut tasks = Vec::new();
    for server in &servers {
        for task in 0..8_u32 {
            let (server, own) = (server.clone(), anna.code.clone());
            tasks.push(tokio::spawn(async move {
                for turn in 0..CLICKS {
                    let code = ["one", "two", &own][(turn % 3) as usize];
                    // Every visitor comes to both servers.
                    visit(&server.services, &click(code, task * 1_000 + turn / 3 % 50)).await.unwrap();
                }
            }));
        }
        let server = server.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..20 {
                count_clicks(&server.services).await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let elapsed = started.elapsed();
    for server in &servers {
        count_clicks(&server.services).await.unwrap();
    }
    let all = i64::from(CLICKS) * 16;
    assert_eq!(figures(&app).await, (all, 8 * 50 * 3), "16 times {CLICKS} clicks, 400 visitors of each link");
    assert_eq!((app.count("referral_days").await, app.count("referral_visitors").await), (3, 1_200));
    assert_eq!(app.count("referral_salts").await, 1, "both servers hash by one salt");
    eprintln!("{all} clicks on two servers, counted meanwhile: {all} counted, 1200 visitors, {elapsed:?}");
}

async fn hashes_of_visitors_go_when_their_day_is_over(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let visitors = async |more: i64| {
        app.clock.advance(more * 86_400);
        visit(&app.services, &click(&anna.code, 1)).await.unwrap();
        count_clicks(&app.services).await.unwrap();
        let gone = purge(&app.services).await.unwrap().visitors;
        (gone, [app.count("referral_visitors").await, app.count("referral_salts").await], figures(&app).await)
    };
    assert_eq!(visitors(0).await, (0, [1, 1], (1, 1)));
    assert_eq!(visitors(0).await, (0, [1, 1], (2, 1)), "the same visitor on the same day");
    assert_eq!(visitors(1).await, (0, [2, 2], (3, 2)), "nobody is known again the next day");
    assert_eq!(visitors(1).await, (1, [2, 2], (4, 3)), "what was counted stays, and the salt of the day has gone");
    let plain: Vec<u8> = app.value("SELECT visitor FROM referral_visitors", []).await;
    assert!(plain.len() == 16 && !plain.windows(4).any(|bytes| bytes == [0, 0, 0, 1] || bytes == [0x20; 4]), "no address");
}

async fn a_server_counts_by_itself(app: App) {
    let served = Served::with(&app, &FRONT).await;
    let anna = app.join("anna", None, None).await.unwrap();
    follow(&served, Method::GET, &anna.code, BROWSER).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if figures(&app).await == (1, 1) {
            return;
        }
    }
    panic!("the click was not counted within five seconds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_loses_no_click_on_sqlite() {
    a_stop_loses_no_click(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_loses_no_click_on_postgres() {
    a_stop_loses_no_click(Backend::Postgres).await;
}

async fn a_stop_loses_no_click(backend: Backend) {
    let database = TestDatabase::create(backend).await;
    let app = App::start(&database);
    let anna = app.join("anna", None, None).await.unwrap();
    let whole = app.whole(&FRONT).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ref/{}", listener.local_addr().unwrap(), anna.code);
    let (stop, stopped) = oneshot::channel::<()>();
    let bearing = Bearing { connections: 10, header_timeout: Duration::from_secs(30), grace: Duration::from_secs(10) };
    let server = tokio::spawn(whole.serve(listener, async { stopped.await.unwrap() }, bearing));
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    for _ in 0..20 {
        client.get(&url).header(USER_AGENT, BROWSER).send().await.unwrap();
    }
    // Whoever keeps a connection open holds the stop up.
    drop(client);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    let database = database.reopen().await;
    assert_eq!(figures(&App::start(&database)).await, (20, 1));
    database.remove().await;
}
