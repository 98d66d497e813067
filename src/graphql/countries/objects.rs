//! Countries and their states.

use async_graphql::{ID, Object};

use crate::domain::countries;

/// A country of ISO 3166-1.
pub struct Country(pub &'static countries::Country);

/// A country of ISO 3166-1.
#[Object]
impl Country {
    /// The numeric code: 276.
    async fn numeric_id(&self) -> i32 {
        self.0.number.into()
    }

    /// The alpha-2 code: DE.
    async fn code(&self) -> &str {
        self.0.code
    }

    /// The English short name.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// Its states, provinces, regions or counties, by code.
    async fn states(&self) -> Vec<State> {
        self.0.states.iter().map(State).collect()
    }
}

/// A subdivision of a country after ISO 3166-2.
pub struct State(pub &'static countries::State);

/// A subdivision of a country after ISO 3166-2.
#[Object]
impl State {
    /// A number that stays as long as the code does.
    async fn id(&self) -> ID {
        ID(self.0.number.to_string())
    }

    /// The code: DE-BW.
    async fn code(&self) -> &str {
        self.0.code
    }

    /// The name.
    async fn name(&self) -> &str {
        self.0.name
    }
}
