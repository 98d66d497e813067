//! What happens when somebody follows a link.

use super::super::{Error, Services};
use crate::domain::instant::Instant;
use crate::domain::partners::PartnerStatus;
use crate::domain::referral_links::{ReferralLink, Source, Utm, could_be_code};
use crate::store::partners::{self, Lookup};
use crate::store::referral_links;

/// Somebody follows a link.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The code of the link, as it was given.
    pub code: String,
    /// The visitor's address, in its IPv6 form; nothing counts without it.
    pub address: Option<[u8; 16]>,
    /// What the visitor's program calls itself.
    pub agent: String,
    /// Whether it is a person's click, as far as the request tells.
    pub counts: bool,
}

/// Where the visitor goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The address.
    pub url: String,
    /// The code to be remembered; none where nobody is to be credited.
    pub code: Option<String>,
}

/// Says where a visitor goes, and notes the click, to be counted with others. Unknown, ended and deleted links, and those of partners who are not ACTIVE,
/// lead to the front end and credit nobody.
///
/// # Errors
/// The database's.
pub async fn visit(services: &Services, visit: &Visit) -> Result<Landing, Error> {
    let (links, now) = (&services.links, services.now());
    let Some((source, link)) = live(services, &visit.code, now).await? else {
        return Ok(Landing { url: links.landings.address(None, &Utm::default(), None), code: None });
    };
    if visit.counts {
        links.clicks.note(source, visit, now);
    }
    let code = visit.code.to_ascii_uppercase();
    let (target, utm) = link.map(|link| (link.target_url, link.utm)).unwrap_or_default();
    Ok(Landing { url: links.landings.address(target.as_deref(), &utm, Some(&code)), code: Some(code) })
}

/// The partner's own code before links, so that no link stands in for a partner.
async fn live(services: &Services, code: &str, now: Instant) -> Result<Option<(Source, Option<ReferralLink>)>, Error> {
    if !could_be_code(code) {
        return Ok(None);
    }
    let reader = services.database.reader();
    let is_active = |partner: &crate::domain::partners::Partner| partner.status == PartnerStatus::Active;
    if let Some(partner) = partners::find(reader, &Lookup::ReferralCode(code.to_owned())).await? {
        return Ok(is_active(&partner).then_some((Source { partner_id: partner.id, link_id: None }, None)));
    }
    let Some(link) = referral_links::by_code(reader, code).await?.filter(|link| link.is_live(now)) else { return Ok(None) };
    let partner = partners::find(reader, &Lookup::Number(link.partner_id)).await?.filter(is_active);
    Ok(partner.map(|partner| (Source { partner_id: partner.id, link_id: Some(link.id) }, Some(link))))
}
