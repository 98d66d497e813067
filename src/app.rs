//! The composition root: the only place that makes a clock and a source of randomness, and puts the layers together.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use rand::Rng as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::broker::Hub;
use crate::commands::epins::retire_epins;
use crate::commands::folding::{Folded, fold_volumes};
use crate::commands::orders::complete_due_orders;
use crate::commands::payouts::{Known, keep_folder, known_folder};
use crate::commands::purge::{Purged, purge};
use crate::commands::referral_links::{self, Visit, count_clicks};
use crate::commands::seal::seal_journals;
use crate::commands::{Outside, Services};
use crate::config::Config;
use crate::config::secrets::signing_key;
use crate::domain::clock::Clock;
use crate::domain::hexadecimal::hexadecimal;
use crate::domain::instant::Instant;
use crate::domain::random::Random;
use crate::graphql::endpoint::Endpoint;
use crate::graphql::network::{Book, Network};
use crate::graphql::paging::PageSizes;
use crate::graphql::request::Door;
use crate::graphql::{roots, settings};
use crate::http;
use crate::jobs::mails::deliver;
use crate::jobs::payouts::carry;
use crate::outbound::mails::Post;
use crate::outbound::payouts::{FolderRail, Place};
use crate::store::database::Database;
use crate::store::{folding, settings as settings_of_network};

/// Between two rounds of sealing.
const SEAL_PAUSE: Duration = Duration::from_secs(5);
/// Between two rounds of folding.
const FOLD_PAUSE: Duration = Duration::from_secs(1);
/// Between two rounds of clearing expired e-pins: they cannot be used in the meantime.
const RETIRE_PAUSE: Duration = Duration::from_secs(60);
/// Between two rounds of finishing paid orders.
const COMPLETE_PAUSE: Duration = Duration::from_secs(60);
/// Between two rounds of counting clicks.
const COUNT_PAUSE: Duration = Duration::from_secs(1);

/// The system's clock.
struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the composition root makes the clock")]
    fn now(&self) -> Instant {
        Instant::from_nanos(i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX))
    }
}

/// The system's source of randomness, fit for secrets.
struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, reason = "the composition root makes the source of randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// What the surroundings of acts are made of.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
}

impl World {
    /// The real one.
    #[must_use]
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

/// What acts work with; `wake` is called after every commit that wrote an event.
///
/// # Errors
/// No signing key, or a configuration that does not go together.
pub fn services(config: &Config, database: Database, world: &World, wake: Arc<dyn Fn() + Send + Sync>) -> anyhow::Result<Services> {
    let key = signing_key(config, |bytes| world.random.fill(bytes))?;
    let outside = Outside { clock: world.clock.clone(), random: world.random.clone(), wake };
    Ok(Services::new(config, &key, database, outside)?)
}

/// The folder that payouts leave by, where the configuration wants one. It is made once; after that no other one is used, and none is made where a share
/// is away.
///
/// # Errors
/// The database's, or the first folder cannot be made.
pub async fn payout_rail(config: &Config, services: &Services) -> anyhow::Result<Option<FolderRail>> {
    let Some(place) = Place::new(config)? else { return Ok(None) };
    let fresh = fresh_id(services);
    let id = match known_folder(services).await? {
        Known::Folder(id) => id,
        Known::New => keep_folder(services, &place.furnish(&fresh)?).await?,
        Known::InUse => keep_folder(services, &place.furnish_in_use(&fresh)?).await?,
    };
    Ok(Some(place.rail(id)))
}

/// Makes the folder of the configuration ready for payouts, whichever they left by before; gives its id.
///
/// # Errors
/// No folder is wanted, or it cannot be made.
pub fn furnish_payout_folder(config: &Config, services: &Services) -> anyhow::Result<String> {
    let place = Place::new(config)?.context("payout.rail is off: set payout.rail to folder, and payout.rail_folder to the folder")?;
    Ok(place.furnish(&fresh_id(services))?)
}

fn fresh_id(services: &Services) -> String {
    hexadecimal(&services.random.bytes::<16>())
}

/// A running application, short of its listener.
pub struct App {
    /// All routes.
    pub router: Router,
    /// What acts work with.
    pub services: Services,
    /// The tail of the outbox; have [`Hub::run`] run beside the server.
    pub hub: Arc<Hub>,
    /// The GraphQL schema itself.
    pub schema: roots::UplineSchema,
    /// Everything between a transport and the schema.
    pub endpoint: Endpoint,
    /// Turned to true when the server shuts down.
    pub shutdown: watch::Sender<bool>,
    purge_pause: Duration,
    post: Option<Post>,
    rail: Option<FolderRail>,
}

impl App {
    /// Puts the layers together over an open database.
    ///
    /// # Errors
    /// No signing key, migrations that are missing, or a configuration that does not go together.
    pub async fn new(
        config: &Config,
        database: Database,
        world: &World,
        metrics: metrics_exporter_prometheus::PrometheusHandle,
    ) -> anyhow::Result<Self> {
        let pending = database.pending_migrations().await.context("the database cannot be read")?;
        anyhow::ensure!(pending == 0, "{pending} migrations are missing in the database of database.url: run `upline migrate` first");
        check_placement(config, &database).await?;
        let hub =
            Hub::start(database.clone(), config.events.clone(), config.network.visible_depth).await.context("events cannot be read")?;
        let waker = hub.clone();
        let services = services(config, database.clone(), world, Arc::new(move || waker.wake()))?;
        let post = Post::new(config)?;
        let rail = payout_rail(config, &services).await?;
        let schema = roots::schema(network(config, &database, world)?, services.clone(), hub.clone());
        let settings = settings::Settings::from_config(config);
        let endpoint = Endpoint::new(schema.clone(), Door { services: services.clone() }, settings)?;
        let shutdown = watch::Sender::new(false);
        let random = world.random.clone();
        let router = http::router(http::Parts {
            server: config.server.clone(),
            graphql: http::graphql::router(endpoint.clone(), shutdown.subscribe()).merge(http::files::router(services.clone())),
            referrals: referrals(config, &services),
            upload_bytes: config.upload.request_bytes,
            metrics,
            readiness: http::readiness(move || ready(database.clone())),
            request_ids: Arc::new(move || format!("{:032x}", u128::from_le_bytes(random.bytes()))),
        });
        Ok(Self { router, services, hub, schema, endpoint, shutdown, purge_pause: config.purge.pause(), post, rail })
    }

    /// Serves until `stop` is done: then no new requests are taken, streams and sockets are closed, and mutations under way come to their end.
    ///
    /// # Errors
    /// The database cannot be closed.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
        bearing: http::Bearing,
    ) -> anyhow::Result<()> {
        let Self { router, hub, endpoint, shutdown, services, purge_pause, post, rail, .. } = self;
        let mut background = JoinSet::new();
        background.spawn(async move { hub.run().await });
        background.spawn(at_intervals(purge_pause, services.clone(), purging));
        background.spawn(at_intervals(SEAL_PAUSE, services.clone(), sealing));
        background.spawn(at_intervals(FOLD_PAUSE, services.clone(), folding));
        background.spawn(at_intervals(RETIRE_PAUSE, services.clone(), retiring));
        background.spawn(at_intervals(COMPLETE_PAUSE, services.clone(), completing));
        if let Some(post) = post {
            background.spawn(at_intervals(services.mail.pause(), services.clone(), move |services| delivering(services, post.clone())));
        }
        if let Some(rail) = rail {
            background
                .spawn(at_intervals(services.payout.rail_pause(), services.clone(), move |services| carrying(services, rail.clone())));
        }
        let (stop_counting, stopped) = watch::channel(false);
        let own = services.clone();
        let counting = tokio::spawn(async move { counting(&own, stopped).await });
        let switch = shutdown.clone();
        let stop = async move {
            stop.await;
            tracing::info!("shutting down");
            switch.send_replace(true);
        };
        let grace_ends = http::serve(listener, router, stop, bearing).await;
        // A socket says goodbye after the listener has forgotten it; without this the end of the process would cut it off.
        let ended = async { tokio::join!(endpoint.drained(), shutdown.closed()) };
        if tokio::time::timeout_at(grace_ends, ended).await.is_err() {
            tracing::warn!("stopped with mutations or sockets still open");
        }
        background.abort_all();
        stop_counting.send_replace(true);
        if let Err(error) = counting.await {
            tracing::error!(%error, "clicks were not counted to the end");
        }
        services.database.close().await?;
        Ok(())
    }
}

/// What `/ref/{code}` does with a visitor.
fn referrals(config: &Config, services: &Services) -> http::Referrals {
    let own = services.clone();
    let find = move |visit: http::Visit| {
        let own = own.clone();
        async move {
            let http::Visit { code, address, agent, counts } = visit;
            match referral_links::visit(&own, &Visit { code, address, agent, counts }).await {
                Ok(landing) => Some(http::Landing { url: landing.url, code: landing.code }),
                Err(error) => {
                    tracing::warn!(%error, "a referral link cannot be looked up");
                    None
                }
            }
        }
    };
    http::Referrals {
        guide: http::guide(find),
        cookie_days: config.referral.cookie_days,
        is_secure: config.server.url().starts_with("https://"),
    }
}

fn network(config: &Config, database: &Database, world: &World) -> anyhow::Result<Network> {
    Ok(Network {
        database: database.clone(),
        clock: world.clock.clone(),
        page_sizes: PageSizes { default: config.graphql.page_default, max: config.graphql.page_max },
        visible_depth: config.network.visible_depth,
        operator_depth: config.network.operator_max_depth,
        genealogy_partners: config.network.genealogy_partners,
        public_url: config.server.public_url.clone(),
        currency: config.wallet.currency().context("wallet.currency is no currency")?,
        book: Book::default(),
    })
}

/// Does what the server does by itself, now and after every pause.
async fn at_intervals<Round: Future<Output = ()>>(pause: Duration, services: Services, round: impl Fn(Services) -> Round) {
    let mut turns = tokio::time::interval(pause);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        round(services.clone()).await;
    }
}

/// Deletes what nobody needs any more.
async fn purging(services: Services) {
    match purge(&services).await {
        Ok(gone) if gone == Purged::default() => {}
        Ok(gone) => tracing::info!(?gone, "old rows were purged"),
        Err(error) => tracing::warn!(%error, "old rows cannot be purged at the moment; trying again later"),
    }
}

/// Seals what was written to the ledger, and notes where its chain ends: a head in the log outlives the database's own end of the chain.
async fn sealing(services: Services) {
    match seal_journals(&services).await {
        Ok((0, _)) => {}
        Ok((journals, head)) => tracing::info!(journals, head = head.to_string(), "journals were sealed"),
        Err(error) => tracing::warn!(%error, "journals cannot be sealed at the moment; trying again after {SEAL_PAUSE:?}"),
    }
}

/// Adds the volume of new orders to that of the lines above.
async fn folding(services: Services) {
    match fold_volumes(&services).await {
        Ok(Folded { set_aside: 0, .. }) => {}
        Ok(Folded { set_aside, .. }) => {
            tracing::error!(
                set_aside,
                "volume events do not fit: see `operator {{ setAsideVolumes }}`, give back what is wrong, then run `upline rebuild`"
            );
        }
        Err(error) => tracing::warn!(%error, "volumes cannot be folded at the moment; trying again after {FOLD_PAUSE:?}"),
    }
    match folding::set_aside_count(services.database.reader()).await {
        Ok(count) => metrics::gauge!("volume_events_set_aside").set(u32::try_from(count).unwrap_or(u32::MAX)),
        Err(error) => tracing::warn!(%error, "volume events that were set aside cannot be counted at the moment"),
    }
}

/// Clears e-pins whose time is over.
async fn retiring(services: Services) {
    match retire_epins(&services).await {
        Ok(0) => {}
        Ok(epins) => tracing::info!(epins, "e-pins have expired"),
        Err(error) => tracing::warn!(%error, "expired e-pins cannot be cleared at the moment; trying again after {RETIRE_PAUSE:?}"),
    }
}

/// Finishes paid orders that nobody has finished in time.
async fn completing(services: Services) {
    match complete_due_orders(&services).await {
        Ok(0) => {}
        Ok(orders) => tracing::info!(orders, "paid orders were finished"),
        Err(error) => tracing::warn!(%error, "paid orders cannot be finished at the moment; trying again after {COMPLETE_PAUSE:?}"),
    }
}

/// Writes the clicks that wait, at intervals and once more at the end. A round is never cut off: its clicks would be written twice, or not at all.
async fn counting(services: &Services, mut stopped: watch::Receiver<bool>) {
    let mut turns = tokio::time::interval(COUNT_PAUSE);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let is_last = tokio::select! {
            _ = turns.tick() => false,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
        match count_clicks(services).await {
            Ok(counted) if counted.dropped > 0 => {
                tracing::warn!(dropped = counted.dropped, "clicks were not counted: too many came at once");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "clicks cannot be counted at the moment; trying again after {COUNT_PAUSE:?}"),
        }
        if is_last {
            return;
        }
    }
}

/// Sends the mails that wait.
async fn delivering(services: Services, post: Post) {
    if let Err(error) = deliver(&services, &post).await {
        tracing::warn!(%error, "mails cannot be delivered at the moment; trying again after {:?}", services.mail.pause());
    }
}

/// Has the rail carry what was approved.
async fn carrying(services: Services, rail: FolderRail) {
    if let Err(error) = carry(&services, &rail).await {
        tracing::warn!(%error, "payouts cannot be carried at the moment; trying again after {:?}", services.payout.rail_pause());
    }
}

/// A network keeps the shape of its placement tree; whoever configures another one is told so, rather than passed over.
async fn check_placement(config: &Config, database: &Database) -> anyhow::Result<()> {
    let Some(origin) = config.origin("network.placement") else { return Ok(()) };
    let configured = config.network.placement;
    match settings_of_network::placement(database.reader()).await.context("the database cannot be read")? {
        Some(stored) if stored != configured => {
            let (configured, stored) = (String::from(configured), String::from(stored));
            anyhow::bail!(
                "network.placement = {configured:?} (from {origin}): the placement tree of this network is {stored:?} and stays so; set {stored:?}, or leave the key out"
            )
        }
        _ => Ok(()),
    }
}

async fn ready(database: Database) -> Result<(), String> {
    match database.pending_migrations().await {
        Ok(0) => Ok(()),
        Ok(pending) => Err(format!("{pending} migrations are missing in the database")),
        Err(error) => {
            tracing::warn!(%error, "the database cannot be reached");
            Err("the database cannot be reached".to_owned())
        }
    }
}

/// Records how busy the connections of a database are.
pub fn measure(database: &Database) {
    for pool in database.pools() {
        metrics::gauge!("database_connections", "pool" => pool.name, "state" => "idle").set(pool.idle);
        metrics::gauge!("database_connections", "pool" => pool.name, "state" => "busy").set(pool.busy);
    }
}
