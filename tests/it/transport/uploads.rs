//! Files in requests: the GraphQL multipart request specification over real HTTP, and what hostile clients make of it.

use reqwest::{Body, RequestBuilder, Response};
use serde_json::{Value, json};
use upline::graphql::settings::{Settings, UploadSettings};

use super::server::{Server, code};

pub const BOUNDARY: &str = "----a-boundary";
const WEIGH: &str = "mutation ($files: [Upload!]!, $words: String) { weigh(files: $files, words: $words) }";

/// A part of a form: its name, the name of its file, its declared type, its content.
pub type Part<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a [u8]);

/// A form with these parts.
pub fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, media_type, content) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        let media_type = media_type.map_or(String::new(), |media_type| format!("Content-Type: {media_type}\r\n"));
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{media_type}\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

/// A form with a document, its map, and files named `0`, `1` and so on.
pub fn request(operations: &Value, map: &Value, files: &[&[u8]]) -> Vec<u8> {
    let (operations, map) = (operations.to_string(), map.to_string());
    let names: Vec<_> = (0..files.len()).map(|index| index.to_string()).collect();
    let mut parts: Vec<Part<'_>> = vec![("operations", None, None, operations.as_bytes()), ("map", None, None, map.as_bytes())];
    parts.extend(names.iter().zip(files).map(|(name, file)| (name.as_str(), Some("a.bin"), None, *file)));
    form(&parts)
}

fn operations(files: Value) -> Value {
    json!({ "query": WEIGH, "variables": { "files": files, "words": "in all" } })
}

fn posting(server: &Server, body: impl Into<Body>) -> RequestBuilder {
    let request = server.client.post(server.url("/graphql")).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    request.header("graphql-require-preflight", "1").bearer_auth("good").body(body)
}

async fn answered(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

async fn post(server: &Server, body: Vec<u8>) -> (u16, Value) {
    answered(posting(server, body).send().await.expect("an answer")).await
}

#[tokio::test]
async fn files_reach_the_variables_that_the_map_names() {
    let server = Server::start().await;
    let map = json!({ "0": ["variables.files.1"], "1": ["variables.files.0"] });
    let body = request(&operations(json!([null, null])), &map, &[b"four", b"\0\r\n--x"]);
    assert_eq!(post(&server, body).await, (200, json!({ "data": { "weigh": "[6, 4] in all" } })));
    for header in ["apollo-require-preflight", "x-apollo-operation-name"] {
        let body = request(&operations(json!([null])), &json!({ "0": ["variables.files.0"] }), &[b"four"]);
        let request =
            server.client.post(server.url("/graphql")).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let (status, answer) = answered(request.header(header, "1").bearer_auth("good").body(body).send().await.unwrap()).await;
        assert_eq!((status, &answer["data"]["weigh"]), (200, &json!("[4] in all")), "{header}");
    }
}

#[tokio::test]
async fn a_file_is_for_one_field() {
    let server = Server::start().await;
    let query = "mutation Twice($files: [Upload!]!) { first: weigh(files: $files) second: weigh(files: $files) }";
    let operations = json!({ "query": query, "variables": { "files": [null] } });
    let (status, answer) = post(&server, request(&operations, &json!({ "0": ["variables.files.0"] }), &[b"four"])).await;
    assert_eq!(
        (status, &answer["errors"][0]["path"], &answer["errors"].as_array().unwrap().len()),
        (200, &json!(["second"]), &1),
        "{answer}"
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_form_of_a_foreign_page_is_refused() {
    let server = Server::start().await;
    let body = request(&operations(json!([null])), &json!({ "0": ["variables.files.0"] }), &[b"four"]);
    let bare = server.client.post(server.url("/graphql")).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let (status, answer) = answered(bare.bearer_auth("good").body(body).send().await.unwrap()).await;
    assert_eq!((status, code(&answer)), (415, "BAD_REQUEST"), "{answer}");
    assert!(answer.to_string().contains("GraphQL-Require-Preflight"), "{answer}");
}

#[tokio::test]
async fn who_is_not_signed_in_sends_no_files() {
    let server = Server::start().await;
    let body = || request(&operations(json!([null])), &json!({ "0": ["variables.files.0"] }), &[b"four"]);
    let anonymous = server.client.post(server.url("/graphql")).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let response = anonymous.header("graphql-require-preflight", "1").body(body()).send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let (status, answer) = answered(response).await;
    assert_eq!((status, code(&answer)), (401, "UNAUTHENTICATED"), "{answer}");
    for (token, expected) in [("forged", (401, "UNAUTHENTICATED")), ("busy", (429, "RATE_LIMITED")), ("broken", (500, "INTERNAL"))] {
        let request =
            server.client.post(server.url("/graphql")).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let request = request.header("graphql-require-preflight", "1").bearer_auth(token).body(body());
        let (status, answer) = answered(request.send().await.unwrap()).await;
        assert_eq!((status, code(&answer)), expected, "{answer}");
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
}

#[tokio::test]
async fn a_map_that_leads_nowhere_is_refused() {
    let server = Server::start().await;
    let one = || operations(json!([null]));
    for (operations, map, files) in [
        (one(), json!({}), 0),
        (one(), json!([]), 0),
        (one(), json!("0"), 1),
        (one(), json!({ "0": [] }), 1),
        (one(), json!({ "0": [7] }), 1),
        (one(), json!({ "0": "variables.files.0" }), 1),
        (one(), json!({ "0": ["variables"] }), 1),
        (one(), json!({ "0": ["query"] }), 1),
        (one(), json!({ "0": ["files.0"] }), 1),
        (one(), json!({ "0": ["variables.files"] }), 1),
        (one(), json!({ "0": ["variables.files.1"] }), 1),
        (one(), json!({ "0": ["variables.files.-1"] }), 1),
        (one(), json!({ "0": ["variables.files.0.deeper"] }), 1),
        (one(), json!({ "0": ["variables.others"] }), 1),
        (one(), json!({ "0": ["variables.words"] }), 1),
        // Two files for one variable, one file for two, a file that is not named, one that does not come.
        (one(), json!({ "0": ["variables.files.0"], "1": ["variables.files.0"] }), 2),
        (operations(json!([null, null])), json!({ "0": ["variables.files.0", "variables.files.1"] }), 1),
        (one(), json!({ "0": ["variables.files.0"] }), 2),
        (one(), json!({ "0": ["variables.files.0"] }), 0),
        (operations(json!([null, null])), json!({ "0": ["variables.files.0"], "1": ["variables.files.1"] }), 1),
        (json!([one()]), json!({ "0": ["0.variables.files.0"] }), 1),
        (json!(null), json!({ "0": ["variables.files.0"] }), 1),
        (json!({ "variables": { "files": [null] } }), json!({ "0": ["variables.files.0"] }), 1),
    ] {
        let files = vec![b"four".as_slice(); files];
        let (status, answer) = post(&server, request(&operations, &map, &files)).await;
        assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{operations} {map}\n{answer}");
    }
}

#[tokio::test]
async fn parts_come_in_their_order_and_once() {
    let server = Server::start().await;
    let (operations, map) = (operations(json!([null])).to_string(), json!({ "0": ["variables.files.0"] }).to_string());
    let first: Part<'_> = ("operations", None, None, operations.as_bytes());
    let second: Part<'_> = ("map", None, None, map.as_bytes());
    let file: Part<'_> = ("0", Some("a"), Some("text/html"), b"four");
    for parts in [
        vec![],
        vec![first],
        vec![file, first, second],
        vec![second, first, file],
        vec![first, file, second],
        vec![first, file],
        vec![first, second],
        vec![first, second, file, file],
        vec![first, second, file, first],
        vec![first, second, ("", None, None, b"")],
        vec![("operations", None, None, b"{"), second, file],
        vec![first, ("map", None, None, b"\xff\xfe"), file],
    ] {
        let names: Vec<_> = parts.iter().map(|part| part.0).collect();
        let (status, answer) = post(&server, form(&parts)).await;
        assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{names:?}\n{answer}");
    }
    assert_eq!(post(&server, form(&[first, second, file])).await.0, 200);
}

#[tokio::test]
async fn a_body_that_is_cut_off_or_no_form_is_refused() {
    let server = Server::start().await;
    let whole = request(&operations(json!([null])), &json!({ "0": ["variables.files.0"] }), &[b"a file of some length"]);
    for length in (0..whole.len() - 4).step_by(7) {
        let (status, answer) = post(&server, whole[..length].to_vec()).await;
        assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{length} bytes\n{answer}");
    }
    for content_type in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other"] {
        let request = server.client.post(server.url("/graphql")).header("content-type", content_type).bearer_auth("good");
        let (status, answer) = answered(request.header("graphql-require-preflight", "1").body(whole.clone()).send().await.unwrap()).await;
        assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{content_type}");
    }
    let noise: Vec<u8> = (0..50_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(post(&server, noise).await.0, 400);
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    let uploads = UploadSettings { request_bytes: 20_000, files: 2, concurrent_requests: 1, ..UploadSettings::default() };
    let server = Server::with(Settings { uploads, body_bytes: 2_000, ..Settings::default() }).await;
    let map = json!({ "0": ["variables.files.0"] });
    assert_eq!(post(&server, request(&operations(json!([null])), &map, &[&[7; 10_000]])).await.0, 200);
    let large = request(&operations(json!([null])), &map, &[&[7; 20_000]]);
    let (status, answer) = post(&server, large.clone()).await;
    assert_eq!((status, code(&answer)), (413, "BAD_REQUEST"), "{answer}");
    // Without a word of its length.
    let chunks: Vec<_> = large.chunks(1_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect();
    let untold = Body::wrap_stream(futures_util::stream::iter(chunks));
    let (status, answer) = answered(posting(&server, untold).send().await.unwrap()).await;
    assert_eq!((status, code(&answer)), (413, "BAD_REQUEST"), "{answer}");
    // `operations` has the limit of a JSON body, `map` one of its own.
    let long = json!({ "query": format!("{WEIGH} # {}", "x".repeat(3_000)), "variables": { "files": [null] } });
    assert_eq!(post(&server, request(&long, &map, &[b"four"])).await.0, 413);
    let long = json!({ "0": ["variables.files.0"], ("x".repeat(17_000)): ["variables.files.1"] });
    assert_eq!(post(&server, request(&operations(json!([null])), &long, &[b"four"])).await.0, 413);
    let many = json!({ "0": ["variables.files.0"], "1": ["variables.files.1"], "2": ["variables.files.2"] });
    let (status, answer) = post(&server, request(&operations(json!([null, null, null])), &many, &[b"1", b"2", b"3"])).await;
    assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{answer}");
}

#[tokio::test]
async fn so_many_requests_with_files_are_read_at_a_time() {
    let uploads = UploadSettings { concurrent_requests: 1, ..UploadSettings::default() };
    let server = Server::with(Settings { uploads, ..Settings::default() }).await;
    let whole = request(&operations(json!([null])), &json!({ "0": ["variables.files.0"] }), &[b"four"]);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Vec<u8>>();
    let slow = Body::wrap_stream(futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk| (Ok::<_, std::io::Error>(chunk), receiver))
    }));
    sender.send(whole[..100].to_vec()).unwrap();
    let first = tokio::spawn(posting(&server, slow).send());
    let refused = loop {
        let (status, answer) = post(&server, whole.clone()).await;
        if status != 200 {
            break (status, code(&answer).to_owned());
        }
    };
    assert_eq!(refused, (503, "UNAVAILABLE".to_owned()));
    sender.send(whole[100..].to_vec()).unwrap();
    drop(sender);
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(post(&server, whole).await.0, 200, "the place is free again");
}

#[tokio::test]
async fn the_same_checks_hold_as_for_json() {
    let server = Server::start().await;
    let run = async |query: &str, variables: Value, path: &str| {
        post(&server, request(&json!({ "query": query, "variables": variables }), &json!({ "0": [path] }), &[b"four"])).await
    };
    let file = json!({ "file": null });
    for (query, expected) in [
        ("mutation ($file: Upload!) { dropIt(file: $file) }", (200, "INTERNAL")),
        ("mutation ($file: Upload!) { dropIt(file: $file", (200, "GRAPHQL_PARSE_FAILED")),
        ("mutation ($file: Upload!) { dropIt(file: $file) { x } }", (200, "GRAPHQL_VALIDATION_FAILED")),
        ("query ($file: String!) { greeting(name: $file) }", (200, "BAD_USER_INPUT")),
        ("subscription ($file: Upload!) { waiting { number } }", (200, "OPERATION_RESOLUTION_FAILURE")),
    ] {
        let (status, answer) = run(query, file.clone(), "variables.file").await;
        assert_eq!((status, code(&answer)), expected, "{query}\n{answer}");
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
    let deep = (0..20).fold(json!(null), |inner, _| json!([inner]));
    let path = format!("variables.file{}", ".0".repeat(20));
    let (_, answer) = run("mutation ($file: Upload!) { dropIt(file: $file) }", json!({ "file": deep }), &path).await;
    assert_eq!(code(&answer), "QUERY_TOO_COMPLEX", "{answer}");
}

#[tokio::test]
async fn json_makes_no_file() {
    let server = Server::start().await;
    for forged in [json!("#__graphql_file__:0"), json!(0), json!([0, 0, 0, 0, 0, 0, 0, 0]), json!(null), json!({ "place": 0 })] {
        let body = json!({ "query": WEIGH, "variables": { "files": [forged] } });
        let answer: Value = server.post(&body).await.json().await.unwrap();
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{forged}\n{answer}");
    }
    let (_, answer) = server.query("mutation { weigh(files: [\"0\"]) }").await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
}
