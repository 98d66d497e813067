//! Counts tokens and open brackets before the parser sees a document: the parser recurses, and would run out of stack on deep nesting.

use async_graphql::ServerError;

use super::variables::null_character;
use crate::graphql::errors::{ErrorCode, over_limit};
use crate::graphql::settings::Limits;

/// Refuses a document that is too long, has too many tokens, or opens too many brackets at once.
pub(super) fn check(document: &str, limits: &Limits) -> Result<(), ServerError> {
    if document.len() > limits.document_bytes {
        let message = format!("The document has {} bytes; at most {} are allowed.", document.len(), limits.document_bytes);
        return Err(over_limit(message, "documentBytes", document.len() as u64, limits.document_bytes as u64));
    }
    if document.contains('\0') || document.contains("\\u0000") {
        return Err(null_character());
    }
    let mut rest = document.as_bytes();
    let (mut tokens, mut open) = (0_usize, 0_usize);
    while let Some((token, after)) = next(rest) {
        let Some(after) = after else {
            // The parser would start over inside such a string, and find brackets that are not counted here.
            return Err(ErrorCode::GraphqlParseFailed.at("A string in the document has no end.", None));
        };
        rest = after;
        tokens += 1;
        if tokens > limits.tokens {
            return Err(over_limit(
                format!("The document has more than {} tokens.", limits.tokens),
                "tokens",
                tokens as u64,
                limits.tokens as u64,
            ));
        }
        match token {
            b'{' | b'(' | b'[' => open += 1,
            b'}' | b')' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > limits.nesting {
            let message = format!("The document opens more than {} brackets at once.", limits.nesting);
            return Err(over_limit(message, "nesting", open as u64, limits.nesting as u64));
        }
    }
    Ok(())
}

/// The first byte of the next token, and what follows the token; nothing follows a string without an end.
fn next(mut text: &[u8]) -> Option<(u8, Option<&[u8]>)> {
    loop {
        match text {
            [] => return None,
            [b' ' | b'\t' | b'\r' | b'\n' | b',', rest @ ..] => text = rest,
            [b'#', rest @ ..] => text = skip(rest, |byte| byte != b'\n' && byte != b'\r'),
            [b'"', b'"', b'"', rest @ ..] => return Some((b'"', block_string(rest))),
            [b'"', rest @ ..] => return Some((b'"', string(rest))),
            [b'.', b'.', b'.', rest @ ..] => return Some((b'.', Some(rest))),
            [first, rest @ ..] if is_word(*first) => return Some((*first, Some(skip(rest, is_word)))),
            [first, rest @ ..] => return Some((*first, Some(rest))),
        }
    }
}

fn skip(text: &[u8], matches: impl Fn(u8) -> bool) -> &[u8] {
    let length = text.iter().position(|byte| !matches(*byte)).unwrap_or(text.len());
    text.get(length..).unwrap_or_default()
}

/// Names and digits. A number with a sign or a point counts as several tokens, which errs on the safe side.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        match text {
            [b'"', rest @ ..] => return Some(rest),
            [] | [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] => return None,
            [b'\\', _, rest @ ..] => text = rest,
            [_, rest @ ..] => text = rest,
        }
    }
}

fn block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        match text {
            [b'\\', b'"', b'"', b'"', rest @ ..] => text = rest,
            [b'"', b'"', b'"', rest @ ..] => return Some(rest),
            [_, rest @ ..] => text = rest,
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(document: &str) -> usize {
        std::iter::successors(next(document.as_bytes()), |(_, rest)| next(rest.unwrap_or_default())).count()
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_has_them() {
        assert_eq!(count("{ a(x: 15, y: \"{ \\\" }\") ...F } # { comment"), 13);
        assert_eq!(count("{a...b...c}"), 7);
        assert_eq!(count("\"\"\"a \\\"\"\" b \" { \"\"\" x"), 2);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn brackets_inside_strings_and_comments_do_not_nest() {
        let limits = Limits { nesting: 1, ..Limits::default() };
        assert!(check("{ a # {{{{\n b }", &limits).is_ok());
        assert!(check("{ \"{{{{\" \"\"\"{{{{\"\"\" }", &limits).is_ok());
        assert!(check("{ { } }", &limits).is_err());
        assert!(check("{ \"\"\" { { {", &limits).is_err());
        assert!(check("{ \" { { {\n", &limits).is_err());
    }
}
