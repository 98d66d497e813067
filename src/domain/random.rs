//! Randomness as a parameter.

/// Gives random bytes fit for secrets. The server's source is made in `app`; tests seed theirs.
pub trait Random: Send + Sync {
    /// Fills all bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// So many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
