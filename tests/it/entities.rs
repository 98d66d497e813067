//! The entities say what the migrations make: every table, every column, of the same kind, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, ConnectionTrait as _, DbBackend, EntityTrait, Iterable as _, Statement};

use crate::app::{App, on_both_databases};

on_both_databases!(every_entity_has_the_columns_of_its_table);

/// Type and whether it may be null, by name.
type Columns = BTreeMap<String, (&'static str, bool)>;

fn kind_of_entity(kind: &ColumnType) -> &'static str {
    match kind {
        ColumnType::BigInteger => "whole",
        ColumnType::Integer => "small",
        ColumnType::String(_) | ColumnType::Text => "text",
        ColumnType::Boolean => "boolean",
        ColumnType::Blob | ColumnType::VarBinary(_) | ColumnType::Binary(_) => "bytes",
        _ => "unknown",
    }
}

fn kind_of_column(kind: &str) -> &'static str {
    match kind.to_lowercase().as_str() {
        "bigint" => "whole",
        "integer" => "small",
        "text" => "text",
        "boolean" => "boolean",
        "bytea" | "blob" => "bytes",
        _ => "unknown",
    }
}

fn columns_of<E: EntityTrait>(entity: E) -> (String, Columns) {
    let column = |column: E::Column| {
        let definition = column.def();
        let name = sea_orm::IdenStatic::as_str(&column).to_owned();
        (name, (kind_of_entity(definition.get_column_type()), definition.is_null()))
    };
    (entity.table_name().to_owned(), E::Column::iter().map(column).collect())
}

async fn stored(app: &App, table: &str) -> Columns {
    let reader = app.services.database.reader();
    let sqlite = app.services.database.backend() == DbBackend::Sqlite;
    let sql = if sqlite {
        format!("SELECT name, type, \"notnull\" = 0 AND pk = 0, pk FROM pragma_table_info('{table}')")
    } else {
        format!(
            "SELECT column_name::text, data_type::text, is_nullable = 'YES', 0::bigint FROM information_schema.columns WHERE table_name = '{table}'"
        )
    };
    let rows = reader.query_all_raw(Statement::from_string(app.services.database.backend(), sql)).await.unwrap();
    let column = |row: &sea_orm::QueryResult| {
        let (name, kind): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        // SQLite numbers rows by a column of the type INTEGER, whatever their size.
        let numbered = row.try_get_by_index::<i64>(3).unwrap() > 0 && kind == "INTEGER";
        let kind = if numbered { "whole" } else { kind_of_column(&kind) };
        (name, (kind, row.try_get_by_index::<bool>(2).unwrap()))
    };
    rows.iter().map(column).collect()
}

async fn every_entity_has_the_columns_of_its_table(app: App) {
    let entities = [
        columns_of(entity::account::Entity),
        columns_of(entity::application::Entity),
        columns_of(entity::application_key::Entity),
        columns_of(entity::attempt::Entity),
        columns_of(entity::audit_entry::Entity),
        columns_of(entity::cart::Entity),
        columns_of(entity::cart_line::Entity),
        columns_of(entity::commission::Entity),
        columns_of(entity::epin::Entity),
        columns_of(entity::epin_batch::Entity),
        columns_of(entity::event::Entity),
        columns_of(entity::hold::Entity),
        columns_of(entity::idempotency_key::Entity),
        columns_of(entity::image::Entity),
        columns_of(entity::import::Entity),
        columns_of(entity::journal::Entity),
        columns_of(entity::journal_seal::Entity),
        columns_of(entity::kyc_document::Entity),
        columns_of(entity::kyc_submission::Entity),
        columns_of(entity::ledger_account::Entity),
        columns_of(entity::mail::Entity),
        columns_of(entity::mailed_link::Entity),
        columns_of(entity::order::Entity),
        columns_of(entity::order_line::Entity),
        columns_of(entity::partner::Entity),
        columns_of(entity::payment::Entity),
        columns_of(entity::payout::Entity),
        columns_of(entity::payout_batch::Entity),
        columns_of(entity::payout_history::Entity),
        columns_of(entity::payout_method::Entity),
        columns_of(entity::period::Entity),
        columns_of(entity::plan_version::Entity),
        columns_of(entity::posting::Entity),
        columns_of(entity::product::Entity),
        columns_of(entity::profile::Entity),
        columns_of(entity::rank::Entity),
        columns_of(entity::rank_history::Entity),
        columns_of(entity::referral_attribution::Entity),
        columns_of(entity::referral_day::Entity),
        columns_of(entity::referral_link::Entity),
        columns_of(entity::referral_salt::Entity),
        columns_of(entity::referral_visitor::Entity),
        columns_of(entity::refresh_token::Entity),
        columns_of(entity::session::Entity),
        columns_of(entity::setting::Entity),
        columns_of(entity::shipping_address::Entity),
        columns_of(entity::unfolded_volume::Entity),
        columns_of(entity::unsealed_journal::Entity),
        columns_of(entity::volume::Entity),
        columns_of(entity::volume_event::Entity),
    ];
    for (table, columns) in &entities {
        assert_eq!(&stored(&app, table).await, columns, "{table}");
    }
    let reader = app.services.database.reader();
    let sql = match app.services.database.backend() {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        _ => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    };
    let rows = reader.query_all_raw(Statement::from_string(app.services.database.backend(), sql)).await.unwrap();
    let tables: BTreeSet<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let known: BTreeSet<String> =
        entities.into_iter().map(|(table, _)| table).chain(std::iter::once("seaql_migrations".to_owned())).collect();
    assert_eq!(tables, known, "tables and entities");
}
