//! `ranks.csv`: one partner per row (docs/plans.md, section 8).

use std::io::{self, Write};

use crate::engine::Outcome;

use super::table::push_text;

/// Writes the ranks of all who take part.
///
/// # Errors
/// The output cannot be written.
pub fn write(outcome: &Outcome, mut output: impl Write) -> io::Result<()> {
    let mut row = b"partner,rank,previous,pv,cv,gv,pgv,direct_active,left,right\n".to_vec();
    for rank in outcome.ranks() {
        write!(row, "{},", rank.partner)?;
        push_text(&mut row, rank.rank);
        row.push(b',');
        push_text(&mut row, rank.previous);
        writeln!(row, ",{},{},{},{},{},{},{}", rank.pv, rank.cv, rank.gv, rank.pgv, rank.direct_active, rank.left, rank.right)?;
        output.write_all(&row)?;
        row.clear();
    }
    output.write_all(&row)?;
    output.flush()
}
