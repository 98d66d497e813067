//! Mails on their way: into a folder, to a mail server that takes, refuses or hangs, by one process or two.

use std::time::{Duration, Instant};

use upline::commands::mails::{Fate, Taken, Told, due, take, tell};
use upline::jobs::mails::deliver;
use upline::outbound::mails::Post;

use super::post_office::{Authority, Mood, PostOffice, Secrecy};
use super::{letters, token};
use crate::app::{App, config, on_both_databases};

on_both_databases!(
    a_mail_becomes_a_file_for_its_owner_only,
    a_mail_server_takes_each_mail_once,
    what_is_not_taken_now_is_tried_again_after_growing_pauses,
    a_mail_server_that_hangs_is_given_up_on_and_no_transaction_waits_for_it,
    mails_and_the_password_go_only_to_a_server_that_proves_its_name,
    an_address_that_a_mail_server_refuses_for_good_is_not_tried_again,
    two_processes_send_no_mail_twice,
    what_a_process_took_and_did_not_send_is_sent_by_another_one,
    a_mail_is_not_sent_when_its_link_has_ended,
    a_running_server_delivers,
);

/// The app, and what sends its mails, under these settings.
fn sending(app: &App, settings: &[String]) -> (App, Post) {
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    (app.with(&settings), Post::new(&config(&settings)).unwrap().unwrap())
}

fn with(office: &PostOffice, more: &[&str]) -> Vec<String> {
    office.settings().into_iter().chain(more.iter().map(|&setting| setting.to_owned())).collect()
}

async fn a_mail_becomes_a_file_for_its_owner_only(app: App) {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("deep/mails");
    let (app, post) = sending(&app, &["mail.delivery=folder".to_owned(), format!("mail.folder={}", mails.display())]);
    app.member("anna").await;
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 1);
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 0);
    let files: Vec<_> = std::fs::read_dir(&mails).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].file_name().unwrap().to_str().unwrap().ends_with("-verify-email.eml"), "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    for line in [
        "To: anna@example.org",
        "From: Upline <no-reply@upline.example>",
        "Subject: Welcome to Upline: ",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(token(&text).len(), 43, "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&mails), mode(&files[0])), (0o700, 0o600));
    }
}

async fn a_mail_server_takes_each_mail_once(app: App) {
    let office = PostOffice::open(&[]).await;
    let (app, post) = sending(&app, &office.settings());
    for username in ["anna", "bert"] {
        app.member(username).await;
    }
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 2);
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 0);
    let taken = office.taken();
    assert_eq!(taken.len(), 2);
    assert!(taken[0].contains("To: anna@example.org") && taken[1].contains("To: bert@example.org"), "{taken:?}");
    assert_eq!(token(&taken[0]).len(), 43);
    assert_eq!(app.count("mails WHERE sent_at IS NOT NULL AND attempts = 1 AND data IS NULL").await, 2);
}

async fn what_is_not_taken_now_is_tried_again_after_growing_pauses(app: App) {
    let office = PostOffice::open(&[Mood::Answers("451 later, anna@example.org"); 3]).await;
    let (app, post) = sending(&app, &with(&office, &["mail.retry_seconds=60"]));
    app.member("anna").await;
    for pause in [60, 120, 240] {
        assert_eq!(deliver(&app.services, &post).await.unwrap(), 0);
        app.clock.advance(pause - 1);
        assert_eq!(due(&app.services).await.unwrap().len(), 0, "not before {pause} seconds");
        app.clock.advance(1);
    }
    let failure: String = app.value("SELECT failure FROM mails", []).await;
    assert_eq!(failure, "the mail server does not take it now (451)", "what it said is not repeated");
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 1);
    assert_eq!((office.taken().len(), app.count("mails WHERE attempts = 4 AND sent_at IS NOT NULL").await), (1, 1));

    let office = PostOffice::open(&[Mood::Answers("451 never"); 9]).await;
    let (app, post) = sending(&app, &with(&office, &["mail.attempts=2", "mail.retry_seconds=1"]));
    app.member("bert").await;
    for _ in 0..3 {
        assert_eq!(deliver(&app.services, &post).await.unwrap(), 0);
        app.clock.advance(3600);
    }
    assert_eq!(app.count("mails WHERE attempts = 2 AND given_up_at IS NOT NULL AND data IS NULL").await, 1);
}

async fn a_mail_server_that_hangs_is_given_up_on_and_no_transaction_waits_for_it(app: App) {
    let office = PostOffice::open(&[Mood::Hangs]).await;
    let (app, post) = sending(&app, &with(&office, &["mail.smtp_timeout_seconds=2"]));
    app.member("anna").await;
    let began = Instant::now();
    let round = {
        let app = app.clone();
        tokio::spawn(async move { deliver(&app.services, &post).await })
    };
    // SQLite has one writer: it is free meanwhile.
    app.member("bert").await;
    assert!(round.await.unwrap().unwrap() <= 1, "at most the other one, where it was in time");
    let took = began.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(30)).contains(&took), "{took:?}");
    let failure: String = app.value("SELECT failure FROM mails ORDER BY id LIMIT 1", []).await;
    assert_eq!(failure, "the mail server did not answer in time");
}

async fn mails_and_the_password_go_only_to_a_server_that_proves_its_name(app: App) {
    let (authority, other) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        format!("mail.smtp_ca={}", file.display())
    };
    let (trusting, deceived) = (file("own.pem", authority.certificate()), file("other.pem", other.certificate()));
    let both = file("both.pem", &format!("{}{}", other.certificate(), authority.certificate()));
    let offices = [
        ("tls", PostOffice::with(Secrecy::Tls(authority.vouches_for("localhost")), &[]).await),
        ("starttls", PostOffice::with(Secrecy::StartTls(authority.vouches_for("localhost")), &[]).await),
    ];
    let plain = PostOffice::open(&[]).await;
    let settings = |office: &PostOffice, way: &str, host: &str, more: &str| {
        let sign_in = ["mail.smtp_username=upline", "mail.smtp_password=hunter2", "mail.retry_seconds=1", more];
        with(office, &[&[&*format!("mail.smtp_tls={way}"), &format!("mail.smtp_host={host}")], &sign_in[..]].concat())
    };
    app.member("anna").await;
    let sends = async |settings: &[String]| {
        app.clock.advance(3_600);
        let (app, post) = sending(&app, settings);
        deliver(&app.services, &post).await.unwrap()
    };
    for (way, office) in &offices {
        for settings in [
            settings(office, way, "localhost", "mail.smtp_ca="),
            settings(office, way, "localhost", &deceived),
            settings(office, way, "127.0.0.1", &trusting),
        ] {
            assert_eq!(sends(&settings).await, 0, "{settings:?}");
            let failure: String = app.value("SELECT failure FROM mails", []).await;
            assert!(failure.starts_with("no secure connection to the mail server: its certificate"), "{failure}: {settings:?}");
        }
    }
    // Somebody on the way takes the offer of STARTTLS away.
    assert_eq!(sends(&settings(&plain, "starttls", "localhost", &trusting)).await, 0);
    for (index, (way, office)) in offices.iter().enumerate() {
        app.member(["bert", "carl"][index]).await;
        assert!(sends(&settings(office, way, "localhost", [&trusting, &both][index])).await >= 1, "{way}");
        assert!(!office.taken().is_empty(), "{way}");
    }
    assert_eq!(app.count("mails WHERE sent_at IS NOT NULL").await, 3);
    for office in offices.iter().map(|(_, office)| office).chain([&plain]) {
        let overheard = office.overheard();
        assert!(!overheard.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{overheard:?}");
    }
    for (name, text) in [
        ("missing.pem", None),
        ("empty.pem", Some("")),
        ("key.pem", Some("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
    ] {
        let setting = text.map_or_else(|| format!("mail.smtp_ca={}", folder.path().join(name).display()), |text| file(name, text));
        let refused = Post::new(&config(&["mail.delivery=smtp", &setting])).err().unwrap().to_string();
        assert!(refused.starts_with("mail.smtp_ca ") && refused.contains(name), "{refused}");
    }
}

async fn an_address_that_a_mail_server_refuses_for_good_is_not_tried_again(app: App) {
    let office = PostOffice::open(&[Mood::Answers("550 <anna@example.org>: no such user"), Mood::Answers("535 who are you")]).await;
    let (app, post) = sending(&app, &office.settings());
    for username in ["anna", "bert", "carl"] {
        app.member(username).await;
    }
    assert_eq!(deliver(&app.services, &post).await.unwrap(), 1);
    assert_eq!(app.count("mails WHERE given_up_at IS NOT NULL AND failure = 'the mail server refuses it (550)'").await, 1);
    assert_eq!(app.count("mails WHERE given_up_at IS NULL AND failure = 'the mail server does not take it now (535)'").await, 1);
}

async fn two_processes_send_no_mail_twice(app: App) {
    let office = PostOffice::open(&[]).await;
    let (one, post) = sending(&app, &office.settings());
    let (other, other_post) = sending(&app, &office.settings());
    for index in 0..12 {
        app.member(&format!("member{index}")).await;
    }
    let (first, second) = tokio::join!(deliver(&one.services, &post), deliver(&other.services, &other_post));
    assert_eq!(first.unwrap() + second.unwrap(), 12);
    let mut taken: Vec<String> = office.taken().iter().map(|mail| token(mail)).collect();
    taken.sort();
    taken.dedup();
    assert_eq!((taken.len(), office.taken().len()), (12, 12));
}

async fn what_a_process_took_and_did_not_send_is_sent_by_another_one(app: App) {
    app.member("anna").await;
    let found = due(&app.services).await.unwrap();
    let Taken::Parcel(held) = take(&app.services, &found[0]).await.unwrap() else { panic!("nobody else has it") };
    assert!(matches!(take(&app.services, &found[0]).await.unwrap(), Taken::Elsewhere));
    app.clock.advance(119);
    assert_eq!(letters(&app).await.len(), 0);
    app.clock.advance(1);
    let found = due(&app.services).await.unwrap();
    let Taken::Parcel(again) = take(&app.services, &found[0]).await.unwrap() else { panic!("the lease has ended") };
    assert_eq!((held.attempt, again.attempt), (1, 2));
    assert_eq!(tell(&app.services, &held, Told::Failed("too late")).await.unwrap(), Fate::Lost);
    assert_eq!(tell(&app.services, &again, Told::Sent).await.unwrap(), Fate::Sent);
    assert_eq!(app.count("mails WHERE sent_at IS NOT NULL AND failure IS NULL").await, 1);
}

async fn a_mail_is_not_sent_when_its_link_has_ended(app: App) {
    app.member("anna").await;
    app.clock.advance(7 * 86_400);
    let found = due(&app.services).await.unwrap();
    assert!(matches!(take(&app.services, &found[0]).await.unwrap(), Taken::GivenUp { reason: "its link has ended", .. }));
    assert_eq!(due(&app.services).await.unwrap().len(), 0);
}

async fn a_running_server_delivers(app: App) {
    let office = PostOffice::open(&[]).await;
    let settings = with(&office, &["mail.pause_seconds=1", "mail.product=Northwind", "mail.link_base=https://shop.example/people"]);
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let served = crate::graphql::served::Served::with(&app, &settings).await;
    let sign_up = r#"mutation { signUp(input: { username: "anna", email: "anna@example.org", name: "Anna", password: "correct horse battery" }) {
        userErrors { code } } }"#;
    assert!(served.answer(None, sign_up, serde_json::json!({})).await.get("errors").is_none());
    let arrived = async {
        while office.taken().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arrived).await.expect("the server sends its mails");
    let mail = office.taken().remove(0);
    assert!(mail.contains("Welcome to Northwind") && mail.contains("\nhttps://shop.example/people/verify-email#token="), "{mail}");
}
