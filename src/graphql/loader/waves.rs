//! Runs a request in waves: its resolvers go on until every one of them waits, then everything they asked for is fetched at once.
//!
//! So the statements of a document follow from the document alone: neither the load of the machine nor the time a statement takes decides who shares
//! a batch with whom.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::{BoxFuture, JoinAll, join_all};
use futures_util::task::AtomicWaker;
use futures_util::{FutureExt, Stream, StreamExt};

/// The batches that a request's loaders want fetched. Cheap to clone.
#[derive(Clone, Default)]
pub struct Waves(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Waves {
    /// Puts a batch into the next wave.
    pub(super) fn enlist(&self, batch: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
    }

    fn next(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the request's work, wave by wave.
    pub async fn drive<F: Future>(&self, work: F) -> F::Output {
        let mut work = std::pin::pin!(work);
        let mut driver = Driver::new(self.clone());
        std::future::poll_fn(move |cx| driver.poll(cx, |cx| work.as_mut().poll(cx))).await
    }

    /// The same for the answers of a subscription.
    pub fn drive_each<S: Stream>(&self, answers: S) -> impl Stream<Item = S::Item> {
        let mut answers = Box::pin(answers);
        let mut driver = Driver::new(self.clone());
        futures_util::stream::poll_fn(move |cx| driver.poll(cx, |cx| answers.poll_next_unpin(cx)))
    }
}

/// Polls the work, and fetches a wave whenever the work cannot go on.
struct Driver {
    waves: Waves,
    fetching: Option<JoinAll<BoxFuture<'static, ()>>>,
    calls: Arc<Calls>,
}

/// Tells whether it was the work that asked to be polled, or a statement that came back.
struct Calls {
    work: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.work.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Drop for Driver {
    /// A batch holds its loader, which holds these waves: one that is left here would keep itself alive.
    fn drop(&mut self) {
        drop(self.waves.next());
    }
}

impl Driver {
    fn new(waves: Waves) -> Self {
        Self { waves, fetching: None, calls: Arc::new(Calls { work: AtomicBool::new(true), task: AtomicWaker::new() }) }
    }

    fn poll<T>(&mut self, cx: &mut Context<'_>, mut work: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.calls.task.register(cx.waker());
        let waker = Waker::from(self.calls.clone());
        loop {
            if self.calls.work.swap(false, Ordering::Acquire) {
                if let Poll::Ready(done) = work(&mut Context::from_waker(&waker)) {
                    // A stream that has given an answer calls nobody: it expects to be asked for the next one.
                    self.calls.work.store(true, Ordering::Release);
                    return Poll::Ready(done);
                }
                if self.calls.work.load(Ordering::Acquire) {
                    // It only let others have their turn, and has called already.
                    return Poll::Pending;
                }
            }
            if self.fetching.is_none() {
                let wave = self.waves.next();
                if wave.is_empty() {
                    return Poll::Pending;
                }
                self.fetching = Some(join_all(wave));
            }
            match self.fetching.as_mut().map(|wave| wave.poll_unpin(cx)) {
                Some(Poll::Pending) => return Poll::Pending,
                // Those who waited have called.
                Some(Poll::Ready(_)) | None => self.fetching = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_that_goes_away_takes_its_batches_along() {
        let waves = Waves::default();
        let batches = Arc::downgrade(&waves.0);
        let (inside, held) = (waves.clone(), waves.clone());
        let answer = waves.drive(async move { inside.enlist(Box::pin(async move { drop(held) })) });
        answer.await;
        drop(waves);
        assert!(batches.upgrade().is_none(), "a batch keeps its waves alive");
    }
}
