//! `key`, as it is typed: beside the server, against what is in its way, and after a backup was put back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};

use outside::wait::{PATIENCE, until, until_true};
use serde_json::Value;
use test_hall::{NAME, Office};

use crate::{Server, command, folder, json, refused, run};

/// A hall with some cases and an attachment, and where its data lie: to be run by the program.
fn used() -> (tempfile::TempDir, std::path::PathBuf) {
    let mut hall = Office::open();
    let case = hall.received();
    let pdf = [b"%PDF-1.7\n".as_slice(), &[b' '; 100_000], b"startxref\n9\n%%EOF\n"].concat();
    let mut clerk = hall.signed_in("王敏");
    assert_eq!(clerk.upload(&case, None, "委托书.pdf", &pdf).location(), case);
    drop(clerk);
    for _ in 0..300 {
        hall.terminal.deposit_of(10, outside::people::Item::performance(), &outside::people::paper());
    }
    hall.send();
    hall.deposit(11, NAME, true);
    let dir = folder("");
    let data = dir.path().join("data");
    copy(&hall.data(), &data);
    let copied = data.join("hall.db");
    for name in ["hall.db", "hall.db-wal", "hall.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    // The program is running: a plain copy would lack its newest commits.
    hall.app.store().read_blocking(|connection| hall_store::meta::backup(connection, &copied)).unwrap();
    (dir, data)
}

/// A server seals everything anew; then the older keys can be retired.
fn comes_to_the_end(dir: &Path) {
    let server = Server::start(dir);
    until_true("everything to be sealed anew", PATIENCE, || is_done(dir)).unwrap();
    assert_eq!(server.stop(), Some(0));
    json(&key(dir, "retire"));
    verified(dir);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &name),
            false => drop(fs::copy(entry.path(), name).unwrap()),
        }
    }
}

fn key(dir: &Path, what: &str) -> Output {
    run(dir, &["--json", "key", what], "")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything is sealed with the newest key.
fn is_done(dir: &Path) -> bool {
    let status = json(&key(dir, "status"));
    let empty = |key: &Value| key["holds"].as_array().is_some_and(Vec::is_empty);
    status["under_way"] == false && status["older"].as_array().is_some_and(|older| older.iter().all(empty))
}

fn verified(dir: &Path) {
    assert_eq!(json(&run(dir, &["--json", "verify"], ""))["count"], 0);
}

#[test]
fn beside_the_server_a_key_is_rotated_and_the_older_one_retired_by_hand() {
    let (dir, data) = used();
    let dir = dir.path();
    assert_eq!(said(&run(dir, &["key", "status"], "")), "Key 1 seals.\n");
    assert!(said(&run(dir, &["key", "retire"], "")).contains("one data key only"));
    let server = Server::start(dir);
    assert_eq!(json(&key(dir, "rotate"))["key"], 2);
    until_true("everything to be sealed anew", PATIENCE, || is_done(dir)).unwrap();
    verified(dir);
    let status = said(&run(dir, &["key", "status"], ""));
    assert_eq!(status, "Key 2 seals.\nNothing is sealed with key 1 any more: `key retire` moves it away.\n");
    let retired = said(&run(dir, &["key", "retire"], ""));
    assert!(
        retired.contains("Backups of the database and of files that were made until now are unreadable"),
        "{retired}"
    );
    assert!(retired.contains("keys/retired/personal-1") && data.join("keys/retired/personal-1").is_file(), "{retired}");
    assert!(!data.join("keys/personal-1").exists());
    verified(dir);
    assert_eq!(server.stop(), Some(0));
    // And it starts without it.
    let server = Server::start(dir);
    verified(dir);
    assert_eq!(server.stop(), Some(0));
    verified(dir);
}

/// Killed again and again as soon as it serves.
#[test]
fn a_server_that_is_killed_again_and_again_comes_to_the_end() {
    let (dir, data) = used();
    let dir = dir.path();
    json(&key(dir, "rotate"));
    for _ in 0..5 {
        drop(Server::start(dir)); // SIGKILL
        verified(dir);
    }
    comes_to_the_end(dir);
    assert_eq!(fs::read_dir(data.join("files/aside")).unwrap().count(), 0);
}

#[test]
fn of_two_at_once_one_is_refused_and_so_is_the_next_until_it_is_done() {
    let (dir, data) = used();
    let dir = dir.path();
    let both = [(); 2].map(|()| {
        let mut rotate = command(dir, &["key", "rotate"]);
        rotate.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    let mut both = both.map(|child| child.wait_with_output().unwrap());
    both.sort_by_key(|output| output.status.code());
    let [done, not] = both;
    assert!(done.status.success() && said(&done).contains("Key 2 is made"), "{done:?}");
    refused(&not, "key 2 is still being taken up");
    refused(&key(dir, "rotate"), "key 2 is still being taken up");
    refused(&key(dir, "retire"), "key 2 is still being taken up");
    assert!(said(&run(dir, &["key", "status"], "")).contains("Still sealed with key 1: entries "));
    assert!(data.join("keys/personal-2").is_file() && !data.join("keys/personal-3").exists());
}

#[test]
fn a_key_that_cannot_be_made_or_used_is_told_and_nothing_changes() {
    let (dir, data) = used();
    let dir = dir.path();
    let keys = data.join("keys");
    // Something is in its way, as on a disk that is full or not to be written.
    fs::create_dir(keys.join("personal-2.new")).unwrap();
    let output = key(dir, "rotate");
    refused(&output, "no new key could be made");
    refused(&output, "Nothing was changed: key 1 goes on sealing");
    assert_eq!(said(&run(dir, &["key", "status"], "")), "Key 1 seals.\n");
    fs::remove_dir(keys.join("personal-2.new")).unwrap();
    // One that broke off is taken by the next; others may read it, and it is short.
    fs::write(keys.join("personal-2"), [7; 32]).unwrap();
    fs::set_permissions(keys.join("personal-2"), Permissions::from_mode(0o644)).unwrap();
    for command in ["rotate", "status", "retire"] {
        refused(&key(dir, command), "others may read it; run `chmod 600`");
    }
    fs::set_permissions(keys.join("personal-2"), Permissions::from_mode(0o600)).unwrap();
    fs::write(keys.join("personal-2"), [7; 31]).unwrap();
    refused(&key(dir, "rotate"), "must be exactly 32 bytes");
    fs::write(keys.join("personal-2"), [7; 32]).unwrap();
    let status = said(&run(dir, &["key", "status"], ""));
    assert!(status.starts_with("Key 2 seals.\nThe server seals what is older anew"), "{status}");
    verified(dir);
}

/// A key file that the running server cannot use: it says so, and goes on with what it has.
#[test]
fn a_running_server_goes_on_with_its_keys_when_a_new_one_cannot_be_used() {
    let (dir, data) = used();
    let dir = dir.path();
    let mut server = Server::start(dir);
    server.leaves.push(outside::Left::Logged("others may read it"));
    let bad = data.join("keys/personal-2");
    fs::write(&bad, [7; 32]).unwrap();
    fs::set_permissions(&bad, Permissions::from_mode(0o644)).unwrap();
    // Whatever counts the revision up makes it look.
    let sqlite = rusqlite::Connection::open(data.join("hall.db")).unwrap();
    sqlite.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'", []).unwrap();
    let knows = || -> i64 { sqlite.query_row("SELECT COUNT(*) FROM data_keys", [], |row| row.get(0)).unwrap() };
    outside::wait::let_pass(std::time::Duration::from_secs(2));
    assert_eq!(knows(), 1);
    fs::set_permissions(&bad, Permissions::from_mode(0o600)).unwrap();
    sqlite.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'", []).unwrap();
    until("the key to be taken up", PATIENCE, || (knows() == 2).then_some(())).unwrap();
    until_true("everything to be sealed anew", PATIENCE, || is_done(dir)).unwrap();
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_backup_from_before_is_restored_with_the_old_key() {
    let (dir, data) = used();
    let dir = dir.path();
    let before = dir.join("before.db");
    json(&run(dir, &["--json", "backup", before.to_str().unwrap()], ""));
    json(&key(dir, "rotate"));
    let server = Server::start(dir);
    until_true("everything to be sealed anew", PATIENCE, || is_done(dir)).unwrap();
    assert_eq!(server.stop(), Some(0));
    json(&key(dir, "retire"));
    for name in ["hall.db-wal", "hall.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    fs::copy(&before, data.join("hall.db")).unwrap();
    let output = run(dir, &["verify"], "");
    refused(&output, "keys/personal-1 is missing");
    refused(&output, "A key of this name lies in keys/retired");
    refused(&run(dir, &["serve"], ""), "keys/personal-1 is missing");
    // Another key is not the old one.
    let old = data.join("keys/personal-1");
    fs::write(&old, [9; 32]).unwrap();
    fs::set_permissions(&old, Permissions::from_mode(0o600)).unwrap();
    refused(&run(dir, &["verify"], ""), "a personal value does not open: wrong key");
    fs::copy(data.join("keys/retired/personal-1"), &old).unwrap();
    verified(dir);
    comes_to_the_end(dir);
}
