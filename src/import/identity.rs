//! Who an imported partner is where the file does not say: made from the partner number alone, so that a repeated import makes the same.

use crate::domain::partners::REFERRAL_CODE_ALPHABET;

const FIRST_NAMES: [&str; 64] = [
    "Ada", "Alma", "Amir", "Ana", "Anton", "Aya", "Bela", "Bruno", "Carla", "Cem", "Chidi", "Clara", "Dario", "Diego", "Edith", "Elif",
    "Emil", "Esra", "Eva", "Farid", "Fiona", "Gita", "Greta", "Hana", "Hugo", "Ida", "Igor", "Ines", "Ivan", "Jana", "Jonas", "Josef",
    "Julia", "Kofi", "Lara", "Leon", "Lina", "Luis", "Maja", "Marco", "Mia", "Mila", "Nadia", "Nils", "Nora", "Olga", "Omar", "Otto",
    "Pablo", "Paula", "Petra", "Ravi", "Rosa", "Samir", "Sara", "Selma", "Sofia", "Tariq", "Theo", "Tomas", "Vera", "Viktor", "Yuki",
    "Zoe",
];
const LAST_NAMES: [&str; 64] = [
    "Adler", "Almeida", "Amari", "Andersen", "Aydin", "Bauer", "Becker", "Blanc", "Brandt", "Castro", "Cohen", "Costa", "Demir", "Diaz",
    "Dubois", "Ekberg", "Fischer", "Fontana", "Garcia", "Gruber", "Haddad", "Hansen", "Horvat", "Ibarra", "Ito", "Jansen", "Kaya",
    "Keller", "Khan", "Kim", "Klein", "Kovac", "Kumar", "Lang", "Larsen", "Lopez", "Marin", "Mensah", "Meyer", "Moreau", "Mori", "Nagy",
    "Novak", "Okafor", "Olsen", "Park", "Perez", "Petrov", "Popov", "Ricci", "Rossi", "Sato", "Schulz", "Silva", "Singh", "Sommer",
    "Tanaka", "Toth", "Varga", "Vogel", "Weber", "Wolf", "Yilmaz", "Zhang",
];

/// A plausible name.
#[must_use]
pub fn name(number: i64) -> String {
    let scattered = scatter(number.unsigned_abs());
    let pick = |names: &[&'static str; 64], bits: u64| names[usize::try_from(bits % 64).unwrap_or(0)];
    format!("{} {}", pick(&FIRST_NAMES, scattered >> 8), pick(&LAST_NAMES, scattered >> 20))
}

/// A login name: `p1356`; two digits at least, because login names have three characters.
#[must_use]
pub fn username(number: i64) -> String {
    format!("p{number:02}")
}

/// A mail address that no mail reaches (RFC 2606 reserves `.invalid`), from a partner number or what stands in its place.
pub(super) fn email(number: &str) -> String {
    format!("p{number}@example.invalid")
}

const CODE_BITS: u32 = 40;

/// A referral code: different numbers have different ones. Eight characters for numbers below 2^40, more above.
#[must_use]
pub fn referral_code(number: i64) -> String {
    let number = number.unsigned_abs();
    let (low, mut high) = (scatter(number), number >> CODE_BITS);
    let character = |bits: u64| char::from(REFERRAL_CODE_ALPHABET[usize::try_from(bits % 32).unwrap_or(0)]);
    let mut code: String = (0..CODE_BITS / 5).map(|place| character(low >> (5 * place))).collect();
    while high > 0 {
        code.push(character(high));
        high /= 32;
    }
    code
}

/// A fixed permutation of the low 40 bits: odd factors and folding shifts can all be undone.
fn scatter(number: u64) -> u64 {
    const MASK: u64 = (1 << CODE_BITS) - 1;
    let mut bits = number & MASK;
    for factor in [0x9E_3779_B97F, 0xC2_B2AE_3D27, 0x16_5667_B19F] {
        bits = bits.wrapping_mul(factor) & MASK;
        bits ^= bits >> (CODE_BITS / 2);
    }
    bits
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_partners_share_a_referral_code() {
        let numbers = (1..100_000).chain((1 << 40) - 1000..(1 << 40) + 1000).chain([i64::MAX, i64::MAX - 1]);
        let numbers: Vec<i64> = numbers.collect();
        let codes: HashSet<String> = numbers.iter().map(|number| referral_code(*number)).collect();
        assert_eq!(codes.len(), numbers.len());
        assert!(numbers.iter().take(99_999).all(|number| referral_code(*number).len() == 8));
    }

    #[test]
    fn names_vary() {
        let names: HashSet<String> = (1..=1000).map(name).collect();
        assert!(names.len() > 800, "{}", names.len());
    }
}
