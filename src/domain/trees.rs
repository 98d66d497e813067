//! The two trees that every partner stands in.

use super::coded::coded_enum;

coded_enum! {
    /// A tree of partners. The parent pointer is the truth of each; whatever else speeds reading up is derived.
    Tree, "a tree", {
        /// Who brought whom in (enroller tree).
        Sponsor = "SPONSOR",
        /// Who stands under whom (binary or forced matrix).
        Placement = "PLACEMENT",
    }
}

coded_enum! {
    /// Where new partners go when no slot is named.
    PlacementPreference, "a placement preference", {
        /// The leg with fewer partners.
        WeakLeg = "WEAK_LEG",
        /// The bottom of the outer left edge.
        Left = "LEFT",
        /// The bottom of the outer right edge.
        Right = "RIGHT",
        /// The first free slot, level by level from the left.
        Balanced = "BALANCED",
    }
}
