//! A volume event that waits to be folded into the volumes of the lines above.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unfolded_volumes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: i64,
    pub set_aside_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::volume_event::Entity", from = "Column::EventId", to = "super::volume_event::Column::Id")]
    Event,
}

impl ActiveModelBehavior for ActiveModel {}
