//! Who clicked on a day, as a hash of that day; gone when the day is over.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_visitors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub visitor: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::referral_day::Entity", from = "Column::DayId", to = "super::referral_day::Column::Id")]
    Day,
}

impl ActiveModelBehavior for ActiveModel {}
