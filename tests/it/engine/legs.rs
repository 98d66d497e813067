//! The volume of placement legs: what goes into a period comes out matched, carried or lost, as a count partner by partner says.

use std::collections::BTreeMap;

use proptest::prelude::*;
use upline::domain::amount::Amount;
use upline::engine::input::NetworkRow;

use super::cases;
use super::laws::{World, run, world};

/// The keys of a binary bonus, and what they mean.
#[derive(Clone, Debug)]
struct Keys {
    method: Method,
    on_unqualified: &'static str,
    carries: bool,
    max_carry: Option<i64>,
    requires_legs: bool,
}

#[derive(Clone, Copy, Debug)]
enum Method {
    WeakLeg { unit: Option<i64> },
    Ratio,
    Cycle { strong: i64, weak: i64 },
}

fn keys() -> impl Strategy<Value = Keys> {
    let method = prop_oneof![
        prop::option::of(1..900_i64).prop_map(|unit| Method::WeakLeg { unit }),
        Just(Method::Ratio),
        (50..900_i64, 50..900_i64).prop_map(|(strong, weak)| Method::Cycle { strong, weak }),
    ];
    let policy = prop::sample::select(&["keep", "consume", "flush"][..]);
    (method, policy, any::<bool>(), prop::option::of(0..3_000_i64), any::<bool>()).prop_map(
        |(method, on_unqualified, carries, max_carry, requires_legs)| Keys { method, on_unqualified, carries, max_carry, requires_legs },
    )
}

impl Keys {
    fn plan(&self) -> String {
        let method = match self.method {
            Method::WeakLeg { unit } => format!("rate = \"0.1\"\n{}", unit.map_or(String::new(), |unit| format!("unit = {unit}\n"))),
            Method::Ratio => "method = \"ratio\"\nrate = \"0.1\"\n".to_owned(),
            Method::Cycle { strong, weak } => format!("method = \"cycle\"\ncycle = {{ strong = {strong}, weak = {weak}, amount = 5 }}\n"),
        };
        let Self { on_unqualified, requires_legs, .. } = self;
        let carry = if self.carries { "both" } else { "none" };
        let most = self.max_carry.map_or(String::new(), |most| format!("max_carry = {most}\n"));
        format!(
            "[plan]\ncode = \"x\"\ncurrency = \"USD\"\n[activity]\npersonal_volume = \"500\"\n[placement]\nkind = \"binary\"\n\
             [[rank]]\ncode = \"ONE\"\n[[bonus]]\ncode = \"legs\"\nkind = \"binary\"\n{method}on_unqualified = \"{on_unqualified}\"\n\
             carry = \"{carry}\"\nrequires_legs = {requires_legs}\n{most}"
        )
    }

    /// What is matched (volume, or a number of cycles), and what is left of the legs.
    fn matched(&self, mut legs: [i64; 2]) -> (i64, [i64; 2]) {
        let common = legs[0].min(legs[1]);
        match self.method {
            Method::WeakLeg { unit } => {
                let matched = unit.map_or(common, |unit| common / (unit * Amount::SCALE) * unit * Amount::SCALE);
                (matched, legs.map(|leg| leg - matched))
            }
            Method::Ratio => (common, legs.map(|leg| leg - common)),
            Method::Cycle { strong, weak } => {
                let mut cycles = 0;
                loop {
                    let larger = usize::from(legs[1] > legs[0]);
                    if legs[larger] < strong * Amount::SCALE || legs[1 - larger] < weak * Amount::SCALE {
                        return (cycles * Amount::SCALE, legs);
                    }
                    legs[larger] -= strong * Amount::SCALE;
                    legs[1 - larger] -= weak * Amount::SCALE;
                    cycles += 1;
                }
            }
        }
    }

    /// What goes out of legs that came to so much.
    fn carried(&self, legs: [i64; 2], qualified: bool) -> [i64; 2] {
        let left = match self.on_unqualified {
            "keep" if !qualified => legs,
            "flush" if !qualified => [0; 2],
            _ => self.matched(legs).1,
        };
        let most = if self.carries { self.max_carry.map_or(i64::MAX, |most| most * Amount::SCALE) } else { 0 };
        left.map(|leg| leg.min(most))
    }
}

/// Whether a partner stands in the leg of another one that begins at a position.
fn stands_in<'w>(world: &'w World, mut partner: &'w NetworkRow, above: i64, position: &str) -> bool {
    while let Some(parent) = partner.placement_parent {
        if parent == above {
            return partner.position.unwrap().to_string() == position;
        }
        partner = &world.partners[parent as usize - 1];
    }
    false
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn what_goes_into_the_legs_is_matched_carried_or_lost(mut world in world(), keys in keys()) {
        // There is one rank.
        world.partners.iter_mut().for_each(|partner| partner.highest_rank = None);
        run(&keys.plan(), &world, |outcome| {
            let active: BTreeMap<i64, bool> = outcome.ranks().map(|rank| (rank.partner, rank.active)).collect();
            let lines: BTreeMap<i64, i64> = outcome.lines().map(|line| (line.beneficiary, line.base.units as i64)).collect();
            let carry = outcome.carry().unwrap();
            let carry: BTreeMap<i64, [i64; 2]> = carry.iter().map(|carry| (carry.partner, [carry.left.units(), carry.right.units()])).collect();
            for rank in outcome.ranks() {
                let row = &world.partners[rank.partner as usize - 1];
                let legs = [rank.left.units() + row.carry_left.units(), rank.right.units() + row.carry_right.units()];
                let referral = |position: &str| world.partners.iter().any(|recruit| {
                    recruit.sponsor == Some(rank.partner) && active[&recruit.partner] && stands_in(&world, recruit, rank.partner, position)
                });
                let qualified = rank.active && (!keys.requires_legs || referral("L") && referral("R"));
                let matched = if qualified { keys.matched(legs).0 } else { 0 };
                // A tenth of it that is at most half a cent comes to nothing, and is lost all the same.
                let least = 500 * if let Method::Ratio = keys.method { i128::from(legs[0].max(legs[1])) } else { i128::from(matched) };
                let line = lines.get(&rank.partner).copied();
                let nothing = i128::from(matched) * i128::from(matched) <= least;
                prop_assert!(line == Some(matched) || line.is_none() && nothing, "{:?} of {}", line, matched);
                prop_assert_eq!(carry.get(&rank.partner).copied().unwrap_or_default(), keys.carried(legs, qualified));
            }
            Ok(())
        })?;
    }
}
