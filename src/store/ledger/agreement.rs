//! Checks that what is written beside the ledger agrees with it: holds, payouts, orders, payments and e-pins. Each check is one statement, which adds both
//! sides up and gives the rows where they differ.

use super::verify::{Findings, MOST_FINDINGS};
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Sql};

/// All of it.
///
/// # Errors
/// The database's.
pub(super) async fn check(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    holds(snapshot, findings).await?;
    payouts(snapshot, findings).await?;
    orders(snapshot, findings).await?;
    payments(snapshot, findings).await?;
    sales(snapshot, findings).await?;
    epins(snapshot, findings).await
}

async fn holds(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql = "SELECT partner_id, currency, sum(held), sum(open) FROM (
            SELECT partner_id, currency, balance AS held, 0 AS open FROM ledger_accounts WHERE kind = 'HELD'
            UNION ALL SELECT partner_id, currency, 0, amount FROM holds WHERE state = 'OPEN'
        ) AS both_sides GROUP BY partner_id, currency HAVING sum(held) <> sum(open)";
    let read =
        |row: &Row<'_>| Ok(format!("account {}:HELD {} is not the sum of the open holds", row.get::<i64>(0)?, row.get::<String>(1)?));
    tell(snapshot, sql, read, findings).await
}

/// Each open hold belongs to an open payout of the same partner, and the reverse.
async fn payouts(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql = "SELECT subject, partner_id, currency, CAST(sum(held) AS BIGINT), CAST(sum(asked) AS BIGINT), CAST(sum(holds) AS BIGINT),
            CAST(sum(payouts) AS BIGINT)
        FROM (
            SELECT subject, partner_id, currency, amount AS held, 0 AS asked, 1 AS holds, 0 AS payouts FROM holds WHERE state = 'OPEN'
            UNION ALL SELECT 'payout:' || CAST(id AS TEXT), partner_id, currency, 0, amount + fee, 0, 1 FROM payouts
            WHERE status IN ('PENDING', 'APPROVED', 'PROCESSING')
        ) AS both_sides GROUP BY subject, partner_id, currency HAVING sum(held) <> sum(asked) OR sum(holds) <> sum(payouts)";
    let read = |row: &Row<'_>| {
        let whose = format!("{} of partner {}", row.get::<String>(0)?, row.get::<i64>(1)?);
        let currency: String = row.get(2)?;
        Ok(match (row.get::<i64>(3)?, row.get::<i64>(4)?, row.get::<i64>(5)?, row.get::<i64>(6)?) {
            (held, _, _, 0) => format!("the hold for {whose} is open over {held} / 10000 {currency}, and no such payout is open"),
            (_, asked, 0, _) => format!("{whose} is open over {asked} / 10000 {currency}, and has no open hold"),
            (held, asked, ..) => format!("{whose} comes to {asked} / 10000 {currency} with its fee, and its hold to {held}"),
        })
    };
    tell(snapshot, sql, read, findings).await
}

/// What an order says it was paid and gave back is what its payments say. What was paid in part for a membership and given back counts for neither in the
/// order, which waits as before; so the difference of both is compared, and what was given back may be more in the payments.
async fn orders(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql =
        "SELECT order_id, CAST(sum(paid) AS BIGINT), CAST(sum(refunded) AS BIGINT), CAST(sum(amount) AS BIGINT), CAST(sum(back) AS BIGINT)
        FROM (
            SELECT id AS order_id, paid, refunded, 0 AS amount, 0 AS back FROM orders WHERE paid <> 0 OR refunded <> 0
            UNION ALL SELECT order_id, 0, 0, amount, refunded FROM payments
        ) AS both_sides GROUP BY order_id HAVING sum(paid) - sum(refunded) <> sum(amount) - sum(back) OR sum(refunded) > sum(back)";
    let read = |row: &Row<'_>| {
        let [order, paid, refunded, amount, back] = numbers(row, 0)?;
        Ok(format!(
            "order {order} says that {paid} / 10000 were paid and {refunded} given back, and its payments that {amount} were and {back}"
        ))
    };
    tell(snapshot, sql, read, findings).await
}

/// What the payments of an order say is what its journals moved.
async fn payments(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql =
        "SELECT subject, CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT), CAST(sum(sold) AS BIGINT), CAST(sum(back) AS BIGINT)
        FROM (
            SELECT 'order:' || CAST(order_id AS TEXT) AS subject, amount, refunded, 0 AS sold, 0 AS back FROM payments
            UNION ALL SELECT j.subject, 0, 0, CASE WHEN j.kind = 'ORDER_REFUND' THEN 0 ELSE p.amount END,
                CASE WHEN j.kind = 'ORDER_REFUND' THEN -p.amount ELSE 0 END
            FROM ledger_accounts AS a JOIN postings AS p ON p.account_id = a.id JOIN journals AS j ON j.id = p.journal_id
            WHERE a.kind = 'SALES'
        ) AS both_sides GROUP BY subject HAVING sum(amount) <> sum(sold) OR sum(refunded) <> sum(back)";
    let read = |row: &Row<'_>| {
        let [amount, refunded, sold, back] = numbers(row, 1)?;
        Ok(format!(
            "the payments of {} come to {amount} / 10000, of which {refunded} were given back, and its journals to {sold} and {back}",
            row.get::<String>(0)?
        ))
    };
    tell(snapshot, sql, read, findings).await
}

/// Each payment names the journal that moved it.
async fn sales(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql = "SELECT journal_id, CAST(sum(amount) AS BIGINT), CAST(sum(sold) AS BIGINT) FROM (
            SELECT journal_id, amount, 0 AS sold FROM payments
            UNION ALL SELECT p.journal_id, 0, p.amount FROM ledger_accounts AS a JOIN postings AS p ON p.account_id = a.id
                JOIN journals AS j ON j.id = p.journal_id
            WHERE a.kind = 'SALES' AND j.kind = 'ORDER_PAYMENT'
        ) AS both_sides GROUP BY journal_id HAVING sum(amount) <> sum(sold)";
    let read = |row: &Row<'_>| {
        let [journal, amount, sold] = numbers(row, 0)?;
        Ok(format!("the payments that name journal {journal} come to {amount} / 10000, and it moved {sold} to company:SALES"))
    };
    tell(snapshot, sql, read, findings).await
}

/// What the company owes on e-pins is what is left on them.
async fn epins(snapshot: &Transaction, findings: &mut Findings) -> Result<(), Error> {
    let sql = "SELECT currency, CAST(sum(owed) AS BIGINT), CAST(sum(remaining) AS BIGINT) FROM (
            SELECT a.currency, p.amount AS owed, 0 AS remaining FROM ledger_accounts AS a JOIN postings AS p ON p.account_id = a.id
            WHERE a.kind = 'EPIN_LIABILITY'
            UNION ALL SELECT currency, 0, remaining FROM epins
        ) AS both_sides GROUP BY currency HAVING sum(owed) <> sum(remaining)";
    let read = |row: &Row<'_>| {
        let [owed, remaining] = numbers(row, 1)?;
        let currency: String = row.get(0)?;
        Ok(format!("company:EPIN_LIABILITY {currency} holds {owed} / 10000, and {remaining} / 10000 are left on e-pins"))
    };
    tell(snapshot, sql, read, findings).await
}

fn numbers<const N: usize>(row: &Row<'_>, from: usize) -> Result<[i64; N], Error> {
    let mut numbers = [0; N];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = row.get(from + index)?;
    }
    Ok(numbers)
}

async fn tell(
    snapshot: &Transaction,
    sql: &str,
    read: impl Fn(&Row<'_>) -> Result<String, Error>,
    findings: &mut Findings,
) -> Result<(), Error> {
    // More are not listed anyway.
    let sql = format!("{sql} LIMIT {MOST_FINDINGS}");
    Sql::whole(snapshot, &sql, []).all(snapshot, read).await?.into_iter().for_each(|finding| findings.add(finding));
    Ok(())
}
