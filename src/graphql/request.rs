//! What every request carries: the caller, and loaders of its own.

use std::time::Duration;

use async_graphql::{Error, Request};
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::accounts::loader::{Accounts, Sessions};
use super::applications::loader::{ApplicationKeys, Applications};
use super::commissions::loader::{CommissionCounts, Commissions, CommissionsOf, Tallies};
use super::context::{Credentials, Prepared, RequestContext};
use super::epins::loader::{EpinCounts, Epins, EpinsOf};
use super::errors::{store_failed, unauthenticated};
use super::images::loader::ImageNames;
use super::kyc::loader::{Documents, Submissions};
use super::loader::waves::Waves;
use super::loader::{Epoch, Loader};
use super::network::{PlanFacts, Promotion};
use super::orders::loader::{OrderCounts, OrderLines, OrderPayments, OrderStates, Orders, OrdersOf};
use super::partners::loader::{ChildCounts, Children, Downlines, LevelCounts, Memberships, Partners, Reaches, Uplines, VolumesOf};
use super::payouts::loader::{OpenPayouts, PayoutCounts, PayoutHistories, PayoutMethods, Payouts, PayoutsOf};
use super::periods::loader::{PeriodIds, Periods};
use super::profiles::loader::Profiles;
use super::ranks::loader::{RankCounts, RankHistories};
use super::referral_links::loader::{ReferralDays, ReferralLinkCounts, ReferralLinks, ReferralLinksOf, ReferralRevenues, ReferralTotals};
use super::staff_reads::StaffReads;
use super::wallets::loader::{Balances, MovementCounts, Movements, Turnovers};
use crate::auth::application_keys;
use crate::auth::principal::Principal;
use crate::commands::Services;
use crate::store::database::Database;

/// Authenticates callers and makes the loaders of their requests.
pub struct Door {
    /// What acts, and authentication, work with.
    pub services: Services,
}

impl RequestContext for Door {
    fn prepare<'a>(&'a self, credentials: &'a Credentials, request: Request) -> BoxFuture<'a, Result<Prepared, Error>> {
        Box::pin(async move {
            let (principal, expires_at) = match &credentials.bearer_token {
                None => (Principal::Anonymous, None),
                Some(token) => {
                    let principal = self.services.authenticate(token, credentials.address()).await.map_err(|error| store_failed(&error))?;
                    (principal.ok_or_else(|| unauthenticated(refused(token)))?, self.end_of(token))
                }
            };
            let waves = Waves::default();
            let request = with_loaders(request, &self.services.database, &waves).data(principal).data(credentials.clone());
            Ok(Prepared { request, waves, expires_at })
        })
    }
}

impl Door {
    /// When a valid token ends, on the clock of timers.
    fn end_of(&self, token: &str) -> Option<Instant> {
        let now = self.services.now();
        let seconds = self.services.tokens.verify(token, now)?.expires_at.seconds() - now.seconds();
        Some(Instant::now() + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }
}

/// Why a token was not taken, as far as it can be told to whoever shows it.
fn refused(token: &str) -> &'static str {
    if application_keys::hash(token).is_some() {
        "The key is not valid: it was replaced, its application is switched off or is none of a server, or this address is none of its networks."
    } else {
        "The access token is not valid: sign in, or refresh it."
    }
}

/// Puts one loader of each relation into a request; a new relation is a line here.
fn with_loaders(request: Request, database: &Database, waves: &Waves) -> Request {
    macro_rules! loaders {
        ($($relation:ty),+ $(,)?) => {
            request.data(Epoch::default()).data(Promotion::default()).data(StaffReads::default())$(.data(Loader::<$relation>::new(database.clone(), waves.clone())))+
        };
    }
    loaders![
        Accounts,
        ApplicationKeys,
        Applications,
        Balances,
        ChildCounts,
        Children,
        CommissionCounts,
        Commissions,
        CommissionsOf,
        Documents,
        Downlines,
        ImageNames,
        LevelCounts,
        MovementCounts,
        Movements,
        OpenPayouts,
        OrderCounts,
        OrderLines,
        OrderPayments,
        Epins,
        EpinsOf,
        EpinCounts,
        Memberships,
        OrderStates,
        Orders,
        OrdersOf,
        Partners,
        PayoutCounts,
        PayoutHistories,
        PayoutMethods,
        Payouts,
        PayoutsOf,
        PeriodIds,
        Periods,
        PlanFacts,
        Profiles,
        RankCounts,
        RankHistories,
        Reaches,
        Sessions,
        ReferralDays,
        ReferralLinkCounts,
        ReferralLinks,
        ReferralLinksOf,
        ReferralRevenues,
        ReferralTotals,
        Submissions,
        Tallies,
        Turnovers,
        Uplines,
        VolumesOf,
    ]
}
