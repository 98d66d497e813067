//! rotateKey

use serde_json::json;

use super::{Keyed, add_key, hold, keyed, operator, record};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::applications::{ApplicationRefusal, MOST_OVERLAP_HOURS};
use crate::domain::refusal::Refusal;
use crate::events::ApplicationChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{applications, events};

/// Another key for an application.
#[derive(Clone, Debug)]
pub struct RotateKey {
    /// Which.
    pub application: i64,
    /// For how many hours the old key goes on beside it, 0 to 168.
    pub overlap_hours: u32,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes another key for an application; its old ones end at once, or after a while. A repeated request gives the same key again. For operators with the
/// scope `applications` and all that the application has.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidOverlap`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `ApplicationUnknown`, `ScopeMissing` (one that the application has).
pub async fn rotate_key(services: &Services, principal: &Principal, input: &RotateKey) -> Result<Keyed, Error> {
    let caller = operator(principal)?;
    if input.overlap_hours > MOST_OVERLAP_HOURS {
        return Err(Refusal::Application(ApplicationRefusal::InvalidOverlap { most: MOST_OVERLAP_HOURS }).into());
    }
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "rotateKey", key, &(input.application, input.overlap_hours))?;
    let made = in_transaction!(services.database, |transaction| write(services, &transaction, caller, input, &repeatable).await)?;
    services.wake();
    Ok(keyed(services, made))
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    input: &RotateKey,
    repeatable: &Repeatable,
) -> Result<(i64, [u8; 32]), Error> {
    let now = services.now();
    if let Some(made) = repeatable.claim(transaction, now).await? {
        return Ok(made);
    }
    let number = hold(transaction, caller, input.application).await?.id;
    let end = now.plus_seconds(i64::from(input.overlap_hours) * 3_600);
    applications::end_keys(transaction, number, end).await?;
    let seed = add_key(services, transaction, number, now).await?;
    record(transaction, caller, ("rotateKey", number), &json!({ "overlapHours": input.overlap_hours }), now).await?;
    events::append(transaction, &ApplicationChanged { application: number }.into(), now).await?;
    repeatable.settle(transaction, &(number, seed)).await?;
    Ok((number, seed))
}
