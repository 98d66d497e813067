//! Any bytes are rows or a refusal.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use upline::offline::orders::OrderReader;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(reader) = OrderReader::from_reader(Path::new("fuzz"), Cursor::new(bytes.to_vec())) {
        reader.for_each(drop);
    }
});
