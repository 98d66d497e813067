//! What staff reads of other people is logged, one line per request and kind of data, with the target `audit`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_graphql::{Context, Result};

use super::network::caller;
use crate::auth::visibility::Aspect;

/// What the staff member behind one request has read so far; logged when the request ends.
#[derive(Debug, Default)]
pub struct StaffReads(Mutex<BTreeMap<(i64, &'static str), BTreeSet<i64>>>);

/// Notes that the caller, who is staff, reads a part of what is known about a partner.
///
/// # Errors
/// `UNAUTHENTICATED`
pub fn note(ctx: &Context<'_>, aspect: Aspect, partner: i64) -> Result<()> {
    let what = match aspect {
        Aspect::Contact => "contact",
        Aspect::Money => "money",
        Aspect::PublicCard | Aspect::Network | Aspect::Volumes => return Ok(()),
    };
    let reads = ctx.data::<StaffReads>()?;
    let mut reads = reads.0.lock().unwrap_or_else(PoisonError::into_inner);
    let account = caller(ctx)?.account_id;
    let partners = reads.entry((account, what)).or_default();
    partners.insert(partner);
    if partners.len() >= LONGEST_LINE {
        log(account, what, &std::mem::take(partners));
    }
    Ok(())
}

/// So many partners at most in one line; a stream goes on for long.
const LONGEST_LINE: usize = 1_000;

fn log(account: i64, what: &str, partners: &BTreeSet<i64>) {
    if !partners.is_empty() {
        tracing::info!(target: "audit", account, what, ?partners, "read by staff");
    }
}

impl Drop for StaffReads {
    fn drop(&mut self) {
        for ((account, what), partners) in self.0.get_mut().unwrap_or_else(PoisonError::into_inner) {
            log(*account, what, partners);
        }
    }
}
