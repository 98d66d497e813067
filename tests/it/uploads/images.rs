//! Profile images (promise P28).

use image::ImageFormat;
use serde_json::{Value, json};
use upline::commands::images::{UpdateImage, remove_image, update_image};
use upline::domain::refusal::Refusal;

use super::{contains, head, photograph, picture, png, post, send, zeros};
use crate::app::{App, Member, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::transport::uploads::form;

on_both_databases!(
    a_photograph_is_kept_upright_and_without_its_metadata,
    every_supported_type_is_drawn_anew,
    bombs_are_refused_before_they_go_off,
    what_is_no_picture_is_refused,
    names_and_declared_types_count_for_nothing,
    of_a_polyglot_the_picture_is_left,
    one_key_stands_for_one_picture,
    rivals_leave_one_picture,
);

const UPDATE: &str = "mutation ($input: UpdateImageInput!) { updateImage(input: $input) {
    account { imageUrl } userErrors { code message field } } }";
const REMOVE: &str = "mutation { removeImage(input: { clientMutationId: \"c1\" }) { removed clientMutationId userErrors { code } } }";

/// Sends a picture; the payload.
async fn update(served: &Served, member: &Member, file: &[u8]) -> Value {
    let (status, answer) = send(served, member.token(), UPDATE, json!({ "image": null }), &[("image", file)]).await;
    assert_eq!((status, answer.get("errors")), (200, None), "{answer}");
    answer["data"]["updateImage"].clone()
}

/// Sends a picture that is kept; its address and what is served there.
async fn kept(served: &Served, member: &Member, file: &[u8]) -> (String, Vec<u8>) {
    let payload = update(served, member, file).await;
    let url = payload["account"]["imageUrl"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
    let response = reqwest::get(served.url("http", &url)).await.unwrap();
    assert_eq!(response.status(), 200);
    for (name, expected) in [
        ("content-type", "image/jpeg"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline"),
        ("cache-control", "private, max-age=3600, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        assert_eq!(response.headers()[name], expected, "{name}");
    }
    let content = response.bytes().await.unwrap().to_vec();
    assert!(content.starts_with(b"\xff\xd8\xff") && !contains(&content, b"Exif") && !contains(&content, b"script"));
    (url, content)
}

/// The code and field of the one user error.
fn user_error(payload: &Value) -> &str {
    assert_eq!((&payload["account"], &payload["userErrors"][0]["field"]), (&Value::Null, &json!(["input", "image"])), "{payload}");
    payload["userErrors"][0]["code"].as_str().unwrap()
}

async fn a_photograph_is_kept_upright_and_without_its_metadata(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let photograph = photograph(400, 200);
    assert!(contains(&photograph, b"GPS 52.5200 N"));
    let (first, content) = kept(&served, &anna.member, &photograph).await;
    assert!(!contains(&content, b"GPS"));
    let drawn = image::load_from_memory(&content).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (200, 400));
    let seen = served.ask(anna.member.token(), "{ viewer { account { imageUrl } partner { imageUrl } } }").await;
    assert_eq!(seen, json!({ "viewer": { "account": { "imageUrl": first }, "partner": { "imageUrl": first } } }));

    let (second, content) = kept(&served, &anna.member, &picture(3_000, 1_500, ImageFormat::Jpeg)).await;
    let drawn = image::load_from_memory(&content).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (1_024, 512), "a large picture is made smaller");
    assert_eq!((reqwest::get(served.url("http", &first)).await.unwrap().status(), app.count("images").await), (404.try_into().unwrap(), 1));
    let removed = served.ask(anna.member.token(), REMOVE).await;
    assert_eq!(removed["removeImage"], json!({ "removed": true, "clientMutationId": "c1", "userErrors": [] }));
    for path in [second.as_str(), "/images/", "/images/x", "/images/..%2f..%2fetc%2fpasswd", "/images/%27%20OR%201=1"] {
        let response = reqwest::get(served.url("http", path)).await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.text().await.unwrap().contains("NOT_FOUND"), "{path}");
    }
    assert_eq!(served.ask(anna.member.token(), REMOVE).await["removeImage"]["removed"], json!(false));
    let events = app.events().await.into_iter().filter(|(kind, _)| kind == "PROFILE_IMAGE_CHANGED").count();
    assert_eq!(events, 3);
}

async fn every_supported_type_is_drawn_anew(app: App) {
    let served = Served::with(&app, &["server.public_url=https://upline.example", "auth.issuer=upline"]).await;
    let anna = app.member("anna").await;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let payload = update(&served, &anna, &picture(64, 32, format)).await;
        let url = payload["account"]["imageUrl"].as_str().unwrap_or_else(|| panic!("{format:?}: {payload}"));
        let path = url.strip_prefix("https://upline.example").unwrap();
        let content = reqwest::get(served.url("http", path)).await.unwrap().bytes().await.unwrap();
        let drawn = image::load_from_memory_with_format(&content, ImageFormat::Jpeg).unwrap().into_rgb8();
        assert_eq!((drawn.width(), drawn.height()), (64, 32), "{format:?}");
        // Half see-through at the right edge: what lies below is white.
        let seen = drawn.get_pixel(60, 2).0;
        assert!(format == ImageFormat::Jpeg || format == ImageFormat::Gif || seen[1] > 100, "{format:?}: {seen:?}");
    }
}

async fn bombs_are_refused_before_they_go_off(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    let bomb = |width, height, bytes| png(&[(b"IHDR", head(width, height)), (b"IDAT", zeros(bytes)), (b"IEND", Vec::new())]);
    let gif = [b"GIF89a".as_slice(), &[0xff; 4], &[0, 0, 0, b',', 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 8, 1, 0, 0, b';']].concat();
    for (what, file) in [
        ("1 x 60,000", picture(1, 60_000, ImageFormat::Png)),
        ("60,000 x 1", bomb(60_000, 1, 60_001)),
        ("a billion pixels in some kilobytes", bomb(30_000, 30_000, 20_000_000)),
        ("more pixels than allowed, sides within", bomb(9_000, 9_000, 1_000_000)),
        ("a number of pixels beyond 32 bits", bomb(0x7fff_ffff, 0x7fff_ffff, 1_000)),
        ("a wide GIF", gif),
    ] {
        assert!(file.len() < 2_097_152, "{what}: {} bytes", file.len());
        assert_eq!(user_error(&update(&served, &anna, &file).await), "TOO_MANY_PIXELS", "{what}");
    }
    // What a picture unpacks beside its pixels does not count among them, and is not kept.
    let profile = [b"icc\0\0".as_slice(), &zeros(20_000_000)].concat();
    let words = [b"Comment\0\0".as_slice(), &zeros(20_000_000)].concat();
    let packed = png(&[(b"IHDR", head(8, 8)), (b"iCCP", profile), (b"zTXt", words), (b"IDAT", zeros(72)), (b"IEND", Vec::new())]);
    assert!(kept(&served, &anna, &packed).await.1.len() < 10_000);
    assert!(kept(&served, &anna, &bomb(4_000, 4_000, 16_004_000)).await.1.len() < 100_000);
}

async fn what_is_no_picture_is_refused(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    let whole = picture(64, 64, ImageFormat::Png);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    for (file, expected) in [
        (svg, "FILE_TYPE_NOT_SUPPORTED"),
        (b"<?xml version=\"1.0\"?><svg/>", "FILE_TYPE_NOT_SUPPORTED"),
        (b"<!doctype html><script>alert(1)</script>", "FILE_TYPE_NOT_SUPPORTED"),
        (b"%PDF-1.7\n%%EOF", "FILE_TYPE_NOT_SUPPORTED"),
        (b"BM\x3a\0\0\0", "FILE_TYPE_NOT_SUPPORTED"),
        (b"MZ\x90\0", "FILE_TYPE_NOT_SUPPORTED"),
        (b"", "FILE_TYPE_NOT_SUPPORTED"),
        (&whole[..whole.len() / 2], "FILE_BROKEN"),
        (&whole[..8], "FILE_BROKEN"),
        (b"\xff\xd8\xff\xe0", "FILE_BROKEN"),
        (b"GIF89a", "FILE_BROKEN"),
        (b"GIF89a=1;alert(1)//", "TOO_MANY_PIXELS"),
        (b"RIFF\x04\0\0\0WEBP", "FILE_BROKEN"),
        (&png(&[(b"IHDR", head(0, 8)), (b"IDAT", zeros(0)), (b"IEND", Vec::new())]), "FILE_BROKEN"),
        (&[whole.as_slice(), &vec![0; 2_097_153 - whole.len()]].concat(), "FILE_TOO_LARGE"),
    ] {
        let payload = update(&served, &anna, file).await;
        assert_eq!(user_error(&payload), expected, "{:?}", &file[..file.len().min(40)]);
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(!message.contains("alert"), "{message}");
    }
    let payload = update(&served, &anna, svg).await;
    let message = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("PNG, JPEG, GIF, WebP"), "what is allowed is told: {message}");
    assert_eq!(app.count("images").await, 0);
}

async fn names_and_declared_types_count_for_nothing(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    let operations = json!({ "query": UPDATE, "variables": { "input": { "image": null } } }).to_string();
    let run = async |name: &str, media_type: &str, content: &[u8]| {
        let parts = [
            ("operations", None, None, operations.as_bytes()),
            ("map", None, None, b"{ \"f\": [\"variables.input.image\"] }".as_slice()),
            ("f", Some(name), Some(media_type), content),
        ];
        post(&served, anna.token(), form(&parts)).await.1["data"]["updateImage"].clone()
    };
    let html = b"<html><script>alert(1)</script></html>".as_slice();
    for (name, media_type) in [("photo.png", "image/png"), ("photo.jpg", "image/jpeg"), ("page.html.png", "image/png")] {
        assert_eq!(user_error(&run(name, media_type, html).await), "FILE_TYPE_NOT_SUPPORTED", "{name}");
    }
    let png = picture(8, 8, ImageFormat::Png);
    for (name, media_type) in [("shell.php.png", "application/x-php"), ("../../etc/passwd", "text/html"), ("x.svg", "image/svg+xml")] {
        let payload = run(name, media_type, &png).await;
        assert!(payload["account"]["imageUrl"].is_string(), "{name}: {payload}");
    }
    assert_eq!(app.value::<String>("SELECT media_type FROM images", []).await, "image/jpeg");
}

async fn of_a_polyglot_the_picture_is_left(app: App) {
    let served = Served::start(&app).await;
    let anna = app.member("anna").await;
    let script = b"<script>alert(document.cookie)</script>".as_slice();
    let mut commented =
        png(&[(b"IHDR", head(8, 8)), (b"tEXt", [b"Comment\0", script].concat()), (b"IDAT", zeros(72)), (b"IEND", Vec::new())]);
    commented.extend(b"PK\x03\x04<?php system($_GET[0]); ?>");
    let mut gif = picture(8, 8, ImageFormat::Gif);
    gif.extend(script);
    let mut jpeg = picture(8, 8, ImageFormat::Jpeg);
    jpeg.extend([b"%PDF-1.7\n".as_slice(), script].concat());
    for file in [commented, gif, jpeg] {
        let (_, content) = kept(&served, &anna, &file).await;
        assert!(![b"script".as_slice(), b"php", b"PK\x03\x04", b"%PDF"].iter().any(|part| contains(&content, part)));
    }
}

async fn one_key_stands_for_one_picture(app: App) {
    let anna = app.member("anna").await;
    let act = |width| UpdateImage { image: picture(width, 8, ImageFormat::Png).into(), idempotency_key: Some("k1".to_owned()) };
    let acts = (0..8).map(|_| {
        let (app, who, act) = (app.clone(), anna.principal.clone(), act(8));
        async move { update_image(&app.services, &who, &act).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals.len(), app.count("images").await), (8, 0, 1));
    let events = async || app.events().await.iter().filter(|(kind, _)| kind == "PROFILE_IMAGE_CHANGED").count();
    assert_eq!(events().await, 1);
    assert_eq!(refusal(update_image(&app.services, &anna.principal, &act(9)).await), Refusal::IdempotencyConflict);
    assert!(remove_image(&app.services, &anna.principal).await.unwrap());
    update_image(&app.services, &anna.principal, &act(8)).await.unwrap();
    assert_eq!((app.count("images").await, events().await), (0, 2), "the answer outlives the picture");
}

async fn rivals_leave_one_picture(app: App) {
    let anna = app.member("anna").await;
    let acts = (1..=12).map(|width| {
        let (app, who) = (app.clone(), anna.principal.clone());
        let act = UpdateImage { image: picture(width, 8, ImageFormat::Png).into(), idempotency_key: None };
        async move { update_image(&app.services, &who, &act).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals.len(), app.count("images").await), (12, 0, 1));
}
