//! The whole database against its own hashes and rules: what is right is called right (each test's hall is looked at in
//! the end), and whatever bit changes, what a reader could see of it is found.

use hall_domain::figures::verify;
use hall_domain::ground::moment::Moment;
use rusqlite::Connection;

use crate::steps::goes;
use test_hall::{Left, NAME, Office};

/// What people are shown that a hash or a rule speaks for. Settings and accounts, messages, claims and read marks are not
/// among it: nothing else says what they should be.
const SHOWN: &[&str] = &[
    "SELECT journal_id, seq, hash, header, payload_hash, payload FROM entries ORDER BY journal_id, seq",
    "SELECT id, next_seq, head FROM journals ORDER BY id",
    "SELECT id, receipt, item, item_version, state, version, news_version, changed_ms, deposited_ms, due_clock, due_date,
         soon_date, due_lacks, person_index, last4_index, name_index, phone_index FROM cases ORDER BY id",
    "SELECT * FROM case_events ORDER BY case_id, n",
    "SELECT * FROM audit ORDER BY seq",
    "SELECT * FROM notices ORDER BY kind, year, number",
    "SELECT * FROM notice_numbers ORDER BY kind, year",
    "SELECT * FROM case_papers ORDER BY case_id, n",
    "SELECT * FROM case_fields ORDER BY case_id, n, field",
    "SELECT part_id, n, body FROM joint_events ORDER BY part_id, n",
    "SELECT etag, body FROM catalogues ORDER BY etag",
    "SELECT code, version, body, body_hash FROM item_versions ORDER BY code, version",
    "SELECT year, body FROM calendars ORDER BY year",
];

fn shown(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut all = Vec::new();
    for sql in SHOWN {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for at in 0..columns {
                all.push(format!("{:?}", row.get_ref(at)?));
            }
        }
    }
    Ok(all)
}

/// A hall with a case at each stage.
fn hall() -> Office {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    clerk.post(&format!("{case}/notes"), &[("text", "电话已核实")]);
    drop(clerk);
    for no in 11..15 {
        hall.deposit(no, NAME, no % 2 == 0);
    }
    hall
}

#[test]
fn whichever_bit_changes_what_a_reader_could_see_of_it_is_found() {
    const FLIPS: u64 = 400;
    let hall = hall();
    let folder = tempfile::tempdir().expect("a folder");
    let (copy, broken) = (folder.path().join("copy.db"), folder.path().join("broken.db"));
    hall.app.store().read_blocking(|connection| hall_store::meta::backup(connection, &copy)).expect("copies");
    let good = std::fs::read(&copy).expect("reads");
    let moment = Moment::of(&hall.app);
    let open = |path: &std::path::Path| Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    let before = shown(&open(&copy).expect("opens")).expect("reads");
    assert!(before.len() > 300);
    // The header says that there is a log beside the file; a copy has none.
    let (mut changed, mut missed, mut at) = (0, Vec::new(), 20_261_130_u64);
    for _ in 0..FLIPS {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(at >> 16).expect("fits") % good.len();
        let mut bytes = good.clone();
        bytes[place] ^= 1 << (at >> 8 & 7);
        std::fs::write(&broken, &bytes).expect("writes");
        let Ok(connection) = open(&broken) else { continue };
        if shown(&connection).is_ok_and(|now| now == before) {
            continue;
        }
        changed += 1;
        let copy = hall_store::Connection::of_copy(&broken).expect("opens as before");
        if verify::all(&copy, &moment).is_ok_and(|found| found.count == 0) {
            missed.push(place);
        }
    }
    assert!(changed > FLIPS / 10, "{changed} of {FLIPS} changed what is shown");
    assert_eq!(missed, Vec::<usize>::new(), "of {changed} that changed what is shown");
}

/// By somebody with a tool for SQLite, who knows no key: each table's row, changed so that the file itself is sound.
#[test]
fn a_row_that_was_rewritten_is_found_and_every_page_says_so() {
    let hall = hall();
    hall.leaves(Left::Flaws);
    hall.leaves(Left::Logged("the database does not agree with itself"));
    let found = verify::and_keep_blocking(&hall.app).expect("looks");
    assert_eq!((found.count, found.cases), (0, 5), "{found:?}");
    let page = hall.signed_in("李强").get("/kiosks").body;
    assert!(page.contains("id=\"verified\"") && page.contains("完好") && !page.contains("id=\"broken\""), "{page}");
    let folder = tempfile::tempdir().expect("a folder");
    let moment = Moment::of(&hall.app);
    for (n, sql) in [
        "UPDATE entries SET header = replace(header, 'culture', 'education') WHERE seq = 2",
        "UPDATE entries SET payload = zeroblob(length(payload)) WHERE seq = 2",
        "DELETE FROM entries WHERE id = (SELECT MAX(id) FROM entries)",
        "UPDATE journals SET next_seq = next_seq + 1",
        "UPDATE cases SET state = 'archived' WHERE rowid = 1",
        "UPDATE cases SET due_date = '2026-12-24' WHERE rowid = 2",
        "UPDATE cases SET soon_date = NULL WHERE rowid = 2",
        "UPDATE cases SET receipt = '101010000999' WHERE rowid = 1",
        "UPDATE cases SET item = 'internet-cafe' WHERE rowid = 3",
        "UPDATE cases SET person_index = zeroblob(16) WHERE rowid = 3",
        "UPDATE cases SET deposited_ms = deposited_ms - 86400000 WHERE rowid = 3",
        "UPDATE case_events SET at_ms = at_ms - 86400000 WHERE n = 3",
        "UPDATE case_events SET note = 'x' WHERE n = 2",
        "DELETE FROM case_events WHERE rowid_of_last",
        "UPDATE audit SET detail = '{}' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE notices SET number = number + 1 WHERE rowid = (SELECT MAX(rowid) FROM notices)",
        "UPDATE notices SET made_ms = made_ms - 1",
        "DELETE FROM notices WHERE rowid = (SELECT MAX(rowid) FROM notices)",
        "UPDATE notices SET body = zeroblob(80)",
        "UPDATE case_papers SET at_ms = at_ms - 1",
        "UPDATE item_versions SET body = replace(body, '营业性', '非营业')",
        "UPDATE calendars SET body = replace(body, '2026-10-01', '2026-10-02')",
        "UPDATE calendars SET body = body || '# more'",
    ]
    .into_iter()
    .enumerate()
    {
        let sql = sql
            .replace("rowid_of_last", "n = (SELECT MAX(n) FROM case_events e WHERE e.case_id = case_events.case_id)");
        let copy = folder.path().join(format!("{n}.db"));
        hall.app.store().read_blocking(|connection| hall_store::meta::backup(connection, &copy)).expect("copies");
        let connection = Connection::open(&copy).expect("opens");
        let keeps = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'";
        let drops: String = connection.query_row(keeps, [], |row| row.get(0)).expect("reads");
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {drops}")).expect("without its guards");
        assert!(connection.execute(&sql, []).expect("is SQL") > 0, "{sql}");
        drop(connection);
        let copy = hall_store::Connection::of_copy(&copy).expect("opens");
        let found = verify::all(&copy, &moment).expect("looks");
        assert!(found.count > 0 && !found.flaws.is_empty(), "{sql}");
        assert!(!found.flaws.iter().any(|flaw| flaw.contains(NAME)), "nothing personal: {found:?}");
    }
    // And it is told to those whose business it is.
    assert!(hall.rewrite("UPDATE cases SET state = 'archived' WHERE rowid = 1"));
    assert!(verify::and_keep_blocking(&hall.app).expect("looks").count > 0);
    assert!(hall.signed_in("李强").get("/inbox").body.contains("id=\"broken\""));
    assert!(!hall.signed_in("王敏").get("/inbox").body.contains("id=\"broken\""));
}
