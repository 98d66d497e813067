//! The log and the metrics of this process.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tracing::Subscriber;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::log::{Format, Log};

/// Bounds of the duration histograms, in seconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bounds of the other histograms: statements, batch sizes.
const COUNTS: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 10_000.0];
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts the log of the process, on standard error: standard output belongs to what a command prints.
///
/// # Errors
/// A log was started before, or the filter is not one (the configuration's check sees to that).
pub fn start_log(log: &Log) -> anyhow::Result<()> {
    Ok(subscriber(log, std::io::stderr)?.try_init()?)
}

/// Starts the metrics of the process; the handle renders them as Prometheus text. Have [`upkeep`] run beside the server.
///
/// # Errors
/// Metrics were started before.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let recorder = recorder()?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(BuildError::FailedToSetGlobalRecorder)?;
    Ok(handle)
}

/// Folds what was measured into the histograms and takes a `look` at what has no moment of its own, every few seconds, for ever: without it an unread server's
/// memory would grow.
pub async fn upkeep(metrics: PrometheusHandle, look: impl Fn()) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
        look();
    }
}

/// A recorder that nobody else sees, for tests.
///
/// # Errors
/// Never, as the bounds are not empty.
pub fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    Ok(builder.set_buckets(&COUNTS)?.build_recorder())
}

/// The log as a subscriber that writes to `writer`.
///
/// # Errors
/// The filter is not one.
pub fn subscriber<W>(log: &Log, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, ParseError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = fmt().with_env_filter(EnvFilter::try_new(&log.filter)?).with_writer(writer);
    Ok(match log.format {
        Format::Text => Box::new(lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).finish()),
        Format::Json => Box::new(lines.json().flatten_event(true).with_span_list(false).finish()),
    })
}
