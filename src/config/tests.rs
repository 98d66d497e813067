use std::collections::BTreeSet;
use std::fs;

use super::database::Backend;
use super::network::Placement;
use super::secrets::{SecretsError, signing_key};
use super::*;

fn with(overrides: &[&str]) -> Result<Config, Problems> {
    Config::load(&Sources { overrides: overrides.iter().map(|&pair| pair.to_owned()).collect(), ..Sources::default() })
}

fn refusal(pair: &str) -> String {
    with(&[pair]).expect_err(pair).to_string()
}

#[test]
fn the_defaults_alone_are_valid() {
    let config = with(&[]).unwrap();
    assert_eq!(config.server.url(), "http://127.0.0.1:8080");
    assert_eq!(config.database.url.backend(), Backend::Sqlite);
    assert_eq!((config.graphql.page_default, config.graphql.page_max, config.network.visible_depth), (20, 100, 10));
}

#[test]
fn every_key_of_the_reference_has_a_rule_and_states_its_range() {
    let reference: toml::Table = REFERENCE.parse().unwrap();
    let documented: BTreeSet<String> =
        reference.iter().flat_map(|(section, keys)| keys.as_table().unwrap().keys().map(move |key| format!("{section}.{key}"))).collect();
    assert_eq!(documented, rules::keys().into_iter().collect());
}

#[test]
fn the_file_is_overridden_by_the_environment_and_that_by_flags() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upline.toml");
    fs::write(&file, "[graphql]\ndepth = 1\naliases = 1\nerrors = 1\n[server]\n").unwrap();
    let sources = Sources {
        file: Some(file.clone()),
        environment: vec![
            ("UPLINE_GRAPHQL__ALIASES".into(), "2".into()),
            ("UPLINE_GRAPHQL__ERRORS".into(), "2".into()),
            ("UPLINE_SERVER__CORS_ORIGINS".into(), "https://a.example, http://b.example:81".into()),
            ("UPLINE_GRAPHQL__INTROSPECTION".into(), "false".into()),
            ("UPLINE_TEST_POSTGRES_URL".into(), "not a key of ours".into()),
            ("PATH".into(), "/bin".into()),
        ],
        overrides: vec!["graphql.errors=3".into()],
    };
    let config = Config::load(&sources).unwrap();
    assert_eq!((config.graphql.depth, config.graphql.aliases, config.graphql.errors), (1, 2, 3));
    assert_eq!(config.server.cors_origins, ["https://a.example", "http://b.example:81"]);
    assert!(!config.graphql.introspection);
    let effective = config.effective_toml().unwrap();
    assert!(effective.contains(&format!("depth = 1  # file {}\n", file.display())), "{effective}");
    assert!(effective.contains("aliases = 2  # environment variable UPLINE_GRAPHQL__ALIASES\n"), "{effective}");
    assert!(effective.contains("errors = 3  # flag --set\n"), "{effective}");
    assert!(effective.contains("root_fields = 20\n"), "{effective}");
}

#[test]
fn the_effective_configuration_can_be_read_again() {
    let effective = with(&["network.placement=matrix:3:9"]).unwrap().effective_toml().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("again.toml");
    fs::write(&file, effective).unwrap();
    let again = Config::load(&Sources { file: Some(file), ..Sources::default() }).unwrap();
    assert_eq!(again.network.placement, Placement::Matrix { width: 3, depth: Some(9) });
}

#[test]
fn a_refusal_names_the_key_the_value_its_origin_and_what_is_allowed() {
    for (pair, words) in [
        ("graphql.depth=many", "graphql.depth = \"many\" (from flag --set): must be a whole number from 1 to 32"),
        ("graphql.depth=-1", "graphql.depth = -1 (from flag --set): must be a whole number from 1 to 32"),
        ("graphql.depth=1.5", "graphql.depth = \"1.5\" (from flag --set): must be a whole number"),
        ("graphql.depth=99999999999999999999", "must be a whole number from 1 to 32"),
        ("graphql.introspection=yes", "graphql.introspection = \"yes\" (from flag --set): must be true or false"),
        ("server.listen=localhost", "server.listen = \"localhost\" (from flag --set): must be an IP address and a port"),
        (
            "server.cors_origins=https://a.example/path",
            "server.cors_origins = [\"https://a.example/path\"] (from flag --set): must be a list",
        ),
        ("server.public_url=upline.example", "must be http:// or https://"),
        ("network.placement=matrix:1", "network.placement = \"matrix:1\" (from flag --set): must be binary, matrix:WIDTH"),
        ("network.placement_policy=up", "must be one of weak_leg, left, right, balanced"),
        ("log.format=xml", "must be one of text, json"),
        ("log.filter=inof", "log.filter = \"inof\" (from flag --set): must be a level"),
        ("graphql.page_default=101", "graphql.page_default = 101 (from flag --set): must be at most graphql.page_max, which is 100"),
        ("server.port=80", "server.port (from flag --set): there is no such key; [server] has connections, cors_origins, "),
        (
            "sever.listen=x",
            "the sections are auth, database, epin, events, graphql, kyc, log, mail, network, payout, profile, purge, referral, server, shop, upload, \
             wallet",
        ),
        ("depth=1", "keys are written section.key"),
        ("server.listen", "--set server.listen: must be section.key=value"),
    ] {
        let message = refusal(pair);
        assert!(message.contains(words), "{pair}: {message}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let message = with(&["graphql.depth=0", "log.format=xml", "network.visible_depth=0"]).unwrap_err().to_string();
    assert_eq!(message.lines().count(), 4, "{message}");
}

#[test]
fn a_file_that_is_missing_or_broken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upline.toml");
    let load = || Config::load(&Sources { file: Some(file.clone()), ..Sources::default() }).unwrap_err().to_string();
    assert!(load().contains("upline.toml: cannot be read"), "{}", load());
    fs::write(&file, "[server]\nlisten = \n").unwrap();
    assert!(load().contains("upline.toml: ") && load().contains("line 2"), "{}", load());
    fs::write(&file, "[server.listen]\nport = 1\n").unwrap();
    assert!(load().contains("server.listen = (a table) (from file "), "{}", load());
    fs::write(&file, "listen = 1\n").unwrap();
    assert!(load().contains("listen (from file ") && load().contains("section.key"), "{}", load());
}

#[test]
fn secrets_are_never_printed() {
    let key = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=";
    let url = "postgres://upline:hunter2@db.example/upline?sslmode=require&sslpassword=hunter2";
    let config = with(&[&format!("auth.signing_key={key}"), &format!("database.url={url}")]).unwrap();
    let effective = config.effective_toml().unwrap();
    assert!(effective.contains("url = \"postgres://upline:***@db.example/upline?sslmode=require&sslpassword=***\""), "{effective}");
    for printed in [effective, format!("{config:?}"), config.database.url.to_string()] {
        assert!(!printed.contains("hunter2") && !printed.contains(key), "{printed}");
    }
    assert_eq!(config.database.url.expose(), url);
    for refused in [refusal("auth.signing_key=hunter2"), refusal("database.url=mysql://upline:hunter2@db.example")] {
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    for url in [
        "postgres://up:hun/ter2@db/x",
        "postgres://up:hun?ter2@db/x",
        "postgres://up:hun#ter2@db/x",
        "postgres://up:hunter2",
        "postgres://db:70000/x",
    ] {
        let refused = refusal(&format!("database.url={url}"));
        assert!(
            refused.contains("database.url = (not shown)") && refused.contains("percent-encode") && !refused.contains("ter2"),
            "{refused}"
        );
    }
    for (url, masked) in [
        ("postgres://up:p%2Fw%3Fhunter2@db:5432/x", "postgres://up:***@db:5432/x"),
        ("postgres://up:hunter@2@db/x", "postgres://up:***@db/x"),
        ("postgres://[::1]/x?p%61ssword=hunter2&user=up", "postgres://[::1]/x?p%61ssword=***&user=up"),
        ("postgres:///x?host=/run/postgresql", "postgres:///x?host=/run/postgresql"),
    ] {
        assert_eq!(with(&[&format!("database.url={url}")]).unwrap().database.url.to_string(), masked);
    }
    let mistyped = with(&["auth.signing_key:hunter2"]).unwrap_err().to_string();
    assert!(mistyped.contains("--set auth.signing_key: must be") && !mistyped.contains("hunter2"), "{mistyped}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upline.toml");
    for text in ["[auth]\nsigning_key = hunter2\n", "[auth]\nsigning_key = \"hunter2\n", "[auth]\nsigning_key = \"a\" hunter2\n"] {
        fs::write(&file, text).unwrap();
        let refused = Config::load(&Sources { file: Some(file.clone()), ..Sources::default() }).unwrap_err().to_string();
        assert!(refused.contains("upline.toml: line 2, column ") && !refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_database_in_memory_is_refused_with_the_reason() {
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://x.db?mode=memory", "sqlite://"] {
        let refused = refusal(&format!("database.url={url}"));
        assert!(refused.contains("not of memory, of which every connection would see another one"), "{url}: {refused}");
    }
}

#[test]
fn the_embedded_mode_makes_its_signing_key_once_and_keeps_it_private() {
    let folder = tempfile::tempdir().unwrap();
    let config = with(&[&format!("database.url=sqlite://{}/data/upline.db", folder.path().display())]).unwrap();
    let made = signing_key(&config, |bytes| bytes.fill(7)).unwrap();
    let read = signing_key(&config, |_| panic!("there is a key already")).unwrap();
    assert_eq!((made.expose(), read.expose()), (&[7; 32], &[7; 32]));
    let file = folder.path().join("data/signing.key");
    assert_eq!(fs::read_dir(folder.path().join("data")).unwrap().count(), 1);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let refusal = signing_key(&config, |_| ()).unwrap_err().to_string();
        assert!(refusal.contains("mode 640") && refusal.contains("chmod 600"), "{refusal}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(&file, "short").unwrap();
    assert!(matches!(signing_key(&config, |_| ()), Err(SecretsError::NotAKey(_))));
}

#[test]
fn with_postgresql_the_signing_key_must_be_given() {
    let url = "database.url=postgres://localhost/upline";
    let refusal = signing_key(&with(&[url]).unwrap(), |_| ()).unwrap_err().to_string();
    assert!(refusal.contains("UPLINE_AUTH__SIGNING_KEY") && refusal.contains("openssl rand -base64 32"), "{refusal}");
    let missing = with(&[url, "auth.secret_file=/nonexistent/key"]).unwrap();
    assert!(signing_key(&missing, |_| ()).unwrap_err().to_string().starts_with("/nonexistent/key: the signing key cannot be read"));
    let given = with(&[url, "auth.signing_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]).unwrap();
    assert_eq!(signing_key(&given, |_| ()).unwrap().expose(), &[0; 32]);
}
