//! `[upload]`: files that people send.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Limits of files that people send.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// Bytes of a whole request with files.
    pub request_bytes: u32,
    /// Files in one request.
    pub files: u32,
    /// Requests with files read at a time.
    pub concurrent_requests: u32,
    /// Of them, of one address at a time.
    pub requests_per_address: u32,
    /// Bytes of a profile image as it is sent.
    pub image_bytes: u32,
    /// Pixels of a picture as it is sent.
    pub image_pixels: u32,
    /// Pixels on one side of a picture as it is sent.
    pub image_side: u32,
    /// Pixels on the longer side of a profile image as it is kept.
    pub kept_side: u32,
    /// Pictures decoded at a time.
    pub concurrent_images: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("request_bytes", Allowed::Number(65_536..=104_857_600)),
    ("files", Allowed::Number(1..=100)),
    ("concurrent_requests", Allowed::Number(1..=1_000)),
    ("requests_per_address", Allowed::Number(1..=1_000)),
    ("image_bytes", Allowed::Number(1_024..=104_857_600)),
    ("image_pixels", Allowed::Number(10_000..=100_000_000)),
    ("image_side", Allowed::Number(100..=30_000)),
    ("kept_side", Allowed::Number(64..=4_096)),
    ("concurrent_images", Allowed::Number(1..=64)),
];
