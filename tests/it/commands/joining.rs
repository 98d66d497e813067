//! becomePartner: sponsors, automatic placement, explicit slots, and rivals for them.

use std::collections::BTreeSet;

use upline::commands::partners::{BecomePartner, Joining, become_partner, set_placement_preference};
use upline::domain::partners::Slot;
use upline::domain::position::Position;
use upline::domain::refusal::Refusal;
use upline::domain::trees::PlacementPreference;

use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};

on_both_databases!(
    without_a_code_a_partner_stands_at_the_top,
    a_recruit_stands_under_the_sponsor_in_both_trees,
    a_new_partner_has_the_lowest_rank_of_the_plan,
    an_account_becomes_a_partner_once,
    an_unknown_code_and_an_inactive_sponsor_are_one_refusal,
    a_repeated_join_gives_the_same_number,
    left_and_right_follow_the_outer_edges,
    balanced_fills_level_by_level_from_the_left,
    the_weak_leg_is_the_one_with_fewer_partners,
    legs_too_large_to_count_grow_by_turns,
    a_matrix_keeps_its_width_and_depth,
    a_network_without_a_placement_tree_places_nobody,
    an_explicit_slot_must_be_free_and_under_the_sponsor,
    a_search_beyond_its_bound_is_refused,
    sixty_four_who_join_one_leg_at_once_all_find_a_slot_of_their_own,
    of_thirty_two_who_name_one_slot_one_gets_it,
    twenty_repetitions_of_a_join_at_once_make_one_partner,
);

fn at(parent: &TestPartner, position: &str) -> Slot {
    Slot { parent_id: parent.number, position: position.parse().unwrap() }
}

/// Recruits one after the other: where each stands, by index in the list of the sponsor (0) and the recruits (from 1).
fn under(referral_code: Option<String>) -> Joining {
    Joining { referral_code, ..Joining::default() }
}

async fn places(app: &App, preference: PlacementPreference, recruits: usize) -> Vec<(usize, String)> {
    let root = app.join("root", None, None).await.unwrap();
    set_placement_preference(&app.services, &root.member.principal, preference).await.unwrap();
    let mut numbers = vec![root.number];
    let mut places = Vec::new();
    for index in 0..recruits {
        let recruit = app.join(&format!("recruit{index}"), Some(&root.code), None).await.unwrap();
        numbers.push(recruit.number);
        let (parent, position) = app.place(recruit.number).await.unwrap();
        places.push((numbers.iter().position(|number| *number == parent).unwrap(), position));
    }
    places
}

fn expected(places: &[(usize, &str)]) -> Vec<(usize, String)> {
    places.iter().map(|(parent, position)| (*parent, (*position).to_owned())).collect()
}

async fn without_a_code_a_partner_stands_at_the_top(app: App) {
    let first = app.join("first", None, None).await.unwrap();
    let second = app.join("second", None, None).await.unwrap();
    for partner in [&first, &second] {
        let caller = partner.member.principal.caller().unwrap();
        assert_eq!((caller.partner_id, caller.sponsor_id), (Some(partner.number), None));
        assert_eq!(app.place(partner.number).await, None);
        assert_eq!(partner.code.len(), 8);
    }
    assert_ne!(first.code, second.code);
    let payload = format!(r#"{{"partner":{},"sponsor":null,"place":null}}"#, second.number);
    assert_eq!(app.events().await.last(), Some(&("PARTNER_JOINED".to_owned(), payload)));
}

async fn a_recruit_stands_under_the_sponsor_in_both_trees(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code.to_lowercase()), None).await.unwrap();
    assert_eq!(anna.member.principal.caller().unwrap().sponsor_id, Some(root.number));
    assert_eq!(app.place(anna.number).await, Some((root.number, "L".to_owned())));
    let name: String = app.value("SELECT display_name FROM partners WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(name, "ANNA");
    let payload = format!(r#"{{"partner":{},"sponsor":{},"place":{{"parent":{},"position":"L"}}}}"#, anna.number, root.number, root.number);
    assert_eq!(app.events().await.last(), Some(&("PARTNER_JOINED".to_owned(), payload)));
    assert_eq!(app.wakes(), 4);
}

async fn a_new_partner_has_the_lowest_rank_of_the_plan(app: App) {
    let early = app.join("early", None, None).await.unwrap();
    app.execute("INSERT INTO ranks (code, name, level) VALUES ('GOLD', 'Gold', 1), ('MEMBER', 'Member', 0)", []).await;
    let late = app.join("late", None, None).await.unwrap();
    let unranked = format!("partners WHERE rank_id IS NULL AND highest_rank_id IS NULL AND id = {}", early.number);
    assert_eq!(app.count(&unranked).await, 1);
    let ranked = format!(
        "partners p JOIN ranks r ON r.id = p.rank_id AND r.id = p.highest_rank_id WHERE r.code = 'MEMBER' AND p.id = {}",
        late.number
    );
    assert_eq!(app.count(&ranked).await, 1);
}

async fn an_account_becomes_a_partner_once(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let unknown = BecomePartner { joining: under(Some("NOBODY".to_owned())), idempotency_key: None };
    for again in [&BecomePartner::default(), &unknown] {
        assert_eq!(refusal(become_partner(&app.services, &root.member.principal, again).await), Refusal::AlreadyPartner);
    }
    let anna = app.member("anna").await;
    let acts =
        (0..10).map(|_| {
            let (app, principal, referral_code) = (app.clone(), anna.principal.clone(), Some(root.code.clone()));
            async move {
                become_partner(&app.services, &principal, &BecomePartner { joining: under(referral_code), idempotency_key: None }).await
            }
        });
    let (joined, refusals) = all_at_once(acts).await;
    assert_eq!((joined.len(), refusals), (1, vec![Refusal::AlreadyPartner; 9]));
    assert_eq!(app.count("partners").await, 2);
}

async fn an_unknown_code_and_an_inactive_sponsor_are_one_refusal(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    for (index, status) in ["SUSPENDED", "TERMINATED"].iter().enumerate() {
        app.execute("UPDATE partners SET status = $1", [(*status).into()]).await;
        let outcome = app.join(&format!("late{index}"), Some(&root.code), None).await;
        assert_eq!(refusal(outcome.map(|_| ())), Refusal::ReferralCodeUnknown);
    }
    assert_eq!(refusal(app.join("anna", Some("NOBODY22"), None).await.map(|_| ())), Refusal::ReferralCodeUnknown);
    assert_eq!(app.count("partners").await, 1);
}

async fn a_repeated_join_gives_the_same_number(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let input = |key: &str| BecomePartner { joining: under(Some(root.code.clone())), idempotency_key: Some(key.to_owned()) };
    let first = become_partner(&app.services, &anna.principal, &input("k1")).await.unwrap();
    assert_eq!(become_partner(&app.services, &anna.principal, &input("k1")).await.unwrap(), first);
    let other = BecomePartner { joining: Joining { slot: Some(at(&root, "R")), ..under(Some(root.code.clone())) }, ..input("k1") };
    assert_eq!(refusal(become_partner(&app.services, &anna.principal, &other).await), Refusal::IdempotencyConflict);
    assert_eq!(refusal(become_partner(&app.services, &anna.principal, &input("k2")).await), Refusal::AlreadyPartner);
    let bert = app.member("bert").await;
    assert_ne!(become_partner(&app.services, &bert.principal, &input("k1")).await.unwrap(), first, "a key is the caller's own");
}

async fn left_and_right_follow_the_outer_edges(app: App) {
    let left = places(&app, PlacementPreference::Left, 3).await;
    assert_eq!(left, expected(&[(0, "L"), (1, "L"), (2, "L")]));
    let root = app.join("other", None, None).await.unwrap();
    set_placement_preference(&app.services, &root.member.principal, PlacementPreference::Right).await.unwrap();
    let recruits = app.recruits(&root, &["anna", "bert", "carl"]).await;
    let mut parent = root.number;
    for recruit in recruits {
        assert_eq!(app.place(recruit.number).await, Some((parent, "R".to_owned())));
        parent = recruit.number;
    }
}

async fn balanced_fills_level_by_level_from_the_left(app: App) {
    let places = places(&app, PlacementPreference::Balanced, 7).await;
    assert_eq!(places, expected(&[(0, "L"), (0, "R"), (1, "L"), (1, "R"), (2, "L"), (2, "R"), (3, "L")]));
}

async fn the_weak_leg_is_the_one_with_fewer_partners(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let left = app.join("left", Some(&root.code), None).await.unwrap();
    let inner = app.join("inner", Some(&left.code), Some(at(&left, "R"))).await.unwrap();
    assert_eq!(app.place(inner.number).await, Some((left.number, "R".to_owned())));
    let recruits = app.recruits(&root, &["anna", "bert", "carl", "dora"]).await;
    let expected = [
        (root.number, "R"),
        (recruits[0].number, "R"),
        // Two on each side, but the outer edge is shorter on the left.
        (left.number, "L"),
        (recruits[1].number, "R"),
    ];
    for (recruit, (parent, position)) in recruits.iter().zip(expected) {
        assert_eq!(app.place(recruit.number).await, Some((parent, position.to_owned())));
    }
}

async fn legs_too_large_to_count_grow_by_turns(app: App) {
    let app = app.with(&["network.placement_search_nodes=12"]);
    let places = places(&app, PlacementPreference::WeakLeg, 18).await;
    assert_eq!(places.iter().filter(|(_, position)| position == "L").count(), 9);
    let app = app.with(&["network.placement_search_nodes=2"]);
    assert!(matches!(refusal(app.join("deep", Some(&root_code(&app).await), None).await.map(|_| ())), Refusal::NoFreeSlot { .. }));
}

async fn root_code(app: &App) -> String {
    app.value("SELECT referral_code FROM partners ORDER BY id LIMIT 1", []).await
}

async fn a_matrix_keeps_its_width_and_depth(app: App) {
    let app = app.with(&["network.placement=matrix:3:2"]);
    let places = places(&app, PlacementPreference::Balanced, 12).await;
    let expected_places: Vec<_> = (0..4).flat_map(|parent| ["1", "2", "3"].map(|position| (parent, position))).collect();
    assert_eq!(places, expected(&expected_places));
    let code = root_code(&app).await;
    for (index, preference) in ["BALANCED", "LEFT", "RIGHT", "WEAK_LEG"].iter().enumerate() {
        app.execute("UPDATE partners SET placement_preference = $1", [(*preference).into()]).await;
        let outcome = app.join(&format!("late{index}"), Some(&code), None).await;
        assert!(matches!(refusal(outcome.map(|_| ())), Refusal::NoFreeSlot { .. }), "{preference}");
    }
    let bottom: i64 = app.value("SELECT max(id) FROM partners", []).await;
    for (index, position) in [Position::Left, "4".parse().unwrap(), "1".parse().unwrap()].into_iter().enumerate() {
        let slot = Some(Slot { parent_id: bottom, position });
        let outcome = app.join(&format!("exact{index}"), Some(&code), slot).await;
        assert_eq!(refusal(outcome.map(|_| ())), Refusal::PositionUnknown { position, kind: "matrix:3:2".into() });
    }
}

async fn a_network_without_a_placement_tree_places_nobody(app: App) {
    let app = app.with(&["network.placement=none"]);
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    assert_eq!(app.place(anna.number).await, None);
    let outcome = app.join("bert", Some(&root.code), Some(at(&root, "L"))).await;
    assert_eq!(refusal(outcome.map(|_| ())), Refusal::PositionUnknown { position: Position::Left, kind: "none".into() });
}

async fn an_explicit_slot_must_be_free_and_under_the_sponsor(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), Some(at(&root, "R"))).await.unwrap();
    let bert = app.join("bert", Some(&root.code), Some(at(&anna, "L"))).await.unwrap();
    assert_eq!(app.place(bert.number).await, Some((anna.number, "L".to_owned())));
    let stranger = app.join("stranger", None, None).await.unwrap();

    let refused = async |name: &str, code: Option<&str>, slot: Slot| refusal(app.join(name, code, Some(slot)).await.map(|_| ()));
    assert_eq!(
        refused("carl", Some(&root.code), at(&anna, "L")).await,
        Refusal::SlotTaken { parent: anna.number, position: Position::Left }
    );
    for (index, slot) in [at(&root, "L"), at(&stranger, "L"), Slot { parent_id: 999, position: Position::Left }].into_iter().enumerate() {
        assert_eq!(refused(&format!("dora{index}"), Some(&anna.code), slot).await, Refusal::PartnerUnknown);
    }
    assert_eq!(refused("emil", None, at(&root, "L")).await, Refusal::PartnerUnknown);
    let third = "3".parse().unwrap();
    let unknown = Refusal::PositionUnknown { position: third, kind: "binary".into() };
    assert_eq!(refused("fred", Some(&root.code), Slot { parent_id: root.number, position: third }).await, unknown);
}

async fn a_search_beyond_its_bound_is_refused(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    set_placement_preference(&app.services, &root.member.principal, PlacementPreference::Left).await.unwrap();
    let narrow = app.with(&["network.placement_search_nodes=3"]);
    narrow.recruits(&root, &["anna", "bert", "carl"]).await;
    let outcome = narrow.join("dora", Some(&root.code), None).await;
    assert_eq!(refusal(outcome.map(|_| ())), Refusal::NoFreeSlot { searched: 3 });
    app.join("emil", Some(&root.code), None).await.unwrap();
}

async fn sixty_four_who_join_one_leg_at_once_all_find_a_slot_of_their_own(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    for (round, preference) in PlacementPreference::ALL.iter().enumerate() {
        set_placement_preference(&app.services, &root.member.principal, *preference).await.unwrap();
        let mut members = Vec::new();
        for index in 0..64 {
            members.push(app.member(&format!("racer{round}-{index}")).await);
        }
        let acts = members.into_iter().map(|member| {
            let (app, referral_code) = (app.clone(), Some(root.code.clone()));
            async move {
                become_partner(&app.services, &member.principal, &BecomePartner { joining: under(referral_code), idempotency_key: None })
                    .await
            }
        });
        let (joined, refusals) = all_at_once(acts).await;
        assert_eq!((joined.iter().collect::<BTreeSet<_>>().len(), refusals), (64, vec![]), "{preference}");
    }
    assert_eq!(app.count("partners WHERE placement_parent_id IS NOT NULL AND sponsor_id IS NOT NULL").await, 256);
    assert_eq!(app.count("(SELECT DISTINCT placement_parent_id, position FROM partners WHERE position IS NOT NULL) AS slots").await, 256);
    assert_eq!(app.count("events WHERE kind = 'PARTNER_JOINED'").await, 257);
}

async fn of_thirty_two_who_name_one_slot_one_gets_it(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let mut members = Vec::new();
    for index in 0..32 {
        members.push(app.member(&format!("racer{index}")).await);
    }
    let acts = members.into_iter().map(|member| {
        let (app, code, slot) = (app.clone(), root.code.clone(), at(&root, "L"));
        async move {
            let input = BecomePartner { joining: Joining { slot: Some(slot), ..under(Some(code)) }, idempotency_key: None };
            become_partner(&app.services, &member.principal, &input).await
        }
    });
    let (joined, refusals) = all_at_once(acts).await;
    assert_eq!((joined.len(), refusals), (1, vec![Refusal::SlotTaken { parent: root.number, position: Position::Left }; 31]));
}

async fn twenty_repetitions_of_a_join_at_once_make_one_partner(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.member("anna").await;
    let acts = (0..20).map(|_| {
        let (app, principal, code) = (app.clone(), anna.principal.clone(), root.code.clone());
        async move {
            let input = BecomePartner { joining: under(Some(code)), idempotency_key: Some("k1".to_owned()) };
            become_partner(&app.services, &principal, &input).await
        }
    });
    let (joined, refusals) = all_at_once(acts).await;
    assert_eq!((joined.len(), refusals), (20, vec![]));
    assert!(joined.iter().all(|number| *number == joined[0]));
    assert_eq!((app.count("partners").await, app.count("events WHERE kind = 'PARTNER_JOINED'").await), (2, 2));
}
