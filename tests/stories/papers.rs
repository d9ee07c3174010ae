//! The printer through the whole terminal: what is on the paper, what the screen says when none comes, and that the
//! record does not depend on it. `PAPER_PICTURES=folder` keeps a picture of each paper.
#![expect(clippy::wildcard_enum_match_arm, reason = "a story looks for the one fact it is about")]
#![expect(clippy::unwrap_used, reason = "a story that unwraps says where it failed")]

use std::path::PathBuf;

use e2e::Hall;
use e2e::hand::{BACK, Phone, SECOND, SHOW_PERMIT};
use e2e::story::keep_screen;
use kiosk_wire::Fact;
use peers::printer::{Piece, PrinterFaults};

fn keep(name: &str, piece: &Piece) {
    if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), piece.png().unwrap()).unwrap();
    }
}

fn receipt(hall: &Hall) -> String {
    let number = |fact: &Fact| match fact {
        Fact::SubmissionPrepared { receipt, .. } => Some(receipt.to_string()),
        _ => None,
    };
    hall.kiosk.wait_fact("the receipt number", 1, number).unwrap()
}

/// The receipt holds number, item and box, and nothing in full that names the person.
#[test]
fn a_deposit_prints_its_receipt() {
    let mut hall = Hall::builder().start().unwrap();
    hall.kiosk.wait_device("printer", "ok").unwrap();
    hall.swipe("wang-xiuying").unwrap();
    hall.find_item(SHOW_PERMIT).unwrap();
    // Somebody who lacks something gets the exact list, and may still go on.
    hall.answer_until(Phone::Skip, &["materials"]).unwrap();
    hall.touch_on(SECOND).unwrap();
    let list = hall.wait_paper(1).unwrap();
    keep("list", &list);
    assert!(list.text().contains("一次性告知单") && list.text().contains("1. "), "{}", list.text());
    hall.touch_on(BACK).unwrap();
    hall.answer_until(Phone::New("13812345678"), &["door"]).unwrap();
    let door = hall.wait_door().unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    let number = receipt(&hall);
    let paper = hall.wait_paper(2).unwrap();
    keep("receipt", &paper);
    let text = paper.text();
    let bare = text.replace([' ', '\n'], "");
    assert!(bare.contains(&number) && text.contains(&format!("[QR {number}]")), "the number: {text}");
    assert!(text.contains("营业性演出审批"), "the item: {text}");
    assert!(paper.lines().contains(&door.to_string()), "the box: {text}");
    for personal in ["王秀英", "11010519491231002X", "13812345678"] {
        assert!(!bare.contains(personal), "{personal} in full: {text}");
    }
    keep_screen("done_printed", &hall);
    hall.assert_not_logged(&["王秀英", "11010519491231002X", "13812345678"]).unwrap();
}

/// No paper: told on the idle page, and the deposit works as ever.
#[test]
fn without_paper_the_deposit_works() {
    let mut hall = Hall::builder().start().unwrap();
    hall.printer.set_faults(PrinterFaults { paper_out: true, ..PrinterFaults::default() });
    hall.kiosk.wait_device("printer", "fault").unwrap();
    keep_screen("idle_paper_out", &hall);
    let door = hall.visit("li-jianguo", Phone::Skip).unwrap();
    keep_screen("done_paper_out", &hall);
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    assert!(hall.printer.pieces().is_empty());
    // A new roll heals it without a restart, and prints nothing of the past.
    hall.printer.set_faults(PrinterFaults::default());
    hall.kiosk.wait_device("printer", "ok").unwrap();
    assert!(hall.printer.pieces().is_empty() && hall.printer.hanging().is_blank());
}

/// The cable comes out in the middle of a receipt: the record is whole, and the next receipt is too.
#[test]
fn a_printer_unplugged_in_the_middle_harms_no_record() {
    let mut hall = Hall::builder().start().unwrap();
    hall.kiosk.wait_device("printer", "ok").unwrap();
    let faults = PrinterFaults { unplug_after: Some(3), line_ms: 30, ..PrinterFaults::default() };
    hall.printer.set_faults(faults);
    let door = hall.visit("zhao-min", Phone::Skip).unwrap();
    hall.kiosk.wait_device("printer", "lost").unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    let entries = hall.kiosk.journal().unwrap();
    let deposited = entries.iter().filter(|entry| matches!(entry.header.fact, Fact::Deposited { .. })).count();
    assert_eq!(deposited, 1);
    hall.leave().unwrap();
    hall.printer.set_faults(PrinterFaults::default());
    hall.printer.replug();
    hall.kiosk.wait_device("printer", "ok").unwrap();
    hall.visit("li-jianguo", Phone::Skip).unwrap();
    let paper = hall.wait_paper(1).unwrap();
    assert!(paper.text().contains("材料凭条"), "{}", paper.text());
    assert_eq!(hall.printer.pieces().len(), 1, "the former person's receipt is not printed for the next");
}
