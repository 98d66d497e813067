//! What staff reads of other people is logged, one line per answer and kind of data, with the target `audit`.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::sync::{Mutex, PoisonError};

use async_graphql::{Context, Result};

use super::network::caller;
use crate::auth::visibility::Aspect;

/// What the staff member behind one request has read and is not logged yet; logged when the request ends.
#[derive(Debug, Default)]
pub struct StaffReads(Mutex<Reads>);

type Reads = BTreeMap<(i64, &'static str), BTreeSet<i64>>;

/// Notes that the caller, who is staff, reads a part of what is known about a partner.
///
/// # Errors
/// `UNAUTHENTICATED`
pub fn note(ctx: &Context<'_>, aspect: Aspect, partner: i64) -> Result<()> {
    let what = match aspect {
        Aspect::Contact => "contact",
        Aspect::Money => "money",
        Aspect::Bank => "bank",
        Aspect::Links => "links",
        Aspect::Identity => "identity",
        Aspect::PublicCard | Aspect::Network | Aspect::Volumes => return Ok(()),
    };
    let reads = ctx.data::<StaffReads>()?;
    let mut reads = reads.0.lock().unwrap_or_else(PoisonError::into_inner);
    let account = caller(ctx)?.account_id;
    reads.entry((account, what)).or_default().insert(partner);
    Ok(())
}

/// Logs what was read so far: a stream lasts for long.
///
/// # Errors
/// The request has no such record.
pub fn log(ctx: &Context<'_>) -> Result<()> {
    write(take(&mut ctx.data::<StaffReads>()?.0.lock().unwrap_or_else(PoisonError::into_inner)));
    Ok(())
}

fn write(reads: Reads) {
    for ((account, what), partners) in reads {
        tracing::info!(target: "audit", account, what, ?partners, "read by staff");
    }
}

impl Drop for StaffReads {
    fn drop(&mut self) {
        write(take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}
