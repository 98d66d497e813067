//! One socket from its handshake to its close.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout, timeout_at};

use super::super::pump::pump;
use super::super::{Transport, credentials};
use super::message::{Close, Incoming, Outgoing, read};
use crate::graphql::answer::Answer;
use crate::graphql::context::Credentials;
use crate::graphql::endpoint::{Call, Endpoint, Outcome, until};
use crate::graphql::errors::{ErrorCode, over_limit};
use crate::graphql::params::Params;
use crate::graphql::settings::StreamSettings;

/// How long a peer may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(2);

/// A blocked socket is dropped after so many stalls: its streams have ended with `LAGGED` by then, and the client had time to read it.
const STALLS_UNTIL_DROPPED: u32 = 3;

/// Why serving ends.
enum End {
    /// The server closes, and says why.
    Close(Close),
    /// The peer is gone.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// A message of a running operation. The number tells an operation from a later one with the same id.
struct Report {
    id: String,
    number: u64,
    /// `None` when the operation is over.
    answer: Option<Answer>,
}

struct Running {
    number: u64,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) struct Session {
    transport: Transport,
    socket: WebSocket,
    handshake: Credentials,
    /// Set by the acknowledged `connection_init`.
    caller: Option<Arc<Credentials>>,
    init_deadline: Instant,
    expires_at: Option<Instant>,
    operations: HashMap<String, Running>,
    started: u64,
    /// Whether anything came since the last ping.
    is_alive: bool,
    reports: (mpsc::Sender<Report>, mpsc::Receiver<Report>),
}

impl Session {
    pub fn new(transport: Transport, handshake: Credentials, socket: WebSocket) -> Self {
        let streams = &transport.endpoint.settings().streams;
        let init_deadline = Instant::now() + Duration::from_millis(streams.init_timeout_millis);
        let reports = mpsc::channel(streams.buffer.max(1));
        Self {
            transport,
            socket,
            handshake,
            caller: None,
            init_deadline,
            expires_at: None,
            operations: HashMap::new(),
            started: 0,
            is_alive: true,
            reports,
        }
    }

    /// Serves until either side closes.
    pub async fn serve(mut self, speaks_the_protocol: bool) {
        let end = if speaks_the_protocol { self.converse().await } else { Close::bad_subprotocol().into() };
        self.operations.clear();
        if let End::Close(close) = end
            && self.send(close.into_message()).await.is_ok()
        {
            // Reading on until the peer has closed as well lets the frame arrive.
            _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
        }
    }

    async fn converse(&mut self) -> End {
        let transport = self.transport.clone();
        let shutdown = transport.shut_down();
        tokio::pin!(shutdown);
        let period = Duration::from_millis(self.streams().keep_alive_millis.max(1));
        let mut pings = interval_at(Instant::now() + period, period);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let init_deadline = self.caller.is_none().then_some(self.init_deadline);
            let done = tokio::select! {
                () = &mut shutdown => Err(Close::going_away().into()),
                () = until(init_deadline) => Err(Close::init_timeout().into()),
                () = until(self.expires_at) => Err(Close::forbidden("the access token has expired").into()),
                _ = pings.tick() => self.ping().await,
                Some(report) = self.reports.1.recv() => self.report(report).await,
                received = self.socket.recv() => match received {
                    Some(Ok(message)) => self.receive(message).await,
                    Some(Err(_)) | None => Err(End::Gone),
                },
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        self.is_alive = true;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::invalid("Messages must be text").into()),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End::Gone),
        };
        let allowed = self.transport.endpoint.settings().body_bytes;
        if text.len() > allowed {
            return Err(Close::too_big(allowed).into());
        }
        match read(&text)? {
            Incoming::Init(payload) => self.init(&payload).await,
            Incoming::Ping(payload) => self.send(Outgoing::Pong { payload }.into_message()).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe(id, params) => self.subscribe(id, params).await,
            Incoming::Complete(id) => {
                self.operations.remove(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: &serde_json::Value) -> Result<(), End> {
        if self.caller.is_some() {
            return Err(Close::second_init().into());
        }
        let caller = credentials::with_init_payload(self.handshake.clone(), payload);
        let authenticated = timeout_at(self.init_deadline, self.transport.endpoint.authenticate(&caller)).await;
        self.expires_at = match authenticated {
            Ok(Ok(expires_at)) => expires_at,
            Ok(Err(error)) if ErrorCode::of(&error) == Some(ErrorCode::Internal) => return Err(Close::internal(&error.message).into()),
            Ok(Err(error)) => return Err(Close::forbidden(&error.message).into()),
            Err(_) => return Err(Close::init_timeout().into()),
        };
        self.caller = Some(Arc::new(caller));
        self.send(Outgoing::ConnectionAck.into_message()).await
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Result<(), End> {
        let Some(credentials) = self.caller.clone() else { return Err(Close::unauthorized().into()) };
        if self.operations.contains_key(&id) {
            return Err(Close::duplicate(&id).into());
        }
        let allowed = self.streams().operations_per_socket;
        if self.operations.len() >= allowed {
            let message = format!("This socket runs {allowed} operations already, and may run no more at once.");
            let error = over_limit(message, "operationsPerSocket", allowed as u64 + 1, allowed as u64);
            return self.send(Outgoing::Error { id: &id, payload: &[error] }.into_message()).await;
        }
        self.started += 1;
        let operation = Operation {
            endpoint: self.transport.endpoint.clone(),
            id: id.clone(),
            number: self.started,
            reports: self.reports.0.clone(),
            stall: Duration::from_millis(self.streams().stall_millis),
        };
        let task = tokio::spawn(operation.run(Call { params, credentials, ..Call::default() })).abort_handle();
        self.operations.insert(id, Running { number: self.started, task });
        Ok(())
    }

    /// Passes on what an operation has to say; reports of an operation that the client has completed are dropped.
    async fn report(&mut self, report: Report) -> Result<(), End> {
        let Report { id, number, answer } = report;
        if self.operations.get(&id).is_none_or(|running| running.number != number) {
            return Ok(());
        }
        let message = match &answer {
            Some(answer) if answer.is_executed() => Outgoing::Next { id: &id, payload: answer },
            Some(answer) => Outgoing::Error { id: &id, payload: answer.errors() },
            None => Outgoing::Complete { id: &id },
        };
        if !matches!(message, Outgoing::Next { .. }) {
            self.operations.remove(&id);
        }
        self.send(message.into_message()).await
    }

    async fn ping(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.is_alive) {
            return Err(End::Gone);
        }
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let patience = Duration::from_millis(self.streams().stall_millis) * STALLS_UNTIL_DROPPED;
        match timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    fn streams(&self) -> &StreamSettings {
        &self.transport.endpoint.settings().streams
    }
}

/// One operation in a task of its own.
struct Operation {
    endpoint: Endpoint,
    id: String,
    number: u64,
    reports: mpsc::Sender<Report>,
    stall: Duration,
}

impl Operation {
    async fn run(self, call: Call) {
        let outcome = match self.endpoint.admit(call) {
            Ok(admitted) => self.endpoint.run(admitted).await,
            Err(refused) => Outcome::Answer(refused),
        };
        match outcome {
            // The session takes reports until it ends, and then needs none.
            Outcome::Answer(answer) => _ = self.reports.send(self.report(Some(answer))).await,
            Outcome::Stream(answers) => pump(answers, &self.reports, self.stall, |answer| self.report(Some(answer))).await,
        }
        _ = self.reports.send(self.report(None)).await;
    }

    fn report(&self, answer: Option<Answer>) -> Report {
        Report { id: self.id.clone(), number: self.number, answer }
    }
}
