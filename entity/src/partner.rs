//! A node of the network; `id` is the partner number.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partners")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub account_id: i64,
    pub display_name: String,
    pub search_name: String,
    pub referral_code: String,
    pub sponsor_id: Option<i64>,
    pub placement_parent_id: Option<i64>,
    pub position: Option<String>,
    pub placement_preference: String,
    pub status: String,
    pub shares_contact: bool,
    pub rank_id: Option<i64>,
    pub highest_rank_id: Option<i64>,
    pub career_points: i64,
    pub carry_left: i64,
    pub carry_right: i64,
    pub joined_at: i64,
    pub membership_id: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::AccountId", to = "super::account::Column::Id")]
    Account,
    #[sea_orm(belongs_to = "super::rank::Entity", from = "Column::RankId", to = "super::rank::Column::Id")]
    Rank,
}

impl ActiveModelBehavior for ActiveModel {}
