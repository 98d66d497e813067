//! When to try again what the world outside did not take.

/// Pauses between tries do not grow beyond this.
const LONGEST_PAUSE_SECONDS: i64 = 6 * 3600;

/// Seconds after the try with this number: `first` after the first, then twice as many each time.
pub(super) fn pause(first: u32, attempt: i64) -> i64 {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(20);
    (i64::from(first) << doublings).min(LONGEST_PAUSE_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours() {
        assert_eq!([1, 2, 3, 8, 10, 50].map(|attempt| pause(60, attempt)), [60, 120, 240, 7_680, 21_600, 21_600]);
    }
}
