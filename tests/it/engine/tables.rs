//! Tables that would use up memory or time are refused, and odd ones are read as they stand.

use std::io::{self, Cursor, Read};
use std::path::Path;

use upline::offline::Refused;
use upline::offline::network::{Contact, NetworkReader, Trees};
use upline::offline::orders::OrderReader;

const HEADER: &str = "order,partner,placed_at,cv\n";

fn read(input: impl Read + Send + 'static) -> Result<usize, Refused> {
    let rows = OrderReader::from_reader(Path::new("orders.csv"), input)?;
    rows.collect::<Result<Vec<_>, _>>().map(|rows| rows.len())
}

#[test]
fn a_line_that_never_ends_is_refused_and_not_read_to_its_end() {
    // Endless: reading on would never come back.
    let endless = Cursor::new(HEADER).chain(io::repeat(b'1'));
    assert_eq!(read(endless).unwrap_err().to_string(), "orders.csv line 2: the row has more than 1048576 bytes");
    assert_eq!(read(io::repeat(b'x')).unwrap_err().to_string(), "orders.csv line 1: the row has more than 1048576 bytes");
    let quoted = Cursor::new(format!("{HEADER}\"")).chain(io::repeat(b'1'));
    assert_eq!(read(quoted).unwrap_err().to_string(), "orders.csv line 2: the row has more than 1048576 bytes");
}

#[test]
fn the_longest_row_is_read_whatever_its_line_ends_with() {
    let row = format!("1,2,2026-01-05T00:00:00Z,10,{}", "x".repeat(1_048_576 - 28));
    assert_eq!(row.len(), 1_048_576);
    for end in ["", "\n", "\r\n", "\n2,2,2026-01-05T00:00:00Z,10,x\n"] {
        let text = format!("{},note\n{row}{end}", HEADER.trim_end());
        assert_eq!(read(Cursor::new(text)), Ok(if end.len() > 2 { 2 } else { 1 }));
        let longer = format!("{},note\n{row}y{end}", HEADER.trim_end());
        assert_eq!(read(Cursor::new(longer)).unwrap_err().to_string(), "orders.csv line 2: the row has more than 1048576 bytes");
    }
}

#[test]
fn a_quote_over_hundreds_of_thousands_of_lines_is_refused_in_one_pass() {
    // With every line looked at again for each line after it this would take hours.
    let lines = Cursor::new(format!("{HEADER}\"")).chain(Cursor::new("\n".repeat(2_000_000)));
    assert_eq!(read(lines).unwrap_err().to_string(), "orders.csv line 2: a quote is opened and never closed");
    let doubled = Cursor::new(format!("{HEADER}\"")).chain(Cursor::new("\"\"\n".repeat(1_000_000)));
    assert_eq!(read(doubled).unwrap_err().to_string(), "orders.csv line 2: a quote is opened and never closed");
}

#[test]
fn what_stands_in_columns_that_a_run_does_not_know_does_not_matter() {
    let text = b"partner,sponsor,joined_at,name,email,username,Stra\xdfe\n1,,2024-01-01T00:00:00Z,M\xfcller,m\xfcller@example.org,m\xfcller,Gr\xfcner Weg\n";
    let reader = || NetworkReader::from_reader(Path::new("network.csv"), &text[..], Trees::SponsorOnly).unwrap();
    let rows: Vec<_> = reader().map(|entry| entry.unwrap()).collect();
    assert_eq!((rows[0].row.partner, &rows[0].contact), (1, &Contact::default()));
    // An import takes them, so they must be text.
    let refused = reader().with_contacts().next().unwrap().unwrap_err().to_string();
    assert_eq!(refused, "network.csv line 2: field 4 is not UTF-8 text");
    let named = "partner,sponsor,joined_at,name\n1,,2024-01-01T00:00:00Z,M\u{fc}ller\n";
    let reader = NetworkReader::from_reader(Path::new("network.csv"), named.as_bytes(), Trees::SponsorOnly).unwrap();
    assert_eq!(reader.with_contacts().next().unwrap().unwrap().contact.name.as_deref(), Some("M\u{fc}ller"));
}

#[test]
fn quotes_may_hold_commas_quotes_and_line_ends() {
    let text = "note,order,partner,placed_at,cv\n\"a,\"\"b\"\"\r\n\nc\",\"1\",2,\"2026-01-05T00:00:00Z\",10\nplain \"quote,2,2,2026-01-05T00:00:00Z,\"10\"\n";
    assert_eq!(read(Cursor::new(text)), Ok(2));
    let broken = format!("{text}\"x\"y,3,2,2026-01-05T00:00:00Z,10\n");
    let refused = read(Cursor::new(broken)).unwrap_err().to_string();
    assert_eq!(refused, "orders.csv line 6: after a closing quote a comma or the end of the line must follow");
}
