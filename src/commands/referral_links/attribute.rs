//! Who is credited with a newcomer, and with a newcomer's first order.

use crate::commands::Error;
use crate::domain::carts::OrderState;
use crate::domain::instant::Instant;
use crate::domain::partners::{Partner, PartnerStatus};
use crate::domain::referral_links::{Source, could_be_code};
use crate::domain::refusal::Refusal;
use crate::events::{ReferralConverted, ReferralRegistered};
use crate::store::database::Transaction;
use crate::store::partners::{self, Lookup};
use crate::store::{events, referral_attributions, referral_links};

/// By which link a newcomer came.
#[derive(Clone, Debug, Default)]
pub struct Referral {
    /// The code of a link, or of a partner, that was named: nobody's is an error.
    pub code: Option<String>,
    /// The code that the cookie remembers where none is named: nobody's is passed over.
    pub remembered: Option<String>,
}

/// An ACTIVE partner, and the link of the code, unless the code is the partner's own. Links that ended or were deleted still credit those who followed
/// them before.
pub(in crate::commands) async fn find(transaction: &Transaction, code: &str) -> Result<Option<(Partner, Source)>, Error> {
    if !could_be_code(code) {
        return Ok(None);
    }
    let own = partners::find(transaction, &Lookup::ReferralCode(code.to_owned())).await?;
    let found = match own {
        Some(partner) => Some((partner, None)),
        None => match referral_links::by_code(transaction, code).await? {
            Some(link) => partners::find(transaction, &Lookup::Number(link.partner_id)).await?.map(|partner| (partner, Some(link.id))),
            None => None,
        },
    };
    let active = found.filter(|(partner, _)| partner.status == PartnerStatus::Active);
    Ok(active.map(|(partner, link_id)| {
        let source = Source { partner_id: partner.id, link_id };
        (partner, source)
    }))
}

/// The partner and the link by which a newcomer came, if any; else [`Refusal::ReferralLinkCodeUnknown`] for a code that was named.
pub(in crate::commands) async fn credited(transaction: &Transaction, referral: &Referral) -> Result<Option<(Partner, Source)>, Error> {
    match (&referral.code, &referral.remembered) {
        (Some(code), _) => find(transaction, code).await?.ok_or_else(|| Refusal::ReferralLinkCodeUnknown.into()).map(Some),
        (None, Some(code)) => find(transaction, code).await,
        (None, None) => Ok(None),
    }
}

/// Credits a link with an account, unless another one has the credit already.
pub(in crate::commands) async fn register(transaction: &Transaction, account: i64, source: Source, now: Instant) -> Result<(), Error> {
    if referral_attributions::insert(transaction, account, source, now).await? {
        let Source { partner_id: partner, link_id: link } = source;
        events::append(transaction, &ReferralRegistered { account, partner, link }.into(), now).await?;
    }
    Ok(())
}

/// Credits a link with a finished order, if it is the first of somebody who came by it.
pub(in crate::commands) async fn convert(transaction: &Transaction, order: &OrderState, now: Instant) -> Result<(), Error> {
    let converted = referral_attributions::convert(transaction, (order.id, order.partner_id), order.account_id, now).await?;
    if let Some((account, Source { partner_id: partner, link_id: link })) = converted {
        events::append(transaction, &ReferralConverted { account, order: order.id, partner, link }.into(), now).await?;
    }
    Ok(())
}
