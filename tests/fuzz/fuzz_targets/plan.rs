//! Any text is a plan or a refusal; a plan can be said in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use upline::engine::Plan;

fuzz_target!(|text: &str| {
    if let Ok(plan) = Plan::parse(text) {
        let _ = (plan.in_words(), plan.warnings());
    }
});
