//! What is known of a person.

use async_graphql::{Context, Enum, Result, SimpleObject};

use super::super::accounts::loader::Accounts;
use super::super::countries::objects::{Country, State};
use super::super::loader::load;
use super::super::scalars::Date;
use super::loader::Profiles;
use crate::domain::{accounts, bank, countries, profiles};

/// A person's gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "profiles::Gender")]
pub enum Gender {
    /// Male; M in other interfaces.
    Male,
    /// Female; F in other interfaces.
    Female,
}

/// Who a person is and how to reach them; null where nothing was told.
#[derive(SimpleObject)]
pub struct Profile {
    /// The given name.
    first_name: Option<String>,
    /// The family name.
    last_name: Option<String>,
    /// The gender.
    gender: Option<Gender>,
    /// The day of birth.
    date_of_birth: Option<Date>,
    /// Street and number.
    address_line1: Option<String>,
    /// What does not fit there.
    address_line2: Option<String>,
    /// The country.
    country: Option<Country>,
    /// The state, of that country.
    state: Option<State>,
    /// The town.
    city: Option<String>,
    /// The postal code.
    zip_code: Option<String>,
    /// The e-mail address of the account.
    email: Option<String>,
    /// The telephone number of the account.
    mobile: Option<String>,
    /// Another telephone number.
    landline: Option<String>,
}

impl Profile {
    /// The profile of an account, for a caller who may see it.
    ///
    /// # Errors
    /// The database's, to be masked.
    pub async fn of(ctx: &Context<'_>, account: i64) -> Result<Option<Self>> {
        let (profile, account) = futures_util::try_join!(load::<Profiles>(ctx, (), account), load::<Accounts>(ctx, (), account))?;
        Ok(account.map(|account| Self::new(profile, account)))
    }

    fn new(profile: profiles::Profile, account: accounts::Account) -> Self {
        let country = profile.country.and_then(countries::by_number);
        let state = country.zip(profile.state.as_deref()).and_then(|(country, code)| country.state(code));
        Self {
            first_name: profile.first_name,
            last_name: profile.last_name,
            gender: profile.gender.map(Into::into),
            date_of_birth: profile.date_of_birth.map(Date),
            address_line1: profile.address_line1,
            address_line2: profile.address_line2,
            country: country.map(Country),
            state: state.map(State),
            city: profile.city,
            zip_code: profile.zip_code,
            email: account.email,
            mobile: account.phone,
            landline: profile.landline,
        }
    }
}

/// A person's bank. Of the numbers only the endings are shown, to the person too.
#[derive(SimpleObject)]
pub struct BankDetails {
    /// The bank's name.
    bank_name: Option<String>,
    /// The branch's name.
    branch_name: Option<String>,
    /// In whose name the account is.
    account_holder: Option<String>,
    /// The ending of the account's number.
    account_number: Option<String>,
    /// The branch's code in India.
    ifsc: Option<String>,
    /// The ending of the tax number in India.
    pan: Option<String>,
}

impl BankDetails {
    /// The bank of an account, for a caller who may see it; `None` where none was told.
    ///
    /// # Errors
    /// The database's, to be masked.
    pub async fn of(ctx: &Context<'_>, account: i64) -> Result<Option<Self>> {
        let bank: Option<bank::Bank> = load::<Profiles>(ctx, (), account).await?.bank;
        Ok(bank.map(|bank| Self {
            bank_name: bank.bank_name,
            branch_name: bank.branch_name,
            account_holder: bank.account_holder,
            account_number: bank.account_number,
            ifsc: bank.ifsc,
            pan: bank.pan,
        }))
    }
}
