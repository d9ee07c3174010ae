//! The data key is rotated while the hall works: everything that is sealed is sealed anew, nothing else changes, a server
//! that dies between any two steps goes on, and an older key goes only when nothing needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::pin::pin;

use hall_domain::figures::{callbacks, verify};
use hall_domain::ground::moment::Moment;
use hall_domain::ground::rotation::{self, RotationError};
use hall_domain::terminals::intake;
use hall_rules::Role;
use hall_store::Connection;
use hall_store::sealed::{self, PLACES};
use hall_store::sessions::IDLE_MS;
use hall_words::case::CallOutcome;
use kiosk_wire::{Fact, Personal};
use outside::people::material;
use rusqlite::types::Value;

use crate::steps::goes;
use test_hall::{Left, NAME, Office};

/// Three pieces of the vault.
fn scan() -> Vec<u8> {
    [b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n".as_slice(), &[b' '; 150_000], b"startxref\n9\n%%EOF\n"].concat()
}

/// A hall that holds something in every place where there is something sealed.
fn everything() -> Office {
    let mut hall = Office::open();
    for (window, name, role) in
        [("7号窗口", "孙莉", Role::Clerk), ("9号窗口", "钱进", Role::Clerk), ("3号窗口", "督查员", Role::Supervisor)]
    {
        hall.hire_at(name, window, role);
    }
    // Keyed fields, notes, mandates, attachments, notices; and a rating that somebody calls back for.
    let id = hall.deposit(7, NAME, true);
    let case = hall.take_out(id, 7, "王敏");
    {
        let mut clerk = hall.signed_in("王敏");
        clerk.get(&case);
        let form = clerk.get(&format!("{case}/fields")).body;
        let mut names = form.split("id=\"field-").skip(1).filter_map(|rest| rest.split('"').next());
        let code = format!("field-{}", names.find(|name| name.contains("code")).expect("a code"));
        let keyed = [("seen", "0"), (code.as_str(), "91330100799655058b")];
        assert_eq!(clerk.post(&format!("{case}/fields"), &keyed).location(), case);
        assert_eq!(clerk.upload(&case, None, "委托书.pdf", &scan()).location(), case);
        assert_eq!(clerk.upload(&case, None, "说明.pdf", b"%PDF-1.7\nstartxref\n9\n%%EOF\n").location(), case);
        clerk.post(&format!("{case}/notes"), &[("text", "电话已核实")]);
        let mandate = [("principal", "刘海涛"), ("number", ""), ("scope", "代办")];
        assert_eq!(clerk.post(&format!("{case}/mandate"), &mandate).location(), case);
        goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
        goes(&mut clerk, &case, "not_taken", &[("reason", "依法不需要许可")], "not_taken");
        goes(&mut clerk, &case, "archived", &[], "archived");
    }
    hall.journal(vec![Fact::Rated { submission: id, level: 1 }]);
    let supervisor = hall.actor("督查员");
    let called = callbacks::called(&hall.app, &supervisor, id, 0, CallOutcome::Unreachable, Personal::from("没人接"));
    hall.runtime.block_on(called).expect("calls");
    // An opinion of another department.
    let road = hall.deposit_of(8, NAME, true, ("road-excavation", "urban"), vec![material("挖掘申请表", false)]);
    let case = hall.take_out(road, 8, "孙莉");
    {
        let mut lead = hall.signed_in("孙莉");
        goes(&mut lead, &case, "pre_review_started", &[], "pre_review");
        goes(&mut lead, &case, "accepted", &[("verdict-0", "fine")], "accepted");
        goes(&mut lead, &case, "work_started", &[], "in_progress");
        goes(&mut lead, &case, "joint_started", &[], "joint_review");
        let mut police = hall.signed_in("钱进");
        let tab = police.get("/inbox?show=joint").body;
        let (_, part) = tab.split_once("id=\"part-").expect("a part to answer");
        let answer = format!("/joint/{}/answer", part.split('"').next().expect("its id"));
        police.post(&answer, &[("says", "disagreed"), ("opinion", "影响通行")]);
    }
    // A directive, and a form that waits for its owner.
    let boxed = hall.deposit(9, NAME, true);
    {
        let mut clerk = hall.signed_in("王敏");
        clerk.get(&format!("/cases/{boxed}"));
        clerk.post(&format!("/cases/{boxed}/collect"), &[]);
        hall.app.clock().advance(IDLE_MS + 1);
        hall.app.heard(hall.kiosk);
        clerk.post(&format!("/cases/{boxed}/notes"), &[("text", "场地合同下周补")]);
    }
    hall
}

fn rotate(hall: &Office) -> u8 {
    rotation::rotate(&hall.app).expect("rotates")
}

fn take_up(hall: &Office) -> bool {
    hall.runtime.block_on(rotation::take_up(&hall.app)).expect("takes it up")
}

/// One transaction of the pass; false when there is nothing left.
fn again(hall: &Office) -> bool {
    hall.runtime.block_on(rotation::again(&hall.app)).expect("seals anew")
}

fn clean(hall: &Office) {
    let moment = Moment::of(&hall.app);
    let found = hall.app.store().read_blocking(|connection| verify::all(connection, &moment)).expect("looks");
    assert_eq!(found.flaws, Vec::<String>::new());
}

/// How many values each key but one sealed, by table.
fn under_others(hall: &Office, key: u8) -> BTreeMap<u8, Vec<(&'static str, u64)>> {
    hall.app.store().read_blocking(|connection: &Connection| sealed::under_others(connection, key)).expect("counts")
}

/// What was sealed, by table and what it is tied to.
fn opened(hall: &Office) -> BTreeSet<(String, Vec<u8>, String)> {
    let (sqlite, keys) = (hall.sqlite(), hall.app.keys());
    let mut all = BTreeSet::new();
    hall.app
        .store()
        .read_blocking(|connection| {
            sealed::beside_journals(connection, |row| {
                let text = keys.sealer.open(&row.body, &row.context)?.expose().clone();
                all.insert((row.table.to_owned(), row.context, text));
                Ok(())
            })
        })
        .expect("opens");
    let mut statement =
        sqlite.prepare("SELECT journal_id, seq, payload FROM entries WHERE payload IS NOT NULL").expect("SQL");
    let mut rows = statement.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        let (journal, seq): ([u8; 16], i64) = (row.get(0).expect("id"), row.get(1).expect("seq"));
        let journal = kiosk_wire::JournalId(uuid::Uuid::from_bytes(journal));
        let context = hall_store::journal::payload_context(journal, seq.unsigned_abs());
        let sealed: Vec<u8> = row.get(2).expect("a payload");
        let text = keys.sealer.open(&sealed, &context).expect("opens").expose().clone();
        all.insert(("entries".to_owned(), context, text));
    }
    all
}

fn tables(sqlite: &rusqlite::Connection) -> Vec<(String, Vec<(String, String)>)> {
    let list = |sql: &str| -> Vec<(String, String)> {
        let mut statement = sqlite.prepare(sql).expect("SQL");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    };
    let tables =
        list("SELECT name, type FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1");
    let columns = |table: &str| list(&format!("SELECT name, type FROM pragma_table_info('{table}')"));
    tables.into_iter().map(|(table, _)| (table.clone(), columns(&table))).collect()
}

fn is_place(table: &str, column: &str) -> bool {
    PLACES.iter().any(|place| place.table == table && place.column == column)
}

fn values(sqlite: &rusqlite::Connection, table: &str, column: &str) -> Vec<Value> {
    let mut statement = sqlite.prepare(&format!("SELECT {column} FROM {table}")).expect("SQL");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("values")
}

/// All that is not sealed, but for what counts commits and says how far the pass came.
fn rest(hall: &Office) -> Vec<String> {
    let sqlite = hall.sqlite();
    let mut all = Vec::new();
    for (table, columns) in
        tables(&sqlite).into_iter().filter(|(table, _)| !["texts", "counters"].contains(&table.as_str()))
    {
        for (column, _) in columns.iter().filter(|(column, _)| !is_place(&table, column)) {
            let values = values(&sqlite, &table, column);
            all.extend(values.into_iter().map(|value| format!("{table}.{column} {value:?}")));
        }
    }
    all
}

/// Columns of bytes in which nothing is sealed: ids, hashes, keys, blind indexes. Whoever adds another column of bytes
/// says here, or in [`PLACES`], which it is.
const PLAIN: &[&str] = &[
    "audit.case_id",
    "audit.hash",
    "audit.prev",
    "callback_notes.case_id",
    "callback_notes.staff_id",
    "callbacks.case_id",
    "case_claims.case_id",
    "case_claims.staff_id",
    "case_events.case_id",
    "case_events.hash",
    "case_events.kiosk_id",
    "case_events.staff_id",
    "case_fields.case_id",
    "case_fields.staff_id",
    "case_files.case_id",
    "case_files.content",
    "case_files.sha256",
    "case_initials.case_id",
    "case_initials.initials_index",
    "case_papers.case_id",
    "case_papers.staff_id",
    "case_reads.case_id",
    "case_reads.staff_id",
    "cases.claim_directive",
    "cases.id",
    "cases.kiosk_id",
    "cases.last4_index",
    "cases.name_index",
    "cases.person_index",
    "cases.phone_index",
    "cases.received_by",
    "cases.window_id",
    "compartments.case_id",
    "compartments.kiosk_id",
    "directives.case_id",
    "directives.id",
    "directives.kiosk_id",
    "directives.round",
    "directives.staff_id",
    "entries.hash",
    "entries.journal_id",
    "entries.looked_by",
    "entries.payload_hash",
    "escalations.case_id",
    "escalations.seen_by",
    "item_versions.body_hash",
    "joint_events.part_id",
    "joint_events.staff_id",
    "joint_parts.case_id",
    "joint_parts.id",
    "joint_parts.window_id",
    "journals.head",
    "journals.id",
    "journals.kiosk_id",
    "journals.last_boot",
    "journals.live_boot",
    "journals.told_boot",
    "kept_forms.staff_id",
    "kept_forms.visit_hash",
    "kiosks.code_hash",
    "kiosks.id",
    "kiosks.public_key",
    "messages.case_id",
    "notices.case_id",
    "notices.hash",
    "notices.made_by",
    "oidc_flows.flow_hash",
    "parcels.case_id",
    "ratings.case_id",
    "saved_views.staff_id",
    "sessions.staff_id",
    "sessions.token_hash",
    "staff.id",
    "staff_windows.staff_id",
    "staff_windows.window_id",
    "tries.try_key",
    "untimed.boot",
    "untimed.case_id",
    "untimed.journal_id",
    "window_departments.window_id",
    "windows.id",
];

/// Whether bytes may have been sealed with a key: its number, and the nonce and tag that every sealed value has.
fn looks_sealed(value: &Value, key: u8) -> bool {
    match value {
        Value::Blob(bytes) => bytes.first() == Some(&key) && bytes.len() >= 41,
        Value::Text(text) => hex::decode(text).is_ok_and(|bytes| looks_sealed(&Value::Blob(bytes), key)),
        Value::Null | Value::Integer(_) | Value::Real(_) => false,
    }
}

#[test]
fn everything_that_is_sealed_is_sealed_anew_and_nothing_else_changes() {
    let hall = everything();
    let mut places: BTreeSet<&str> = PLACES.iter().map(|place| place.table).collect();
    let before = under_others(&hall, 0);
    assert_eq!(before.keys().collect::<Vec<_>>(), [&1]);
    before[&1].iter().for_each(|(table, _)| assert!(places.remove(table), "{table}"));
    assert!(places.is_empty(), "the hall of this test lacks {places:?}");
    let sqlite = hall.sqlite();
    for (table, columns) in tables(&sqlite) {
        for (column, kind) in columns {
            let name = format!("{table}.{column}");
            let plain = kind != "BLOB" || PLAIN.contains(&name.as_str());
            assert!(plain != is_place(&table, &column) || kind == "TEXT", "{name}: is it sealed? See PLACES and PLAIN");
            if !is_place(&table, &column) {
                let found = values(&sqlite, &table, &column);
                assert!(!found.iter().any(|value| looks_sealed(value, 1)), "{name} seems to hold something sealed");
            }
        }
    }
    drop(sqlite);
    clean(&hall);
    let sealed = opened(&hall);
    assert_eq!(sealed.len() as u64, before[&1].iter().map(|(_, count)| count).sum::<u64>());

    assert_eq!(rotate(&hall), 2);
    assert!(!again(&hall), "not before it was taken up");
    assert_eq!(hall.app.keys().sealer.newest(), 1);
    assert!(take_up(&hall) && !take_up(&hall), "once");
    assert_eq!(hall.app.keys().sealer.newest(), 2);
    let mut technician = hall.signed_in("李强");
    assert!(technician.get("/kiosks").body.contains("旧数据正在后台重新加密"));
    assert!(matches!(rotation::rotate(&hall.app), Err(RotationError::UnderWay { newest: 2 })), "one at a time");
    assert_eq!(hall.app.keys().read_again().expect("keys").ids(), [1, 2]);
    let unsealed = rest(&hall);
    let mut steps = 0;
    while again(&hall) {
        steps += 1;
        clean(&hall);
        assert_eq!(opened(&hall), sealed, "after {steps} steps");
    }
    assert!(steps > PLACES.len(), "{steps}");
    let changed: Vec<_> = std::iter::zip(rest(&hall), &unsealed).filter(|(now, before)| now != *before).collect();
    assert_eq!((changed, rest(&hall).len()), (vec![], unsealed.len()));
    assert_eq!(under_others(&hall, 2), BTreeMap::new());
    let sqlite = hall.sqlite();
    for (table, columns) in tables(&sqlite) {
        for (column, _) in columns {
            let left = values(&sqlite, &table, &column);
            assert!(!left.iter().any(|value| looks_sealed(value, 1)), "{table}.{column} is left under the old key");
        }
    }
    drop(sqlite);
    let status = rotation::status(&hall.app).expect("looks");
    assert_eq!((status.newest, status.under_way, status.older.len()), (2, false, 1));
    assert!(status.older[0].holds.is_empty(), "attachments too: {status:?}");
    let page = technician.get("/kiosks").body;
    assert!(page.contains("全部数据已用 2 号密钥加密") && page.contains("key retire"), "{page}");

    // Without the old key everything is there: after a start, too.
    let retired = rotation::retire(&hall.app).expect("retires");
    assert_eq!(retired.iter().map(|key| key.id).collect::<Vec<_>>(), [1]);
    assert!(retired[0].file.ends_with("keys/retired/personal-1") && retired[0].file.is_file());
    assert!(rotation::retire(&hall.app).expect("nothing to do").is_empty());
    assert!(take_up(&hall), "the server forgets it");
    assert_eq!(hall.app.keys().sealer.ids(), [2]);
    drop(technician);
    let hall = hall.with("");
    assert_eq!((hall.app.keys().sealer.ids(), opened(&hall)), (vec![2], sealed));
    let mut clerk = hall.signed_in("王敏");
    assert!(!clerk.get("/kiosks").body.contains("id=\"data-keys\""));
    let case = format!("/cases/{}", uuid::Uuid::from_bytes(hall.value("SELECT case_id FROM case_files LIMIT 1")));
    let page = clerk.get(&case).body;
    let file = page.split("data-file=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an attachment");
    assert_eq!(clerk.get(&format!("{case}/files/{file}")).bytes, scan());
    assert!(page.contains("电话已核实"));
    let audit = hall.audit();
    let keys: Vec<&String> = audit.iter().filter(|action| action.starts_with("key_")).collect();
    assert_eq!(keys, ["key_rotated", "key_retired"]);
}

/// Wherever the server dies, and whatever comes meanwhile.
#[test]
fn a_server_that_dies_between_any_two_steps_goes_on_and_takes_deposits_meanwhile() {
    let mut hall = everything();
    for _ in 0..210 {
        hall.terminal.deposit_of(10, outside::people::Item::performance(), &outside::people::paper());
    }
    hall.send();
    rotate(&hall);
    let (mut steps, mut entries) = (0, hall.count("entries WHERE payload IS NOT NULL"));
    loop {
        // The key is taken up by the start.
        hall = hall.with("");
        clean(&hall);
        if !again(&hall) {
            break;
        }
        steps += 1;
        hall.deposit(20 + steps, NAME, true);
        entries += 1;
        assert_eq!(hall.count("entries WHERE payload IS NOT NULL"), entries);
    }
    assert!((PLACES.len() + 3..40).contains(&usize::from(steps)), "each step once: {steps}");
    assert!(rotation::status(&hall.app).expect("looks").older[0].holds.is_empty());
    // What came aside in a step that died is gone with the next start.
    rotation::retire(&hall.app).expect("nothing needs the old key");
    hall.app.tidy().expect("tidies");
    assert_eq!(fs::read_dir(hall.data().join("files/aside")).expect("a folder").count(), 0);
    clean(&hall);
}

/// A deposit that was sealed before the key was taken up and is written after.
#[test]
fn what_waited_for_the_writer_while_the_key_changed_is_sealed_with_the_new_one() {
    let mut hall = Office::open();
    hall.terminal.deposit_of(7, outside::people::Item::performance(), &outside::people::paper());
    let entries = hall.terminal.take();
    let push = hall.terminal.push_of(&entries);
    rotate(&hall);
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let keys = hall.app.keys();
    let switch = hall.app.store().write(move |_| {
        let _ = wait.recv();
        keys.sealer.set_ring(keys.read_again().expect("keys"));
        Ok::<_, hall_store::StoreError>(())
    });
    hall.runtime.block_on(async {
        let mut switch = pin!(switch);
        let mut taken = pin!(intake::take(&hall.app, hall.kiosk, push));
        // Each is begun and waits: the first holds the writer, the second is sealed already.
        tokio::select! {
            biased;
            _ = &mut switch => unreachable!("it waits"),
            _ = &mut taken => unreachable!("it waits"),
            () = std::future::ready(()) => {}
        }
        go.send(()).expect("goes on");
        switch.await.expect("switches");
        taken.await.expect("is taken");
    });
    assert_eq!(under_others(&hall, 2), BTreeMap::new());
    assert_eq!(under_others(&hall, 0)[&2], [("entries", 1)]);
    clean(&hall);
}

#[test]
fn a_key_that_something_needs_is_not_retired_and_what_was_put_back_is_sealed_anew() {
    let hall = everything();
    let old: Vec<u8> = hall.value("SELECT payload FROM entries WHERE payload IS NOT NULL ORDER BY id LIMIT 1");
    let hash: Vec<u8> = hall.value("SELECT sha256 FROM case_files LIMIT 1");
    let file = hall.data().join("files").join(hex::encode(&hash[..1])).join(hex::encode(&hash));
    let old_file = fs::read(&file).expect("an attachment");
    rotate(&hall);
    take_up(&hall);
    let refused = rotation::retire(&hall.app).expect_err("under way").to_string();
    assert!(refused.contains("key 2 is still being taken up"), "{refused}");
    while again(&hall) {}
    // As when a backup of one file was put back.
    let put_back = |hall: &Office| {
        let sqlite = hall.sqlite();
        let put = "UPDATE entries SET payload = ?1 WHERE id = (SELECT MIN(id) FROM entries WHERE payload IS NOT NULL)";
        assert_eq!(sqlite.execute(put, [&old]).expect("SQL"), 1);
        fs::write(&file, &old_file).expect("writes");
    };
    put_back(&hall);
    let refused = rotation::retire(&hall.app).expect_err("is needed").to_string();
    assert!(refused.contains("key 1: entries 1, attachments 1 are sealed with it still"), "{refused}");
    assert!(hall.data().join("keys/personal-1").is_file());
    assert!(again(&hall), "so everything is gone through once more");
    while again(&hall) {}
    assert!(rotation::status(&hall.app).expect("looks").older[0].holds.is_empty());
    // A start looks, too, while the old key is here.
    put_back(&hall);
    let hall = hall.with("");
    hall.runtime.block_on(rotation::look_again(&hall.app)).expect("looks");
    while again(&hall) {}
    hall.runtime.block_on(rotation::look_again(&hall.app)).expect("looks");
    assert!(!again(&hall), "and not for ever");
    rotation::retire(&hall.app).expect("nothing needs it");
}

#[test]
fn what_does_not_open_stays_is_told_and_keeps_its_key() {
    let hall = everything();
    hall.leaves(Left::Flaws);
    hall.leaves(Left::Logged("what does not open could not be sealed"));
    rotate(&hall);
    take_up(&hall);
    assert!(hall.rewrite("UPDATE directives SET body = substr(body, 1, length(body) - 2) || '00'"));
    assert!(hall.rewrite("UPDATE kept_forms SET body = x'01'"));
    while again(&hall) {}
    hall.runtime.block_on(rotation::tell_end(&hall.app)).expect("looks");
    let refused = rotation::retire(&hall.app).expect_err("does not open").to_string();
    let directives = hall.count("directives");
    assert!(refused.contains(&format!("key 1: directives {directives}, kept_forms 1 are")), "{refused}");
    assert!(refused.contains("see `verify`"), "{refused}");
}

/// A flipped bit names a key that never was: it does not open whatever is kept, and keeps nothing.
#[test]
fn a_key_that_never_was_keeps_no_other() {
    let hall = everything();
    hall.leaves(Left::Flaws);
    hall.leaves(Left::Logged("what does not open could not be sealed"));
    let flip = "UPDATE entries SET payload = CAST(x'4d' || substr(payload, 2) AS BLOB)
        WHERE id = (SELECT MAX(id) FROM entries WHERE payload IS NOT NULL)";
    assert!(hall.rewrite(flip));
    rotate(&hall);
    take_up(&hall);
    while again(&hall) {}
    hall.runtime.block_on(rotation::tell_end(&hall.app)).expect("looks");
    let status = rotation::status(&hall.app).expect("looks");
    let strange = status.older.iter().find(|key| key.id == 77).expect("is told");
    assert!(!strange.here && !strange.counted_on && strange.holds == [("entries", 1)], "{strange:?}");
    assert_eq!(rotation::retire(&hall.app).expect("nothing needs the first").len(), 1);
}

/// A database and keys that are not of one another.
#[test]
fn a_backup_from_before_wants_its_key_back() {
    let hall = everything();
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("before.db");
    hall.app.store().read_blocking(|connection| hall_store::meta::backup(connection, &copy)).expect("copies");
    let sealed = opened(&hall);
    rotate(&hall);
    take_up(&hall);
    while again(&hall) {}
    let retired = rotation::retire(&hall.app).expect("retires").remove(0).file;
    // Put back with the retired key: its attachments lie under the new one, and both open.
    fs::copy(&retired, hall.data().join("keys/personal-1")).expect("puts it back");
    let hall = hall.after(|data| {
        for name in ["hall.db-wal", "hall.db-shm"] {
            let _ = fs::remove_file(data.join(name));
        }
        fs::copy(&copy, data.join("hall.db")).expect("restores");
    });
    assert_eq!(hall.app.keys().sealer.newest(), 2, "what is new is not sealed with the old key again");
    assert_eq!(opened(&hall), sealed);
    clean(&hall);
    while again(&hall) {}
    assert_eq!(under_others(&hall, 2), BTreeMap::new());
    assert_eq!(opened(&hall), sealed);
    assert_eq!(rotation::retire(&hall.app).expect("retires again")[0].file, retired);
    assert!(!hall.data().join("keys/personal-1").exists());
}
