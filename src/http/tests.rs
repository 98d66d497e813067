use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures_util::stream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use super::*;
use crate::config::log::{Format, Log};
use crate::config::{Config, Sources};
use crate::telemetry;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn server(overrides: &[&str]) -> Server {
    let overrides = overrides.iter().map(|&pair| pair.to_owned()).collect();
    Config::load(&Sources { overrides, ..Sources::default() }).unwrap().server
}

fn parts(overrides: &[&str]) -> Parts {
    let served = AtomicUsize::new(0);
    let graphql = Router::new()
        .route("/graphql", post(|body: Bytes| async move { format!("{} bytes", body.len()) }))
        .route("/partners/{number}", get(|| async { "a partner" }))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("the cellar is on fire")
                }
            }),
        )
        .route("/long", get(|| async { "x".repeat(10_000) }))
        .route("/stream", get(|| async { Sse::new(stream::iter((0..500).map(|_| Ok::<_, axum::Error>(Event::default().data("tick"))))) }));
    Parts {
        server: server(overrides),
        graphql,
        referrals: Referrals {
            guide: guide(async |_| Some(Landing { url: "https://shop.example/".to_owned(), code: Some("ANNA".to_owned()) })),
            cookie_days: 2,
            is_secure: overrides.contains(&"server.public_url=https://upline.example"),
        },
        upload_bytes: 0,
        metrics: telemetry::recorder().unwrap().handle(),
        readiness: readiness(async || Ok(())),
        request_ids: Arc::new(move || format!("made-{}", served.fetch_add(1, Ordering::Relaxed))),
    }
}

async fn ask(router: &Router, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    Answer { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn get_from(router: &Router, path: &str) -> Answer {
    ask(router, Request::get(path), Body::empty()).await
}

#[tokio::test]
async fn a_sane_request_id_is_echoed_and_any_other_is_replaced() {
    let router = router(parts(&[]));
    for (given, echoed) in [
        (Some("job-7.a_b"), "job-7.a_b"),
        (None, "made-0"),
        (Some("a b"), "made-1"),
        (Some(&*"x".repeat(65)), "made-2"),
        (Some(""), "made-3"),
    ] {
        let mut request = Request::get("/health/live");
        if let Some(given) = given {
            request = request.header("X-Request-Id", given);
        }
        assert_eq!(ask(&router, request, Body::empty()).await.header("x-request-id"), echoed);
    }
}

#[tokio::test]
async fn a_panic_is_answered_with_its_incident_id_and_nothing_else() {
    let answer = get_from(&router(parts(&[])), "/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains(r#""extensions":{"code":"INTERNAL","incident":"made-0"}"#), "{}", answer.body);
    assert!(!answer.body.contains("cellar"));
    assert_eq!(answer.header("x-request-id"), "made-0");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let slow =
        Router::new().route("/slow", get(std::future::pending::<()>)).layer(from_fn_with_state(Duration::ZERO, middleware::limit_time));
    let answer = get_from(&slow, "/slow").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("TIMEOUT"), "{}", answer.body);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_tells_its_length() {
    let router = router(parts(&["server.request_bytes=1024"]));
    assert_eq!(ask(&router, Request::post("/graphql"), "x".repeat(1024)).await.body, "1024 bytes");
    let told = ask(&router, Request::post("/graphql").header("content-length", "1025"), "x".repeat(1025)).await;
    let untold = Body::from_stream(stream::iter((0..3).map(|_| Ok::<_, axum::Error>("x".repeat(512)))));
    let untold = ask(&router, Request::post("/graphql"), untold).await;
    assert_eq!((told.status, untold.status), (StatusCode::PAYLOAD_TOO_LARGE, StatusCode::PAYLOAD_TOO_LARGE));
}

#[tokio::test]
async fn answers_are_compressed_but_event_streams_never() {
    let router = router(parts(&[]));
    for (path, accepted, encoding) in
        [("/long", "gzip", "gzip"), ("/long", "br", "br"), ("/long", "identity", ""), ("/stream", "gzip, br", "")]
    {
        let answer = ask(&router, Request::get(path).header("accept-encoding", accepted), Body::empty()).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{path} {accepted}");
    }
}

#[tokio::test]
async fn only_configured_origins_may_call_from_other_pages() {
    let preflight = |origin: &'static str| {
        Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
    };
    let closed = router(parts(&[]));
    assert_eq!(ask(&closed, preflight("https://shop.example"), Body::empty()).await.header("access-control-allow-origin"), "");
    let listed = router(parts(&["server.cors_origins=https://shop.example,https://b.example"]));
    let allowed = ask(&listed, preflight("https://shop.example"), Body::empty()).await;
    assert_eq!(
        (allowed.header("access-control-allow-origin"), allowed.header("access-control-allow-credentials")),
        ("https://shop.example", "")
    );
    assert_eq!(ask(&listed, preflight("https://evil.example"), Body::empty()).await.header("access-control-allow-origin"), "");
    let open = ask(&router(parts(&["server.cors_origins=*"])), preflight("https://any.example"), Body::empty()).await;
    assert_eq!((open.header("access-control-allow-origin"), open.header("access-control-allow-credentials")), ("*", ""));
}

#[tokio::test]
async fn answers_carry_security_headers_and_are_not_stored() {
    let answer = get_from(&router(parts(&[])), "/partners/7").await;
    assert_eq!((answer.header("x-content-type-options"), answer.header("x-frame-options")), ("nosniff", "DENY"));
    assert_eq!((answer.header("referrer-policy"), answer.header("cache-control")), ("no-referrer", "no-store"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test]
async fn readiness_follows_its_check_and_says_why_not() {
    let up = router(parts(&[]));
    assert_eq!(get_from(&up, "/health/live").await.body, r#"{"status":"live"}"#);
    assert_eq!(get_from(&up, "/health/ready").await.body, r#"{"status":"ready"}"#);
    let down = router(Parts { readiness: readiness(async || Err("the database does not answer".to_owned())), ..parts(&[]) });
    let answer = get_from(&down, "/health/ready").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("the database does not answer"), "{}", answer.body);
    assert_eq!(get_from(&down, "/health/live").await.status, StatusCode::OK);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let recorder = telemetry::recorder().unwrap();
    let metrics = recorder.handle();
    let _guard = ::metrics::set_default_local_recorder(&recorder);
    let router = router(Parts { metrics, ..parts(&[]) });
    get_from(&router, "/partners/7?token=secret").await;
    get_from(&router, "/partners/8").await;
    ask(&router, Request::builder().method("BREW").uri("/partners/8"), Body::empty()).await;
    let answer = get_from(&router, "/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        r#"http_requests_total{route="/partners/{number}",method="GET",status="200"} 2"#,
        r#"http_requests_total{route="/partners/{number}",method="other",status="405"} 1"#,
        r#"http_request_seconds_count{route="/partners/{number}",method="GET",status="200"} 2"#,
        "# HELP http_requests_total Requests answered",
    ] {
        assert!(answer.body.contains(line), "{line}\n{}", answer.body);
    }
    assert!(!answer.body.contains("/partners/7") && !answer.body.contains("secret"));
}

#[tokio::test]
async fn metrics_can_be_turned_off() {
    assert_eq!(get_from(&router(parts(&["server.metrics=false"])), "/metrics").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_built_page_is_served_with_types_caching_and_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    fs::write(folder.path().join("index.html"), "<!doctype html>the page").unwrap();
    fs::write(folder.path().join("assets/index-abc123.js"), "export {}").unwrap();
    let router = router(parts(&[&format!("server.playground_dir={}", folder.path().display())]));

    let page = get_from(&router, "/").await;
    assert_eq!((page.body.as_str(), page.header("cache-control")), ("<!doctype html>the page", "no-cache"));
    assert!(page.header("content-type").starts_with("text/html") && page.header("content-security-policy").contains("script-src 'self'"));
    let script = get_from(&router, "/assets/index-abc123.js").await;
    assert!(script.header("content-type").contains("javascript") && script.header("cache-control").contains("immutable"));
    for path in ["/assets/gone.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/nothing"] {
        let missing = get_from(&router, path).await;
        assert_eq!((missing.status, missing.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"), "{path}");
    }
    assert_eq!(ask(&router, Request::post("/nothing"), Body::empty()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_built_page_the_server_says_how_to_build_it() {
    let answer = get_from(&router(parts(&["server.playground_dir=/nonexistent"])), "/").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("npm ci &amp;&amp; npm run build"), "{}", answer.body);
}

/// Collects log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_access_log_is_json_with_the_request_id_and_without_queries_or_tokens() {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = Log { format: Format::Json, filter: "info".to_owned() };
    // Each log line decides on its first use whether anybody listens, also in tests beside this one: all are used before, and asked again after.
    get_from(&router(parts(&[])), "/partners/7").await;
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).ok();
    let _guard = tracing::subscriber::set_default(telemetry::subscriber(&log, move || writer.clone()).unwrap());
    tracing::callsite::rebuild_interest_cache();
    let request = Request::get("/partners/7?token=hunter2").header("authorization", "Bearer hunter2").header("x-request-id", "abc");
    ask(&router(parts(&[])), request, Body::empty()).await;
    let text = String::from_utf8(lines.bytes().clone()).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((&line["method"], &line["route"], &line["status"]), (&"GET".into(), &"/partners/{number}".into(), &200.into()), "{text}");
    assert_eq!(line["span"]["request_id"], "abc", "{text}");
    assert!(!text.contains("hunter2") && !text.contains("partners/7"), "{text}");
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_key_to_change() {
    let holder = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = holder.local_addr().unwrap();
    let message = bind(address).await.unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("server.listen = {address}: the port is in use")) && message.contains("--set server.listen="),
        "{message}"
    );
}

fn bearing(grace_seconds: u64) -> Bearing {
    let (header_timeout, grace) = (Duration::from_millis(50), Duration::from_secs(grace_seconds));
    Bearing { connections: 1, header_timeout, grace }
}

#[tokio::test]
async fn a_client_that_never_ends_its_headers_loses_its_place() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", get(|| async { "here" }));
    tokio::spawn(serve(listener, router, std::future::pending(), bearing(0)));
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    // There is one place only: the next client is served when the silent one and the slow one are gone.
    let mut next = TcpStream::connect(address).await.unwrap();
    next.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    next.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).await.unwrap();
    slow.read_to_end(&mut rest).await.unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("200"));
}

#[tokio::test]
async fn a_stop_lets_requests_under_way_end_and_drops_what_outlasts_the_grace() {
    let (release, gate) = oneshot::channel::<()>();
    let gate = Arc::new(Mutex::new(Some(gate)));
    let (entered, under_way) = oneshot::channel::<()>();
    let entered = Arc::new(Mutex::new(Some(entered)));
    let finishing = get(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
        entered.lock().unwrap().take().unwrap().send(()).unwrap();
        let gate = gate.lock().unwrap().take().unwrap();
        gate.await.unwrap();
        format!("done for {}", peer.ip())
    });
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, Router::new().route("/", finishing), async { stopped.await.unwrap() }, bearing(600)));
    let answer = tokio::spawn(async move { reqwest::get(url).await.unwrap().text().await.unwrap() });
    under_way.await.unwrap();
    stop.send(()).unwrap();
    release.send(()).unwrap();
    assert_eq!(answer.await.unwrap(), "done for 127.0.0.1");
    serving.await.unwrap();

    let (entered, mut under_way) = tokio::sync::mpsc::channel::<()>(1);
    let hanging = Router::new().route(
        "/",
        get(move || async move {
            entered.send(()).await.unwrap();
            std::future::pending::<()>().await
        }),
    );
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, hanging, async { stopped.await.unwrap() }, bearing(0)));
    let hanging = tokio::spawn(reqwest::get(url));
    under_way.recv().await.unwrap();
    stop.send(()).unwrap();
    serving.await.unwrap();
    hanging.abort();
}
