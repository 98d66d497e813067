//! One operation from its parameters to its answer, the same for every transport.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, ObjectType, Request, Response, Schema, ServerError, SubscriptionType};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use super::answer::Answer;
use super::context::{Credentials, LastEventId, Prepared, RequestContext};
use super::documents::{Documents, TrustedDocuments, TrustedDocumentsError};
use super::errors::ErrorCode;
use super::field_order::FieldOrder;
use super::masking::Mask;
use super::measure::{Meter, Stopwatch};
use super::params::Params;
use super::precheck::{Cost, Precheck, SchemaUnreadable};
use super::settings::Settings;
use super::uploads::Uploads;
use crate::store::statements::counted;

/// Why an endpoint cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The schema's own description cannot be read back.
    #[error(transparent)]
    Schema(#[from] SchemaUnreadable),
    /// The allow-list.
    #[error(transparent)]
    TrustedDocuments(#[from] TrustedDocumentsError),
}

/// Everything between a transport and a schema: stored documents, pre-check, authentication, execution, masking, metrics. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    engine: Box<dyn Engine>,
    context: Box<dyn RequestContext>,
    precheck: Precheck,
    documents: Documents,
    mask: Mask,
    meter: Meter,
    running_mutations: watch::Sender<usize>,
    settings: Settings,
}

/// One operation as a transport hands it over.
#[derive(Debug, Default)]
pub struct Call {
    /// What the client sent.
    pub params: Params,
    /// Who it says it is.
    pub credentials: Arc<Credentials>,
    /// The SSE header `Last-Event-ID`.
    pub last_event_id: Option<String>,
    /// The files that came with it.
    pub uploads: Uploads,
}

/// An operation that passed the pre-check.
pub struct Admitted {
    request: Request,
    name: Option<String>,
    kind: OperationType,
    cost: Option<Cost>,
    order: FieldOrder,
    credentials: Arc<Credentials>,
}

impl Admitted {
    /// Query, mutation or subscription.
    #[must_use]
    pub const fn kind(&self) -> OperationType {
        self.kind
    }
}

/// What an operation gives.
pub enum Outcome {
    /// A query's or mutation's answer, or a refusal.
    Answer(Answer),
    /// A subscription's answers.
    Stream(BoxStream<'static, Answer>),
}

impl Endpoint {
    /// An endpoint for a schema. The schema needs no limits of its own.
    ///
    /// # Errors
    /// [`EndpointError`]: the schema's description or the allow-list.
    pub fn new<Q, M, S>(schema: Schema<Q, M, S>, context: impl RequestContext, settings: Settings) -> Result<Self, EndpointError>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let trusted = settings.trusted_documents.as_deref().map(TrustedDocuments::load).transpose()?;
        Ok(Self(Arc::new(Inner {
            precheck: Precheck::new(&schema.sdl(), settings.limits.clone(), settings.introspection)?,
            documents: Documents::new(trusted, settings.persisted_queries),
            mask: Mask::new(settings.limits.errors),
            meter: Meter::new(settings.operation_labels),
            running_mutations: watch::Sender::new(0),
            engine: Box::new(schema),
            context: Box::new(context),
            settings,
        })))
    }

    /// The settings it was built with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Waits until no mutation runs; for shutdown, after the listeners are closed.
    pub async fn drained(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        _ = self.0.running_mutations.subscribe().wait_for(|running| *running == 0).await;
    }

    /// Checks the credentials of a WebSocket; gives the end of its token.
    ///
    /// # Errors
    /// A masked error.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Option<Instant>, ServerError> {
        self.0.guarded(self.0.context.authenticate(credentials), credentials.request_id.as_deref()).await
    }

    /// An answer that ends a stream with this error.
    #[must_use]
    pub(crate) fn refuse(error: async_graphql::Error) -> Answer {
        Answer::refused(server_error(error))
    }

    /// Finds the document and weighs it; nothing is executed.
    ///
    /// # Errors
    /// The refusal to send back.
    pub fn admit(&self, call: Call) -> Result<Admitted, Answer> {
        self.0.admit(call).map_err(|error| {
            let answer = Answer::refused(error);
            self.0.meter.start(None, "unknown".to_owned()).saw(&answer);
            answer
        })
    }

    /// Authenticates and executes. A mutation runs to its end even if the returned future is dropped.
    pub async fn run(&self, admitted: Admitted) -> Outcome {
        let Admitted { request, name, kind, cost, order, credentials } = admitted;
        let span = tracing::info_span!("graphql", operation = name, request_id = credentials.request_id);
        let mut stopwatch = self.0.meter.start(name.as_deref(), kind.to_string());
        let prepared =
            self.0.guarded(self.0.context.prepare(&credentials, request), credentials.request_id.as_deref()).instrument(span.clone()).await;
        let mut answer = match prepared {
            Ok(prepared) if kind == OperationType::Subscription => {
                let run = Run { prepared, order, credentials };
                return Outcome::Stream(self.subscribe(run, stopwatch, span));
            }
            Ok(prepared) => self.answer(kind, Run { prepared, order, credentials }).instrument(span).await.unwrap_or_else(Answer::refused),
            Err(error) => Answer::refused(error),
        };
        stopwatch.saw(&answer);
        if let Some(cost) = cost {
            answer.set_extension("cost", cost.to_value());
        }
        Outcome::Answer(answer)
    }

    async fn answer(&self, kind: OperationType, run: Run) -> Result<Answer, ServerError> {
        if kind == OperationType::Mutation {
            return self.run_to_the_end(run).await;
        }
        let limit = Duration::from_secs(self.0.settings.query_timeout_seconds);
        let timed_out = |_| {
            let message = format!("The query took longer than {} seconds. Ask for less at once.", limit.as_secs());
            ErrorCode::Timeout.at(message, None)
        };
        tokio::time::timeout(limit, self.0.execute(run)).await.map_err(timed_out)?
    }

    /// Money moves in mutations: one that has begun is not cancelled when its client goes away.
    async fn run_to_the_end(&self, run: Run) -> Result<Answer, ServerError> {
        let endpoint = self.clone();
        self.0.running_mutations.send_modify(|running| *running += 1);
        let work = async move {
            let answer = endpoint.0.execute(run).await;
            endpoint.0.running_mutations.send_modify(|running| *running -= 1);
            answer
        };
        tokio::spawn(work.in_current_span()).await.unwrap_or_else(|error| Err(self.0.mask.panicked(&error.to_string(), None)))
    }

    fn subscribe(&self, run: Run, mut stopwatch: Stopwatch, span: Span) -> BoxStream<'static, Answer> {
        let endpoint = self.clone();
        let Run { prepared: Prepared { request, waves, expires_at }, order, credentials } = run;
        let stream = async_stream::stream! {
            let (inner, request_id) = (&*endpoint.0, credentials.request_id.as_deref());
            let mut responses = AssertUnwindSafe(waves.drive_each(inner.engine.stream(request))).catch_unwind();
            loop {
                let next = tokio::select! {
                    biased;
                    () = until(expires_at) => Some(Err(token_expired())),
                    item = responses.next().instrument(span.clone()) => item.map(|item| item.map_err(|panic| inner.mask.panicked(&*panic, request_id))),
                };
                let Some(next) = next else { break };
                let over = next.is_err();
                let answer = next.map_or_else(Answer::refused, |response| inner.masked(response, &order, request_id));
                stopwatch.saw(&answer);
                yield answer;
                if over {
                    break;
                }
            }
        };
        stream.boxed()
    }
}

impl Inner {
    fn admit(&self, mut call: Call) -> Result<Admitted, ServerError> {
        let found = self.documents.find(&mut call.params)?;
        let Params { operation_name, variables, wants_cost, .. } = call.params;
        let checked = self.precheck.check(&found.text, operation_name.as_deref(), &variables)?;
        if let Some(hash) = found.keep {
            self.documents.keep(hash, &found.text);
        }
        let mut request = Request::new(found.text).variables(variables);
        // The library finds an operation by name only in a document that names its operations.
        request.operation_name = checked.name.clone();
        request.set_parsed_query(checked.document);
        if let Some(id) = call.last_event_id {
            request = request.data(LastEventId(id));
        }
        request = request.data(call.uploads);
        let cost = wants_cost.then_some(checked.cost);
        Ok(Admitted { request, name: checked.name, kind: checked.kind, cost, order: checked.order, credentials: call.credentials })
    }

    async fn execute(&self, run: Run) -> Result<Answer, ServerError> {
        let Run { prepared: Prepared { request, waves, .. }, order, credentials } = run;
        let request_id = credentials.request_id.as_deref();
        let work = AssertUnwindSafe(waves.drive(self.engine.execute(request))).catch_unwind();
        match counted(work).await {
            (Ok(response), statements) => Ok(self.masked(response, &order, request_id).after(statements)),
            (Err(panic), _) => Err(self.mask.panicked(&*panic, request_id)),
        }
    }

    fn masked(&self, mut response: Response, order: &FieldOrder, request_id: Option<&str>) -> Answer {
        self.mask.apply(&mut response, request_id);
        order.apply(&mut response.data);
        Answer::of(response)
    }

    /// Runs a part of the application with its errors masked and its panics caught.
    async fn guarded<T>(
        &self,
        part: impl Future<Output = Result<T, async_graphql::Error>>,
        request_id: Option<&str>,
    ) -> Result<T, ServerError> {
        match AssertUnwindSafe(part).catch_unwind().await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                let mut error = server_error(error);
                // Without a source it would pass for an error of the library.
                error.source.get_or_insert_with(|| Arc::new("request context"));
                self.mask.one(&mut error, request_id);
                Err(error)
            }
            Err(panic) => Err(self.mask.panicked(&*panic, request_id)),
        }
    }
}

/// An operation on its way through execution.
struct Run {
    prepared: Prepared,
    order: FieldOrder,
    credentials: Arc<Credentials>,
}

/// A schema with its type forgotten.
trait Engine: Send + Sync {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;
    fn stream(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<E: Executor> Engine for E {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Box::pin(Executor::execute(self, request))
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request, None)
    }
}

/// Resolves at that time; never without one.
pub(crate) async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn server_error(error: async_graphql::Error) -> ServerError {
    ServerError { source: error.source, extensions: error.extensions, ..ServerError::new(error.message, None) }
}

fn token_expired() -> ServerError {
    ErrorCode::Unauthenticated.at("The access token has expired. Refresh it and subscribe again `after` your last cursor.", None)
}
