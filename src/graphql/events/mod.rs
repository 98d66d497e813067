//! What happens, as it happens.

mod cursor;
pub mod subscription;
