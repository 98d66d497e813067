//! Answers that tell nothing by the time they take.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Answers go out at whole multiples of this; what is done until then takes a small part of it.
const STEP: Duration = Duration::from_millis(300);

/// Waits with what an act gives until the next step after its beginning.
pub(super) async fn answer<T>(act: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let given = act.await;
    let steps = began.elapsed().as_millis() / STEP.as_millis() + 1;
    sleep_until(began + STEP * u32::try_from(steps).unwrap_or(1)).await;
    given
}
