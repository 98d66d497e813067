//! Mails: what they say. All of them carry a link that works once.

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
    /// Where its links lead in the front end.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::EmailVerification => "verify-email",
            Self::PasswordReset => "reset-password",
            Self::TransactionPasswordReset => "reset-transaction-password",
        }
    }

    /// Subject and text.
    ///
    /// What strangers chose stands only in mails to addresses that asked for them: nobody can have this server send words of theirs to others. The
    /// secret stands behind `#`, which browsers send to no server, so no log of accesses has it.
    #[must_use]
    pub fn words(self, with: Particulars<'_>) -> (String, String) {
        let Particulars { product, base, token, username, minutes } = with;
        let link = format!("{base}/{}#token={token}", self.page());
        let life = lasting(minutes);
        let (subject, ask, otherwise) = match self {
            Self::EmailVerification => (
                format!("Welcome to {product}: please confirm your e-mail address"),
                format!("Welcome to {product}.\n\nPlease confirm that this is your e-mail address by opening this link:"),
                "If you did not sign up, ignore this mail.",
            ),
            Self::PasswordReset => (
                format!("{product}: a new password"),
                format!(
                    "Somebody, probably you, asked for a new password for the account {username} of {product}.\nChoose it by opening this link:"
                ),
                "If it was not you, ignore this mail: your password stays as it is.",
            ),
            Self::TransactionPasswordReset => (
                format!("{product}: a new transaction password"),
                format!(
                    "A new transaction password was asked for, for the account {username} of {product}.\nChoose it by opening this link:"
                ),
                "If it was not you, somebody is signed in to your account: change your password for signing in, and end the other sessions.",
            ),
        };
        let text = format!("{ask}\n\n{link}\n\nThe link works once, within {life}. Give it to nobody.\n{otherwise}\n");
        (subject, text)
    }
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
    fn every_mail_has_its_link_and_what_strangers_chose_goes_to_no_stranger() {
        for kind in MailKind::ALL {
            let with = Particulars { product: "Upline", base: "https://a.example", token: "s3cret", username: "evil.example", minutes: 60 };
            let (subject, text) = kind.words(with);
            assert!(subject.contains("Upline") && !subject.contains(char::is_control), "{subject}");
            assert!(text.contains(&format!("\nhttps://a.example/{}#token=s3cret\n", kind.page())), "{text}");
            assert!(text.contains("within 60 minutes"), "{text}");
            assert_eq!(text.contains("evil.example"), *kind != MailKind::EmailVerification, "{text}");
        }
        assert_eq!([1, 90, 120, 1_440, 10_080].map(lasting), ["a minute", "90 minutes", "2 hours", "24 hours", "7 days"]);
    }
}
