//! The page in a browser, served by the real application. It needs Chromium, Node.js and npm, and the page built (`tests/run` does all that).

use std::time::{SystemTime, UNIX_EPOCH};

use upline::domain::instant::Instant;

use crate::app::{App, Backend, PASSWORD, run};
use crate::graphql::served::Served;
use crate::transport::clients::run_in;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_opens_signs_in_and_runs_examples() {
    run(Backend::Sqlite, use_the_page).await;
}

async fn use_the_page(app: App) {
    // The browser compares the tokens' end with its own time.
    #[allow(clippy::disallowed_methods, reason = "the browser's clock is the system's")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    app.clock.set(Instant::from_seconds(now.as_secs().try_into().unwrap()).unwrap());
    app.join("visitor", None, None).await.unwrap();
    let served = Served::start(&app).await;
    let text = run_in("tests/page", "page.mjs", vec![served.url("http", "/"), "visitor".to_owned(), PASSWORD.to_owned()]).await;
    assert_eq!(text.lines().filter(|line| line.starts_with("ok ")).count(), 9, "{text}");
}
