//! A schema with one field for each behaviour of a resolver that the transport must deal with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Error, Object, Request, Result, Schema, SimpleObject, Subscription};
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::Notify;
use tokio::time::Instant;
use upline::graphql::context::{Credentials, LastEventId, Prepared, RequestContext};
use upline::graphql::errors;
use upline::graphql::loader::waves::Waves;
use upline::graphql::uploads::Upload;

pub type Toy = Schema<Query, Mutation, Ticker>;

/// What tests see of the resolvers from outside.
#[derive(Default)]
pub struct Probe {
    pub payments: AtomicUsize,
    pub payment_started: Notify,
    pub payment_may_finish: Notify,
    pub stream_ended: Notify,
}

pub fn schema(probe: Arc<Probe>) -> Toy {
    Schema::build(Query, Mutation, Ticker).data(probe).finish()
}

/// The credentials, as the principal.
struct Caller(Credentials);

/// Knows the tokens `good`, `brief` (ends soon), `busy` (too many requests) and `broken` (the store fails).
pub struct Door;

impl RequestContext for Door {
    fn prepare<'a>(&'a self, credentials: &'a Credentials, request: Request) -> BoxFuture<'a, Result<Prepared, Error>> {
        Box::pin(async move {
            let expires_at = match credentials.bearer_token.as_deref() {
                None | Some("good") => None,
                Some("brief") => Some(Instant::now() + Duration::from_millis(200)),
                Some("busy") => return Err(errors::rate_limited("Too many requests.", 7)),
                Some("broken") => return Err(Error::new("password=hunter2")),
                Some(_) => return Err(errors::unauthenticated("The access token is unknown.")),
            };
            Ok(Prepared { request: request.data(Caller(credentials.clone())), waves: Waves::default(), expires_at })
        })
    }
}

pub struct Query;

#[Object]
impl Query {
    async fn greeting(&self, name: String) -> String {
        format!("Hello, {name}!")
    }

    async fn caller<'a>(&self, context: &Context<'a>) -> Option<&'a str> {
        context.data_unchecked::<Caller>().0.bearer_token.as_deref()
    }

    /// Address, idempotency key and request id.
    async fn traces(&self, context: &Context<'_>) -> Vec<Option<String>> {
        let caller = &context.data_unchecked::<Caller>().0;
        vec![caller.client_ip.map(|ip| ip.to_string()), caller.idempotency_key.clone()]
    }

    async fn partner(&self) -> Partner {
        Partner { number: 1 }
    }

    async fn account(&self) -> Result<Option<String>> {
        Err(errors::unauthenticated("Log in first."))
    }

    async fn leak(&self) -> Result<Option<String>> {
        Err(std::io::Error::other("connection to 10.0.0.7 refused: password=hunter2").into())
    }

    async fn plain_leak(&self) -> Result<Option<String>> {
        Err(Error::new("password=hunter2"))
    }

    async fn panicking(&self) -> Option<String> {
        fail()
    }

    async fn many_leaks(&self) -> Vec<Leak> {
        (0..100).map(|_| Leak).collect()
    }

    async fn endless(&self) -> Option<bool> {
        std::future::pending().await
    }
}

fn fail() -> Option<String> {
    panic!("password=hunter2")
}

pub struct Leak;

#[Object]
impl Leak {
    async fn value(&self) -> Result<Option<bool>> {
        Err(Error::new("password=hunter2"))
    }
}

pub struct Partner {
    number: i32,
}

#[Object]
impl Partner {
    async fn number(&self) -> i32 {
        self.number
    }

    async fn sponsor(&self) -> Partner {
        Partner { number: self.number + 1 }
    }

    async fn tags(&self) -> Vec<String> {
        vec!["a".to_owned()]
    }

    async fn directs(&self, first: Option<i32>) -> Vec<Partner> {
        let first = first.unwrap_or(20).min(100);
        (0..first).map(|number| Partner { number }).collect()
    }

    async fn downline(&self, first: Option<i32>, last: Option<i32>) -> Connection<i32, Partner> {
        let count = first.or(last).unwrap_or(20).min(100);
        let mut connection: Connection<i32, Partner, EmptyFields, EmptyFields> = Connection::new(false, false);
        connection.edges.extend((0..count).map(|number| Edge::new(number, Partner { number })));
        connection
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    /// How long each file is, and the words beside it.
    async fn weigh(&self, context: &Context<'_>, files: Vec<Upload>, words: Option<String>) -> Result<String> {
        let weights = files.iter().map(|file| Ok(file.content(context)?.len())).collect::<Result<Vec<_>>>()?;
        Ok(format!("{weights:?} {}", words.unwrap_or_default()))
    }

    /// Takes a file and fails.
    async fn drop_it(&self, file: Upload) -> Result<bool> {
        let _ = file;
        Err(Error::new("password=hunter2"))
    }

    /// Begins, waits until the test lets it go on, and counts.
    async fn pay(&self, context: &Context<'_>) -> i32 {
        let probe = context.data_unchecked::<Arc<Probe>>();
        probe.payment_started.notify_one();
        probe.payment_may_finish.notified().await;
        probe.payments.fetch_add(1, Ordering::SeqCst);
        1
    }

    async fn touch(&self) -> bool {
        true
    }
}

#[derive(Clone, SimpleObject)]
pub struct Tick {
    cursor: String,
    number: usize,
    padding: String,
}

impl Tick {
    fn new(number: usize, padding: usize) -> Self {
        Self { cursor: format!("c{number}"), number, padding: "x".repeat(padding) }
    }
}

/// Tells the probe when the transport lets go of a stream.
struct Ended(Arc<Probe>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.stream_ended.notify_one();
    }
}

pub struct Ticker;

#[Subscription]
impl Ticker {
    /// As many ticks as asked for, after the cursor or `Last-Event-ID`.
    async fn ticks(&self, context: &Context<'_>, count: usize, after: Option<String>) -> impl Stream<Item = Tick> + use<> {
        let after = after.or_else(|| context.data_opt::<LastEventId>().map(|id| id.0.clone()));
        let seen = after.and_then(|cursor| cursor.trim_start_matches('c').parse().ok()).unwrap_or(0);
        stream::iter((seen + 1)..=count).map(|number| Tick::new(number, 0))
    }

    /// One tick, and then silence.
    async fn waiting(&self, context: &Context<'_>) -> impl Stream<Item = Tick> + use<> {
        let ended = Ended(Arc::clone(context.data_unchecked::<Arc<Probe>>()));
        stream::iter([Tick::new(1, 0)]).chain(stream::pending()).map(move |tick| {
            let _held = &ended;
            tick
        })
    }

    /// Big ticks as fast as they are taken.
    async fn flood(&self, context: &Context<'_>) -> impl Stream<Item = Tick> + use<> {
        let ended = Ended(Arc::clone(context.data_unchecked::<Arc<Probe>>()));
        stream::iter(1..).map(move |number| {
            let _held = &ended;
            Tick::new(number, 100_000)
        })
    }

    async fn forbidden(&self) -> Result<stream::Empty<i32>> {
        Err(errors::forbidden("Only partners may listen here."))
    }

    async fn leaking(&self) -> impl Stream<Item = Result<i32>> + use<> {
        stream::iter([Ok(1), Err(Error::new("password=hunter2"))])
    }

    async fn panicking(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=2).map(|number| if number == 2 { panic!("password=hunter2") } else { number })
    }
}
