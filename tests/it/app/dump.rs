//! Everything that a database holds, for tests that look for what must not be there.

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

/// Which texts are there in one of these forms. Bytes that are no text stand between others as signs that no text has.
pub fn held<'t>(all: &[u8], texts: impl IntoIterator<Item = &'t str>) -> Vec<&'t str> {
    let all = String::from_utf8_lossy(all);
    let is_there = |text: &&str| {
        let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        [(*text).to_owned(), text.to_lowercase(), hexadecimal].iter().any(|form| all.contains(form))
    };
    texts.into_iter().filter(is_there).collect()
}
