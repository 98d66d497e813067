//! The shop: what is offered, carts, addresses, the life of an order, and volume that waits to be folded.

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
        dialect::run(manager, DOWN).await?;
        dialect::drop_tables(manager, &["unfolded_volumes", "payments", "shipping_addresses", "cart_lines", "carts"]).await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE products ADD COLUMN kind TEXT NOT NULL DEFAULT 'PRODUCT' CONSTRAINT products_kind_known CHECK (kind IN ('MEMBERSHIP', 'PRODUCT'))",
    "ALTER TABLE products ADD COLUMN category TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE products ADD COLUMN description TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE products ADD COLUMN image_url TEXT",
    "ALTER TABLE products ADD COLUMN shippable BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE TABLE carts (
        id {id},
        account_id BIGINT NOT NULL CONSTRAINT carts_account_fk REFERENCES accounts (id),
        state TEXT NOT NULL CONSTRAINT carts_state_known CHECK (state IN ('OPEN', 'ORDERED'))
    )",
    "CREATE UNIQUE INDEX carts_one_open ON carts (account_id) WHERE state = 'OPEN'",
    "CREATE INDEX carts_account ON carts (account_id)",
    "CREATE TABLE cart_lines (
        id {id},
        cart_id BIGINT NOT NULL CONSTRAINT cart_lines_cart_fk REFERENCES carts (id),
        product_id BIGINT NOT NULL CONSTRAINT cart_lines_product_fk REFERENCES products (id),
        quantity BIGINT NOT NULL CONSTRAINT cart_lines_quantity_fits CHECK (quantity BETWEEN 1 AND 9999),
        CONSTRAINT cart_lines_product_unique UNIQUE (cart_id, product_id)
    )",
    "CREATE INDEX cart_lines_product ON cart_lines (product_id)",
    "CREATE TABLE shipping_addresses (
        id {id},
        account_id BIGINT NOT NULL CONSTRAINT shipping_addresses_account_fk REFERENCES accounts (id),
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        zip_code TEXT NOT NULL,
        city TEXT NOT NULL,
        phone TEXT NOT NULL,
        is_default BOOLEAN NOT NULL
    )",
    "CREATE INDEX shipping_addresses_account ON shipping_addresses (account_id)",
    "CREATE UNIQUE INDEX shipping_addresses_one_default ON shipping_addresses (account_id) WHERE is_default",
    "ALTER TABLE orders ADD COLUMN status TEXT NOT NULL DEFAULT 'COMPLETED' CONSTRAINT orders_status_known
        CHECK (status IN ('PENDING_PAYMENT', 'PAID', 'COMPLETED', 'REFUNDED', 'CANCELLED'))",
    "ALTER TABLE orders ADD COLUMN account_id BIGINT CONSTRAINT orders_account_fk REFERENCES accounts (id)",
    "ALTER TABLE orders ADD COLUMN cart_id BIGINT CONSTRAINT orders_cart_fk REFERENCES carts (id)",
    "ALTER TABLE orders ADD COLUMN reference TEXT",
    "ALTER TABLE orders ADD COLUMN ship_to TEXT",
    "ALTER TABLE orders ADD COLUMN ordered_at BIGINT",
    "ALTER TABLE orders ADD COLUMN paid BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_refund_covered CHECK (refunded BETWEEN 0 AND paid)",
    "CREATE UNIQUE INDEX orders_one_of_a_cart ON orders (cart_id)",
    "CREATE UNIQUE INDEX orders_reference_unique ON orders (reference)",
    "CREATE INDEX orders_account ON orders (account_id)",
    "ALTER TABLE order_lines ADD COLUMN refunded_quantity BIGINT NOT NULL DEFAULT 0
        CONSTRAINT order_lines_refund_covered CHECK (refunded_quantity BETWEEN 0 AND quantity)",
    "CREATE TABLE payments (
        id {id},
        order_id BIGINT NOT NULL CONSTRAINT payments_order_fk REFERENCES orders (id),
        method TEXT NOT NULL CONSTRAINT payments_method_known CHECK (method IN ('WALLET', 'EPIN', 'EXTERNAL')),
        payer_id BIGINT CONSTRAINT payments_payer_fk REFERENCES partners (id),
        epin_id BIGINT,
        reference TEXT,
        amount BIGINT NOT NULL CONSTRAINT payments_amount_positive CHECK (amount > 0),
        refunded BIGINT NOT NULL DEFAULT 0 CONSTRAINT payments_refund_covered CHECK (refunded BETWEEN 0 AND amount),
        journal_id BIGINT NOT NULL CONSTRAINT payments_journal_fk REFERENCES journals (id),
        paid_at BIGINT NOT NULL
    )",
    "CREATE INDEX payments_order ON payments (order_id)",
    "CREATE INDEX payments_payer ON payments (payer_id)",
    "CREATE INDEX payments_journal ON payments (journal_id)",
    "CREATE TABLE unfolded_volumes (
        event_id BIGINT NOT NULL CONSTRAINT unfolded_volumes_pk PRIMARY KEY
            CONSTRAINT unfolded_volumes_event_fk REFERENCES volume_events (id) ON DELETE CASCADE
    )",
];

const DOWN: &[&str] = &[
    "DROP INDEX orders_one_of_a_cart",
    "DROP INDEX orders_reference_unique",
    "DROP INDEX orders_account",
    "ALTER TABLE order_lines DROP COLUMN refunded_quantity",
    "ALTER TABLE orders DROP COLUMN refunded",
    "ALTER TABLE orders DROP COLUMN paid",
    "ALTER TABLE orders DROP COLUMN ordered_at",
    "ALTER TABLE orders DROP COLUMN ship_to",
    "ALTER TABLE orders DROP COLUMN reference",
    "ALTER TABLE orders DROP COLUMN cart_id",
    "ALTER TABLE orders DROP COLUMN account_id",
    "ALTER TABLE orders DROP COLUMN status",
    "ALTER TABLE products DROP COLUMN shippable",
    "ALTER TABLE products DROP COLUMN image_url",
    "ALTER TABLE products DROP COLUMN description",
    "ALTER TABLE products DROP COLUMN category",
    "ALTER TABLE products DROP COLUMN kind",
];
