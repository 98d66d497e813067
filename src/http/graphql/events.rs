//! Server-Sent Events: `/graphql/stream` in the distinct connections mode of graphql-sse, each operation a request of its own.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use super::Transport;
use super::exchange::{mutation_over_get, read_body, read_uri, respond};
use super::media::Media;
use super::pump::pump;
use crate::graphql::answer::Answer;
use crate::graphql::endpoint::{Call, Outcome};
use crate::graphql::errors::ErrorCode;

/// `POST /graphql/stream`.
pub(super) async fn post(State(transport): State<Transport>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match read_body(&transport, &parts, body).await {
        Ok(call) => open(transport, call, true).await,
        Err(refusal) => refusal.into_response(Media::Json),
    }
}

/// `GET /graphql/stream`, for the browser's `EventSource`.
pub(super) async fn get(State(transport): State<Transport>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match read_uri(&parts) {
        Ok(call) => open(transport, call, false).await,
        Err(refusal) => refusal.into_response(Media::Json),
    }
}

/// Runs an operation as an event stream.
///
/// A document that cannot run is reported in the stream, as graphql-sse wants it. A caller that may not enter gets an HTTP status instead: an
/// `EventSource` would come back at once after a stream that ends.
pub(super) async fn open(transport: Transport, call: Call, may_change: bool) -> Response {
    let has_token = call.credentials.bearer_token.is_some();
    let outcome = match transport.endpoint.admit(call) {
        Ok(admitted) if admitted.kind() == OperationType::Mutation && !may_change => return mutation_over_get().into_response(Media::Json),
        Ok(admitted) => transport.endpoint.run(admitted).await,
        Err(answer) => Outcome::Answer(answer),
    };
    match outcome {
        Outcome::Answer(answer) if is_turned_away(&answer) => respond(&answer, Media::Json, has_token),
        // What is done already is told even while the server shuts down.
        Outcome::Answer(answer) => events(&transport, stream::iter([answer]), std::future::pending()),
        Outcome::Stream(answers) => {
            let place = match transport.connection() {
                Ok(place) => place,
                Err(refusal) => return refusal.into_response(Media::Json),
            };
            let settings = &transport.endpoint.settings().streams;
            let (queue, mut queued) = mpsc::channel(settings.buffer);
            let stall = Duration::from_millis(settings.stall_millis);
            tokio::spawn(async move {
                pump(answers, &queue, stall, |answer| answer).await;
                drop(place);
            });
            let shutdown = transport.clone();
            events(&transport, stream::poll_fn(move |context| queued.poll_recv(context)), async move { shutdown.shut_down().await })
        }
    }
}

fn is_turned_away(answer: &Answer) -> bool {
    let is_status = matches!(answer.code(), Some(ErrorCode::Unauthenticated | ErrorCode::Forbidden | ErrorCode::RateLimited));
    !answer.is_executed() && is_status
}

/// `next` for each answer, comments in between, and `complete` at the end. A shutdown ends the stream without it, so that the client comes back.
fn events<A, S>(transport: &Transport, mut answers: A, shutdown: S) -> Response
where
    A: Stream<Item = Answer> + Send + Unpin + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let period = Duration::from_millis(transport.endpoint.settings().streams.keep_alive_millis.max(1));
    let lines = async_stream::stream! {
        tokio::pin!(shutdown);
        loop {
            let event = tokio::select! {
                () = &mut shutdown => return,
                answer = answers.next() => answer.map(|answer| next(&answer)),
                () = tokio::time::sleep(period) => Some(":\n\n".to_owned()),
            };
            let Some(event) = event else { break };
            yield Ok::<_, Infallible>(event);
        }
        // `EventSource` drops an event without a data line, though it be empty.
        yield Ok("event: complete\ndata:\n\n".to_owned());
    };
    let headers = [(header::CONTENT_TYPE, Media::Events.content_type()), (header::CACHE_CONTROL, "no-store"), (PROXY_BUFFERING, "no")];
    (headers, Body::from_stream(lines)).into_response()
}

/// nginx would hold events back.
const PROXY_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

fn next(answer: &Answer) -> String {
    let json = serde_json::to_string(answer).unwrap_or_default();
    match answer.cursor() {
        // A line break would end the field.
        Some(cursor) if !cursor.contains(['\r', '\n', '\0']) => format!("event: next\nid: {cursor}\ndata: {json}\n\n"),
        _ => format!("event: next\ndata: {json}\n\n"),
    }
}
