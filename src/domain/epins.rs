//! E-pins: codes that are worth money. Who has the code may pay with it, unless the pin is somebody else's.

use super::amount::Amount;
use super::coded::coded_enum;
use super::currency::Currency;
use super::instant::Instant;
use super::refusal::Refusal;

coded_enum! {
    /// Where an e-pin stands.
    EpinStatus, "a status of e-pins", {
        /// May be used.
        Active = "ACTIVE",
        /// Nothing is left on it.
        Used = "USED",
        /// Barred by an operator; what is left stays on it until its time runs out.
        Blocked = "BLOCKED",
        /// Its time ran out; what was left fell to the company.
        Expired = "EXPIRED",
    }
}

coded_enum! {
    /// What stands behind new e-pins.
    Funding, "a funding of e-pins", {
        /// They are sold: the money came in outside.
        Sold = "SOLD",
        /// They are given away.
        Gift = "GIFT",
    }
}

/// An e-pin. Its code is no part of it: only a keyed hash of it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epin {
    /// Surrogate key.
    pub id: i64,
    /// The batch in which it was made.
    pub batch_id: i64,
    /// The last four characters of the code, by which people tell their pins apart.
    pub ending: String,
    /// Of both sums.
    pub currency: Currency,
    /// What it was made with.
    pub amount: Amount,
    /// What is left.
    pub remaining: Amount,
    /// The partner who alone may use it; anybody with the code where there is none.
    pub owner_id: Option<i64>,
    /// As stored; [`Epin::status_at`] knows the time.
    pub status: EpinStatus,
    /// From when on it cannot be used.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub issued_at: Instant,
}

impl Epin {
    /// Where it stands at a time: a pin expires by itself, and what is left is cleared away later.
    #[must_use]
    pub fn status_at(&self, now: Instant) -> EpinStatus {
        if self.is_over(now) && self.status == EpinStatus::Active { EpinStatus::Expired } else { self.status }
    }

    /// Whether its time ran out: nothing is put back on it.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.status == EpinStatus::Expired || self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether `user` may take `amount` from it now; anybody where no user is named.
    ///
    /// # Errors
    /// [`Refusal`], looked for in this order: `EpinUnknown` (somebody else's), `EpinNotUsable`.
    pub fn check(&self, user: Option<i64>, amount: Amount, now: Instant) -> Result<(), Refusal> {
        if self.owner_id.is_some() && self.owner_id != user {
            return Err(Refusal::EpinUnknown);
        }
        match self.status_at(now) {
            EpinStatus::Active if amount <= self.remaining => Ok(()),
            EpinStatus::Active => Err(Refusal::EpinNotUsable { why: "holds less than that" }),
            EpinStatus::Used => Err(Refusal::EpinNotUsable { why: "is used up" }),
            EpinStatus::Blocked => Err(Refusal::EpinNotUsable { why: "is blocked: ask the company" }),
            EpinStatus::Expired => Err(Refusal::EpinNotUsable { why: "has expired" }),
        }
    }
}

/// E-pins made at once at most: each is a row, and all their codes are one answer.
pub const MOST_EPINS: u32 = 500;

/// The bits of a code: too many to be guessed.
pub const CODE_BITS: u32 = 80;

/// Characters that people do not confuse: without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 16;

/// A code for people, in groups of four, from random bytes: `7K2M-0QX9-…`.
#[must_use]
pub fn write_code(bits: [u8; 10]) -> String {
    let number = bits.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut code = String::with_capacity(CHARACTERS + 3);
    for index in 0..CHARACTERS {
        if index > 0 && index % 4 == 0 {
            code.push('-');
        }
        let place = (number >> (5 * (CHARACTERS - 1 - index))) & 31;
        code.push(char::from(ALPHABET[usize::try_from(place).unwrap_or_default()]));
    }
    code
}

/// A code as it is hashed, from what somebody typed: blanks and dashes do not matter, nor does the case, and confused characters are put right.
/// `None` for what is no code.
#[must_use]
pub fn read_code(text: &str) -> Option<String> {
    let mut code = String::with_capacity(CHARACTERS);
    for typed in text.chars().filter(|typed| !matches!(typed, ' ' | '-')) {
        let meant = match typed.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let known = u8::try_from(meant).is_ok_and(|meant| ALPHABET.contains(&meant));
        if !known || code.len() == CHARACTERS {
            return None;
        }
        code.push(meant);
    }
    (code.len() == CHARACTERS).then_some(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pin(remaining: i64, status: EpinStatus) -> Epin {
        Epin {
            id: 1,
            batch_id: 1,
            ending: "0000".to_owned(),
            currency: "USD".parse().unwrap(),
            amount: Amount::from_units(100),
            remaining: Amount::from_units(remaining),
            owner_id: Some(7),
            status,
            expires_at: Some(Instant::from_nanos(10)),
            issued_at: Instant::from_nanos(0),
        }
    }

    #[test]
    fn a_pin_pays_for_its_owner_while_it_lasts() {
        let (early, late) = (Instant::from_nanos(9), Instant::from_nanos(10));
        let (some, more) = (Amount::from_units(50), Amount::from_units(51));
        assert_eq!(pin(50, EpinStatus::Active).check(Some(7), some, early), Ok(()));
        assert_eq!(pin(50, EpinStatus::Active).check(Some(8), some, early), Err(Refusal::EpinUnknown));
        assert_eq!(pin(50, EpinStatus::Active).check(None, some, early), Err(Refusal::EpinUnknown));
        let unusable = |why| Err(Refusal::EpinNotUsable { why });
        assert_eq!(pin(50, EpinStatus::Active).check(Some(7), more, early), unusable("holds less than that"));
        assert_eq!(pin(50, EpinStatus::Active).check(Some(7), some, late), unusable("has expired"));
        assert_eq!(pin(0, EpinStatus::Used).check(Some(7), some, late), unusable("is used up"));
        assert_eq!(pin(50, EpinStatus::Blocked).check(Some(7), some, late), unusable("is blocked: ask the company"));
        let free = Epin { owner_id: None, ..pin(50, EpinStatus::Active) };
        assert_eq!((free.check(None, some, early), free.check(Some(8), some, early)), (Ok(()), Ok(())));
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        for text in ["", "7K2M-0QX9-AAAA-BBB", "7K2M-0QX9-AAAA-BBBBB", "7K2M-0QX9-AAAA-BBBU", "7K2M_0QX9_AAAA_BBBB", "７K2M-0QX9-AAAA-BBBB"]
        {
            assert_eq!(read_code(text), None, "{text}");
        }
        assert_eq!(read_code(" o1lI-7k2m abcd efgh ").as_deref(), Some("01117K2MABCDEFGH"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bits in any::<[u8; 10]>()) {
            let code = write_code(bits);
            let read = read_code(&code).unwrap();
            prop_assert_eq!(&read, &code.replace('-', ""));
            prop_assert_eq!(read_code(&code.to_lowercase()), Some(read));
        }
    }
}
