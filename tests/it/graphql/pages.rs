//! Pages by keyset: walked in every order, forwards and backwards, and compared with a walk in memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::company::{found, found_network};
use super::served::Served;
use crate::app::{App, on_both_databases};

const FIELDS: [&str; 4] = ["LEVEL", "NUMBER", "JOINED_AT", "DISPLAY_NAME"];

on_both_databases!(
    pages_of_a_downline_are_those_of_a_walk_in_memory,
    filters_of_a_downline_are_those_of_a_walk_in_memory,
    a_partner_who_joins_between_two_pages_neither_repeats_nor_hides_others,
    nested_lists_have_cursors_of_their_own,
    every_list_can_be_walked_in_both_directions,
    what_cannot_be_asked_is_refused_with_its_limit,
    percent_and_underscore_are_searched_literally,
);

/// A partner of the network in memory.
#[derive(Clone, Debug)]
struct Row {
    number: i64,
    sponsor: i64,
    joined: i64,
    name: String,
    status: &'static str,
    level: i64,
}

/// A sponsor tree under partner 1, with names and times that repeat.
fn generate(seed: u64, partners: i64) -> Vec<Row> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<Row> = Vec::new();
    for number in 1..=partners {
        let sponsor = if number == 1 { 0 } else { random.random_range(number.saturating_sub(12).max(1)..number) };
        let level = if number == 1 { 0 } else { rows[usize::try_from(sponsor - 1).unwrap()].level + 1 };
        let status = ["ACTIVE", "SUSPENDED", "TERMINATED"][random.random_range(0..3)];
        rows.push(Row {
            number,
            sponsor,
            joined: random.random_range(0..20),
            name: format!("p{:02}", random.random_range(0..30)),
            status,
            level,
        });
    }
    rows
}

fn csv(rows: &[Row]) -> String {
    let mut text = "partner,sponsor,placement_parent,position,joined_at,name,status\n".to_owned();
    for row in rows {
        let sponsor = if row.sponsor == 0 { String::new() } else { row.sponsor.to_string() };
        let (parent, leg) = if row.number == 1 {
            (String::new(), "")
        } else {
            ((row.number / 2).to_string(), ["L", "R"][usize::from(row.number % 2 == 1)])
        };
        writeln!(text, "{},{sponsor},{parent},{leg},2026-01-01T00:00:{:02}Z,{},{}", row.number, row.joined, row.name, row.status).unwrap();
    }
    text
}

/// The numbers of a downline in an order, by a plain sort.
fn naive(rows: &[Row], field: &str, descending: bool, depth: i64) -> Vec<i64> {
    let mut below: Vec<&Row> = rows.iter().filter(|row| row.level >= 1 && row.level <= depth).collect();
    below.sort_by_key(|row| {
        let sort = match field {
            "LEVEL" => format!("{:05}", row.level),
            "NUMBER" => String::new(),
            "JOINED_AT" => format!("{:05}", row.joined),
            _ => row.name.clone(),
        };
        (sort, row.number)
    });
    if descending {
        below.reverse();
    }
    below.iter().map(|row| row.number).collect()
}

async fn operator(served: &Served) -> String {
    served.app.staff("operator", Role::Operator, &[Scope::Network, Scope::Periods]).await.token().to_owned()
}

fn numbers(connection: &Value) -> Vec<i64> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("{connection}"));
    nodes.iter().map(|node| node["number"].as_str().unwrap().parse().unwrap()).collect()
}

/// Walks a list to its end, by `first` and `after` or by `last` and `before`; every page but the final one must be full.
async fn walk(served: &Served, token: &str, list: impl Fn(&str) -> String, pointer: &str, forwards: bool, size: usize) -> Vec<Value> {
    let (size_name, cursor_name, next, end) =
        if forwards { ("first", "after", "hasNextPage", "endCursor") } else { ("last", "before", "hasPreviousPage", "startCursor") };
    let mut all: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    for turn in 0.. {
        let document = list(&format!("{size_name}: {size}{cursor}"));
        let data = served.ask(token, &document).await;
        let page = data.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {data}")).clone();
        let edges = page["edges"].as_array().unwrap();
        let info = &page["pageInfo"];
        let back = if forwards { "hasPreviousPage" } else { "hasNextPage" };
        assert_eq!(info[back], turn > 0, "{document}");
        if forwards {
            all.extend(edges.iter().cloned());
        } else {
            all.splice(0..0, edges.iter().cloned());
        }
        if info[next] == false {
            break;
        }
        assert_eq!(edges.len(), size, "{document}");
        cursor = format!(", {cursor_name}: {}", info[end]);
    }
    all
}

fn edge_numbers(edges: &[Value]) -> Vec<i64> {
    edges.iter().map(|edge| edge["node"]["number"].as_str().unwrap().parse().unwrap()).collect()
}

async fn pages_of_a_downline_are_those_of_a_walk_in_memory(app: App) {
    let served = Served::start(&app).await;
    let rows = generate(11, 70);
    found_network(&app, &csv(&rows)).await;
    let token = operator(&served).await;
    for field in FIELDS {
        for descending in [false, true] {
            let direction = if descending { "DESCENDING" } else { "ASCENDING" };
            let expected = naive(&rows, field, descending, 1000);
            for (forwards, size) in [(true, 9), (false, 16), (true, 100)] {
                let list = |page: &str| {
                    format!(
                        "{{ partner(number: \"1\") {{ downline({page}, depth: 1000, orderBy: {{ field: {field}, direction: {direction} }}) {{
                            totalCount edges {{ cursor level node {{ number }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
                    )
                };
                let edges = walk(&served, &token, list, "/partner/downline", forwards, size).await;
                assert_eq!(edge_numbers(&edges), expected, "{field} {direction}, forwards: {forwards}, size {size}");
                for edge in &edges {
                    let number: usize = edge["node"]["number"].as_str().unwrap().parse().unwrap();
                    assert_eq!(edge["level"], rows[number - 1].level);
                }
            }
        }
    }
}

async fn filters_of_a_downline_are_those_of_a_walk_in_memory(app: App) {
    let served = Served::start(&app).await;
    let rows = generate(5, 90);
    found_network(&app, &csv(&rows)).await;
    let token = operator(&served).await;
    for depth in 1..=6 {
        let document = format!(
            "{{ partner(number: \"1\") {{ all: downline(depth: {depth}, first: 100) {{ totalCount nodes {{ number }} }}
                level: downline(depth: {depth}, level: {depth}, first: 100) {{ totalCount nodes {{ number }} }}
                some: downline(depth: {depth}, first: 100, filter: {{ statuses: [ACTIVE, TERMINATED], search: \"P1\" }}) {{ totalCount nodes {{ number }} }}
                networkSummary(depth: {depth}) {{ total active byLevel {{ level partners active }} }} }} }}"
        );
        let partner = served.ask(&token, &document).await["partner"].take();
        let expect = |keep: &dyn Fn(&Row) -> bool| -> Vec<i64> {
            let kept = naive(&rows, "LEVEL", false, depth).into_iter();
            kept.filter(|number| keep(&rows[usize::try_from(number - 1).unwrap()])).collect()
        };
        for (name, expected) in [
            ("all", expect(&|_| true)),
            ("level", expect(&|row| row.level == depth)),
            ("some", expect(&|row| row.status != "SUSPENDED" && row.name.starts_with("p1"))),
        ] {
            // A code may hold the text that is searched for as well.
            let found = numbers(&partner[name]);
            if name == "some" {
                assert!(expected.iter().all(|number| found.contains(number)), "depth {depth}");
            } else {
                assert_eq!(found, expected, "{name}, depth {depth}");
            }
            assert_eq!(partner[name]["totalCount"], found.len().to_string());
        }
        let mut levels: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for row in rows.iter().filter(|row| (1..=depth).contains(&row.level)) {
            let (partners, active) = levels.entry(row.level).or_default();
            *partners += 1;
            *active += i64::from(row.status == "ACTIVE");
        }
        let by_level: Vec<_> = levels
            .iter()
            .map(|(level, (partners, active))| json!({ "level": level, "partners": partners.to_string(), "active": active.to_string() }))
            .collect();
        assert_eq!(partner["networkSummary"]["byLevel"], Value::from(by_level));
    }
}

async fn a_partner_who_joins_between_two_pages_neither_repeats_nor_hides_others(app: App) {
    let served = Served::start(&app).await;
    let rows = generate(3, 40);
    found_network(&app, &csv(&rows)).await;
    let token = operator(&served).await;
    for (turn, field) in FIELDS.into_iter().enumerate() {
        let list = |after: &str| {
            format!(
                "{{ partner(number: \"1\") {{ downline(first: 15{after}, depth: 1000, orderBy: {{ field: {field} }}) {{
                    nodes {{ number }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
            )
        };
        let mut before: Vec<i64> = Vec::new();
        let mut after = String::new();
        let present = edge_free(&served, &token, field).await;
        for page in 0.. {
            let data = served.ask(&token, &list(&after)).await;
            let connection = &data["partner"]["downline"];
            before.extend(numbers(connection));
            if connection["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", connection["pageInfo"]["endCursor"]);
            join(&app, 1000 + i64::try_from(turn * 100 + page).unwrap()).await;
        }
        let mut once = before.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), before.len(), "{field}: a partner came twice");
        before.retain(|number| present.contains(number));
        assert_eq!(before, present, "{field}");
    }
}

/// The whole downline at once.
async fn edge_free(served: &Served, token: &str, field: &str) -> Vec<i64> {
    let document = format!(
        "{{ partner(number: \"1\") {{ downline(first: 100, depth: 1000, orderBy: {{ field: {field} }}) {{ nodes {{ number }} }} }} }}"
    );
    numbers(&served.ask(token, &document).await["partner"]["downline"])
}

/// Two more directs of partner 1: one that sorts to the front by name and time, one that sorts to the end.
async fn join(app: &App, number: i64) {
    for (number, name, joined) in [(number, "a", 0_i64), (number + 50, "z", i64::MAX)] {
        let username = format!("late-{number}");
        let sql = "INSERT INTO accounts (username, email, name, password_hash, role, scopes, status, created_at) VALUES ($1, $2, $1, NULL, 'MEMBER', '', 'DORMANT', 0)";
        app.execute(sql, [username.clone().into(), format!("{username}@example.org").into()]).await;
        let sql =
            "INSERT INTO partners (id, account_id, display_name, search_name, referral_code, sponsor_id, placement_preference, status, shares_contact,
            career_points, carry_left, carry_right, joined_at)
            SELECT $1, id, $2, $2, $3, 1, 'WEAK_LEG', 'ACTIVE', FALSE, 0, 0, 0, $4 FROM accounts WHERE username = $5";
        app.execute(sql, [number.into(), name.into(), format!("LATE{number}").into(), joined.into(), username.into()]).await;
    }
}

async fn nested_lists_have_cursors_of_their_own(app: App) {
    let served = Served::start(&app).await;
    found(&app, 60, 4).await;
    let token = operator(&served).await;
    let lists = |after: &dyn Fn(&str) -> String| {
        format!(
            "directs(first: 2{}) {{ nodes {{ number }} pageInfo {{ endCursor }} }} commissions(first: 2{}) {{ nodes {{ id }} pageInfo {{ endCursor }} }}
             orders(first: 2{}) {{ nodes {{ number }} pageInfo {{ endCursor }} }}",
            after("directs"), after("commissions"), after("orders")
        )
    };
    let document = format!("{{ partner(number: \"1\") {{ downline(first: 5) {{ nodes {{ number {} }} }} }} }}", lists(&|_| String::new()));
    let nodes = served.ask(&token, &document).await["partner"]["downline"]["nodes"].take();
    for node in nodes.as_array().unwrap() {
        let after = |list: &str| format!(", after: {}", node[list]["pageInfo"]["endCursor"]);
        let rest =
            served.ask(&token, &format!("{{ partner(number: {}) {{ {} }} }}", node["number"], lists(&after))).await["partner"].take();
        let whole = lists(&|_| String::new()).replace("first: 2", "first: 4");
        let whole = served.ask(&token, &format!("{{ partner(number: {}) {{ {whole} }} }}", node["number"])).await["partner"].take();
        for list in ["directs", "commissions", "orders"] {
            let pages: Vec<_> = [&node[list], &rest[list]].iter().flat_map(|page| page["nodes"].as_array().unwrap().clone()).collect();
            assert_eq!(Value::from(pages), whole[list]["nodes"], "{list} of {}", node["number"]);
            assert_eq!(whole[list]["nodes"].as_array().map(Vec::len), Some(4));
        }
    }
}

async fn every_list_can_be_walked_in_both_directions(app: App) {
    let served = Served::start(&app).await;
    found(&app, 30, 7).await;
    let token = operator(&served).await;
    let info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
    for (open, list, close, pointer, node, length) in [
        ("partner(number: \"1\") {", "directs", "}", "/partner/directs", "{ number }", 5),
        ("partner(number: \"1\") {", "orders", "}", "/partner/orders", "{ number }", 7),
        ("partner(number: \"1\") {", "commissions", "}", "/partner/commissions", "{ id }", 7),
        ("partner(number: \"1\") {", "rankHistory", "}", "/partner/rankHistory", "{ period { code } }", 1),
        ("", "periods", "", "/periods", "{ code }", 1),
        ("operator {", "partners", "}", "/operator/partners", "{ number }", 30),
    ] {
        let document = |page: &str| format!("{{ {open} {list}({page}) {{ edges {{ cursor node {node} }} {info} }} {close} }}");
        let forwards = walk(&served, &token, document, pointer, true, 3).await;
        let backwards = walk(&served, &token, document, pointer, false, 2).await;
        assert_eq!(forwards, backwards, "{list}");
        assert_eq!(forwards.len(), length, "{list}");
    }
}

async fn what_cannot_be_asked_is_refused_with_its_limit(app: App) {
    let served = Served::start(&app).await;
    found(&app, 10, 1).await;
    let operator = operator(&served).await;
    let root = app.member("root").await;
    app.execute("UPDATE partners SET account_id = (SELECT id FROM accounts WHERE username = 'root') WHERE id = 1", []).await;
    let foreign = "bjo3Omg";
    for (arguments, words) in [
        ("first: -1", "`first` is -1: it must lie between 1 and 100."),
        ("first: 0", "`first` is 0: it must lie between 1 and 100."),
        ("first: 101", "`first` is 101: it must lie between 1 and 100."),
        ("last: 101", "`last` is 101: it must lie between 1 and 100."),
        ("first: 1, last: 1", "Give `first` or `last`, not both."),
        (&format!("after: \"{foreign}\""), "`after` is not a cursor of this list"),
        ("before: \"\"", "`before` is not a cursor of this list"),
        ("depth: 11", "`depth` is 11: it must lie between 1 and 10."),
        ("depth: 0", "`depth` is 0: it must lie between 1 and 10."),
        ("level: 11", "`level` is 11: it must lie between 1 and 10."),
        ("depth: 3, level: 4", "`level` is 4: it must lie between 1 and 3."),
        ("filter: { search: \"\" }", "`filter.search` must have 1 to 100 characters."),
    ] {
        let document = format!("{{ viewer {{ partner {{ downline({arguments}) {{ nodes {{ number }} }} }} }} }}");
        let (code, message) = served.refusal(Some(root.token()), &document).await;
        assert_eq!(code, "BAD_USER_INPUT", "{arguments}: {message}");
        assert!(message.starts_with(words), "{arguments}: {message}");
    }
    let (_, message) = served.refusal(Some(&operator), "{ partner(number: \"1\") { downline(depth: 1001) { totalCount } } }").await;
    assert_eq!(message, "`depth` is 1001: it must lie between 1 and 1000.");
    for (document, expected) in [
        ("{ viewer { partner { downline(first: 100000) { nodes { number } } } } }", "QUERY_TOO_COMPLEX"),
        ("{ viewer { partner { volumes(period: \"2031-01\") { groupVolume } } } }", "BAD_USER_INPUT"),
        ("{ viewer { partner { commissionSummary(period: \"someday\") { totals { paid { amount } } } } } }", "BAD_USER_INPUT"),
        ("{ viewer { partner { upline(height: 11) { distance } } } }", "BAD_USER_INPUT"),
        ("{ partner { id } }", "BAD_USER_INPUT"),
        ("{ partner(number: \"1\", username: \"root\") { id } }", "BAD_USER_INPUT"),
        ("{ partner(number: \"one\") { id } }", "BAD_USER_INPUT"),
        ("subscription { partnerJoined(depth: 1) { cursor } q: partnerJoined { cursor } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let (code, message) = served.refusal(Some(root.token()), document).await;
        assert_eq!(code, expected, "{document}: {message}");
    }
    let by_name = "{ viewer { partner { downline(first: 2, orderBy: { field: DISPLAY_NAME }) { pageInfo { endCursor } } } } }";
    let cursor = served.ask(root.token(), by_name).await["viewer"]["partner"]["downline"]["pageInfo"]["endCursor"].take();
    let by_level = format!("{{ viewer {{ partner {{ downline(first: 2, after: {cursor}) {{ nodes {{ number }} }} }} }} }}");
    let (code, message) = served.refusal(Some(root.token()), &by_level).await;
    assert_eq!(code, "BAD_USER_INPUT", "{message}");
    assert_eq!(served.ask(root.token(), "{ viewer { partner { number } } }").await["viewer"]["partner"]["number"], "1", "the server lives");
}

async fn percent_and_underscore_are_searched_literally(app: App) {
    let served = Served::start(&app).await;
    let names = ["100% Anna", "under_score", "back\\slash", "plain", "PLAIN too"];
    let mut network = "partner,sponsor,joined_at,name\n1,,2026-01-01T00:00:00Z,root\n".to_owned();
    for (place, name) in names.iter().enumerate() {
        writeln!(network, "{},1,2026-01-01T00:00:00Z,{name}", place + 2).unwrap();
    }
    found_network(&app, &network).await;
    let token = operator(&served).await;
    for (search, expected) in [
        ("%", &["100% Anna"][..]),
        ("_", &["under_score"]),
        ("\\\\", &["back\\slash"]),
        ("r_s", &["under_score"]),
        ("p%n", &[]),
        ("lAiN", &["plain", "PLAIN too"]),
        ("' OR 1=1 --", &[]),
    ] {
        let document =
            format!("{{ partner(number: \"1\") {{ downline(filter: {{ search: \"{search}\" }}) {{ nodes {{ displayName }} }} }} }}");
        let nodes = served.ask(&token, &document).await["partner"]["downline"]["nodes"].take();
        let found: Vec<_> = nodes.as_array().unwrap().iter().map(|node| node["displayName"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found, expected, "{search}");
    }
}
