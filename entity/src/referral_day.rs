//! Clicks and visitors of a link, or of a partner's own code, on one day.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_days")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub partner_id: i64,
    pub link_id: Option<i64>,
    pub day: i64,
    pub clicks: i64,
    pub visitors: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::partner::Entity", from = "Column::PartnerId", to = "super::partner::Column::Id")]
    Partner,
    #[sea_orm(belongs_to = "super::referral_link::Entity", from = "Column::LinkId", to = "super::referral_link::Column::Id")]
    Link,
}

impl ActiveModelBehavior for ActiveModel {}
