//! The requirements of a rank (docs/plans.md, section 5).

use crate::engine::rank::{LegCap, Requirement};
use crate::engine::refusal::Refusal;

use super::Placement;
use super::key::Section;
use super::parse::{Scope, choice, flag};

#[derive(Clone, Copy)]
enum Type {
    PersonalVolume,
    GroupVolume,
    PersonalGroupVolume,
    LegVolume,
    WeakLegVolume,
    DirectReferrals,
    QualifiedLegs,
    CareerPointsTotal,
}

const TYPES: [(&str, Type); 8] = [
    ("PERSONAL_VOLUME", Type::PersonalVolume),
    ("GROUP_VOLUME", Type::GroupVolume),
    ("PERSONAL_GROUP_VOLUME", Type::PersonalGroupVolume),
    ("LEG_VOLUME", Type::LegVolume),
    ("WEAK_LEG_VOLUME", Type::WeakLegVolume),
    ("DIRECT_REFERRALS", Type::DirectReferrals),
    ("QUALIFIED_LEGS", Type::QualifiedLegs),
    ("CAREER_POINTS_TOTAL", Type::CareerPointsTotal),
];

pub(super) fn requirement(section: &Section, scope: &Scope) -> Result<Requirement, Refusal> {
    let kind = section.require("type")?;
    let min = section.require("min")?;
    let requirement = match kind.choice(&TYPES)? {
        Type::PersonalVolume => Requirement::PersonalVolume { min: min.amount()? },
        Type::GroupVolume => {
            let max_per_leg = section.get("max_per_leg").map(|key| key.rate()).transpose()?;
            let of_actual = choice(section, "leg_cap_of", &[("min", false), ("actual", true)])?;
            Requirement::GroupVolume { min: min.amount()?, leg_cap: max_per_leg.map(|share| LegCap { share, of_actual }) }
        }
        Type::PersonalGroupVolume => Requirement::PersonalGroupVolume { min: min.amount()? },
        Type::LegVolume => Requirement::LegVolume { legs: section.require("legs")?.count(0)?, min: min.amount()? },
        Type::WeakLegVolume if scope.placement != Some(Placement::Binary) => {
            return Err(kind.refuse("WEAK_LEG_VOLUME needs [placement] with kind = \"binary\""));
        }
        Type::WeakLegVolume => Requirement::WeakLegVolume { min: min.amount()? },
        Type::DirectReferrals => Requirement::DirectReferrals { min: min.count(0)?, active: flag(section, "active", false)? },
        Type::QualifiedLegs => Requirement::QualifiedLegs { min: min.count(0)?, rank: scope.rank(&section.require("rank")?)? },
        Type::CareerPointsTotal => Requirement::CareerPointsTotal { min: min.amount()? },
    };
    section.finish()?;
    Ok(requirement)
}
