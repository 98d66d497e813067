//! Worked examples from published plans and guides, recomputed by hand.

use upline::domain::amount::Amount;
use upline::domain::partner_status::PartnerStatus;
use upline::engine::input::{NetworkRow, OrderRow};

use super::rows::{earned, january, lines, order, partner, placed, ranked};

/// A plan of two-level or other bonuses on a bare frame.
fn plan(activity: &str, ranks: &str, bonuses: &str) -> String {
    format!(
        "[plan]\ncode = \"worked\"\ncurrency = \"USD\"\nrank_maintenance = \"lifetime\"\n[activity]\npersonal_volume = \"{activity}\"\n{ranks}\n{bonuses}"
    )
}

fn ranks(codes: &[&str]) -> String {
    codes.iter().map(|keys| format!("[[rank]]\n{keys}\n")).collect()
}

fn pairs(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    expected.iter().map(|(partner, amount)| (*partner, (*amount).to_owned())).collect()
}

#[test]
fn u5_compression_decides_who_is_passed_over_and_whose_order_moves() {
    let [a, b, c, d] = [1, 2, 3, 4];
    let partners = [partner(a, 0), partner(b, a), partner(c, b), partner(d, c)];
    let orders = [order(1, a, "0", "100"), order(2, b, "100", "100"), order(3, c, "60", "60"), order(4, d, "200", "200")];
    for (compression, expected) in
        [("none", [(a, "8"), (b, "13")]), ("inactive", [(a, "18"), (b, "13")]), ("volume", [(a, "18"), (b, "10")])]
    {
        let bonus =
            format!("[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nlevels = [\"0.05\", \"0.05\"]\ncompression = \"{compression}\"");
        let plan = plan("100", &ranks(&["code = \"ONE\""]), &bonus);
        assert_eq!(earned(&plan, &partners, &orders), pairs(&expected), "{compression}");
    }
}

#[test]
fn who_has_not_paid_the_membership_counts_as_the_suspended_do() {
    let frame = "[plan]\ncode = \"x\"\ncurrency = \"USD\"\n[[rank]]\ncode = \"ONE\"\n\
        [[rank]]\ncode = \"TWO\"\nrequires = [{ type = \"DIRECT_REFERRALS\", min = 1 }]\n\
        [[rank]]\ncode = \"THREE\"\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"100\" }]\n";
    let bonuses = |compression: &str| {
        format!(
            "{frame}[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nlevels = [\"0.1\", \"0.1\"]\ninclude_self = \"0.5\"\ncompression = \"{compression}\"\n"
        )
    };
    for status in [PartnerStatus::PendingPayment, PartnerStatus::Suspended] {
        // 1 sponsors 2, who has not paid, and 2 sponsors 3.
        let partners = [partner(1, 0), NetworkRow { status, ..partner(2, 1) }, partner(3, 2)];
        let orders = [order(1, 2, "100", "100"), order(2, 3, "50", "50")];
        // The own order pays the partner nothing and counts for those above; so does the order below.
        for (compression, expected) in [("none", [(1, "15"), (3, "25")]), ("volume", [(1, "5"), (3, "25")])] {
            assert_eq!(earned(&bonuses(compression), &partners, &orders), pairs(&expected), "{status}, {compression}");
        }
        january(&bonuses("none"), &partners, &orders, |outcome| {
            let ranks: Vec<_> = outcome.ranks().map(|rank| (rank.rank, rank.active, rank.gv.to_string())).collect();
            // 1 has no referral, 2 does not qualify in spite of the PV, 3 is a partner like any other.
            let expected = [("ONE", true, "150"), ("ONE", false, "150"), ("ONE", true, "50")];
            assert_eq!(ranks, expected.map(|(rank, active, gv)| (rank, active, gv.to_owned())), "{status}");
        });
    }
}

#[test]
fn u2_a_level_goes_to_the_next_one_whose_rank_is_paid_on_it() {
    let ranks = ranks(&[
        "code = \"R1\"",
        "code = \"R3\"\nmax_levels = 1\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"99999\" }]",
        "code = \"R4\"\nmax_levels = 2\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"99999\" }]",
        "code = \"R6\"\nmax_levels = 4\nrequires = [{ type = \"PERSONAL_VOLUME\", min = \"99999\" }]",
    ]);
    // A is the top; H bought.
    let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
    let chain = [(a, 0, "R6"), (b, a, "R6"), (c, b, "R4"), (d, c, "R6"), (e, d, "R6"), (f, e, "R3"), (g, f, "R6"), (h, g, "R1")];
    let partners: Vec<NetworkRow> = chain.map(|(number, sponsor, rank)| ranked(partner(number, sponsor), rank)).to_vec();
    let active: Vec<OrderRow> = [a, b, c, d, f, g].iter().zip(2..).map(|(number, id)| order(id, *number, "0", "1")).collect();
    let orders = [&active[..], &[order(1, h, "100", "1")]].concat();
    for (compression, expected) in
        [("none", vec![(g, 1), (d, 4)]), ("inactive", vec![(g, 1), (d, 3)]), ("level", vec![(g, 1), (d, 2), (b, 3), (a, 4)])]
    {
        let levels = "levels = [\"0.1\", \"0.1\", \"0.1\", \"0.1\", \"0.1\", \"0.1\"]";
        let bonus = format!("[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\n{levels}\ncompression = \"{compression}\"");
        let paid: Vec<(i64, u32)> =
            lines(&plan("1", &ranks, &bonus), &partners, &orders).into_iter().map(|(_, partner, level, _)| (partner, level)).collect();
        assert_eq!(paid, expected, "{compression}");
    }
}

/// The binary of one partner with a recruit in each leg, over two months; returns what is paid and carried in each.
fn binary(keys: &str, activity: [&str; 2], volumes: [[&str; 2]; 2]) -> [(String, String); 2] {
    let plan = plan(
        "1",
        "[placement]\nkind = \"binary\"\n[[rank]]\ncode = \"ONE\"",
        &format!("[[bonus]]\ncode = \"team\"\nkind = \"binary\"\n{keys}"),
    );
    let mut carry = [Amount::ZERO; 2];
    [0, 1].map(|month| {
        let top = NetworkRow { carry_left: carry[0], carry_right: carry[1], ..partner(1, 0) };
        let partners = [top, placed(partner(2, 1), 1, "L"), placed(partner(3, 1), 1, "R")];
        let [left, right] = volumes[month];
        let orders = [order(1, 1, "0", activity[month]), order(2, 2, left, "1"), order(3, 3, right, "1")];
        january(&plan, &partners, &orders, |outcome| {
            let out = outcome.carry().unwrap().first().copied();
            carry = out.map_or([Amount::ZERO; 2], |carry| [carry.left, carry.right]);
            let paid = outcome.statements().next().map_or("0".to_owned(), |statement| statement.amount.to_string());
            (paid, format!("{}/{}", carry[0], carry[1]))
        })
    })
}

#[test]
fn b3_b4_b5_volume_is_carried_kept_consumed_or_flushed() {
    let volumes = [["200", "500"], ["400", "100"]];
    let rate = "rate = \"0.1\"\n";
    for (keys, activity, paid) in [
        ("carry = \"both\"", ["1", "1"], ["20", "40"]),
        ("carry = \"none\"", ["1", "1"], ["20", "10"]),
        ("on_unqualified = \"keep\"", ["0", "1"], ["0", "60"]),
        ("on_unqualified = \"consume\"", ["0", "1"], ["0", "40"]),
        ("on_unqualified = \"flush\"", ["0", "1"], ["0", "10"]),
        ("max_carry = \"250\"", ["1", "1"], ["20", "35"]),
    ] {
        let months = binary(&format!("{rate}{keys}"), activity, volumes);
        assert_eq!([&months[0].0, &months[1].0], paid, "{keys}");
    }
}

#[test]
fn whoever_does_not_qualify_has_no_match_to_compute() {
    // Two legs of 9*10^13 in cycles of 0.0001 would pay far more than 64 bits hold.
    let ranks = "[placement]\nkind = \"binary\"\n[[rank]]\ncode = \"ONE\"";
    let cycle = "method = \"cycle\"\ncycle = { strong = \"0.0001\", weak = \"0.0001\", amount = \"1\" }";
    let bonus = format!("[[bonus]]\ncode = \"team\"\nkind = \"binary\"\n{cycle}\non_unqualified = \"keep\"");
    let plan = plan("0", ranks, &bonus);
    let much: Amount = "90000000000000".parse().unwrap();
    let top = NetworkRow { status: PartnerStatus::Suspended, carry_left: much, carry_right: much, ..partner(1, 0) };
    let carried = january(&plan, &[top], &[], |outcome| outcome.carry().unwrap());
    assert_eq!(carried.iter().map(|carry| (carry.left, carry.right)).collect::<Vec<_>>(), [(much, much)]);
}

#[test]
fn b2_b10_weak_leg_ratio_and_cycles() {
    let none = ["0", "0"];
    let first = |keys: &str, legs: [&str; 2]| binary(keys, ["1", "1"], [legs, none])[0].clone();
    assert_eq!(first("rate = \"0.1\"", ["3000", "5000"]).0, "300");
    assert_eq!(first("method = \"ratio\"\nrate = \"0.1\"", ["3000", "5000"]).0, "180");
    let cycle = "method = \"cycle\"\ncycle = { strong = \"200\", weak = \"100\", amount = \"25\" }";
    assert_eq!(first(cycle, ["300", "300"]), ("50".to_owned(), "0/0".to_owned()));
    assert_eq!(first(cycle, ["500", "400"]), ("75".to_owned(), "0/0".to_owned()));
}

#[test]
fn s1_s2_a_stair_pays_gross_less_what_the_legs_take() {
    let brackets = "brackets = [[\"100\", \"0.03\"], [\"300\", \"0.06\"], [\"1000\", \"0.09\"], [\"2000\", \"0.12\"], [\"4000\", \"0.15\"], [\"7000\", \"0.18\"], [\"10000\", \"0.21\"]]";
    let plan = plan("0", "[[rank]]\ncode = \"ONE\"", &format!("[[bonus]]\ncode = \"stairs\"\nkind = \"stairstep\"\n{brackets}"));
    let partners = [partner(1, 0), partner(2, 1), partner(3, 1), partner(4, 1), partner(5, 1)];
    let top = |orders: &[OrderRow]| earned(&plan, &partners, orders)[0].clone();
    let first = [
        order(1, 1, "60000", "1000"),
        order(2, 2, "120000", "2000"),
        order(3, 3, "120000", "2000"),
        order(4, 4, "60000", "1000"),
        order(5, 5, "240000", "4000"),
    ];
    assert_eq!(top(&first), (1, "55800".to_owned()));
    let second: Vec<OrderRow> = (1..=5).map(|number| order(number, number, "18000", "300")).collect();
    assert_eq!(top(&second), (1, "3780".to_owned()));
}

#[test]
fn s6_a_differential_pays_what_is_above_the_highest_paid() {
    let out_of_reach = "requires = [{ type = \"PERSONAL_VOLUME\", min = \"99999\" }]";
    let ranks = ranks(&[
        "code = \"A\"\nrate = \"0.08\"",
        &format!("code = \"B\"\nrate = \"0.12\"\n{out_of_reach}"),
        &format!("code = \"C\"\nrate = \"0.13\"\n{out_of_reach}"),
    ]);
    let plan = plan("0", &ranks, "[[bonus]]\ncode = \"differential\"\nkind = \"differential\"");
    let partners = [ranked(partner(1, 0), "C"), ranked(partner(2, 1), "B"), partner(3, 2), partner(4, 3)];
    assert_eq!(earned(&plan, &partners, &[order(1, 4, "1000", "1000")]), pairs(&[(1, "10"), (2, "40"), (4, "80")]));
}

#[test]
fn f1_a_fast_start_pays_the_levels_above_without_compression() {
    let bonus = "[[bonus]]\ncode = \"fast\"\nkind = \"unilevel\"\nlevels = [\"0.2\", \"0.1\", \"0.05\"]\nwithin_days_of_join = 30";
    let plan = plan("1", "[[rank]]\ncode = \"ONE\"", bonus);
    let joined = NetworkRow { joined_at: super::rows::time("2026-01-10T00:00:00Z"), ..partner(4, 3) };
    let partners = [partner(1, 0), partner(2, 1), partner(3, 2), joined];
    let sale = order(1, 4, "147", "147");
    let active = [order(2, 1, "0", "1"), order(3, 2, "0", "1"), order(4, 3, "0", "1")];
    assert_eq!(
        earned(&plan, &partners, &[&active[..], std::slice::from_ref(&sale)].concat()),
        pairs(&[(1, "7.35"), (2, "14.7"), (3, "29.4")])
    );
    assert_eq!(earned(&plan, &partners, &[&active[..2], &[sale]].concat()), pairs(&[(1, "7.35"), (2, "14.7")]));
}

#[test]
fn p1_a_pool_is_shared_out_by_shares() {
    let out_of_reach = "requires = [{ type = \"PERSONAL_VOLUME\", min = \"9999999\" }]";
    let ranks = ranks(&[
        "code = \"NONE\"",
        &format!("code = \"ONE\"\n{out_of_reach}"),
        &format!("code = \"FIVE\"\n{out_of_reach}"),
        &format!("code = \"TEN\"\n{out_of_reach}"),
    ]);
    let bonus = "[[bonus]]\ncode = \"pool\"\nkind = \"pool\"\nshare = \"0.02\"\nshares = { ONE = 1, FIVE = 5, TEN = 10 }";
    let plan = plan("0", &ranks, bonus);
    let holders = |numbers: std::ops::Range<i64>, rank: &'static str| numbers.map(move |number| ranked(partner(number, 0), rank));
    let partners: Vec<NetworkRow> =
        holders(1..11, "ONE").chain(holders(11..15, "FIVE")).chain(holders(15..17, "TEN")).chain([partner(17, 0)]).collect();
    let shares = earned(&plan, &partners, &[order(1, 17, "1000000", "0")]);
    let expected: Vec<(i64, String)> = (1..17)
        .map(|number| {
            (
                number,
                if number < 11 {
                    "400"
                } else if number < 15 {
                    "2000"
                } else {
                    "4000"
                }
                .to_owned(),
            )
        })
        .collect();
    // 10 x 1 + 4 x 5 + 2 x 10 = 50 shares of 20000.
    assert_eq!(shares, expected);
}

fn capped(cap: &str, cv: &str, levels: &str) -> Vec<String> {
    let plan = plan("0", "[[rank]]\ncode = \"ONE\"", &format!("[[bonus]]\ncode = \"levels\"\nkind = \"unilevel\"\nlevels = {levels}"))
        .replace("currency = \"USD\"", &format!("currency = \"USD\"\npayout_cap = \"{cap}\""));
    let partners = [partner(1, 0), partner(2, 1), partner(3, 2), partner(4, 3)];
    lines(&plan, &partners, &[order(1, 4, cv, "0")]).into_iter().map(|(.., amount)| amount).collect()
}

#[test]
fn c1_c3_the_payout_cap_scales_all_lines_and_gives_the_rest_to_the_largest_remainders() {
    assert_eq!(capped("0.42", "1000000", "[\"0.001\", \"0.479\"]"), ["875", "419125"]);
    assert_eq!(capped("0.099503", "201", "[\"0.05\", \"0.05\", \"0.05\"]"), ["6.67", "6.67", "6.66"]);
}

#[test]
fn r1_a_leg_counts_up_to_its_share_of_the_requirement() {
    let ranks = ranks(&["code = \"A\"", "code = \"B\"\nrequires = [{ type = \"GROUP_VOLUME\", min = \"20000\", max_per_leg = \"0.8\" }]"]);
    january(&plan("0", &ranks, ""), &[partner(1, 0), partner(2, 1)], &[order(1, 2, "1", "19000")], |outcome| {
        let progress = outcome.progress(1).unwrap();
        let measure = progress[1].requirements[0];
        assert_eq!(measure.current, 16_000 * 10_i128.pow(measure.digits));
        assert!(!measure.is_met());
        assert_eq!((measure.percentage(), progress[1].percentage(), progress[0].percentage()), (8000, 8000, 10_000));
    });
}
