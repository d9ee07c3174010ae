//! What the window adds to a case: keyed fields, notes, attachments, mandates, the green channel, the archive; and what
//! of it is refused.

use std::io::{Cursor, Read as _, Write as _};

use axum::http::{StatusCode, header};
use hall_domain::case::bundle;
use hall_rules::Role;

use crate::steps::{goes, press};
use outside::people::material;
use test_hall::{Left, NAME, NUMBER, Office, Visitor};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\nstartxref\n9\n%%EOF\n";

/// The bytes of an address, and its headers.
fn fetch(browser: &mut Visitor<'_>, path: &str) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
    let answer = browser.get(path);
    (answer.status, answer.headers, answer.bytes)
}

/// The number of the last attachment on a page.
fn last_file(page: &str) -> String {
    let (_, rest) = page.rsplit_once("data-file=\"").expect("an attachment");
    rest.split('"').next().expect("its end").to_owned()
}

#[test]
fn the_form_is_keyed_in_checked_by_its_item_and_sealed() {
    let mut hall = Office::open();
    let waits = hall.deposit(9, NAME, true);
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let page = clerk.get(&case).body;
    assert!(page.contains("data-keyed=\"0\"") && page.contains("id=\"key-in\""), "{page}");
    let form = clerk.get(&format!("{case}/fields")).body;
    let names: Vec<&str> = form.split("id=\"field-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() >= 4 && form.contains("统一社会信用代码"), "{form}");
    let org = names.iter().find(|name| name.contains("code")).copied().unwrap_or_else(|| panic!("{names:?}"));
    let org = format!("field-{org}");
    let path = format!("{case}/fields");
    // A wrong value saves nothing, says what is wrong and keeps what was typed.
    let answer = clerk.post(&path, &[("seen", "0"), (&org, "9133"), ("field-nonsense", "")]);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a field the item does not have");
    let answer = clerk.post(&path, &[("seen", "0"), (&org, "9133<b>")]);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("统一社会信用代码 18 位") && answer.body.contains("9133&#60;b&#62;"),
        "{}",
        answer.body
    );
    assert!(clerk.get(&case).body.contains("data-keyed=\"0\""));
    let good = [("seen", "0"), (org.as_str(), "91330100799655058b")];
    assert_eq!(clerk.post(&path, &good).location(), case);
    let page = clerk.get(&case).body;
    assert!(page.contains("data-keyed=\"1\"") && page.contains("统一社会信用代码"), "{page}");
    assert!(!page.contains("91330100799655058B"), "its value is on its own page only");
    assert!(clerk.get(&path).body.contains("91330100799655058B"), "in its one form");
    // A colleague's older page is told, and what was typed stays.
    let stale = clerk.post(&path, &[("seen", "0"), (&org, "91440300MA5DABCD00")]);
    assert!(stale.status.is_client_error() && stale.body.contains("91440300MA5DABCD00"), "{}", stale.body);
    assert_eq!(hall.signed_in("赵燕").get(&path).status, StatusCode::NOT_FOUND, "another window's");
    let boxed = format!("/cases/{waits}/fields");
    assert!(clerk.get(&boxed).body.contains("现在不能录入"));
    assert_eq!(clerk.post(&boxed, &good).status, StatusCode::CONFLICT, "the form is still in its box");
    for action in ["fields_looked", "fields_keyed"] {
        assert!(hall.audit().contains(&action.to_owned()), "{action}");
    }
    let stored: Vec<u8> = hall.value("SELECT body FROM case_fields");
    assert!(!String::from_utf8_lossy(&stored).contains("91330100799655058B"), "sealed");
    assert!(!hall.rewrite("UPDATE case_fields SET at_ms = 0") && !hall.rewrite("DELETE FROM case_fields"));
}

#[test]
fn a_note_is_for_staff_only_and_stays() {
    let mut hall = Office::open();
    let case = hall.received();
    hall.hire("督查员", Role::Supervisor);
    let mut clerk = hall.signed_in("王敏");
    assert!(clerk.get(&case).body.contains("申请人永远看不到"));
    let path = format!("{case}/notes");
    for bad in ["", " \n ", &"长".repeat(501), "a\u{7}b"] {
        assert_eq!(clerk.post(&path, &[("text", bad)]).status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    }
    let hostile = "<script>alert(1)</script>\r\n第二行";
    assert_eq!(clerk.post(&path, &[("text", hostile)]).location(), case);
    let page = clerk.get(&case).body;
    assert!(
        page.contains("&#60;script&#62;alert(1)") && page.contains("第二行") && !page.contains("<script>alert"),
        "{page}"
    );
    let mut supervisor = hall.signed_in("督查员");
    supervisor.get(&case);
    assert_eq!(supervisor.post(&path, &[("text", "已阅")]).location(), case, "who supervises may note");
    let mut other = hall.signed_in("赵燕");
    assert_eq!(other.post(&path, &[("text", "x")]).status, StatusCode::NOT_FOUND);
    let stored: Vec<u8> = hall.value("SELECT body FROM case_papers");
    assert!(!String::from_utf8_lossy(&stored).contains("第二行"), "sealed");
    assert!(!hall.rewrite("UPDATE case_papers SET at_ms = 0") && !hall.rewrite("DELETE FROM case_papers"));
}

#[test]
fn a_scan_is_kept_sealed_and_handed_out_for_saving_only() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let name = "C:\\桌面\\委托书 \u{201c}a\u{201d};x.pdf";
    assert_eq!(clerk.upload(&case, None, &name.replace('\\', "/"), PDF).location(), case);
    let page = clerk.get(&case).body;
    assert!(page.contains("委托书") && page.contains("1 KB"), "{page}");
    let path = format!("{case}/files/{}", last_file(&page));
    let (status, headers, bytes) = fetch(&mut clerk, &path);
    assert_eq!((status, bytes.as_slice()), (StatusCode::OK, PDF));
    let said = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(said(header::CONTENT_TYPE), "application/pdf");
    assert_eq!(said(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(said(header::CACHE_CONTROL), "no-store");
    let disposition = said(header::CONTENT_DISPOSITION);
    assert!(
        disposition.starts_with("attachment; filename=\"") && disposition.contains("filename*=UTF-8''%E5"),
        "{disposition}"
    );
    assert!(hall.audit().contains(&"file_attached".to_owned()) && hall.audit().contains(&"file_read".to_owned()));
    for bad in [format!("{case}/files/999"), format!("{case}/files/x")] {
        assert_eq!(clerk.get(&bad).status, StatusCode::NOT_FOUND, "{bad}");
    }
    assert_eq!(hall.signed_in("赵燕").get(&path).status, StatusCode::NOT_FOUND, "another window's");
    assert_eq!(hall.browser().get(&path).status, StatusCode::SEE_OTHER, "nobody's");
    // The same again is another attachment and the same content.
    assert_eq!(clerk.upload(&case, None, "again.pdf", PDF).location(), case);
    let page = clerk.get(&case).body;
    assert_eq!(fetch(&mut clerk, &format!("{case}/files/{}", last_file(&page))).2, PDF);
    assert!(!hall.rewrite("DELETE FROM case_files") && !hall.rewrite("UPDATE case_files SET size = 0"));
}

#[test]
fn what_is_not_what_it_says_or_too_large_is_refused_and_leaves_nothing() {
    let mut hall = Office::open();
    let case = hall.received();
    hall.hire("督查员", Role::Supervisor);
    let mut clerk = hall.signed_in("王敏");
    let large = [PDF, &vec![b' '; (20 << 20) + 1], b"%%EOF"].concat();
    for (name, content, says) in [
        ("a.pdf", &b"<html><script>alert(1)</script>"[..], "只收 PDF、PNG、JPEG"),
        ("a.pdf", b"MZ\x90\0 an executable", "只收 PDF、PNG、JPEG"),
        ("a.pdf", b"%PDF-1.7 cut sho", "只收 PDF、PNG、JPEG"),
        ("a.pdf", b"", "附件没有收下"),
        ("a.png", PDF, "文件名和内容不符"),
        ("a.pdf.exe", PDF, "文件名和内容不符"),
        ("", PDF, "附件没有收下"),
        ("big.pdf", &large, "最大 20 MB"),
    ] {
        let answer = clerk.upload(&case, None, name, content);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", answer.body);
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
    }
    for csrf in ["", "0", &"0".repeat(64), &"x".repeat(1000)] {
        assert_eq!(clerk.upload(&case, Some(csrf), "a.pdf", PDF).status, StatusCode::FORBIDDEN, "{csrf}");
    }
    assert_eq!(hall.signed_in("督查员").upload(&case, None, "a.pdf", PDF).status, StatusCode::FORBIDDEN);
    assert_eq!(
        hall.signed_in("赵燕").upload(&case, None, "a.pdf", PDF).status,
        StatusCode::NOT_FOUND,
        "another window's"
    );
    assert!(clerk.get(&case).body.contains("还没有附件"));
    let files = hall.data().join("files");
    let kept: Vec<_> =
        std::fs::read_dir(&files).expect("a folder").map(|entry| entry.expect("reads").file_name()).collect();
    assert_eq!(kept, ["aside"]);
    assert_eq!(std::fs::read_dir(files.join("aside")).expect("a folder").count(), 0);
}

#[test]
fn a_mandate_is_recorded_with_who_checked_it() {
    let mut hall = Office::open();
    let case = hall.received();
    hall.hire("审批", Role::Approver);
    let mut clerk = hall.signed_in("王敏");
    assert_eq!(clerk.upload(&case, None, "mandate.pdf", PDF).location(), case);
    let file = last_file(&clerk.get(&case).body);
    let path = format!("{case}/mandate");
    let said =
        |principal: &'static str, scope: &'static str| [("principal", principal), ("number", NUMBER), ("scope", scope)];
    for bad in [said("", "办理"), said("刘海涛", ""), said("刘海涛\n", "a\nb")] {
        assert_eq!(clerk.post(&path, &bad).status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    }
    let [a, b, c] = said("刘海涛", "代办演出审批");
    assert_eq!(clerk.post(&path, &[a, b, c, ("file", "999")]).status, StatusCode::UNPROCESSABLE_ENTITY, "no such scan");
    assert_eq!(clerk.post(&path, &[a, b, c, ("file", &file)]).location(), case);
    let page = clerk.get(&case).body;
    assert!(page.contains("刘**") && page.contains("代办演出审批") && page.contains("登记代办委托"), "{page}");
    assert!(!page.contains("刘海涛") && !page.contains(NUMBER), "masked");
    let mut approver = hall.signed_in("审批");
    approver.get(&case);
    assert_eq!(approver.post(&path, &[a, b, c]).status, StatusCode::FORBIDDEN);
    assert!(hall.audit().contains(&"mandate_checked".to_owned()));
}

#[test]
fn the_green_channel_is_a_chiefs_and_shortens_the_promise() {
    let mut hall = Office::open();
    hall.hire_at("孙莉", "7号窗口", Role::Clerk);
    // Promised: three working days.
    let materials = vec![material("申请表", false)];
    let id = hall.deposit_of(7, NAME, true, ("road-excavation", "urban"), materials);
    let case = hall.take_out(id, 7, "孙莉");
    let mut clerk = hall.signed_in("孙莉");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    let due = |page: &str| {
        page.split("data-clock=\"promised\"").nth(1).and_then(|rest| rest.split("</tr>").next()).map(str::to_owned)
    };
    assert!(due(&clerk.get(&case).body).is_some_and(|row| row.contains("0 / 3")));
    let path = format!("{case}/green");
    assert_eq!(clerk.post(&path, &[("on", "1"), ("reason", "重点项目")]).status, StatusCode::FORBIDDEN);
    let mut chief = hall.signed_in("李强");
    chief.get(&case);
    assert_eq!(chief.post(&path, &[("on", "1"), ("reason", "")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(chief.post(&path, &[("on", "1"), ("reason", "市重点项目")]).location(), case);
    assert_eq!(chief.post(&path, &[("on", "1"), ("reason", "市重点项目")]).status, StatusCode::CONFLICT, "twice");
    let page = clerk.get(&case).body;
    assert!(page.contains("id=\"is-green\"") && page.contains("市重点项目"), "{page}");
    assert!(due(&page).is_some_and(|row| row.contains("0 / 2")), "half of three, rounded up: {page}");
    let list = clerk.get("/inbox?show=work").body;
    assert!(list.contains("绿色通道") && list.contains("剩 2 个工作日"), "{list}");
    assert_eq!(chief.post(&path, &[("on", "0"), ("reason", "不再是重点")]).location(), case);
    assert!(due(&clerk.get(&case).body).is_some_and(|row| row.contains("0 / 3")));
    goes(&mut chief, &case, "denied", &[("reason", "不符合条件")], "decided_deny");
    assert_eq!(chief.post(&path, &[("on", "1"), ("reason", "晚了")]).status, StatusCode::CONFLICT, "decided");
}

/// A case that went the short way, with everything that can be added, closed and archived.
fn archived(hall: &mut Office) -> String {
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    assert_eq!(clerk.upload(&case, None, "委托书.pdf", PDF).location(), case);
    clerk.post(&format!("{case}/notes"), &[("text", "电话已核实")]);
    let mandate = [("principal", "刘海涛"), ("number", ""), ("scope", "代办")];
    assert_eq!(clerk.post(&format!("{case}/mandate"), &mandate).location(), case);
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "not_taken", &[("reason", "依法不需要许可")], "not_taken");
    goes(&mut clerk, &case, "archived", &[], "archived");
    case
}

#[test]
fn a_closed_case_is_taken_out_whole_by_a_chief() {
    let mut hall = Office::open();
    let case = archived(&mut hall);
    let mut clerk = hall.signed_in("王敏");
    let path = format!("{case}/archive");
    assert!(!clerk.get(&case).body.contains("id=\"export\""));
    assert_eq!(clerk.get(&path).status, StatusCode::FORBIDDEN);
    for (path, fields) in [("notes", [("text", "x")]), ("mandate", [("principal", "x")])] {
        assert!(clerk.post(&format!("{case}/{path}"), &fields).status.is_client_error(), "an end is an end: {path}");
    }
    assert_eq!(clerk.upload(&case, None, "a.pdf", PDF).status, StatusCode::CONFLICT, "an end is an end");
    let mut chief = hall.signed_in("李强");
    assert!(chief.get(&case).body.contains("id=\"export\""));
    let (status, headers, bytes) = fetch(&mut chief, &path);
    assert_eq!(status, StatusCode::OK);
    assert!(headers.get(header::CONTENT_DISPOSITION).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(".zip")));
    let key = hall.app.keys().hall.verifying_key();
    let report = bundle::verify(Cursor::new(&bytes), Some(&key)).expect("a bundle");
    assert_eq!(report.flaws, Vec::<String>::new());
    assert!(report.whole >= 9 && report.events >= 8, "{report:?}");
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).expect("a zip");
    let mut text = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).expect(name).read_to_string(&mut text).expect("text");
        text
    };
    let whole = text("case.json");
    for part in [NAME, NUMBER, "电话已核实", "刘海涛", "委托书.pdf", "不受字〔2026〕1号", "依法不需要许可"]
    {
        assert!(whole.contains(part) || text("events.json").contains(part), "{part}: {whole}");
    }
    let notice = text("notices/02-not_taken.html");
    assert!(
        notice.contains("不受字〔2026〕1号") && notice.contains("依法不需要许可") && notice.contains("@page"),
        "{notice}"
    );
    assert!(text("audit.json").contains("case_stepped") && text("README.txt").contains("case verify"));
    assert!(hall.audit().contains(&"case_exported".to_owned()));
    // A case that is not closed stays.
    let open = hall_open(&mut hall);
    let mut chief = hall.signed_in("李强");
    assert_eq!(chief.get(&format!("{open}/archive")).status, StatusCode::CONFLICT);
}

fn hall_open(hall: &mut Office) -> String {
    format!("/cases/{}", hall.deposit(11, NAME, true))
}

/// Rebuilds a bundle, with its files changed, in the order they had.
fn rebuilt(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, added: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("reads");
        if let Some(content) = change(&name, content) {
            out.start_file(name, stored).expect("begins");
            out.write_all(&content).expect("writes");
        }
    }
    if let Some((name, content)) = added {
        out.start_file(name, stored).expect("begins");
        out.write_all(content).expect("writes");
    }
    out.finish().expect("ends").into_inner()
}

#[test]
fn each_tampering_shows() {
    let mut hall = Office::open();
    let case = archived(&mut hall);
    let good = fetch(&mut hall.signed_in("李强"), &format!("{case}/archive")).2;
    let key = hall.app.keys().hall.verifying_key();
    let replace = |from: &'static str, to: &'static str, bytes: Vec<u8>| {
        String::from_utf8(bytes).expect("text").replace(from, to).into_bytes()
    };
    let only = |wanted: &'static str, with: Box<dyn Fn(Vec<u8>) -> Option<Vec<u8>>>| {
        move |name: &str, bytes: Vec<u8>| if name == wanted { with(bytes) } else { Some(bytes) }
    };
    let attached = {
        let zip = zip::ZipArchive::new(Cursor::new(&good)).expect("a zip");
        let name = zip
            .file_names()
            .filter_map(Result::ok)
            .find(|name| name.starts_with("files/"))
            .map(|name| name.into_owned());
        name.expect("an attachment")
    };
    let keep = |_: &str, bytes| Some(bytes);
    let mut appended = good.clone();
    appended.extend_from_slice(b"more");
    let mut flipped = good.clone();
    let at = flipped.windows(12).position(|part| part == b"%PDF-1.7\n1 0").expect("the scan");
    flipped[at + 10] ^= 1;
    for (what, bytes, says) in [
        ("untouched", rebuilt(&good, keep, None), ""),
        (
            "a word of the case",
            rebuilt(&good, only("case.json", Box::new(move |b| Some(replace("刘海涛", "刘海波", b)))), None),
            "case.json: changed",
        ),
        (
            "an event",
            rebuilt(&good, only("events.json", Box::new(move |b| Some(replace("not_taken", "refused", b)))), None),
            "the chain breaks at event",
        ),
        (
            "a notice",
            rebuilt(
                &good,
                only("notices/02-not_taken.html", Box::new(move |b| Some(replace("不需要", "需要", b)))),
                None,
            ),
            "notices/02-not_taken.html: changed",
        ),
        ("a file gone", rebuilt(&good, |name: &str, bytes| (name != attached).then_some(bytes), None), ": missing"),
        (
            "a file more",
            rebuilt(&good, keep, Some(("files/more.pdf", PDF))),
            "files/more.pdf: the manifest does not know this file",
        ),
        (
            "the manifest",
            rebuilt(&good, only("manifest.json", Box::new(move |b| Some(replace("宜春市", "宜夏市", b)))), None),
            "the signature does not match",
        ),
        (
            "no signature",
            rebuilt(&good, |name: &str, bytes| (name != "manifest.sig.json").then_some(bytes), None),
            "nothing is proved",
        ),
        ("one bit", flipped, "files/"),
        ("appended", appended, "something was appended"),
    ] {
        let report = bundle::verify(Cursor::new(&bytes), Some(&key)).unwrap_or_else(|cause| panic!("{what}: {cause}"));
        let found = report.flaws.join("; ");
        assert_eq!(report.flaws.is_empty(), says.is_empty(), "{what}: {found}");
        assert!(found.contains(says), "{what}: {found}");
    }
    // What some unpacker would show and the directory does not name, or names otherwise.
    let hidden = {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("files/bad.txt", zip::write::SimpleFileOptions::default()).expect("begins");
        zip.write_all(b"never signed").expect("writes");
        let whole = zip.finish().expect("ends").into_inner();
        let directory = whole.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
        whole[..directory].to_vec()
    };
    let directory = good.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    let inserted = |at: usize, more: &[u8], first_moves: bool| {
        let mut bytes = [&good[..at], more, &good[at..]].concat();
        let by = u32::try_from(more.len()).expect("short");
        let end = bytes.len() - 22;
        let moved = |bytes: &mut [u8], at: usize| {
            let now = u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four")) + by;
            bytes[at..at + 4].copy_from_slice(&now.to_le_bytes());
        };
        moved(&mut bytes, end + 16);
        if first_moves {
            let mut record = directory + more.len();
            while bytes[record..].starts_with(b"PK\x01\x02") {
                moved(&mut bytes, record + 42);
                record += 46 + usize::from(u16::from_le_bytes([bytes[record + 28], bytes[record + 29]]));
            }
        }
        bytes
    };
    let mut commented = good.clone();
    let end = commented.len();
    commented[end - 2] = 4;
    commented.extend_from_slice(b"more");
    let mut renamed = good.clone();
    renamed[30] ^= 1;
    for (what, bytes) in [
        ("a file that the directory does not name", inserted(directory, &hidden, false)),
        ("bytes before the archive", inserted(0, b"#!/bin/sh\n", true)),
        ("a file before the archive", inserted(0, &hidden, true)),
        ("a comment", commented),
        ("another name before the file", renamed),
    ] {
        let report = bundle::verify(Cursor::new(&bytes), Some(&key)).unwrap_or_else(|cause| panic!("{what}: {cause}"));
        assert!(!report.flaws.is_empty(), "{what}");
    }
    // Not a bit of it can change without being found, but for two that say with which program it was made, and hints on
    // how to show it that no file hangs on.
    let free: Vec<std::ops::Range<usize>> = good
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == b"PK\x01\x02")
        .flat_map(|(at, _)| [at + 4..at + 6, at + 36..at + 42])
        .collect();
    for at in (0..good.len()).step_by(7).chain(directory..good.len()) {
        if free.iter().any(|range| range.contains(&at)) {
            continue;
        }
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        let found = bundle::verify(Cursor::new(&bytes), Some(&key));
        assert!(found.as_ref().map_or(true, |report| !report.flaws.is_empty()), "byte {at} of {}", good.len());
    }
    // Signed anew with a key of one's own: the hall's key tells.
    let other = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let report = bundle::verify(Cursor::new(&good), Some(&other.verifying_key())).expect("a bundle");
    assert!(report.flaws.iter().any(|flaw| flaw.contains("another key than the hall's")), "{report:?}");
    assert!(bundle::verify(Cursor::new(b"no zip at all"), Some(&key)).is_err());
    assert!(bundle::verify(Cursor::new(&good[..good.len() / 2]), Some(&key)).is_err());
}

#[test]
fn events_are_chained_as_they_happen() {
    let mut hall = Office::open();
    let case = hall.received();
    let id = case.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let mut clerk = hall.signed_in("王敏");
    assert_eq!(press(&mut clerk, &case, "pre_review_started", &[]).0, StatusCode::SEE_OTHER);
    let records = hall.app.store().read_blocking(|c| hall_store::case_events::records(c, id)).expect("reads");
    assert!(records.len() > 5);
    let mut prev = [0; 32];
    for (record, hash) in records {
        let hash = hash.expect("chained");
        assert_eq!(hall_store::case_events::link(&prev, id, &record), hash, "{record}");
        prev = hash;
    }
}

#[test]
fn another_open_case_of_the_same_item_by_the_same_person_is_told_to_who_may_see_it() {
    let mut hall = Office::open();
    let (first, second) = (hall.deposit(7, NAME, true), hall.deposit(8, NAME, true));
    let form = || vec![material("申请表", false)];
    // Of the same person: another item, and the same item at a window that this clerk does not see.
    let other_item = hall.deposit_of(9, NAME, true, ("internet-cafe", "culture"), form());
    let other_window = hall.deposit_of(10, NAME, true, ("commercial-performance", "education"), form());
    let told = |hall: &Office, name: &str, case| {
        let page = hall.signed_in(name).get(&format!("/cases/{case}")).body;
        page.split("data-same=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&hall, "王敏", first), [second.to_string()]);
    assert_eq!(told(&hall, "王敏", second), [first.to_string()]);
    assert_eq!(told(&hall, "王敏", other_item), [""; 0]);
    assert_eq!(told(&hall, "李强", first), [other_window.to_string(), second.to_string()], "a chief sees every window");
    // What has ended is not mentioned.
    hall.leaves(Left::Flaws);
    let mut chief = hall.signed_in("李强");
    let id = hex::encode(second.0.as_bytes());
    assert!(hall.rewrite(&format!("UPDATE cases SET state = 'voided' WHERE id = x'{id}'")));
    assert!(chief.get(&format!("/cases/{first}")).body.contains(&other_window.to_string()));
    assert_eq!(told(&hall, "王敏", first), [""; 0]);
}
