//! Products, orders with their lines, and the volume that orders bring.

use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop_tables(manager, &["volumes", "volume_events", "order_lines", "orders", "products"]).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE products (
        id {id},
        sku TEXT NOT NULL CONSTRAINT products_sku_unique UNIQUE,
        name TEXT NOT NULL,
        price BIGINT NOT NULL,
        pv BIGINT NOT NULL,
        cv BIGINT NOT NULL,
        active BOOLEAN NOT NULL,
        CONSTRAINT products_not_negative CHECK (price >= 0 AND pv >= 0 AND cv >= 0)
    )",
    "CREATE TABLE orders (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT orders_partner_fk REFERENCES partners (id) {deferred},
        period_id BIGINT NOT NULL CONSTRAINT orders_period_fk REFERENCES periods (id),
        buyer TEXT NOT NULL CONSTRAINT orders_buyer_known CHECK (buyer IN ('PARTNER', 'CUSTOMER')),
        kind TEXT NOT NULL CONSTRAINT orders_kind_known CHECK (kind IN ('ORDER', 'INVESTMENT')),
        placed_at BIGINT NOT NULL,
        cv BIGINT NOT NULL,
        pv BIGINT NOT NULL,
        amount BIGINT NOT NULL,
        CONSTRAINT orders_not_negative CHECK (cv >= 0 AND pv >= 0 AND amount >= 0)
    )",
    "CREATE INDEX orders_partner ON orders (partner_id, placed_at, id)",
    "CREATE INDEX orders_period ON orders (period_id)",
    "CREATE TABLE order_lines (
        id {id},
        order_id BIGINT NOT NULL CONSTRAINT order_lines_order_fk REFERENCES orders (id),
        product_id BIGINT NOT NULL CONSTRAINT order_lines_product_fk REFERENCES products (id),
        quantity BIGINT NOT NULL CONSTRAINT order_lines_quantity_positive CHECK (quantity > 0),
        price BIGINT NOT NULL,
        pv BIGINT NOT NULL,
        cv BIGINT NOT NULL
    )",
    "CREATE INDEX order_lines_order ON order_lines (order_id)",
    "CREATE INDEX order_lines_product ON order_lines (product_id)",
    "CREATE TABLE volume_events (
        id {id},
        partner_id BIGINT NOT NULL CONSTRAINT volume_events_partner_fk REFERENCES partners (id) {deferred},
        period_id BIGINT NOT NULL CONSTRAINT volume_events_period_fk REFERENCES periods (id),
        order_id BIGINT CONSTRAINT volume_events_order_fk REFERENCES orders (id),
        pv BIGINT NOT NULL,
        cv BIGINT NOT NULL,
        occurred_at BIGINT NOT NULL
    )",
    "CREATE INDEX volume_events_partner ON volume_events (partner_id, period_id)",
    "CREATE INDEX volume_events_period ON volume_events (period_id)",
    "CREATE INDEX volume_events_order ON volume_events (order_id)",
    "CREATE TABLE volumes (
        partner_id BIGINT NOT NULL CONSTRAINT volumes_partner_fk REFERENCES partners (id) {deferred},
        period_id BIGINT NOT NULL CONSTRAINT volumes_period_fk REFERENCES periods (id),
        personal_pv BIGINT NOT NULL,
        personal_cv BIGINT NOT NULL,
        group_pv BIGINT NOT NULL,
        group_cv BIGINT NOT NULL,
        left_cv BIGINT NOT NULL,
        right_cv BIGINT NOT NULL,
        CONSTRAINT volumes_pk PRIMARY KEY (partner_id, period_id),
        CONSTRAINT volumes_in_range CHECK (
            personal_pv BETWEEN -9223372036854775807 AND 9223372036854775807 AND personal_cv BETWEEN -9223372036854775807 AND 9223372036854775807
            AND group_pv BETWEEN -9223372036854775807 AND 9223372036854775807 AND group_cv BETWEEN -9223372036854775807 AND 9223372036854775807
            AND left_cv BETWEEN -9223372036854775807 AND 9223372036854775807 AND right_cv BETWEEN -9223372036854775807 AND 9223372036854775807
        )
    )",
    "CREATE INDEX volumes_period ON volumes (period_id)",
];
