//! Subscriptions. Each event carries a cursor; `after` gives back what was missed since, then goes on live, without gap or repetition.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures_util::Stream;

use super::super::context::LastEventId;
use super::super::errors::{bad_user_input, missed_too_much, unauthenticated};
use super::super::loader::{Epoch, fault};
use super::super::network::{caller, network, person};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::scalars::DateTime;
use super::super::staff_reads;
use super::cursor::{decode, encode};
use crate::auth::principal::Caller;
use crate::auth::visibility::Standing;
use crate::broker::{Entry, Hub};
use crate::domain::accounts::Scope;
use crate::domain::instant::Instant;
use crate::events::{Event, Kind};
use crate::store::sessions::{self, SessionHolder};

/// Somebody joined the caller's network.
#[derive(SimpleObject)]
pub struct PartnerJoined {
    /// Where the event stands: give it as `after` to go on behind it.
    cursor: String,
    /// When it happened.
    occurred_at: DateTime,
    /// How far below the caller the new partner stands, in the nearer of the two trees; null for staff who do not stand above it.
    level: Option<i32>,
    /// The new partner.
    partner: Partner,
}

/// What happens, as it happens.
#[derive(Default)]
pub struct EventSubscription;

#[Subscription]
impl EventSubscription {
    /// New partners in the caller's network; for staff with the scope `network`, all new partners.
    async fn partner_joined<'ctx>(
        &self,
        ctx: &'ctx Context<'_>,
        #[graphql(desc = "Levels below the caller: 1 to the visible depth; that depth when left out.")] depth: Option<i32>,
        #[graphql(desc = "The cursor of the last event seen. Without it only new events come.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<PartnerJoined>> + 'ctx> {
        let visible = network(ctx)?.visible_depth;
        let depth = match depth {
            None => visible,
            Some(depth) => u32::try_from(depth)
                .ok()
                .filter(|depth| (1..=visible).contains(depth))
                .ok_or_else(|| bad_user_input(format!("`depth` is {depth}: it must lie between 1 and {visible}.")))?,
        };
        let caller = person(ctx)?;
        let (own, is_staff) = (caller.partner_id, caller.has(Scope::Network));
        let level = move |entry: &Entry| entry.audience.iter().filter(|above| Some(above.id) == own).map(|above| above.distance).min();
        let near = move |entry: &Entry| level(entry).is_some_and(|level| level <= i64::from(depth));
        let events = follow(ctx, after, Kind::PartnerJoined, move |entry| is_staff || near(entry))?;
        Ok(async_stream::try_stream! {
            for await entry in events {
                let entry = entry?;
                let Event::PartnerJoined(joined) = &entry.recorded.event else { continue };
                let Some(partner) = find(ctx, joined.partner).await? else { continue };
                if near(&entry) || partner.standing == Standing::Staff {
                    yield PartnerJoined {
                        cursor: encode(entry.recorded.position),
                        occurred_at: DateTime(entry.recorded.at),
                        level: level(&entry).and_then(|level| i32::try_from(level).ok()),
                        partner,
                    };
                }
            }
        })
    }
}

/// The events of a kind behind a cursor that may concern the caller, then the new ones, for as long as the caller's session lives.
///
/// What concerns others costs no statement.
fn follow<'ctx>(
    ctx: &'ctx Context<'_>,
    after: Option<String>,
    kind: Kind,
    concerns: impl Fn(&Entry) -> bool + Send + Sync + 'ctx,
) -> Result<impl Stream<Item = Result<Arc<Entry>>> + 'ctx> {
    let hub = ctx.data::<Arc<Hub>>()?;
    let place = |cursor: &String| decode(cursor).ok_or_else(|| bad_user_input("`after` is not a cursor of this subscription."));
    let after = after.as_ref().map(place).transpose()?;
    // An `EventSource` that comes back repeats its old document; what it saw last stands in the header.
    let seen = match ctx.data_opt::<LastEventId>() {
        // Where the document says it, a header from elsewhere does no harm.
        Some(id) if after.is_some() => decode(&id.0),
        Some(id) => Some(place(&id.0)?),
        None => None,
    };
    let mut position = after.max(seen).unwrap_or_else(|| hub.reached());
    let (mut session, account) = (SessionCheck::begin(ctx)?, caller(ctx)?.account_id);
    let mut reached = hub.watch();
    let epoch = ctx.data::<Epoch>()?;
    Ok(async_stream::try_stream! {
        loop {
            // Marked as seen before reading, so that what arrives in between is seen as news.
            reached.borrow_and_update();
            let settled = hub.reached();
            let batch = hub.after(position, kind).await.map_err(fault)?.map_err(|_| missed_too_much(encode(hub.reached())))?;
            if batch.is_empty() {
                // Nothing of this kind lies up to there: from now on the memory of the hub suffices.
                position = position.max(settled);
                if reached.changed().await.is_err() {
                    break;
                }
            }
            for entry in batch {
                position = entry.recorded.position;
                if ends_sessions(&entry.recorded.event) == Some(account) {
                    session.look(ctx).await?;
                }
                if entry.recorded.event.kind() != kind || !concerns(&entry) {
                    continue;
                }
                session.renew(ctx).await?;
                epoch.advance();
                staff_reads::log(ctx)?;
                yield entry;
            }
        }
    })
}

/// Looks now and then whether the caller's session still lives, at most once a second and only when there is something to deliver.
struct SessionCheck {
    looked_at: Instant,
}

impl SessionCheck {
    fn begin(ctx: &Context<'_>) -> Result<Self> {
        Ok(Self { looked_at: network(ctx)?.clock.now() })
    }

    async fn renew(&mut self, ctx: &Context<'_>) -> Result<()> {
        let network = network(ctx)?;
        let now = network.clock.now();
        if now < self.looked_at.plus_seconds(1) && now >= self.looked_at {
            return Ok(());
        }
        self.look(ctx).await
    }

    /// Looks now.
    async fn look(&mut self, ctx: &Context<'_>) -> Result<()> {
        let network = network(ctx)?;
        let now = network.clock.now();
        let caller = caller(ctx)?;
        let holder = sessions::holder(network.database.reader(), &caller.sid, caller.account_id, now).await.map_err(fault)?;
        self.looked_at = now;
        match holder {
            None => Err(unauthenticated("The session has ended: sign in again.")),
            Some(holder) if !stands_as_before(caller, &holder) => {
                Err(unauthenticated("Your rights or your place in the network have changed: subscribe again `after` your last cursor."))
            }
            Some(_) => Ok(()),
        }
    }
}

/// The account some of whose sessions an event has ended.
fn ends_sessions(event: &Event) -> Option<i64> {
    match event {
        Event::SessionsEnded(event) => Some(event.account),
        Event::AccountBlocked(event) => Some(event.account),
        Event::PasswordChanged(event) => Some(event.account),
        _ => None,
    }
}

/// The caller's part of the request was read when the subscription began.
fn stands_as_before(caller: &Caller, holder: &SessionHolder) -> bool {
    caller.role == holder.role
        && caller.scopes == holder.scopes
        && caller.partner_id == holder.partner_id
        && caller.sponsor_id == holder.sponsor_id
}
