//! People: profiles, countries, who may sign up, and what is left of who was erased.

mod erasure;
mod profiles;
mod sealed;
mod served;
mod signing_up;

use upline::domain::bank::BankChange;
use upline::domain::profiles::{Change, ContactChange, PersonalChange};

/// A field's new text; an empty one forgets it.
pub fn to(text: &str) -> Change<String> {
    Change::of_text(Some(text.to_owned()))
}

/// A person with every field.
pub fn personal(first: &str, last: &str) -> PersonalChange {
    PersonalChange {
        first_name: to(first),
        last_name: to(last),
        gender: Change::To(Some(upline::domain::profiles::Gender::Female)),
        date_of_birth: to("1990-01-31"),
    }
}

/// Contact data with every field, the texts with this word in them.
pub fn contact(word: &str) -> ContactChange {
    let text = |what: &str| to(&format!("{word} {what}"));
    ContactChange {
        address_line1: text("line1"),
        address_line2: text("line2"),
        country: to("276"),
        state: to("DE-BW"),
        city: text("city"),
        zip_code: to(&word[..word.len().min(20)]),
        email: to(&format!("{word}@example.org")),
        mobile: to("+49 151 123"),
        landline: to("+49 30 123"),
    }
}

/// A bank with every field.
pub fn bank(number: &str, pan: &str) -> BankChange {
    BankChange {
        bank_name: to("First Bank"),
        branch_name: to("Main Street"),
        account_holder: to("N. Berg"),
        account_number: to(number),
        ifsc: to("HDFC0001234"),
        pan: to(pan),
    }
}
