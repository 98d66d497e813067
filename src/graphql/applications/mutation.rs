//! registerApplication, rotateKey, setApplicationState, setAccessRules

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::accounts::objects::Scope;
use super::super::loader::Epoch;
use super::super::scalars::BigInt;
use super::super::user_errors::{UserError, idempotency_key, sort};
use super::inputs::{ApplicationKind, ApplicationState};
use super::objects::Application;
use super::query::application;
use crate::auth::principal::Principal;
use crate::commands::applications::{
    Keyed, RegisterApplication, RotateKey, SetAccessRules, SetApplicationState, register_application, rotate_key, set_access_rules,
    set_application_state,
};
use crate::commands::{self, Services};

/// A program that shall call by a key of its own.
#[derive(InputObject)]
pub struct RegisterApplicationInput {
    /// What people call it, 1 to 100 characters.
    name: String,
    /// Where it runs.
    kind: ApplicationKind,
    /// What it may do: `ORDERS` and `CATALOG` where it runs on a server, nothing elsewhere. The caller must have these scopes too.
    #[graphql(default, validator(max_items = 10))]
    scopes: Vec<Scope>,
    /// From where it may call: addresses, or networks such as `203.0.113.0/24`, 50 at most; from everywhere when empty.
    #[graphql(default, validator(max_items = 50))]
    networks: Vec<String>,
    /// Makes the act repeatable: the same key with the same input gives the same application and its key. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Another key for an application.
#[derive(InputObject)]
pub struct RotateKeyInput {
    /// Which.
    application_number: BigInt,
    /// For how many hours the old key goes on beside it, 0 to 168.
    #[graphql(default)]
    overlap_hours: i32,
    /// Makes the act repeatable: the same key with the same input gives the same key of the application. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Switching an application on or off.
#[derive(InputObject)]
pub struct SetApplicationStateInput {
    /// Which.
    application_number: BigInt,
    /// Whether its keys are taken from then on.
    state: ApplicationState,
    /// Why, in 1 to 200 characters.
    reason: String,
}

/// From where an application may call.
#[derive(InputObject)]
pub struct SetAccessRulesInput {
    /// Which.
    application_number: BigInt,
    /// Addresses, or networks such as `203.0.113.0/24`, 50 at most; from everywhere when empty.
    #[graphql(validator(max_items = 50))]
    networks: Vec<String>,
}

/// Declares payloads that show an application, and those that show its new key as well.
macro_rules! application_payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$key_doc:meta])* $key:ident)? };)+) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The application after the act; null when there are user errors.
            application: Option<Application>,
            $($(#[$key_doc])* $key: Option<String>,)?
            /// What the person can put right.
            user_errors: Vec<UserError>,
        })+
    };
}

application_payloads! {
    /// Outcome of registerApplication.
    RegisterApplicationPayload {
        /// The key, which nothing shows again; null when there are user errors.
        key
    };
    /// Outcome of rotateKey.
    RotateKeyPayload {
        /// The new key, which nothing shows again; null when there are user errors.
        key
    };
    /// Outcome of setApplicationState.
    SetApplicationStatePayload {};
    /// Outcome of setAccessRules.
    SetAccessRulesPayload {};
}

/// The application after an act, and what came of it beside.
async fn after<T>(
    ctx: &Context<'_>,
    outcome: Result<T, commands::Error>,
    number: impl Fn(&T) -> i64,
) -> Result<(Option<Application>, Option<T>, Vec<UserError>)> {
    Ok(match sort(outcome)? {
        Ok(done) => {
            // What was loaded before the act is forgotten.
            ctx.data::<Epoch>()?.advance();
            (application(ctx, number(&done)).await?, Some(done), Vec::new())
        }
        Err(user_errors) => (None, None, user_errors),
    })
}

fn shown(keyed: Option<Keyed>) -> Option<String> {
    keyed.map(|keyed| keyed.key.expose().clone())
}

/// Acts on applications.
#[derive(Default)]
pub struct ApplicationMutation;

#[Object]
impl ApplicationMutation {
    /// Registers a program that shall call by a key of its own, and shows the key, once. Needs the scope `applications`; recorded in the audit trail.
    async fn register_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called, and what it may do.")] input: RegisterApplicationInput,
    ) -> Result<Option<RegisterApplicationPayload>> {
        let act = RegisterApplication {
            name: input.name,
            kind: input.kind.into(),
            scopes: input.scopes.into_iter().map(Into::into).collect(),
            networks: input.networks,
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let outcome = register_application(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let (application, keyed, user_errors) = after(ctx, outcome, |keyed| keyed.application).await?;
        Ok(Some(RegisterApplicationPayload { application, key: shown(keyed), user_errors }))
    }

    /// Gives an application another key and shows it, once; the old one ends at once or after a while. Needs the scope `applications` and those that the
    /// application has; recorded in the audit trail.
    async fn rotate_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which application.")] input: RotateKeyInput,
    ) -> Result<Option<RotateKeyPayload>> {
        let act = RotateKey {
            application: input.application_number.0,
            overlap_hours: u32::try_from(input.overlap_hours).unwrap_or(u32::MAX),
            idempotency_key: idempotency_key(ctx, input.idempotency_key),
        };
        let outcome = rotate_key(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let (application, keyed, user_errors) = after(ctx, outcome, |keyed| keyed.application).await?;
        Ok(Some(RotateKeyPayload { application, key: shown(keyed), user_errors }))
    }

    /// Switches an application on or off, for all its keys, from the next request on. Needs the scope `applications`, and to switch it on those that the application has;
    /// recorded in the audit trail.
    async fn set_application_state(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: SetApplicationStateInput,
    ) -> Result<Option<SetApplicationStatePayload>> {
        let act = SetApplicationState { application: input.application_number.0, state: input.state.into(), reason: input.reason };
        let outcome = set_application_state(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let (application, _, user_errors) = after(ctx, outcome, |number| *number).await?;
        Ok(Some(SetApplicationStatePayload { application, user_errors }))
    }

    /// Says from where an application may call. Needs the scope `applications` and those that the application has; recorded in the audit trail.
    async fn set_access_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and from where.")] input: SetAccessRulesInput,
    ) -> Result<Option<SetAccessRulesPayload>> {
        let act = SetAccessRules { application: input.application_number.0, networks: input.networks };
        let outcome = set_access_rules(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await;
        let (application, _, user_errors) = after(ctx, outcome, |number| *number).await?;
        Ok(Some(SetAccessRulesPayload { application, user_errors }))
    }
}
