//! Places for requests with files, which are held in memory: so many in all, and so many of each address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::context::Credentials;
use super::settings::UploadSettings;

/// The places that are taken, by address. Cheap to clone.
#[derive(Clone)]
pub struct UploadPlaces {
    in_all: usize,
    of_each: usize,
    taken: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
}

/// A place, free again when this is dropped.
pub struct UploadPlace {
    address: Vec<u8>,
    taken: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
}

impl UploadPlaces {
    /// All free.
    #[must_use]
    pub fn new(settings: &UploadSettings) -> Self {
        Self { in_all: settings.concurrent_requests, of_each: settings.requests_per_address, taken: Arc::default() }
    }

    /// A place for a client, as long as there is one. Clients without an address are one client.
    #[must_use]
    pub fn take(&self, client: &Credentials) -> Option<UploadPlace> {
        let address = client.address().map(|address| address.network()).unwrap_or_default();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&address).copied().unwrap_or_default();
        if taken.values().sum::<usize>() >= self.in_all || own >= self.of_each {
            return None;
        }
        taken.insert(address.clone(), own + 1);
        Some(UploadPlace { address, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.address) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_take_all_places_and_each_is_free_again() {
        let settings = UploadSettings { concurrent_requests: 5, requests_per_address: 2, ..UploadSettings::default() };
        let places = UploadPlaces::new(&settings);
        let client = |ip: &str| Credentials { client_ip: Some(ip.parse().unwrap()), ..Credentials::default() };
        let held: Vec<_> = ["2001:db8::1", "2001:db8::2"].map(|ip| places.take(&client(ip)).unwrap()).into();
        assert!(places.take(&client("2001:db8::3")).is_none(), "one subscriber");
        let others: Vec<_> = ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"].map(|ip| places.take(&client(ip)).unwrap()).into();
        assert!(places.take(&client("192.0.2.3")).is_none(), "five in all");
        drop(held);
        assert!(places.take(&client("192.0.2.1")).is_none());
        assert!(places.take(&client("192.0.2.3")).is_some());
        drop(others);
        assert!(places.taken.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }
}
