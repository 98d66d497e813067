//! What the acts around logins take.

use async_graphql::InputObject;

use super::super::partners::joining::JoiningInput;

/// A new login.
#[derive(InputObject)]
pub struct SignUpInput {
    /// 3 to 50 letters, digits, dots, dashes or underscores; unique, ignoring case. May be left out where user names are generated (`signUpTerms`).
    pub username: Option<String>,
    /// Unique, ignoring case.
    pub email: String,
    /// The person's name, 1 to 100 characters.
    pub name: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// 10 to 256 characters.
    #[graphql(secret)]
    pub password: String,
    /// Joins the network in the same act; without it the account may become a partner later.
    pub partner: Option<JoiningInput>,
    /// The code of the referral link, or of the partner, by which the newcomer came: it is credited with the account. When left out, the cookie of a link
    /// that was followed counts, where the browser sends it.
    pub referral_link_code: Option<String>,
    /// Makes the act repeatable: the same key with the same input gives the same account. Also read from the header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// Signing in.
#[derive(InputObject)]
pub struct LogInInput {
    /// User name or e-mail address.
    pub login: String,
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// New tokens for a refresh token.
#[derive(InputObject)]
pub struct RefreshTokenInput {
    /// The refresh token that was given last; it works once.
    #[graphql(secret)]
    pub refresh_token: String,
}

/// Signing out.
#[derive(InputObject)]
pub struct LogOutInput {
    /// Comes back in the payload.
    pub client_mutation_id: Option<String>,
}

/// A new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present password.
    #[graphql(secret)]
    pub current_password: String,
    /// The new one: 10 to 256 characters.
    #[graphql(secret)]
    pub new_password: String,
}

/// The caller's transaction password.
#[derive(InputObject)]
pub struct SetTransactionPasswordInput {
    /// The present transaction password; while none is set, the password for signing in.
    #[graphql(secret)]
    pub current_password: String,
    /// The new one: 6 to 72 bytes, and not the password for signing in.
    #[graphql(secret)]
    pub new_password: String,
}

/// Whether people may sign up.
#[derive(InputObject)]
pub struct SetSignUpsOpenInput {
    /// From now on.
    pub open: bool,
}
