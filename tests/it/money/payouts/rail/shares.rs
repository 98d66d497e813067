//! The folder on a share that comes and goes, and servers that start meanwhile (promise P07).

use std::fs;

use upline::app::{furnish_payout_folder, payout_rail};
use upline::commands::payouts::adopt_folder;
use upline::commands::payouts::rail::{self, Errand, Told};
use upline::domain::accounts::Scope;
use upline::domain::refusal::Refusal;
use upline::jobs::payouts::carry;
use upline::outbound::payouts::{FolderRail, Rail as _};

use super::super::super::available;
use super::super::status;
use super::approved;
use super::by_hand::{kind, nobody_fails};
use super::folder::Place;
use crate::app::{App, config, on_both_databases, refusal};

on_both_databases!(
    a_restart_while_the_share_is_away_loses_nothing_and_writes_nothing,
    another_folder_is_adopted_on_purpose_only,
    a_folder_from_before_ids_is_told_from_an_empty_one,
);

/// Hands over the payout that waits the longest, and notes nothing yet.
async fn hand_over(app: &App, rail: &FolderRail) -> Errand {
    let due = rail::due(&app.services).await.unwrap();
    let errand = rail::take(&app.services, due[0]).await.unwrap().unwrap();
    rail.send(&errand.instruction).await.unwrap();
    errand
}

async fn a_restart_while_the_share_is_away_loses_nothing_and_writes_nothing(app: App) {
    let (place, made) = (Place::new(), approved(&app, 2).await);
    let rail = place.rail(&app).await;
    let errand = hand_over(&app, &rail).await;
    assert!(rail::tell(&app.services, &errand, Told::Carried).await.unwrap());
    let file = place.names("outgoing").remove(0);
    fs::rename(place.path.join("outgoing").join(&file), place.path.join("taken").join(&file)).unwrap();
    let away = place.unmount();
    let restarted = place.rail(&app).await;
    for _ in 0..2 {
        app.clock.advance(6 * 3600);
        carry(&app.services, &restarted).await.unwrap();
        for (_, payout) in &made {
            assert_eq!((status(&app, *payout).await.as_str(), kind(&app, *payout).await.as_deref()), ("PROCESSING", Some("SILENT")));
        }
    }
    nobody_fails(&app, made[0].1, "away").await;
    place.mount(&away);
    app.clock.advance(6 * 3600);
    carry(&app.services, &restarted).await.unwrap();
    assert_eq!((kind(&app, made[0].1).await, kind(&app, made[1].1).await, place.names("outgoing").len()), (None, None, 1));
    place.write("results/a.csv", &format!("payout,result\n{},COMPLETED\n{},COMPLETED\n", made[0].1, made[1].1));
    carry(&app.services, &restarted).await.unwrap();
    for (partner, payout) in made {
        assert_eq!((status(&app, payout).await.as_str(), available(&app, partner).await), ("COMPLETED", 4_000_000));
    }
}

async fn another_folder_is_adopted_on_purpose_only(app: App) {
    let (place, made) = (Place::new(), approved(&app, 2).await);
    let before = place.rail(&app).await;
    let errand = hand_over(&app, &before).await;
    assert!(rail::tell(&app.services, &errand, Told::Carried).await.unwrap());
    // Whether the folder has this one is not known.
    let errand = hand_over(&app, &before).await;
    fs::remove_dir_all(&place.path).unwrap();
    let id = furnish_payout_folder(&config(&place.settings()), &app.services).unwrap();
    let silence = before.ask(&errand.instruction.payout).await.unwrap_err().reason;
    assert!(silence.contains("folder-id holds the id of another folder than the one that payouts leave by"), "{silence}");
    assert!(before.send(&errand.instruction).await.is_err() && before.listen().await.is_err());
    let unscoped = app.operator("unscoped", &[Scope::Orders]).await;
    assert_eq!(refusal(adopt_folder(&app.services, &unscoped, &id).await), Refusal::ScopeMissing { scope: "payouts" });
    let operator = app.operator("second", &[Scope::Payouts]).await;
    for is_other in [true, false] {
        assert_eq!(adopt_folder(&app.services, &operator, &id).await.unwrap(), is_other);
    }
    assert_eq!(app.count("audit_entries WHERE action = 'adoptPayoutFolder'").await, 1);
    app.clock.advance(6 * 3600);
    carry(&app.services, &place.rail(&app).await).await.unwrap();
    assert_eq!(place.names("outgoing"), [""; 0], "nothing is handed over that the other one may have had");
    for (_, payout) in made {
        assert_eq!(kind(&app, payout).await.as_deref(), Some("LOST"));
    }
}

async fn a_folder_from_before_ids_is_told_from_an_empty_one(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    carry(&app.services, &place.rail(&app).await).await.unwrap();
    app.execute("DELETE FROM settings WHERE name = 'payout_folder'", []).await;
    fs::remove_file(place.path.join("folder-id")).unwrap();
    let away = place.unmount();
    let refused = payout_rail(&config(&place.settings()), &app.services).await.unwrap_err().to_string();
    assert!(refused.contains("is empty, though payouts are under way in it: mount the share"), "{refused}");
    place.mount(&away);
    app.clock.advance(6 * 3600);
    carry(&app.services, &place.rail(&app).await).await.unwrap();
    assert_eq!((kind(&app, made[0].1).await, place.names("outgoing").len()), (None, 1));
}
