//! What the acts on profiles take.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::super::scalars::Date;
use super::objects::Gender;
use crate::domain::bank::BankChange;
use crate::domain::profiles::{Change, ContactChange, PersonalChange};

/// Who the caller is. What is left out stays; what is null or empty is forgotten.
#[derive(InputObject)]
pub struct UpdatePersonalInput {
    /// The given name, 100 characters at most.
    first_name: MaybeUndefined<String>,
    /// The family name, 100 characters at most.
    last_name: MaybeUndefined<String>,
    /// The gender.
    gender: MaybeUndefined<Gender>,
    /// The day of birth: a past day, so long ago as the company asks for.
    date_of_birth: MaybeUndefined<Date>,
}

/// How to reach the caller. What is left out stays; what is null or empty is forgotten.
#[derive(InputObject)]
pub struct UpdateContactInput {
    /// Street and number, 255 characters at most.
    address_line1: MaybeUndefined<String>,
    /// What does not fit there, 255 characters at most.
    address_line2: MaybeUndefined<String>,
    /// The country, by its numeric (276) or alpha-2 code (DE). Another country takes the state away, unless one is given along.
    country: MaybeUndefined<ID>,
    /// The state of that country, by its id or its code (DE-BW).
    state: MaybeUndefined<ID>,
    /// The town, 255 characters at most.
    city: MaybeUndefined<String>,
    /// The postal code, 20 characters at most.
    zip_code: MaybeUndefined<String>,
    /// The e-mail address of the account, unique ignoring case; it cannot be forgotten. Another one needs the password.
    email: MaybeUndefined<String>,
    /// The password for signing in; needed for another e-mail address.
    #[graphql(secret)]
    pub current_password: Option<String>,
    /// The telephone number of the account.
    mobile: MaybeUndefined<String>,
    /// Another telephone number.
    landline: MaybeUndefined<String>,
}

/// The caller's bank, every field 100 characters at most. What is left out stays; what is null or empty is forgotten.
#[derive(InputObject)]
pub struct UpdateBankInput {
    /// The bank's name.
    #[graphql(secret)]
    bank_name: MaybeUndefined<String>,
    /// The branch's name.
    #[graphql(secret)]
    branch_name: MaybeUndefined<String>,
    /// In whose name the account is.
    #[graphql(secret)]
    account_holder: MaybeUndefined<String>,
    /// The account's number.
    #[graphql(secret)]
    account_number: MaybeUndefined<String>,
    /// The branch's code; where the company is in India: four letters, a zero and six letters or digits.
    #[graphql(secret)]
    ifsc: MaybeUndefined<String>,
    /// The tax number; where the company is in India: five letters, four digits and a letter.
    #[graphql(secret)]
    pan: MaybeUndefined<String>,
}

fn change<T, U>(given: MaybeUndefined<T>, read: impl FnOnce(T) -> U) -> Change<U> {
    match given {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::To(None),
        MaybeUndefined::Value(value) => Change::To(Some(read(value))),
    }
}

fn text<T: Into<String>>(given: MaybeUndefined<T>) -> Change<String> {
    match change(given, Into::into) {
        Change::Keep => Change::Keep,
        Change::To(text) => Change::of_text(text),
    }
}

impl From<UpdatePersonalInput> for PersonalChange {
    fn from(input: UpdatePersonalInput) -> Self {
        Self {
            first_name: text(input.first_name),
            last_name: text(input.last_name),
            gender: change(input.gender, Into::into),
            date_of_birth: change(input.date_of_birth, |day| day.0),
        }
    }
}

impl From<UpdateContactInput> for ContactChange {
    fn from(input: UpdateContactInput) -> Self {
        Self {
            address_line1: text(input.address_line1),
            address_line2: text(input.address_line2),
            country: text(input.country),
            state: text(input.state),
            city: text(input.city),
            zip_code: text(input.zip_code),
            email: text(input.email),
            mobile: text(input.mobile),
            landline: text(input.landline),
        }
    }
}

impl From<UpdateBankInput> for BankChange {
    fn from(input: UpdateBankInput) -> Self {
        Self {
            bank_name: text(input.bank_name),
            branch_name: text(input.branch_name),
            account_holder: text(input.account_holder),
            account_number: text(input.account_number),
            ifsc: text(input.ifsc),
            pan: text(input.pan),
        }
    }
}
