//! From a stream of answers into the bounded queue of one client.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::mpsc::Sender;
use tokio::time::timeout;

use crate::graphql::answer::Answer;
use crate::graphql::endpoint::Endpoint;
use crate::graphql::errors::lagged;

/// Moves answers into the queue until either side ends.
///
/// A queue that stays full for `stall` belongs to a client that does not keep up: nothing is skipped silently, the stream ends with `LAGGED` and
/// the last cursor that was queued.
pub(super) async fn pump<T>(mut answers: BoxStream<'static, Answer>, queue: &Sender<T>, stall: Duration, wrap: impl Fn(Answer) -> T) {
    let mut last_cursor = None;
    loop {
        let answer = tokio::select! {
            () = queue.closed() => return,
            answer = answers.next() => answer,
        };
        let Some(answer) = answer else { return };
        match timeout(stall, queue.reserve()).await {
            Ok(Ok(place)) => {
                last_cursor = answer.cursor().map(str::to_owned).or(last_cursor);
                place.send(wrap(answer));
            }
            Ok(Err(_)) => return,
            Err(_) => {
                // Freed first: the source must not wait for a client that may never read on.
                drop(answers);
                _ = timeout(stall * 3, queue.send(wrap(Endpoint::refuse(lagged(last_cursor))))).await;
                return;
            }
        }
    }
}
