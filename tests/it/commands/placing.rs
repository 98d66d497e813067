//! placePartner and setPlacementPreference.

use upline::commands::partners::{PlacePartner, place_partner, set_placement_preference};
use upline::domain::accounts::Scope;
use upline::domain::partners::Slot;
use upline::domain::position::Position;
use upline::domain::refusal::Refusal;
use upline::domain::trees::PlacementPreference;

use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};

on_both_databases!(
    an_operator_places_a_partner_and_it_is_recorded,
    a_sponsor_places_a_recruit_within_the_own_subtree,
    who_has_a_place_or_stands_above_others_is_not_placed,
    a_partner_is_not_placed_under_itself_nor_in_a_slot_that_is_not_free,
    of_rivals_who_place_one_partner_one_succeeds,
    the_preference_decides_where_recruits_go,
);

fn slot(parent: &TestPartner, position: Position) -> Slot {
    Slot { parent_id: parent.number, position }
}

/// A sponsor, and a recruit who was brought in while there was no placement tree.
async fn unplaced(app: &App) -> (TestPartner, TestPartner) {
    let root = app.join("root", None, None).await.unwrap();
    let recruit = app.with(&["network.placement=none"]).join("recruit", Some(&root.code), None).await.unwrap();
    assert_eq!(app.place(recruit.number).await, None);
    (root, recruit)
}

async fn an_operator_places_a_partner_and_it_is_recorded(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let lone = app.join("lone", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    let input = PlacePartner { partner: lone.number, slot: slot(&root, Position::Right) };
    place_partner(&app.services, &operator, &input).await.unwrap();
    assert_eq!(app.place(lone.number).await, Some((root.number, "R".to_owned())));
    let payload = format!(r#"{{"partner":{},"place":{{"parent":{},"position":"R"}}}}"#, lone.number, root.number);
    assert_eq!(app.events().await.last(), Some(&("PARTNER_PLACED".to_owned(), payload)));
    let entry = format!("audit_entries WHERE action = 'placePartner' AND subject = 'partner:{}'", lone.number);
    assert_eq!(app.count(&entry).await, 1);
}

async fn a_sponsor_places_a_recruit_within_the_own_subtree(app: App) {
    let (root, recruit) = unplaced(&app).await;
    let stranger = app.join("stranger", None, None).await.unwrap();
    let place = async |parent: &TestPartner| {
        let input = PlacePartner { partner: recruit.number, slot: slot(parent, Position::Left) };
        place_partner(&app.services, &root.member.principal, &input).await
    };
    assert_eq!(refusal(place(&stranger).await), Refusal::PartnerUnknown);
    place(&root).await.unwrap();
    assert_eq!(app.place(recruit.number).await, Some((root.number, "L".to_owned())));
    assert_eq!(app.count("audit_entries").await, 0);
}

async fn who_has_a_place_or_stands_above_others_is_not_placed(app: App) {
    let (root, recruit) = unplaced(&app).await;
    let lone = app.join("lone", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    let place = async |partner: &TestPartner, parent: &TestPartner| {
        let input = PlacePartner { partner: partner.number, slot: slot(parent, Position::Left) };
        place_partner(&app.services, &operator, &input).await
    };
    place(&recruit, &root).await.unwrap();
    assert_eq!(refusal(place(&recruit, &lone).await), Refusal::AlreadyPlaced);
    assert_eq!(refusal(place(&root, &lone).await), Refusal::AlreadyPlaced);
    let unknown = PlacePartner { partner: 999, slot: slot(&root, Position::Right) };
    assert_eq!(refusal(place_partner(&app.services, &operator, &unknown).await), Refusal::PartnerUnknown);
}

async fn a_partner_is_not_placed_under_itself_nor_in_a_slot_that_is_not_free(app: App) {
    let (root, recruit) = unplaced(&app).await;
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let place = async |slot: Slot| {
        refusal(place_partner(&app.services, &root.member.principal, &PlacePartner { partner: recruit.number, slot }).await)
    };
    assert_eq!(place(slot(&recruit, Position::Left)).await, Refusal::WouldMakeCycle { partner: recruit.number });
    let taken = app.place(anna.number).await.unwrap();
    assert_eq!(taken, (root.number, "L".to_owned()));
    assert_eq!(place(slot(&root, Position::Left)).await, Refusal::SlotTaken { parent: root.number, position: Position::Left });
    let fourth = "4".parse().unwrap();
    assert_eq!(place(slot(&root, fourth)).await, Refusal::PositionUnknown { position: fourth, kind: "binary".to_owned() });
}

async fn of_rivals_who_place_one_partner_one_succeeds(app: App) {
    let (root, recruit) = unplaced(&app).await;
    let acts = (0..16).map(|index| {
        let (app, principal) = (app.clone(), root.member.principal.clone());
        let position = if index % 2 == 0 { Position::Left } else { Position::Right };
        let input = PlacePartner { partner: recruit.number, slot: slot(&root, position) };
        async move { place_partner(&app.services, &principal, &input).await }
    });
    let (placed, refusals) = all_at_once(acts).await;
    assert_eq!((placed.len(), refusals), (1, vec![Refusal::AlreadyPlaced; 15]));
}

async fn the_preference_decides_where_recruits_go(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let set = async |preference| set_placement_preference(&app.services, &root.member.principal, preference).await;
    assert_eq!(set(PlacementPreference::Right).await.unwrap(), root.number);
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    assert_eq!(app.place(anna.number).await, Some((root.number, "R".to_owned())));
    set(PlacementPreference::Left).await.unwrap();
    let payload = format!(r#"{{"partner":{},"preference":"LEFT"}}"#, root.number);
    assert_eq!(app.events().await.last(), Some(&("PLACEMENT_PREFERENCE_SET".to_owned(), payload)));
    let bert = app.join("bert", Some(&root.code), None).await.unwrap();
    assert_eq!(app.place(bert.number).await, Some((root.number, "L".to_owned())));
    let configured = app.with(&["network.placement_policy=balanced"]).join("carl", None, None).await.unwrap();
    assert_eq!(app.count(&format!("partners WHERE placement_preference = 'BALANCED' AND id = {}", configured.number)).await, 1);
}
