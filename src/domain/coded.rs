//! Enumerations that have a code: the same text in files, in the database and in the API.

/// The text is none of an enumeration's codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not {noun}: give one of {}", .allowed.join(", "))]
pub struct CodeError {
    /// What was expected, with its article: "a status".
    pub noun: &'static str,
    /// The codes.
    pub allowed: &'static [&'static str],
}

/// Declares an enumeration with `code()`, `ALL`, `FromStr` and `Display`.
macro_rules! coded_enum {
    ($(#[$doc:meta])* $name:ident, $noun:literal, { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code in files, the database and the API.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::coded::CodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::domain::coded::CodeError { noun: $noun, allowed: &[$($code),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}
pub(crate) use coded_enum;
