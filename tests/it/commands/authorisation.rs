//! Who may do what: every act against every kind of caller (promise P24).

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{ChangePassword, change_password, log_out};
use upline::commands::partners::{
    BecomePartner, MoveSponsor, PlacePartner, become_partner, move_sponsor, place_partner, set_placement_preference,
};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;
use upline::domain::partners::Slot;
use upline::domain::position::Position;
use upline::domain::refusal::Refusal;
use upline::domain::trees::PlacementPreference;

use crate::app::{App, PASSWORD, TestPartner, on_both_databases};

on_both_databases!(
    anonymous_callers_do_nothing,
    only_operators_with_the_scope_move_sponsors,
    only_sponsors_and_operators_place_partners,
    who_is_no_partner_has_no_preference
);

/// A root, a partner under it, a recruit of that partner without a place, and a stranger.
struct Cast {
    root: TestPartner,
    sponsor: TestPartner,
    recruit: TestPartner,
    stranger: TestPartner,
}

async fn cast(app: &App) -> Cast {
    let root = app.join("root", None, None).await.unwrap();
    let sponsor = app.join("sponsor", Some(&root.code), None).await.unwrap();
    let recruit = app.join("recruit", Some(&sponsor.code), None).await.unwrap();
    app.execute("UPDATE partners SET placement_parent_id = NULL, position = NULL WHERE id = $1", [recruit.number.into()]).await;
    let stranger = app.join("stranger", None, None).await.unwrap();
    Cast { root, sponsor, recruit, stranger }
}

/// `None` when the act was done.
fn refused(outcome: Result<(), Error>) -> Option<Refusal> {
    match outcome {
        Ok(()) => None,
        Err(Error::Refused(refusal)) => Some(refusal),
        Err(error) => panic!("{error}"),
    }
}

async fn anonymous_callers_do_nothing(app: App) {
    let Cast { root, recruit, .. } = cast(&app).await;
    let (services, nobody) = (&app.services, &Principal::Anonymous);
    let slot = Slot { parent_id: root.number, position: Position::Right };
    let secret = || Secret::new(PASSWORD.to_owned());
    let outcomes = [
        log_out(services, nobody).await,
        change_password(services, nobody, &ChangePassword { present: secret(), new: secret() }).await,
        become_partner(services, nobody, &BecomePartner::default()).await.map(drop),
        place_partner(services, nobody, &PlacePartner { partner: recruit.number, slot }).await,
        move_sponsor(services, nobody, &MoveSponsor { partner: recruit.number, sponsor: root.number }).await,
        set_placement_preference(services, nobody, PlacementPreference::Left).await.map(drop),
    ];
    for (index, outcome) in outcomes.into_iter().enumerate() {
        assert!(matches!(outcome, Err(Error::Unauthenticated)), "act {index}: {outcome:?}");
    }
}

async fn only_operators_with_the_scope_move_sponsors(app: App) {
    let Cast { root, sponsor, recruit, stranger } = cast(&app).await;
    let missing = Some(Refusal::ScopeMissing { scope: "network" });
    let member = app.member("member").await.principal;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Network).collect();
    let (unscoped, operator) = (app.operator("unscoped", &others).await, app.operator("olga", &[Scope::Network]).await);
    let owner = app.member("owner").await;
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'owner'", []).await;
    let owner = app.principal(&owner.tokens).await;
    for (who, principal, expected, to) in [
        ("a member", &member, &missing, &root),
        ("the partner itself", &recruit.member.principal, &missing, &root),
        ("its sponsor", &sponsor.member.principal, &missing, &root),
        ("its upline", &root.member.principal, &missing, &root),
        ("a stranger", &stranger.member.principal, &missing, &root),
        ("an operator with all other scopes", &unscoped, &missing, &root),
        ("an operator with the scope", &operator, &None, &root),
        ("the owner", &owner, &None, &stranger),
    ] {
        let input = MoveSponsor { partner: recruit.number, sponsor: to.number };
        assert_eq!(&refused(move_sponsor(&app.services, principal, &input).await), expected, "{who}");
    }
}

async fn only_sponsors_and_operators_place_partners(app: App) {
    let Cast { root, sponsor, recruit, stranger } = cast(&app).await;
    let hidden = Some(Refusal::PartnerUnknown);
    let member = app.member("member").await.principal;
    let unscoped = app.operator("unscoped", &[Scope::Payouts]).await;
    let slot = Slot { parent_id: sponsor.number, position: Position::Left };
    for (who, principal, expected) in [
        ("a member", &member, &hidden),
        ("the partner itself", &recruit.member.principal, &hidden),
        ("an upline above the sponsor", &root.member.principal, &hidden),
        ("a stranger", &stranger.member.principal, &hidden),
        ("an operator without the scope", &unscoped, &Some(Refusal::ScopeMissing { scope: "network" })),
        ("the sponsor", &sponsor.member.principal, &None),
    ] {
        let input = PlacePartner { partner: recruit.number, slot };
        assert_eq!(&refused(place_partner(&app.services, principal, &input).await), expected, "{who}");
    }
    // Unknown partners and those of others are answered alike.
    let unknown = PlacePartner { partner: 999, slot };
    assert_eq!(refused(place_partner(&app.services, &stranger.member.principal, &unknown).await), hidden);
}

async fn who_is_no_partner_has_no_preference(app: App) {
    let member = app.member("member").await.principal;
    let operator = app.operator("olga", Scope::ALL).await;
    for principal in [&member, &operator] {
        let outcome = set_placement_preference(&app.services, principal, PlacementPreference::Left).await;
        assert_eq!(refused(outcome.map(drop)), Some(Refusal::NotPartner));
    }
}
