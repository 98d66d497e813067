//! The roots of the schema: the only list of what the API offers.

use std::sync::Arc;

use async_graphql::{Context, MergedObject, MergedSubscription, Object, Result, Schema, SchemaBuilder};

use super::accounts::blocking::BlockingMutation;
use super::accounts::mutation::AccountMutation;
use super::accounts::query::AccountQuery;
use super::accounts::recovery::RecoveryMutation;
use super::accounts::sessions::SessionMutation;
use super::applications::mutation::ApplicationMutation;
use super::applications::query::OperatorApplications;
use super::carts::mutation::CartMutation;
use super::catalog::mutation::CatalogMutation;
use super::catalog::query::CatalogQuery;
use super::commissions::query::CommissionQuery;
use super::countries::query::CountryQuery;
use super::epins::mutation::EpinMutation;
use super::epins::query::OperatorEpins;
use super::events::subscription::EventSubscription;
use super::images::mutation::ImageMutation;
use super::kyc::mutation::KycMutation;
use super::kyc::query::OperatorKyc;
use super::network::{Network, caller};
use super::node::NodeQuery;
use super::orders::mutation::OrderMutation;
use super::orders::operator::OperatorOrders;
use super::partners::mutation::PartnerMutation;
use super::partners::query::{OperatorPartners, PartnerQuery};
use super::payouts::mutation::PayoutMutation;
use super::payouts::query::OperatorPayouts;
use super::periods::query::PeriodQuery;
use super::profiles::mutation::ProfileMutation;
use super::ranks::query::RankQuery;
use super::referral_links::mutation::ReferralLinkMutation;
use super::viewer::ViewerQuery;
use super::wallets::mutation::WalletMutation;
use crate::broker::Hub;
use crate::commands::Services;
use crate::domain::accounts::Role;

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    ViewerQuery,
    NodeQuery,
    PartnerQuery,
    CommissionQuery,
    RankQuery,
    PeriodQuery,
    CatalogQuery,
    CountryQuery,
    AccountQuery,
    OperatorQuery,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    ProfileMutation,
    RecoveryMutation,
    SessionMutation,
    BlockingMutation,
    PartnerMutation,
    ReferralLinkMutation,
    WalletMutation,
    CatalogMutation,
    CartMutation,
    OrderMutation,
    EpinMutation,
    PayoutMutation,
    ImageMutation,
    KycMutation,
    ApplicationMutation,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(EventSubscription);

/// What operators read; each field says which scope it needs.
#[derive(MergedObject, Default)]
pub struct Operator(OperatorPartners, OperatorOrders, OperatorPayouts, OperatorEpins, OperatorKyc, OperatorApplications);

/// The operators' part.
#[derive(Default)]
pub struct OperatorQuery;

#[Object]
impl OperatorQuery {
    /// What operators read; null for everybody else.
    async fn operator(&self, ctx: &Context<'_>) -> Result<Option<Operator>> {
        Ok((caller(ctx)?.role != Role::Member).then(Operator::default))
    }
}

/// The whole schema.
pub type UplineSchema = Schema<Query, Mutation, Subscription>;

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
}

/// The schema over a running application.
#[must_use]
pub fn schema(network: Network, services: Services, hub: Arc<Hub>) -> UplineSchema {
    builder().data(Arc::new(network)).data(services).data(hub).finish()
}

/// The schema in the definition language, sorted, as `schema.graphql` holds it.
#[must_use]
pub fn definition() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    let text = builder().finish().sdl_with_options(options);
    format!("{}\n", text.trim_end())
}
