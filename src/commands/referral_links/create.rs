//! createReferralLink

use super::super::idempotency::Repeatable;
use crate::auth::principal::Principal;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::instant::Instant;
use crate::domain::partners::REFERRAL_CODE_ALPHABET;
use crate::domain::random::Random;
use crate::domain::referral_links::{GENERATED_CODE, LONGEST_TARGET, ReferralLink, Utm, check_code, check_name};
use crate::domain::refusal::Refusal;
use crate::events::ReferralLinkCreated;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, referral_links};

/// A clash needs two equal codes out of a million million million.
const TRIES: u32 = 5;

/// A partner wants a link.
#[derive(Clone, Debug, Default)]
pub struct CreateReferralLink {
    /// In any case; one that nobody guesses where nothing is given.
    pub code: Option<String>,
    /// What its owner calls it.
    pub name: String,
    /// Where it leads; the front end where nothing is given.
    pub target_url: Option<String>,
    /// What is added to that.
    pub utm: Utm,
    /// When it ends.
    pub expires_at: Option<Instant>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes a referral link for the caller and gives its number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidReferralLinkCode`, `InvalidName`, `InvalidReferralTarget`,
/// `InvalidUtm`, `InvalidIdempotencyKey`, `IdempotencyConflict`, `PartnerNotActive`, `ReferralLinkEnded`, `TooManyReferralLinks`,
/// `ReferralLinkCodeTaken`.
pub async fn create_referral_link(services: &Services, principal: &Principal, input: &CreateReferralLink) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner_id = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let code = input.code.as_deref().map(check_code).transpose()?;
    check_name(&input.name)?;
    let invalid = Refusal::InvalidReferralTarget { most: LONGEST_TARGET };
    let admit = |target: &String| services.links.landings.admit(target).ok_or_else(|| invalid.clone());
    let target_url = input.target_url.as_ref().map(admit).transpose()?;
    input.utm.check()?;
    let link = ReferralLink {
        id: 0,
        partner_id,
        code: code.clone().unwrap_or_default(),
        name: input.name.trim().to_owned(),
        target_url,
        utm: input.utm.clone(),
        created_at: services.now(),
        expires_at: input.expires_at,
        deleted_at: None,
    };
    let request = (&code, &link.name, &link.target_url, link.utm.named(), link.expires_at);
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, "createReferralLink", input.idempotency_key.as_deref(), &request)?;
    let number = in_transaction!(services.database, |transaction| write(services, &transaction, link.clone(), &repeatable).await)?;
    services.wake();
    Ok(number)
}

async fn write(services: &Services, transaction: &Transaction, mut link: ReferralLink, repeatable: &Repeatable) -> Result<i64, Error> {
    let now = services.now();
    if let Some(number) = repeatable.claim(transaction, now).await? {
        return Ok(number);
    }
    let (partner, most) = (link.partner_id, services.links.most);
    referral_links::hold_partner(transaction, partner).await?;
    active(transaction, partner).await?;
    if link.expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::ReferralLinkEnded.into());
    }
    if referral_links::count_kept(transaction, partner).await? >= i64::from(most) {
        return Err(Refusal::TooManyReferralLinks { most }.into());
    }
    let is_chosen = !link.code.is_empty();
    for _ in 0..TRIES {
        if !is_chosen {
            link.code = generated(&*services.random);
        }
        if let Some(number) = referral_links::insert(transaction, &link).await? {
            events::append(transaction, &ReferralLinkCreated { link: number, partner }.into(), now).await?;
            repeatable.settle(transaction, &number).await?;
            return Ok(number);
        }
        if is_chosen {
            return Err(Refusal::ReferralLinkCodeTaken.into());
        }
    }
    Err(Error::Internal(format!("no unused code was found in {TRIES} tries")))
}

fn generated(random: &dyn Random) -> String {
    let bytes: [u8; GENERATED_CODE] = random.bytes();
    // 32 divides 256, so every character is as likely as any other.
    bytes.into_iter().map(|byte| char::from(REFERRAL_CODE_ALPHABET[usize::from(byte) % REFERRAL_CODE_ALPHABET.len()])).collect()
}
