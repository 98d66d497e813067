//! moveSponsor: never a cycle, whoever moves what at the same instant (promise P11).

use std::fmt::Write as _;

use upline::commands::partners::{MoveSponsor, PlacePartner, move_sponsor, place_partner};
use upline::domain::accounts::Scope;
use upline::domain::partners::Slot;
use upline::domain::position::Position;
use upline::domain::refusal::Refusal;
use upline::import::Files;

use crate::app::files::{Volumes, source, volumes};
use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_partner_moves_with_everybody_below_and_it_is_recorded,
    nobody_moves_under_itself_or_its_own_downline,
    unknown_partners_are_refused,
    a_move_to_the_present_sponsor_changes_nothing,
    rival_moves_never_make_a_cycle,
    moves_in_all_directions_leave_a_tree,
    volumes_of_open_periods_follow_every_move_and_placing,
);

fn moved(partner: &TestPartner, sponsor: &TestPartner) -> MoveSponsor {
    MoveSponsor { partner: partner.number, sponsor: sponsor.number }
}

async fn sponsor_of(app: &App, partner: &TestPartner) -> Option<i64> {
    app.value("SELECT sponsor_id FROM partners WHERE id = $1", [partner.number.into()]).await
}

async fn a_partner_moves_with_everybody_below_and_it_is_recorded(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let recruits = app.recruits(&root, &["anna", "bert"]).await;
    let below = app.join("below", Some(&recruits[0].code), None).await.unwrap();
    let place = app.place(recruits[0].number).await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    move_sponsor(&app.services, &operator, &moved(&recruits[0], &recruits[1])).await.unwrap();
    assert_eq!(sponsor_of(&app, &recruits[0]).await, Some(recruits[1].number));
    assert_eq!(sponsor_of(&app, &below).await, Some(recruits[0].number));
    assert_eq!(app.place(recruits[0].number).await, place, "the placement tree stays as it is");

    let [anna, bert] = [recruits[0].number, recruits[1].number];
    let payload = format!(r#"{{"partner":{anna},"from":{},"to":{bert}}}"#, root.number);
    assert_eq!(app.events().await.last(), Some(&("SPONSOR_MOVED".to_owned(), payload)));
    let (subject, detail): (String, String) =
        (app.value("SELECT subject FROM audit_entries", []).await, app.value("SELECT detail FROM audit_entries", []).await);
    assert_eq!((subject, detail), (format!("partner:{anna}"), format!(r#"{{"from":{},"to":{bert}}}"#, root.number)));
}

async fn nobody_moves_under_itself_or_its_own_downline(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let bert = app.join("bert", Some(&anna.code), None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    for sponsor in [&root, &anna, &bert] {
        let outcome = move_sponsor(&app.services, &operator, &moved(&root, sponsor)).await;
        assert_eq!(refusal(outcome), Refusal::WouldMakeCycle { partner: root.number });
    }
    assert_eq!((app.count("audit_entries").await, app.count("events WHERE kind = 'SPONSOR_MOVED'").await), (0, 0));
}

async fn unknown_partners_are_refused(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    for input in [MoveSponsor { partner: 999, sponsor: root.number }, MoveSponsor { partner: root.number, sponsor: 999 }] {
        assert_eq!(refusal(move_sponsor(&app.services, &operator, &input).await), Refusal::PartnerUnknown);
    }
}

async fn a_move_to_the_present_sponsor_changes_nothing(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    move_sponsor(&app.services, &operator, &moved(&anna, &root)).await.unwrap();
    assert_eq!((app.count("audit_entries").await, app.count("events WHERE kind = 'SPONSOR_MOVED'").await), (0, 0));
}

async fn rival_moves_never_make_a_cycle(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    let recruits = app.recruits(&root, &["anna", "bert"]).await;
    for _ in 0..30 {
        let acts = [(0, 1), (1, 0)].map(|(partner, sponsor)| {
            let (app, operator, input) = (app.clone(), operator.clone(), moved(&recruits[partner], &recruits[sponsor]));
            async move { move_sponsor(&app.services, &operator, &input).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals.len()), (1, 1));
        assert!(matches!(refusals[0], Refusal::WouldMakeCycle { .. }));
        for recruit in &recruits {
            move_sponsor(&app.services, &operator, &moved(recruit, &root)).await.unwrap();
        }
    }
}

/// That no cycle and no orphan is left is checked after every test.
async fn moves_in_all_directions_leave_a_tree(app: App) {
    let operator = app.operator("olga", &[Scope::Network]).await;
    let mut partners = vec![app.join("root", None, None).await.unwrap()];
    for index in 0..11 {
        let sponsor = partners[index / 2].code.clone();
        partners.push(app.join(&format!("partner{index}"), Some(&sponsor), None).await.unwrap());
    }
    let acts = (0..120_usize).map(|index| {
        let (partner, sponsor) = (&partners[index * 7 % 12], &partners[(index * 5 + 3) % 12]);
        let (app, operator, input) = (app.clone(), operator.clone(), moved(partner, sponsor));
        async move { move_sponsor(&app.services, &operator, &input).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert!(!done.is_empty() && refusals.iter().all(|refusal| matches!(refusal, Refusal::WouldMakeCycle { .. })));
    assert_eq!(app.count("audit_entries").await, app.count("events WHERE kind = 'SPONSOR_MOVED'").await);
}

async fn in_state(app: &App, state: &str) -> Volumes {
    volumes(&app.services.database, Some(state)).await
}

/// Orders over two open months and one that is closed.
async fn volumes_of_open_periods_follow_every_move_and_placing(app: App) {
    let mut network = "partner,sponsor,placement_parent,position,joined_at\n".to_owned();
    let mut orders = "order,partner,placed_at,cv,pv\n".to_owned();
    for partner in 1..=30 {
        let sponsor = if partner == 1 { String::new() } else { (partner / 3 + 1).min(partner - 1).to_string() };
        // The last ten stand nowhere in the placement tree.
        let place = if partner == 1 || partner > 20 { ",".to_owned() } else { format!("{},{}", partner / 2, ["L", "R"][partner % 2]) };
        writeln!(network, "{partner},{sponsor},{place},2026-01-01T00:00:00Z").unwrap();
        if partner % 4 > 0 {
            for month in 1..=3 {
                writeln!(orders, "{},{partner},2026-0{month}-05T00:00:00Z,{},{}", partner * 10 + month, partner * month, partner + 7)
                    .unwrap();
            }
        }
    }
    let files = Files { network: source("network.csv", &network), orders: source("orders.csv", &orders), ..Files::default() };
    app.import(&files).await;
    app.execute("UPDATE periods SET state = 'CLOSED' WHERE code = '2026-01'", []).await;
    let closed = in_state(&app, "CLOSED").await;
    assert!(!closed.is_empty());

    // A return: 28 has what 29 has, with the other sign. Under 24, who has nothing, they cancel each other.
    let returned = "INSERT INTO volume_events (partner_id, period_id, pv, cv, occurred_at)
        SELECT 28, period_id, -pv, -cv, occurred_at FROM volume_events WHERE partner_id = 29";
    app.execute(returned, []).await;
    upline::rebuild::run(&app.services.database, false).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    for partner in [29, 28] {
        move_sponsor(&app.services, &operator, &MoveSponsor { partner, sponsor: 24 }).await.unwrap();
    }
    assert!(in_state(&app, "OPEN").await.keys().all(|(_, partner)| *partner != 24), "a row without volume is left");

    let mut moves = 0;
    for index in 0..60_i64 {
        let input = MoveSponsor { partner: index * 7 % 30 + 1, sponsor: index * 11 % 30 + 1 };
        moves += i32::from(move_sponsor(&app.services, &operator, &input).await.is_ok());
        if let (0, partner) = (index % 6, 21 + index / 6) {
            let slot = Slot { parent_id: 11 + index / 6, position: Position::Left };
            place_partner(&app.services, &operator, &PlacePartner { partner, slot }).await.unwrap();
        }
        let followed = in_state(&app, "OPEN").await;
        upline::rebuild::run(&app.services.database, false).await.unwrap();
        assert_eq!(followed, in_state(&app, "OPEN").await, "after {input:?}");
    }
    assert!(moves > 20, "{moves}");
    assert_eq!(in_state(&app, "CLOSED").await, closed, "closed periods stay what they were");
    upline::rebuild::run(&app.services.database, true).await.unwrap();
    assert_ne!(in_state(&app, "CLOSED").await, closed, "unless they are asked for");
}
