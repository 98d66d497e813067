//! Server-Sent Events: `/graphql/stream` in the distinct connections mode of graphql-sse, each operation a request of its own.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
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
        Outcome::Answer(answer) => events(&transport, stream::iter([answer])),
        Outcome::Stream(answers) => {
            let settings = &transport.endpoint.settings().streams;
            let (queue, mut queued) = mpsc::channel(settings.buffer);
            let stall = Duration::from_millis(settings.stall_millis);
            tokio::spawn(async move { pump(answers, &queue, stall, |answer| answer).await });
            events(&transport, stream::poll_fn(move |context| queued.poll_recv(context)))
        }
    }
}

fn is_turned_away(answer: &Answer) -> bool {
    let is_status = matches!(answer.code(), Some(ErrorCode::Unauthenticated | ErrorCode::Forbidden | ErrorCode::RateLimited));
    !answer.is_executed() && is_status
}

/// `next` for each answer, and `complete` at the end or when the server shuts down.
fn events(transport: &Transport, answers: impl Stream<Item = Answer> + Send + 'static) -> Response {
    let shutdown = transport.clone();
    let nexts = answers.take_until(async move { shutdown.shut_down().await }).map(|answer| next(&answer));
    let complete = stream::once(async { Event::default().event("complete").data("") });
    let interval = Duration::from_millis(transport.endpoint.settings().streams.keep_alive_millis);
    let keep_alive = KeepAlive::new().interval(interval);
    Sse::new(nexts.chain(complete).map(Ok::<_, Infallible>)).keep_alive(keep_alive).into_response()
}

fn next(answer: &Answer) -> Event {
    let event = Event::default().event("next").data(serde_json::to_string(answer).unwrap_or_default());
    match answer.cursor() {
        // A line break would end the field, and the library panics on one.
        Some(cursor) if !cursor.contains(['\r', '\n', '\0']) => event.id(cursor),
        _ => event,
    }
}
