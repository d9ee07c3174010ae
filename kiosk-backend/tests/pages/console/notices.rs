//! Every notice on paper.

use outside::browser;
use test_hall::Office;

#[test]
fn every_kind_of_notice_prints_on_one_page_of_a4_with_its_number() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let css = clerk.get("/static/notice.css").body;
    std::fs::write(dir.path().join("notice.css"), css).expect("writes");
    let mut pages = vec![("收字〔2026〕1号".to_owned(), clerk.get(&format!("{case}/notices/1")).body)];
    pages.extend(super::every_notice());
    assert_eq!(pages.len(), hall_rules::case::NoticeKind::ALL.len() + 1);
    for (at, (number, html)) in pages.into_iter().enumerate() {
        let html = html.replace("/static/notice.css", "notice.css").replace("/static/console.js", "none.js");
        let file = dir.path().join(format!("{at}.html"));
        std::fs::write(&file, html).expect("writes");
        let bytes = browser::printed(&dir.path().join("profile"), &file).expect("a PDF");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF"), "{number}");
        assert_eq!(text.matches("/Type /Page\n").count(), 1, "{number}: one page");
        // A4 is 595 by 842 points.
        let boxed = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        let sizes: Vec<f64> = boxed.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        assert!((sizes[2] - 595.0).abs() < 2.0 && (sizes[3] - 842.0).abs() < 2.0, "{number}: {boxed}");
        // The document's title has the number, in UTF-16 (ISO 32000-1, 7.9.2.2).
        let title: String = number.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        assert!(text.contains(&title), "{number}");
    }
}
