//! Everything that a database holds, for tests that look for what must not be there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::App;

/// SQLite's files, PostgreSQL's rows as text, with bytes in hexadecimal digits.
pub async fn everything(app: &App) -> Vec<u8> {
    let database = &app.services.database;
    let ask = async |sql: String| database.reader().query_all_raw(Statement::from_string(database.backend(), sql)).await.unwrap();
    if database.backend() == DbBackend::Sqlite {
        let file: String =
            ask("SELECT file FROM pragma_database_list WHERE name = 'main'".to_owned()).await[0].try_get_by_index(0).unwrap();
        let wal = std::fs::read(format!("{file}-wal")).unwrap_or_default();
        return [std::fs::read(&file).unwrap(), wal].concat();
    }
    let mut all = Vec::new();
    for table in ask("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'".to_owned()).await {
        let table: String = table.try_get_by_index(0).unwrap();
        for row in ask(format!("SELECT t::text FROM {table} AS t")).await {
            all.extend(row.try_get_by_index::<String>(0).unwrap().into_bytes());
        }
    }
    all
}

/// Whether a text is there, as it is, in lower case, or in hexadecimal digits.
pub fn holds(all: &[u8], text: &str) -> bool {
    !held(all, [text]).is_empty()
}

/// Which texts are there in one of these forms; all is gone through once for each length of them, however many there are.
pub fn held<'t>(all: &[u8], texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<&'t str> {
    let mut by_length: BTreeMap<usize, HashMap<Vec<u8>, &str>> = BTreeMap::new();
    for text in texts {
        let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [text.to_owned(), text.to_lowercase(), hexadecimal] {
            by_length.entry(form.len()).or_default().insert(form.into_bytes(), text);
        }
    }
    let mut held = BTreeSet::new();
    for (length, forms) in by_length {
        // Most places are told by two bytes.
        let pair = |part: &[u8]| usize::from(part[0]) << 8 | usize::from(part[length - 1]);
        let mut begins = vec![false; 1 << 16];
        forms.keys().for_each(|form| begins[pair(form)] = true);
        held.extend(all.windows(length).filter(|part| begins[pair(part)]).filter_map(|part| forms.get(part).copied()));
    }
    held
}
