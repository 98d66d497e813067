//! Logins beyond the password: mails and their links, sessions, blocking, and what one address may try.

mod addresses;
pub mod applications;
mod blocking;
mod cents;
mod delivery;
mod post_office;
mod recovery;
mod sessions;
mod verifying;

use upline::commands::accounts::{LogIn, RequestPasswordReset, Reset};
use upline::commands::mails::{Taken, Told, due, take, tell};
use upline::config::secrets::Secret;
use upline::domain::clients::{Address, Client};
use upline::domain::mails::{Letter, MailKind};

use crate::app::App;

/// All mails that wait, which are sent by this.
pub async fn letters(app: &App) -> Vec<Letter> {
    let mut letters = Vec::new();
    for due in due(&app.services).await.unwrap() {
        if let Taken::Parcel(parcel) = take(&app.services, &due).await.unwrap() {
            tell(&app.services, &parcel, Told::Sent).await.unwrap();
            letters.push(parcel.letter);
        }
    }
    letters
}

/// The secret of the link in a mail.
pub fn token(text: &str) -> String {
    let (_, rest) = text.split_once("#token=").expect("a link");
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

/// The secret of the one mail that waits, which must be of this kind.
pub async fn mailed(app: &App, kind: MailKind) -> String {
    let letters = letters(app).await;
    assert!(letters.len() == 1 && letters[0].kind == kind, "{} mails", letters.len());
    token(&letters[0].text)
}

pub fn log(login: &str, password: &str, client: Client) -> LogIn {
    LogIn { login: login.to_owned(), password: Secret::new(password.to_owned()), client }
}

pub fn forgotten(login: &str) -> RequestPasswordReset {
    RequestPasswordReset { login: login.to_owned(), client: Client::default() }
}

pub fn reset(token: &str, new: &str) -> Reset {
    Reset { token: Secret::new(token.to_owned()), new: Secret::new(new.to_owned()), client: Client::default() }
}

/// A caller from `192.0.2.LAST`.
pub fn from(last: u8) -> Client {
    Client { address: Some(Address::V4([192, 0, 2, last])), user_agent: None }
}
