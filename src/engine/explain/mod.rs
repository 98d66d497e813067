//! Why somebody earned what, or nothing. The steps come from the calculators themselves.

pub(crate) mod describe;
pub(crate) mod recorder;
pub mod step;
