#!/usr/bin/env bash
# One SQL text for PostgreSQL and SQLite: `$1`, `$2` … with values given in a row. To which of them does a value go?
#
# Versions  rusqlite 0.43.0 with the SQLite it bundles (libsqlite3-sys 0.40.0), from crates.io, pinned below.
# Source    https://www.postgresql.org/docs/15/sql-prepare.html ("$1, $2, etc."), which counts by the number;
#           https://sqlite.org/lang_expr.html#varparam ("$AAAA": a name; "?NNN" is what has a number).
# Expected  `UPDATE box SET holds = $2, since = $3 WHERE no = $1` with (7, "paper", 1700) changes box 7 in both engines.
# Seen      SQLite takes `$2` for a name and numbers names as they first appear: the first value goes to `$2`, the last to
#           `$1`. The statement runs without an error and changes another row, or none.
# Matters   A statement moved from one engine to the other writes the right values to the wrong places, and only where the
#           text names `$2` before `$1`: its tests on PostgreSQL stay green. Asking each prepared statement for the names of
#           its parameters, in order, finds all such texts.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "seen"
version = "0.0.0"
edition = "2024"
[dependencies]
rusqlite = { version = "=0.43.0", features = ["bundled"] }
libsqlite3-sys = "=0.40.0"
TOML
cat > "$work/src/main.rs" <<'RUST'
use rusqlite::{Connection, params};

fn main() {
    let hall = Connection::open_in_memory().unwrap();
    hall.execute_batch("CREATE TABLE box (no INTEGER, holds TEXT, since INTEGER); INSERT INTO box VALUES (7, 'nothing', 0), (1700, 'nothing', 0);").unwrap();
    let all = |hall: &Connection| -> Vec<(i64, String, String)> {
        let mut rows = hall.prepare("SELECT no, holds, CAST(since AS TEXT) FROM box ORDER BY no").unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap().map(Result::unwrap).collect()
    };
    println!("rusqlite 0.43.0, SQLite {}", rusqlite::version());
    let text = "UPDATE box SET holds = $2, since = $3 WHERE no = $1";
    let statement = hall.prepare(text).unwrap();
    let names: Vec<_> = (1..=3).map(|n| statement.parameter_name(n).unwrap().to_owned()).collect();
    drop(statement);
    let changed = hall.execute(text, params![7, "paper", 1700]).unwrap();
    println!("{text}\n  with (7, 'paper', 1700): parameters in order {names:?}, rows changed {changed}: {:?}", all(&hall));
    assert_eq!(names, ["$2", "$3", "$1"], "the order changed: this finding is over");
    assert_eq!(all(&hall), [(7, "nothing".into(), "0".into()), (1700, "7".into(), "paper".into())], "the values go elsewhere: this finding is over");
    let numbered = "UPDATE box SET holds = ?2, since = ?3 WHERE no = ?1";
    hall.execute(numbered, params![7, "paper", 1700]).unwrap();
    println!("{numbered}\n  with the same: {:?}", all(&hall));
    assert_eq!(all(&hall)[0], (7, "paper".into(), "1700".into()));
    println!("as seen: to SQLite $2 is a name, and the first value goes to the first name");
}
RUST
cargo run --quiet --manifest-path "$work/Cargo.toml"
