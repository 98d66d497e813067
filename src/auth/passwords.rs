//! Password hashes: Argon2id, a few at a time, and as slow for unknown users as for known ones.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::config::auth::Auth;
use crate::domain::random::Random;
use crate::domain::refusal::Refusal;

const SALT_BYTES: usize = 16;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    hasher: Argon2<'static>,
    random: Arc<dyn Random>,
    /// What an unknown user's password is compared with.
    dummy: Arc<str>,
    /// Hashes under way and waiting; none beyond these is taken in.
    admitted: Arc<Semaphore>,
    /// Hashes under way: each takes its memory and a core.
    running: Arc<Semaphore>,
}

/// What a check of a password found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password.
    Wrong,
    /// The password.
    Right,
    /// The password, but hashed with other parameters than are configured now: replace the stored hash by this one.
    Outdated {
        /// The new hash.
        hash: String,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The parameters do not go together, or a stored hash is damaged.
    #[error("Argon2: {0}")]
    Hash(String),
}

impl Passwords {
    /// With the configured parameters. Computes one hash.
    ///
    /// # Errors
    /// Parameters that do not go together.
    pub fn new(auth: &Auth, random: Arc<dyn Random>) -> Result<Self, PasswordError> {
        let params = Params::new(auth.argon2_memory_kib, auth.argon2_iterations, auth.argon2_parallelism, None).map_err(failed)?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash(&hasher, &random.bytes::<32>(), &random.bytes())?.into();
        let running = auth.concurrent_hashes as usize;
        Ok(Self {
            hasher,
            random,
            dummy,
            admitted: Arc::new(Semaphore::new(running + auth.waiting_hashes as usize)),
            running: Arc::new(Semaphore::new(running)),
        })
    }

    /// Hashes a new password, in the PHC string format.
    ///
    /// # Errors
    /// [`Refusal::Busy`]
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let (hasher, salt) = (self.hasher.clone(), self.random.bytes());
        self.off_thread(move || hash(&hasher, password.as_bytes(), &salt)).await
    }

    /// Checks a password against a stored hash. Without one (unknown user, account without a login) it takes as long and is wrong.
    ///
    /// # Errors
    /// [`Refusal::Busy`], or a stored hash that is damaged.
    pub async fn check(&self, password: String, stored: Option<String>) -> Result<Verdict, PasswordError> {
        let (hasher, salt, dummy) = (self.hasher.clone(), self.random.bytes(), Arc::clone(&self.dummy));
        self.off_thread(move || {
            let known = stored.is_some();
            let phc = stored.as_deref().unwrap_or(&dummy);
            let parsed = PasswordHash::new(phc).map_err(failed)?;
            match hasher.verify_password(password.as_bytes(), &parsed) {
                Ok(()) if known => {}
                Ok(()) | Err(argon2::password_hash::Error::PasswordInvalid) => return Ok(Verdict::Wrong),
                Err(error) => return Err(failed(error)),
            }
            let current = Params::try_from(&parsed).is_ok_and(|params| {
                let params = [params.m_cost(), params.t_cost(), params.p_cost()];
                params == [hasher.params().m_cost(), hasher.params().t_cost(), hasher.params().p_cost()]
            });
            if current { Ok(Verdict::Right) } else { Ok(Verdict::Outdated { hash: hash(&hasher, password.as_bytes(), &salt)? }) }
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(failed)?;
        // The permits go with the work: a client that vanishes does not free the core its hash still uses.
        spawn_blocking(move || {
            let _permits = (admitted, running);
            work()
        })
        .await
        .map_err(failed)?
    }
}

fn hash(hasher: &Argon2<'_>, password: &[u8], salt: &[u8; SALT_BYTES]) -> Result<String, PasswordError> {
    hasher.hash_password_with_salt(password, salt).map(|hash: PasswordHash| hash.to_string()).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}
