//! Forward-only migrations. A migration that was ever shipped is never changed; the next one is added, numbered as the
//! schema counts and named for what it does.

use crate::connection::{Begin, Connection};
use crate::{StoreError, StoreResult};

/// In order; `PRAGMA user_version` counts how many have run.
const ALL: &[&str] = &[
    include_str!("migrations/0001_cases_and_journals.sql"),
    include_str!("migrations/0002_sessions.sql"),
    include_str!("migrations/0003_notices_and_clocks.sql"),
    include_str!("migrations/0004_roles_claims_and_accounts.sql"),
    include_str!("migrations/0005_joint_handling_and_papers.sql"),
    include_str!("migrations/0006_messages_and_ratings.sql"),
    include_str!("migrations/0007_accounts_of_the_city.sql"),
    include_str!("migrations/0008_indexes_of_the_inbox.sql"),
    include_str!("migrations/0009_call_backs_go_up.sql"),
    include_str!("migrations/0010_index_of_clocks.sql"),
    include_str!("migrations/0011_history_lies_together.sql"),
    include_str!("migrations/0012_time_of_entries.sql"),
    include_str!("migrations/0013_tries_of_every_kind.sql"),
    include_str!("migrations/0014_lacking_years_and_kept_forms.sql"),
    include_str!("migrations/0015_jobs_given_up.sql"),
    include_str!("migrations/0016_guards_of_what_is_written_often.sql"),
    include_str!("migrations/0017_data_keys_are_rotated.sql"),
];

pub(crate) fn run(connection: &Connection) -> StoreResult<()> {
    run_up_to(connection, ALL.len())
}

fn run_up_to(connection: &Connection, last: usize) -> StoreResult<()> {
    let done = version(connection)?;
    if done > ALL.len() {
        return Err(StoreError::Corrupt(format!(
            "the database was written by a newer version (schema {done}, this build knows {}): install that version",
            ALL.len()
        )));
    }
    for (n, sql) in ALL.iter().enumerate().take(last).skip(done) {
        let writing = connection.begin(Begin::Writing)?;
        // Another process may have migrated while we waited for the lock.
        if version(connection)? <= n {
            connection.execute_batch(sql)?;
            connection.pragma_update("user_version", u32::try_from(n + 1).unwrap_or(u32::MAX))?;
        }
        writing.commit()?;
    }
    Ok(())
}

pub(crate) fn version(connection: &Connection) -> StoreResult<usize> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(version as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case_events, cases, staff};
    use hall_rules::CaseState;
    use kiosk_wire::{StaffId, SubmissionId};
    use uuid::Uuid;

    /// Cases and events as the first release stored them.
    const OLD: &str = "
        INSERT INTO kiosks (id, name, receipt_prefix, added_ms) VALUES (zeroblob(16), '大厅1号机', '101', 1);
        INSERT INTO journals (id, kiosk_id, next_seq, head, first_seen_ms) VALUES (zeroblob(16), zeroblob(16), 2, x'00', 1);
        INSERT INTO entries (id, journal_id, seq, hash, header, received_ms) VALUES (1, zeroblob(16), 1, x'00', '{}', 1);
        INSERT INTO cases (id, receipt, kiosk_id, entry_id, item, item_version, department, state, version, prepared_ms,
            deposited_ms, due_date, changed_ms, received_ms)
        VALUES (zeroblob(16), '1', zeroblob(16), 1, 'x', 1, 'culture', 'received', 3, 1, 1795399200000, '2026-11-30', 1, 1),
            (x'00000000000000000000000000000001', '2', zeroblob(16), 1, 'x', 1, 'culture', 'voided', 3, 1, 1, '2026-11-30', 1, NULL);
        INSERT INTO case_events (case_id, n, kind, at_ms, recorded_ms) VALUES
            (zeroblob(16), 1, 'submitted', 1, 1), (zeroblob(16), 2, 'deposit_intended', 2, 2),
            (zeroblob(16), 3, 'deposited', 1795399200000, 3), (zeroblob(16), 4, 'received', 4, 4);
        INSERT INTO staff (id, name, role, password_phc, added_ms) VALUES (zeroblob(16), '王敏', 'admin', 'x', 1);
        INSERT INTO windows (id, name, added_ms) VALUES (zeroblob(16), '3号窗口', 1);
        INSERT INTO staff_windows (staff_id, window_id) VALUES (zeroblob(16), zeroblob(16));";

    #[test]
    fn what_an_older_release_stored_stays_and_its_clock_goes_on() {
        let connection = Connection::in_memory();
        run_up_to(&connection, 2).expect("as it was");
        connection.execute_batch(OLD).expect("old rows");
        run(&connection).expect("migrates");
        run(&connection).expect("once is enough");
        let case = |n: u128| SubmissionId(Uuid::from_u128(n));
        let row = cases::get(&connection, case(0), StaffId(Uuid::nil())).expect("reads").expect("is there");
        assert_eq!((row.state, row.due_date.as_deref()), (CaseState::Received, Some("2026-11-30")));
        assert_eq!(row.due_clock, Some(hall_rules::clock::ClockKind::Acceptance));
        let past = case_events::history(&connection, case(0)).expect("reads");
        let derived = hall_rules::case::derive(past.iter().map(|past| past.event));
        assert_eq!((derived.standing.state, derived.unforeseen), (Some(row.state), vec![]));
        let who = staff::by_name(&connection, "王敏").expect("reads").expect("is there");
        assert_eq!(who.role, hall_rules::Role::Administrator);
        assert_eq!(staff::windows_of(&connection, who.id).expect("reads").len(), 1);
        let over = cases::get(&connection, case(1), StaffId(Uuid::nil())).expect("reads").expect("is there");
        assert_eq!((over.due_clock, over.due_date), (None, None));
    }

    /// Every table that refuses to lose a row refuses to have one replaced, by its key or by any other.
    #[test]
    fn what_is_insert_only_is_not_replaced() {
        nothing_is_replaced("PRAGMA recursive_triggers = ON;", &[]);
    }

    /// Whoever opens the file with another program may replace events alone, and breaks their chain by it.
    #[test]
    fn another_program_does_not_replace_what_is_insert_only() {
        nothing_is_replaced("", &["case_events"]);
    }

    fn nothing_is_replaced(settings: &str, but: &[&str]) {
        let connection = Connection::in_memory();
        run(&connection).expect("migrates");
        connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").expect("settings");
        connection.execute_batch(settings).expect("settings");
        let words = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).expect("a query");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("rows")
        };
        let tables =
            words("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_stay' ESCAPE '\\'");
        assert!(tables.len() >= 9, "{tables:?}");
        for table in tables.iter().filter(|table| !but.contains(&table.as_str())) {
            let types = words(&format!("SELECT type FROM pragma_table_info('{table}') ORDER BY cid"));
            let row = |n: usize| -> Vec<String> {
                let value = |kind: &String| match kind.as_str() {
                    "INTEGER" => n.to_string(),
                    "TEXT" => format!("'{n}'"),
                    _ => format!("x'0{n}'"),
                };
                types.iter().map(value).collect()
            };
            let put = |how: &str, row: &[String]| {
                connection.execute(&format!("{how} INTO {table} VALUES ({})", row.join(", ")), [])
            };
            put("INSERT", &row(1)).expect("a row");
            put("INSERT", &row(2)).expect("another row");
            let indexes = words(&format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\""));
            let mut keys: Vec<Vec<String>> = indexes
                .iter()
                .map(|index| words(&format!("SELECT CAST(cid AS TEXT) FROM pragma_index_info('{index}')")))
                .collect();
            keys.push(words(&format!("SELECT CAST(cid AS TEXT) FROM pragma_table_info('{table}') WHERE pk > 0")));
            for key in keys {
                let mut same = row(3);
                for column in key.iter().filter_map(|column| column.parse::<usize>().ok()) {
                    same[column].clone_from(&row(1)[column]);
                }
                for how in ["INSERT OR REPLACE", "REPLACE"] {
                    let refused = put(how, &same).expect_err(how).to_string();
                    assert!(refused.contains("insert-only"), "{table} {key:?}: {refused}");
                }
                put("INSERT", &same).expect_err("two rows of one key");
            }
            let left: u32 =
                connection.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).expect("counts");
            assert_eq!(left, 2, "{table}");
        }
    }

    /// Of what is insert-only, sealed bytes become others of their length under the newest key, once. Nothing else of a row
    /// changes, with them or without.
    #[test]
    fn of_what_is_insert_only_sealed_bytes_alone_are_sealed_anew() {
        let connection = Connection::in_memory();
        run(&connection).expect("migrates");
        connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").expect("settings");
        connection.execute_batch("INSERT INTO data_keys (id, since_ms) VALUES (2, 1)").expect("a key");
        let words = |sql: &str| -> Vec<(String, String)> {
            let mut statement = connection.prepare(sql).expect("a query");
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
            rows.collect::<Result<_, _>>().expect("rows")
        };
        let guarded = words(
            "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_keep' ESCAPE '\\'",
        );
        assert!(guarded.len() >= 9, "{guarded:?}");
        let mut sealed = 0;
        for (table, _) in &guarded {
            let columns = words(&format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"));
            let body = crate::sealed::PLACES.iter().find(|place| place.table == *table).map(|place| place.column);
            sealed += u32::from(body.is_some());
            let value = |(name, kind): &(String, String), n: u32| match kind.as_str() {
                _ if Some(name.as_str()) == body => format!("x'01{:084}'", n),
                "INTEGER" => n.to_string(),
                "TEXT" => format!("'{n}'"),
                _ => format!("x'0{n}'"),
            };
            let row: Vec<String> = columns.iter().map(|column| value(column, 1)).collect();
            connection.execute(&format!("INSERT INTO {table} VALUES ({})", row.join(", ")), []).expect("a row");
            let refused = |set: &str| {
                let refused = connection.execute(&format!("UPDATE {table} SET {set}"), []).expect_err(set).to_string();
                assert!(refused.contains("insert-only"), "{table} {set}: {refused}");
            };
            let anew = |key: &str, digits: usize| format!("{} = x'{key}{:0digits$}'", body.unwrap_or_default(), 7);
            for column in &columns {
                let alone = format!("{} = {}", column.0, value(column, 2));
                refused(&alone);
                if body.is_some_and(|body| body != column.0) {
                    refused(&format!("{}, {alone}", anew("02", 84)));
                    refused(&format!("{}, {} = NULL", anew("02", 84), column.0));
                }
            }
            let Some(body) = body else { continue };
            for wrong in [anew("01", 84), anew("03", 84), anew("00", 84), anew("02", 82), anew("02", 86)] {
                refused(&wrong);
            }
            refused(&format!("{body} = NULL"));
            refused(&format!("{}, rowid = 9", anew("02", 84)));
            connection.execute(&format!("UPDATE {table} SET {}", anew("02", 84)), []).expect("sealed anew");
            refused(&format!("{body} = x'02{:084}'", 8));
        }
        assert_eq!(sealed, 5, "{guarded:?}");
    }
}
