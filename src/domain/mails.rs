//! Mails: what they say. Most carry a link that works once; notices tell what was done.

use super::coded::coded_enum;
use super::instant::Instant;

coded_enum! {
    /// What a mail, and the link in it, is for.
    MailKind, "a kind of mail", {
        /// Welcomes somebody, and proves that the address is theirs.
        EmailVerification = "EMAIL_VERIFICATION",
        /// Gives a new password for signing in.
        PasswordReset = "PASSWORD_RESET",
        /// Gives a new transaction password.
        TransactionPasswordReset = "TRANSACTION_PASSWORD_RESET",
        /// Tells that a partner can be paid another way.
        PayoutMethodAdded = "PAYOUT_METHOD_ADDED",
        /// Tells that a partner is paid elsewhere.
        PayoutMethodChanged = "PAYOUT_METHOD_CHANGED",
        /// Tells that a way to pay a partner was forgotten.
        PayoutMethodRemoved = "PAYOUT_METHOD_REMOVED",
    }
}

/// A mail ready to be sent. It holds an address and a secret: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number: the same however often it is sent.
    pub number: i64,
    /// What it is for.
    pub kind: MailKind,
    /// To whom.
    pub to: String,
    /// When it was written.
    pub at: Instant,
    /// In one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// What the words of a mail need.
#[derive(Clone, Copy)]
pub struct Particulars<'a> {
    /// What the company calls the product.
    pub product: &'a str,
    /// The front end's address, without a slash at its end.
    pub base: &'a str,
    /// The link's secret.
    pub token: &'a str,
    /// The name that the person signs in with.
    pub username: &'a str,
    /// How long the link works.
    pub minutes: u32,
}

impl MailKind {
    /// Where its links lead in the front end; nowhere for a notice, which has none.
    #[must_use]
    pub const fn page(self) -> Option<&'static str> {
        match self {
            Self::EmailVerification => Some("verify-email"),
            Self::PasswordReset => Some("reset-password"),
            Self::TransactionPasswordReset => Some("reset-transaction-password"),
            Self::PayoutMethodAdded | Self::PayoutMethodChanged | Self::PayoutMethodRemoved => None,
        }
    }

    /// Subject and text.
    ///
    /// What strangers chose stands only in mails to addresses that asked for them: nobody can have this server send words of theirs to others. The
    /// secret stands behind `#`, which browsers send to no server, so no log of accesses has it.
    #[must_use]
    pub fn words(self, with: Particulars<'_>) -> (String, String) {
        let Particulars { product, username, .. } = with;
        match self {
            Self::EmailVerification => self.linked(
                with,
                format!("Welcome to {product}: please confirm your e-mail address"),
                &format!("Welcome to {product}.\n\nPlease confirm that this is your e-mail address by opening this link:"),
                "If you did not sign up, ignore this mail.",
            ),
            Self::PasswordReset => self.linked(
                with,
                format!("{product}: a new password"),
                &format!(
                    "Somebody, probably you, asked for a new password for the account {username} of {product}.\nChoose it by opening this link:"
                ),
                "If it was not you, ignore this mail: your password stays as it is.",
            ),
            Self::TransactionPasswordReset => self.linked(
                with,
                format!("{product}: a new transaction password"),
                &format!(
                    "A new transaction password was asked for, for the account {username} of {product}.\nChoose it by opening this link:"
                ),
                "If it was not you, somebody is signed in to your account: change your password for signing in, and end the other sessions.",
            ),
            Self::PayoutMethodAdded => notice(product, "a way to be paid was added"),
            Self::PayoutMethodChanged => notice(product, "a way to be paid was changed"),
            Self::PayoutMethodRemoved => notice(product, "a way to be paid was removed"),
        }
    }

    fn linked(self, with: Particulars<'_>, subject: String, ask: &str, otherwise: &str) -> (String, String) {
        let Particulars { base, token, minutes, .. } = with;
        let (page, life) = (self.page().unwrap_or_default(), lasting(minutes));
        let text = format!("{ask}\n\n{base}/{page}#token={token}\n\nThe link works once, within {life}. Give it to nobody.\n{otherwise}\n");
        (subject, text)
    }
}

/// Nothing that somebody chose stands in it: nobody may have proven the address.
fn notice(product: &str, what: &str) -> (String, String) {
    let text = format!(
        "Where payouts of your account of {product} go has changed: {what}.\n\nIf it was not you, somebody is signed in to your account: \
         change your password for signing in, end the other sessions, and tell us.\n"
    );
    (format!("{product}: where you are paid has changed"), text)
}

/// A time in words.
fn lasting(minutes: u32) -> String {
    match minutes {
        1 => "a minute".to_owned(),
        minutes if minutes >= 2 * 1_440 && minutes.is_multiple_of(1_440) => format!("{} days", minutes / 1_440),
        minutes if minutes >= 2 * 60 && minutes.is_multiple_of(60) => format!("{} hours", minutes / 60),
        minutes => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_have_their_link_notices_none_and_what_strangers_chose_goes_to_no_stranger() {
        for kind in MailKind::ALL {
            let with = Particulars { product: "Upline", base: "https://a.example", token: "s3cret", username: "evil.example", minutes: 60 };
            let (subject, text) = kind.words(with);
            assert!(subject.contains("Upline") && !subject.contains(char::is_control), "{subject}");
            let reset = matches!(kind, MailKind::PasswordReset | MailKind::TransactionPasswordReset);
            assert_eq!(text.contains("evil.example"), reset, "{text}");
            let Some(page) = kind.page() else {
                assert!(!text.contains("a.example") && !text.contains("s3cret"), "{text}");
                continue;
            };
            assert!(text.contains(&format!("\nhttps://a.example/{page}#token=s3cret\n")), "{text}");
            assert!(text.contains("within 60 minutes"), "{text}");
        }
        assert_eq!([1, 90, 120, 1_440, 10_080].map(lasting), ["a minute", "90 minutes", "2 hours", "24 hours", "7 days"]);
    }
}
