//! Any bytes are rows or a refusal.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use upline::offline::network::{NetworkReader, Trees};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(reader) = NetworkReader::from_reader(Path::new("fuzz"), Cursor::new(bytes.to_vec()), Trees::SponsorAndPlacement) {
        reader.with_contacts().for_each(drop);
    }
});
