//! Referral links: made, followed, credited (promises P05, P24, and figures that are exact).

mod credit;
mod following;
mod links;
mod rights;

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::referral_links::{CreateReferralLink, Visit, create_referral_link};

use crate::app::App;

/// A browser's name.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A link with a chosen code.
pub fn link(code: &str) -> CreateReferralLink {
    CreateReferralLink { code: Some(code.to_owned()), name: format!("Link {code}"), ..CreateReferralLink::default() }
}

pub async fn create(app: &App, who: &Principal, code: &str) -> Result<i64, Error> {
    create_referral_link(&app.services, who, &link(code)).await
}

/// A person's click from one of many addresses.
pub fn click(code: &str, visitor: u32) -> Visit {
    let mut address = [0x20; 16];
    address[..4].copy_from_slice(&visitor.to_be_bytes());
    Visit { code: code.to_owned(), address: Some(address), agent: BROWSER.to_owned(), counts: true }
}
