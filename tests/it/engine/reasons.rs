//! Every reason for which somebody is paid nothing, and every step of a calculation: one small network each, and the exact sentence.

use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::partner_status::PartnerStatus;
use upline::engine::explain::{Explanation, Question, explain};
use upline::engine::input::{NetworkRow, OrderRow};
use upline::engine::{Plan, Snapshot};

use super::rows::{order, partner, placed, ranked, time};

/// Ranks are what they were, and a PV of 100 makes active.
const FRAME: &str = "[plan]\ncode = \"x\"\ncurrency = \"USD\"\nrank_maintenance = \"lifetime\"\n[activity]\npersonal_volume = \"100\"\n";
const RANKS: &str = "[[rank]]\ncode = \"ONE\"\nrate = \"0.1\"\nmax_levels = 1\n\
    [[rank]]\ncode = \"TWO\"\nrate = \"0.2\"\nbonus = \"50\"\nmultiplier = \"0.5\"\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"9999\" }]\n\
    [[rank]]\ncode = \"TOP\"\nrate = \"0.3\"\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"9999\" }]\n";
const BINARY: &str = "[placement]\nkind = \"binary\"\n";

/// The number of the order of 100 CV that the tests ask for.
const SALE: i64 = 1;

fn bonus(kind: &str, keys: &str) -> String {
    format!("{FRAME}{RANKS}[[bonus]]\ncode = \"b\"\nkind = \"{kind}\"\n{keys}\n")
}

fn unilevel(keys: &str) -> String {
    bonus("unilevel", keys)
}

/// Partner 1 at the top, each sponsored by the one before, with these ranks.
fn chain(ranks: &[&str]) -> Vec<NetworkRow> {
    (1..).zip(ranks).map(|(number, rank)| ranked(partner(number, number - 1), rank)).collect()
}

/// The sale, by the last of a chain of so many, and an order without CV that makes each of the others active.
fn sale(partners: i64) -> Vec<OrderRow> {
    let active = (1..partners).map(|number| order(100 + number, number, "0", "100"));
    std::iter::once(order(SALE, partners, "100", "100")).chain(active).collect()
}

/// Without the order that makes somebody active.
fn but(mut orders: Vec<OrderRow>, inactive: i64) -> Vec<OrderRow> {
    orders.retain(|order| order.partner != inactive);
    orders
}

fn ask(plan: &str, partners: &[NetworkRow], orders: &[OrderRow], partner: i64, order: Option<i64>) -> Explanation {
    let plan = Plan::parse(plan).unwrap();
    let snapshot = Snapshot::of(partners.to_vec(), orders.to_vec()).unwrap();
    explain(&plan, snapshot, "2026-01".parse().unwrap(), Question { partner, order }).unwrap()
}

/// What is said of the first bonus.
fn said(explanation: &Explanation) -> Vec<String> {
    explanation.bonuses[0].calculations.iter().flat_map(|calculation| &calculation.steps).map(ToString::to_string).collect()
}

/// What a partner is told of the sale.
fn of_sale(plan: &str, partners: &[NetworkRow], orders: &[OrderRow], partner: i64) -> Vec<String> {
    said(&ask(plan, partners, orders, partner, Some(SALE)))
}

/// What a partner is told of the period.
fn of_period(plan: &str, partners: &[NetworkRow], orders: &[OrderRow], partner: i64) -> Vec<String> {
    said(&ask(plan, partners, orders, partner, None))
}

#[test]
fn levels_say_why_they_pay_nothing() {
    let suspended = {
        let mut partners = chain(&["ONE", "ONE"]);
        partners[0].status = PartnerStatus::Suspended;
        partners
    };
    let two = || chain(&["ONE", "ONE"]);
    let three = || chain(&["ONE", "ONE", "ONE"]);
    let levels = "levels = [\"0.1\", \"0.1\"]";
    for (keys, partners, orders, asked, expected) in [
        (levels.to_owned(), two(), sale(2), 1, "level 1: 100 x 0.1 = 10, rounded 10.00"),
        (levels.to_owned(), chain(&["TWO", "ONE"]), sale(2), 1, "level 1: 100 x 0.1 x 0.5 = 5, rounded 5.00"),
        ("levels = [\"0.00001\"]".to_owned(), two(), sale(2), 1, "level 1: 100 x 0.00001 = 0.001 comes to zero, so there is no line"),
        (levels.to_owned(), suspended, sale(2), 1, "level 1: nothing, the status is SUSPENDED; the level is used up"),
        (levels.to_owned(), two(), but(sale(2), 1), 1, "level 1: nothing, not active: a PV of 0, 100 is required; the level is used up"),
        (
            format!("{levels}\ncompression = \"inactive\""),
            two(),
            but(sale(2), 1),
            1,
            "level 1: nothing, not active: a PV of 0, 100 is required; passed over",
        ),
        (
            format!("{levels}\nmin_rank = \"TWO\""),
            two(),
            sale(2),
            1,
            "level 1: nothing, the rank is ONE, TWO is required; the level is used up",
        ),
        (levels.to_owned(), three(), sale(3), 1, "level 2: nothing, ONE is paid down to level 1 only; the level is used up"),
        (
            format!("{levels}\ncompression = \"level\""),
            three(),
            sale(3),
            1,
            "level 2: nothing, ONE is paid down to level 1 only; passed over",
        ),
        (levels.to_owned(), chain(&["ONE"; 4]), sale(4), 1, "the walk upwards ended at partner 2: the last level was used up"),
        (levels.to_owned(), two(), sale(2), 2, "nothing, the bonus does not pay on a partner's own orders"),
        ("levels = []\ninclude_self = \"0.2\"".to_owned(), three(), sale(3), 3, "level 0: 100 x 0.2 = 20, rounded 20.00"),
        (
            "levels = []\ninclude_self = \"0.2\"".to_owned(),
            three(),
            sale(3),
            1,
            "the walk upwards ended at partner 3: the bonus pays nobody above",
        ),
    ] {
        assert_eq!(of_sale(&unilevel(&keys), &partners, &orders, asked), [expected], "{keys}");
    }
}

/// A key of the bonus, what makes the sale another order, and why the bonus does not see it.
type Unseen<'a> = (&'a str, &'a dyn Fn(&mut OrderRow), &'a str);

#[test]
fn an_order_that_a_bonus_does_not_see_says_why() {
    let levels = "levels = [\"0.1\"]\n";
    let changed = |change: &dyn Fn(&mut OrderRow)| {
        let mut orders = sale(2);
        change(&mut orders[0]);
        orders
    };
    let as_it_is = |_: &mut OrderRow| {};
    let cases: [Unseen; 6] = [
        ("", &|order| order.placed_at = time("2025-12-31T00:00:00Z"), "it was placed on 2025-12-31T00:00:00Z, outside 2026-01"),
        ("", &|order| order.cv = "0".parse().unwrap(), "it has no CV"),
        ("kinds = [\"ORDER\"]", &|order| order.kind = OrderKind::Investment, "its kind is INVESTMENT"),
        ("buyers = [\"PARTNER\"]", &|order| order.buyer = Buyer::Customer, "its buyer is CUSTOMER"),
        ("within_days_of_join = 30", &as_it_is, "its partner joined on 2024-01-01T00:00:00Z, 30 days of 24 hours or more before it"),
        ("first_order_only = true", &as_it_is, "the first order of its partner is 7"),
    ];
    for (keys, change, why) in cases {
        let mut orders = changed(change);
        orders.push(OrderRow { placed_at: time("2025-06-01T00:00:00Z"), ..order(7, 2, "5", "5") });
        let told = of_sale(&unilevel(&format!("{levels}{keys}")), &chain(&["ONE", "ONE"]), &orders, 1);
        assert_eq!(told, [format!("the bonus does not pay on this order: {why}")], "{keys}");
    }
}

#[test]
fn an_order_that_moves_names_whose_it_is_and_as_whose_it_counts() {
    let keys = "levels = [\"0.1\"]\ncompression = \"volume\"\ninclude_self = \"0.05\"";
    // 4 sells and is not active, nor is 3; 2 is.
    let orders = [OrderRow { pv: "0".parse().unwrap(), ..order(SALE, 4, "100", "0") }, order(2, 2, "0", "100"), order(3, 1, "0", "100")];
    let partners = chain(&["ONE"; 4]);
    let moved = "partner 4, whose order it is, is not active, so it counts as one of partner 2";
    let inactive = "not active: a PV of 0, 100 is required";
    for (asked, expected) in [
        (4, vec![format!("level 0: nothing, {inactive}"), moved.to_owned()]),
        (3, vec![format!("nothing, {inactive}; passed over"), moved.to_owned()]),
        (
            2,
            vec![
                moved.to_owned(),
                "nothing, the order of partner 4 counts as the partner's own, and the bonus does not pay on these".to_owned(),
            ],
        ),
        (1, vec![moved.to_owned(), "level 1: 100 x 0.1 = 10, rounded 10.00".to_owned()]),
    ] {
        assert_eq!(of_sale(&unilevel(keys), &partners, &orders, asked), expected, "partner {asked}");
    }
    // The same without a question for an order: who is paid hears that it moved, and from whom it comes.
    let explanation = ask(&unilevel(keys), &partners, &orders, 1, None);
    assert_eq!(said(&explanation), [moved, "level 1: 100 x 0.1 = 10, rounded 10.00"]);
    assert_eq!(explanation.bonuses[0].calculations[0].source, 2);
    let explanation = ask(&unilevel(keys), &partners, &orders, 2, None).to_string();
    assert!(
        explanation.contains("1 orders paid nothing: orders of partners below count as the partner's own, and the bonus does not pay"),
        "{explanation}"
    );
    // Where nobody above is active, the order belongs to nobody.
    let nobody = "the bonus does not pay on this order: neither its partner nor anybody above is active";
    assert_eq!(of_sale(&unilevel(keys), &partners, &orders[..1], 1), [format!("nothing, {inactive}; passed over"), nobody.to_owned()]);
}

#[test]
fn who_does_not_stand_above_is_told_in_which_tree() {
    let partners = [placed(partner(2, 1), 1, "L"), placed(partner(3, 1), 2, "L"), partner(1, 0)];
    let orders = sale(3);
    let said = |tree: &str| {
        let plan = unilevel(&format!("levels = [\"0.1\"]\ntree = \"{tree}\""))
            .replace("[[rank]]\ncode = \"ONE\"", &format!("{BINARY}[[rank]]\ncode = \"ONE\""));
        of_sale(&plan, &partners, &orders, 2)
    };
    assert_eq!(
        said("sponsor"),
        ["nothing, the partner does not stand above partner 3, who is credited with the order, in the sponsor tree"]
    );
    assert_eq!(said("placement"), ["level 1: 100 x 0.1 = 10, rounded 10.00"]);
    let said = of_sale(
        &unilevel("levels = [\"0.1\"]\ntree = \"placement\"").replacen("[[rank]]", &format!("{BINARY}[[rank]]"), 1),
        &partners,
        &[order(SALE, 2, "100", "100")],
        3,
    );
    assert_eq!(said, ["nothing, the partner does not stand above partner 2, who is credited with the order, in the placement tree"]);
}

#[test]
fn differentials_say_why_they_pay_nothing() {
    let plain = bonus("differential", "");
    let breakaway = |overrides: &str| bonus("differential", &format!("breakaway = {{ rank = \"TWO\", overrides = [{overrides}] }}"));
    let broke_away = "partner 3 holds TWO and breaks away: from there on only overrides are paid";
    let upwards = ["TWO", "TWO", "TWO", "ONE"];
    for (plan, ranks, asked, expected) in [
        (&plain, &["TWO", "ONE", "ONE"][..], 3, vec!["level 0: 100 x 0.1 = 10, rounded 10.00"]),
        (&plain, &["TWO", "ONE", "ONE"], 1, vec!["level 2: 100 x (0.2 - 0.1 paid below) = 10, rounded 10.00"]),
        (
            &plain,
            &["TWO", "ONE", "ONE"],
            2,
            vec!["level 1: nothing, the rate of ONE is 0.1 and 0.1 counts as paid below, so no differential is left"],
        ),
        (
            &plain,
            &["TOP", "TOP", "ONE"],
            1,
            vec!["the walk upwards ended at partner 2: the highest rate counts as paid, so no differential can be left above"],
        ),
        // Who stands below the one who breaks away, and who breaks away, have nothing of it.
        (&breakaway("\"0.05\""), &upwards, 4, vec!["level 0: 100 x 0.1 = 10, rounded 10.00"]),
        (&breakaway("\"0.05\""), &upwards, 3, vec!["level 1: 100 x (0.2 - 0.1 paid below) = 10, rounded 10.00"]),
        (&breakaway("\"0.05\""), &upwards, 2, vec![broke_away, "level 2: 100 x 0.05 = 5, rounded 5.00"]),
        (&breakaway("\"0.05\""), &upwards, 1, vec![broke_away, "the walk upwards ended at partner 2: the last override was paid"]),
        (&breakaway(""), &upwards, 2, vec![broke_away, "the walk upwards ended at partner 3: the bonus pays nobody above"]),
        (
            &breakaway("\"0.05\""),
            &["TWO", "ONE", "TWO", "ONE"],
            2,
            vec![broke_away, "level 2: nothing, below is a breakaway and overrides need TWO, the rank is ONE"],
        ),
    ] {
        let partners = chain(ranks);
        assert_eq!(of_sale(plan, &partners, &sale(partners.len() as i64), asked), expected, "partner {asked} of {ranks:?}");
    }
    let told = of_sale(&breakaway("\"0.05\""), &chain(&upwards), &but(sale(4), 2), 2);
    assert_eq!(told, [broke_away, "level 2: nothing, not active: a PV of 0, 100 is required; passed over"]);
    // An override names the breakaway that caused it, also where no order is asked for.
    assert_eq!(of_period(&breakaway("\"0.05\""), &chain(&upwards), &sale(4), 2), [broke_away, "level 2: 100 x 0.05 = 5, rounded 5.00"]);
    let own = bonus("differential", "include_self = false");
    assert_eq!(of_sale(&own, &chain(&["ONE", "ONE"]), &sale(2), 2), ["nothing, the bonus does not pay on a partner's own orders"]);
}

#[test]
fn generations_say_why_they_pay_nothing() {
    let leaders = |rates: &str| bonus("generation", &format!("leader_rank = \"TWO\"\nrates = [{rates}]"));
    let ranks = ["TWO", "TWO", "ONE", "ONE"];
    for (rates, orders, asked, expected) in [
        ("\"0.1\"", sale(4), 2, "level 1: 100 x 0.1 = 10, rounded 10.00"),
        ("\"0.1\"", sale(4), 3, "generation 1: nothing, a leader needs TWO, the rank is ONE; passed over"),
        ("\"0.1\"", but(sale(4), 2), 2, "level 1: nothing, not active: a PV of 0, 100 is required; passed over"),
        ("\"0.1\"", sale(4), 1, "the walk upwards ended at partner 2: the last generation was paid"),
        ("", sale(4), 1, "the walk upwards ended at partner 4: the bonus pays nobody above"),
    ] {
        assert_eq!(of_sale(&leaders(rates), &chain(&ranks), &orders, asked), [expected], "{rates}");
    }
}

#[test]
fn matching_is_paid_on_the_period_and_says_where_it_ended() {
    let plan = |keys: &str| {
        let own = "[[bonus]]\ncode = \"own\"\nkind = \"unilevel\"\nlevels = []\ninclude_self = \"0.5\"\n";
        bonus("matching", &format!("of = [\"own\"]\n{keys}")).replace("[[bonus]]", &format!("{own}[[bonus]]"))
    };
    let (partners, one) = (chain(&["ONE"; 3]), plan("rates = [\"0.1\"]"));
    let told = |partner: i64, order: Option<i64>, plan: &str| {
        let mut explanation = ask(plan, &partners, &sale(3), partner, order);
        explanation.bonuses.remove(0);
        explanation
    };
    assert_eq!(said(&told(2, None, &one)), ["partner 3 earns 50 from the matched bonuses", "level 1: 50 x 0.1 = 5, rounded 5.00"]);
    let asked = told(2, Some(SALE), &one);
    assert_eq!(said(&asked), ["it is paid on what partners below earn in the whole period, not on single orders"]);
    // What it pays on the period is said, but it is nothing of the order's.
    assert_eq!((asked.bonuses[0].amount.as_str(), asked.amount.as_str()), ("5.00", "0.00"));
    let text = told(1, None, &one).to_string();
    assert!(text.contains("  what 1 partners earn paid nothing: the walk upwards ended below: the last level was used up\n"), "{text}");
    let text = told(1, None, &plan("rates = []")).to_string();
    assert!(text.contains("  what 1 partners earn paid nothing: the walk upwards ended below: the bonus pays nobody above\n"), "{text}");
    let text = told(1, None, &plan("rates = [\"0.1\", \"0.1\"]\nmin_rank = \"TWO\"")).to_string();
    assert!(text.contains("  what 1 partners earn paid nothing: the rank is below the bonus's min_rank\n"), "{text}");
    // Whose own earnings are matched above has nothing to hear of it.
    assert_eq!(told(3, None, &one).bonuses[0].unpaid, []);
}

#[test]
fn binaries_say_what_they_match_and_what_is_lost() {
    let plan = |keys: &str| bonus("binary", keys).replacen("[[rank]]", &format!("{BINARY}[[rank]]"), 1);
    let partners = [partner(1, 0), placed(partner(2, 1), 1, "L"), placed(partner(3, 1), 1, "R")];
    let partners = partners.map(|row| NetworkRow { carry_left: "20".parse().unwrap(), ..row });
    let orders = [order(1, 1, "0", "100"), order(2, 2, "350", "100"), order(3, 3, "280", "100")];
    let legs = "left 350 and 20 carried in, right 280 and 0 carried in";
    let referral = "not qualified: no personally sponsored active partner in the right leg";
    for (keys, orders, expected) in [
        (
            "rate = \"0.1\"",
            &orders[..],
            vec![legs, "matched 280", "level 0: 280 x 0.1 = 28, rounded 28.00", "carried out: left 90, right 0"],
        ),
        (
            "rate = \"0.1\"\nunit = \"100\"",
            &orders,
            vec![
                legs,
                "matched 200: both legs have 280, and whole multiples of 100 are matched",
                "level 0: 200 x 0.1 = 20, rounded 20.00",
                "carried out: left 170, right 80",
            ],
        ),
        (
            "rate = \"0.1\"\nmax_carry = \"50\"",
            &orders,
            vec![
                legs,
                "matched 280",
                "level 0: 280 x 0.1 = 28, rounded 28.00",
                "carried out: left 50, right 0; above the most of 50 for each leg, left 40 and right 0 are lost",
            ],
        ),
        (
            "rate = \"0.1\"\ncarry = \"none\"",
            &orders,
            vec![
                legs,
                "matched 280",
                "level 0: 280 x 0.1 = 28, rounded 28.00",
                "carried out: left 0, right 0; the plan carries nothing, so left 90 and right 0 are lost",
            ],
        ),
        (
            "rate = \"0.1\"\nmethod = \"ratio\"",
            &orders,
            vec![
                legs,
                "matched 280, times smaller by larger leg 0.756756756757",
                "level 0: 280 x 0.1 x 0.756756756757 = 21.189189189196, rounded 21.19",
                "carried out: left 90, right 0",
            ],
        ),
        (
            "method = \"cycle\"\ncycle = { strong = \"100\", weak = \"100\", amount = \"5\" }",
            &orders,
            vec![legs, "2 cycles", "level 0: 2 x 5 = 10, rounded 10.00", "carried out: left 170, right 80"],
        ),
        (
            "rate = \"0.1\"",
            &orders[1..],
            vec![legs, "nothing, not active: a PV of 0, 100 is required", "nothing; the volume stays", "carried out: left 370, right 280"],
        ),
        (
            "rate = \"0.1\"\non_unqualified = \"consume\"",
            &orders[..2],
            vec![
                "left 350 and 20 carried in, right 0 and 0 carried in",
                referral,
                "nothing; what would have matched is lost",
                "carried out: left 370, right 0",
            ],
        ),
        (
            "rate = \"0.1\"\non_unqualified = \"flush\"",
            &orders[..2],
            vec![
                "left 350 and 20 carried in, right 0 and 0 carried in",
                referral,
                "nothing; the volume of both legs is lost",
                "carried out: left 0, right 0",
            ],
        ),
    ] {
        assert_eq!(of_period(&plan(keys), &partners, orders, 1), expected, "{keys}");
    }
}

#[test]
fn bonuses_on_the_period_say_why_they_pay_nothing() {
    let partners = chain(&["TWO", "ONE"]);
    for (kind, keys, orders, asked, expected) in [
        (
            "stairstep",
            "brackets = [[\"50\", \"0.1\"]]",
            sale(2),
            1,
            vec![
                "a group volume of 200 reaches the rate 0.1; the group's CV is 100",
                "level 0: 100 x 0.1 = 10, less 10 for the partners below = 0 comes to zero, so there is no line",
            ],
        ),
        ("stairstep", "brackets = []", but(sale(2), 1), 1, vec!["nothing, not active: a PV of 0, 100 is required"]),
        ("rank_advance", "", sale(2), 1, vec!["nothing, the rank TWO is not above the highest ever held, TWO"]),
        (
            "pool",
            "share = \"0.1\"\nshares = { TWO = 3, TOP = 1 }",
            sale(2),
            1,
            vec!["3 of 3 shares in a pool of 10", "level 0: 10 x 3 / 3, rounded down to 10.00"],
        ),
        ("pool", "share = \"0.1\"\nshares = { TWO = 3 }", sale(2), 2, vec!["nothing, ONE has no shares"]),
        ("pool", "share = \"0.1\"\nshares = { TWO = 3 }", but(sale(2), 1), 1, vec!["nothing, not active: a PV of 0, 100 is required"]),
    ] {
        assert_eq!(of_period(&bonus(kind, keys), &partners, &orders, asked), expected, "{kind}");
    }
}

#[test]
fn caps_say_what_they_took() {
    let keys = "levels = []\ninclude_self = \"0.5\"\n";
    let line = "level 0: 100 x 0.5 = 50, rounded 50.00";
    for (plan, cut) in [
        (unilevel(&format!("{keys}cap = \"30\"")), "level 0: the bonus's cap per partner of 30.00, 50.00 becomes 30.00"),
        (
            unilevel(keys).replacen("\"USD\"", "\"USD\"\npartner_cap = \"20\"", 1),
            "level 0: the cap per partner over all bonuses of 20.00, 50.00 becomes 20.00",
        ),
        (unilevel(keys).replacen("\"USD\"", "\"USD\"\npayout_cap = \"0.1\"", 1), "level 0: the payout cap of 10.00, 50.00 becomes 10.00"),
    ] {
        assert_eq!(of_sale(&plan, &chain(&["ONE"]), &sale(1), 1), [line, cut]);
    }
}

#[test]
fn who_meets_everything_of_the_next_rank_but_the_status_is_told_so() {
    let plan = bonus("rank_advance", "").replace("\"9999\"", "\"50\"");
    let mut partners = chain(&["ONE"]);
    partners[0].status = PartnerStatus::Suspended;
    let explanation = ask(&plan, &partners, &[order(1, 1, "60", "60")], 1, None);
    assert_eq!(explanation.status, PartnerStatus::Suspended);
    let text = explanation.to_string();
    assert!(text.starts_with("Partner 1 in 2026-01: status SUSPENDED, rank ONE, not active with a PV of 60.\n"), "{text}");
    assert!(text.contains("Next rank TWO: 100 %, but only partners with status ACTIVE qualify.\n"), "{text}");
}
