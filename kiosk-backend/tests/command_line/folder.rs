//! The data folder: who has charge of it, what a command beside the server leaves alone, and what is no new hall.

use std::fs;
use std::path::Path;

use crate::{Server, folder, json, refused, run};

#[test]
fn commands_beside_the_server_leave_its_uploads_alone_and_a_second_server_is_refused() {
    let dir = folder("");
    let dir = dir.path();
    let aside = dir.join("data/files/aside");
    json(&run(dir, &["--json", "staff", "list"], ""));
    fs::write(aside.join("of-a-crash"), "half").unwrap();
    let server = Server::start(dir);
    assert!(!aside.join("of-a-crash").exists(), "the server begins tidily");
    fs::write(aside.join("under-way"), "half").unwrap();
    json(&run(dir, &["--json", "audit", "verify"], ""));
    json(&run(dir, &["--json", "staff", "list"], ""));
    json(&run(dir, &["--json", "backup", dir.join("copy.db").to_str().unwrap()], ""));
    refused(&run(dir, &["serve"], ""), "is served already, by process");
    assert!(aside.join("under-way").exists(), "and neither command nor second server took it");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(Server::start(dir).stop(), Some(0));
}

/// A hall that was used.
fn used() -> tempfile::TempDir {
    let dir = folder("");
    json(&run(dir.path(), &["--json", "kiosk", "add", "东侧"], ""));
    dir
}

fn no_hall(dir: &Path, why: &str) {
    for command in [&["serve"][..], &["staff", "list"], &["restored"]] {
        refused(&run(dir, command, ""), "This is not a new hall: put the last backup back as hall.db");
    }
    let found = fs::metadata(dir.join("data/hall.db")).map(|found| found.len()).unwrap_or(0);
    assert_eq!(found, 0, "{why}: nothing was made");
}

#[test]
fn a_missing_or_empty_database_beside_a_halls_traces_is_no_new_hall() {
    let dir = used();
    let data = dir.path().join("data");
    let copy = dir.path().join("copy.db");
    json(&run(dir.path(), &["--json", "backup", copy.to_str().unwrap()], ""));
    for name in ["hall.db", "hall.db-wal", "hall.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    no_hall(dir.path(), "missing");
    fs::write(data.join("hall.db"), "").unwrap();
    no_hall(dir.path(), "empty");
    fs::remove_file(data.join("generation-marker")).unwrap();
    no_hall(dir.path(), "empty, beside the keys only");
    fs::remove_dir_all(data.join("keys")).unwrap();
    fs::write(data.join("generation-marker"), "7").unwrap();
    no_hall(dir.path(), "empty, beside the marker only");
    fs::write(data.join("hall.db"), fs::read(&copy).unwrap()).unwrap();
    refused(&run(dir.path(), &["staff", "list"], ""), "is missing although the database exists");
}

#[test]
fn a_database_that_holds_no_hall_is_refused_and_a_first_start_that_broke_off_goes_on() {
    let dir = used();
    let data = dir.path().join("data");
    for name in ["hall.db", "hall.db-wal", "hall.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    let other = rusqlite::Connection::open(data.join("hall.db")).unwrap();
    other.execute_batch("CREATE TABLE something (else_ TEXT)").unwrap();
    drop(other);
    refused(&run(dir.path(), &["staff", "list"], ""), "hall.db holds no hall");

    let dir = folder("");
    let data = dir.path().join("data");
    fs::create_dir_all(data.join("keys")).unwrap();
    json(&run(dir.path(), &["--json", "staff", "list"], ""));
    fs::remove_file(data.join("hall.db")).unwrap();
    fs::write(data.join("founding"), "").unwrap();
    json(&run(dir.path(), &["--json", "staff", "list"], ""));
    assert!(!data.join("founding").exists());
}
