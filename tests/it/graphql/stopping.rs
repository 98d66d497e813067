//! The end of the server, as those see it who are connected.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use upline::http::Bearing;

use crate::app::{App, Backend, TestDatabase};

/// How long a test waits for what must come; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_told_goodbye_before_the_server_ends() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let whole = App::start(&database).whole(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/graphql", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let bearing = Bearing { connections: 1, header_timeout: PATIENCE, grace: PATIENCE };
    // As in a process of its own: whatever still runs when `serve` has ended is dropped with the runtime.
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let stop = async { stopped.await.unwrap() };
        runtime.block_on(whole.serve(listener, stop, bearing)).unwrap();
        runtime.shutdown_background();
    });
    // There is one place for HTTP; a socket takes none, so both are let in.
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let mut request = url.as_str().into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.expect("a place in time").unwrap();
        sockets.push(socket);
    }
    stop.send(()).unwrap();
    for mut socket in sockets {
        let last = timeout(PATIENCE, socket.next()).await.expect("a frame in time");
        let Some(Ok(Message::Close(Some(frame)))) = &last else { panic!("a close frame was expected, not {last:?}") };
        assert_eq!(u16::from(frame.code), 1001, "{frame:?}");
    }
    tokio::task::spawn_blocking(move || server.join().unwrap()).await.unwrap();
    database.remove().await;
}
