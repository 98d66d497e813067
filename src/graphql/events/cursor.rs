//! Cursors of subscriptions: places in the outbox.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::events::Position;

/// The opaque form of a place.
pub(super) fn encode(position: Position) -> String {
    URL_SAFE_NO_PAD.encode(format!("e:{}:{}", position.transaction, position.id))
}

/// The place that a cursor names; `None` for anything that is not one of ours.
pub(super) fn decode(cursor: &str) -> Option<Position> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (transaction, id) = text.strip_prefix("e:")?.split_once(':')?;
    Some(Position { transaction: transaction.parse().ok()?, id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_lead_back_to_their_place() {
        let position = Position { transaction: i64::MAX, id: 7 };
        assert_eq!(decode(&encode(position)), Some(position));
        for bad in ["", "x", "ZTox", "bjoxOjI", "💥"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
