//! What must not stand in any log.

use super::assert_none;
use super::source::Source;

#[test]
fn every_password_of_an_input_is_marked_secret() {
    let mut findings = Vec::new();
    for source in Source::production(&["src/graphql"]) {
        for item in &source.syntax.items {
            let syn::Item::Struct(item) = item else { continue };
            let is_input = item.attrs.iter().any(|attribute| says(attribute, "derive", "InputObject"));
            for field in item.fields.iter().filter(|_| is_input) {
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                if name.contains("password") && !field.attrs.iter().any(|attribute| says(attribute, "graphql", "secret")) {
                    findings.push(format!("{}: {}.{name}", source.path.display(), item.ident));
                }
            }
        }
    }
    assert_none(findings, "passwords are marked #[graphql(secret)], so that no log holds them:");
}

fn says(attribute: &syn::Attribute, name: &str, word: &str) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    list.path.is_ident(name) && list.tokens.to_string().split(|sign| !is_part(sign)).any(|said| said == word)
}
