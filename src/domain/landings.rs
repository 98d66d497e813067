//! Where visitors may be sent: below configured addresses and nowhere else, so that no link of ours leads to a stranger's page.

use url::Url;

use super::referral_links::{LONGEST_TARGET, Utm};

/// The parameter that tells the front end by which code its visitor came.
const CODE: &str = "ref";

/// The addresses below which visitors may land.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landings {
    front_end: Url,
    bases: Vec<Url>,
}

impl Landings {
    /// From a front end and further addresses; `None` where one of them is no base.
    #[must_use]
    pub fn new(front_end: &str, further: &[String]) -> Option<Self> {
        let front_end = base(front_end)?;
        let mut bases = further.iter().map(|address| base(address)).collect::<Option<Vec<_>>>()?;
        bases.push(front_end.clone());
        Some(Self { front_end, bases })
    }

    /// A target in its normal form, if visitors may be sent there.
    #[must_use]
    pub fn admit(&self, target: &str) -> Option<String> {
        self.find(target).map(String::from).filter(|url| url.len() <= LONGEST_TARGET)
    }

    fn find(&self, target: &str) -> Option<Url> {
        // A parser passes over control characters and blanks at the ends: what people read and what browsers do must be one thing.
        let plain = !target.bytes().any(|byte| byte.is_ascii_control() || byte == b' ' || byte == b'\\');
        let url = Url::parse(target).ok().filter(|url| plain && target.len() <= LONGEST_TARGET && is_web(url))?;
        self.bases.iter().any(|base| lies_below(&url, base)).then_some(url)
    }

    /// Where a visitor goes: to the target, or where there is none, or none any more, to the front end; with the parameters of the link and its code.
    #[must_use]
    pub fn address(&self, target: Option<&str>, utm: &Utm, code: Option<&str>) -> String {
        let mut url = target.and_then(|target| self.find(target)).unwrap_or_else(|| self.front_end.clone());
        let added: Vec<(&str, &str)> =
            utm.named().into_iter().chain([(CODE, code)]).filter_map(|(name, value)| Some((name, value?))).collect();
        if added.is_empty() {
            return url.into();
        }
        // What the link says stands in place of what its target says.
        let is_kept = |name: &str| !added.iter().any(|(added, _)| *added == name);
        let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| is_kept(name)).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(added);
        url.into()
    }
}

/// An address that others may lie below: `http` or `https`, a host, perhaps a port and a path, and nothing else.
#[must_use]
pub fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (is_web(&url) && url.query().is_none() && url.fragment().is_none()).then_some(url)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// The same origin, and a path that is the base's or goes on behind a slash.
fn lies_below(url: &Url, base: &Url) -> bool {
    let folder = base.path().trim_end_matches('/');
    let rest = url.path().strip_prefix(folder);
    url.origin() == base.origin() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landings() -> Landings {
        Landings::new("https://shop.example/app", &["http://127.0.0.1:3000".to_owned()]).unwrap()
    }

    #[test]
    fn targets_lie_below_a_configured_address() {
        for (given, stored) in [
            ("https://shop.example/app", "https://shop.example/app"),
            ("https://shop.example/app/", "https://shop.example/app/"),
            ("https://SHOP.example:443/app/a?b=c#d", "https://shop.example/app/a?b=c#d"),
            ("https://shop.example/app?x=//evil.example", "https://shop.example/app?x=//evil.example"),
            ("https://shop.example/app/a/../b", "https://shop.example/app/b"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/"),
            ("http://2130706433:3000/x", "http://127.0.0.1:3000/x"),
        ] {
            assert_eq!(landings().admit(given).as_deref(), Some(stored), "{given}");
        }
    }

    #[test]
    fn no_link_leads_to_a_strangers_page() {
        for bad in [
            "https://evil.example/app",
            "https://shop.example.evil.example/app",
            "https://shop.example@evil.example/app",
            "https://user@shop.example/app",
            "https://:secret@shop.example/app",
            "https://shop.example:444/app",
            "http://shop.example/app",
            "https://shop.example/application",
            "https://shop.example/",
            "https://shop.example/app/../evil",
            "https://shop.example/app/%2e%2e/evil",
            "https://shop.example/app/..\\evil",
            "https:\\\\evil.example/app",
            "https:/\\evil.example/app",
            "//evil.example/app",
            "/app",
            "",
            " https://shop.example/app",
            "https://shop.example/app\r\nset-cookie: a=b",
            "ht\ttps://shop.example/app",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://shop.example/app",
            "https://ѕhop.example/app",
            &format!("https://shop.example/app/{}", "x".repeat(500)),
        ] {
            assert_eq!(landings().admit(bad), None, "{bad}");
            assert_eq!(landings().address(Some(bad), &Utm::default(), None), "https://shop.example/app", "{bad}");
        }
    }

    #[test]
    fn parameters_are_added_to_what_is_there() {
        let utm = Utm { source: Some("news & more".into()), term: Some("ü".into()), ..Utm::default() };
        let target = "https://shop.example/app/a?b=c&utm_source=old#d";
        assert_eq!(
            landings().address(Some(target), &utm, Some("ANNA-1")),
            "https://shop.example/app/a?b=c&utm_source=news+%26+more&utm_term=%C3%BC&ref=ANNA-1#d"
        );
        assert_eq!(landings().address(None, &Utm::default(), Some("ANNA-1")), "https://shop.example/app?ref=ANNA-1");
        assert_eq!(landings().address(None, &Utm::default(), None), "https://shop.example/app");
    }

    #[test]
    fn a_base_is_a_plain_address() {
        for bad in
            ["", "shop.example", "https://", "https://a@shop.example", "https://shop.example?x", "https://shop.example#x", "file:///etc"]
        {
            assert_eq!(base(bad), None, "{bad}");
        }
        assert_eq!(Landings::new("https://shop.example", &["x".to_owned()]), None);
    }
}
