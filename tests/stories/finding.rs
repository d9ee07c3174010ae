//! A case is found by its receipt, with no card. `PAPER_PICTURES=folder` keeps pictures of the screens.

use e2e::Hall;
use e2e::hand::{FIND, PRIMARY, Phone};
use e2e::story::keep_screen;
use e2e::wait::look;

#[test]
fn a_receipt_and_four_characters_show_how_the_case_stands() {
    let mut hall = Hall::builder().start().unwrap();
    hall.kiosk.wait_device("printer", "ok").unwrap();
    let door = hall.visit("li-jianguo", Phone::Skip).unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();

    // The code that the terminal printed.
    let paper = hall.wait_paper(1).unwrap().text();
    let code = paper.split("[QR ").nth(1).and_then(|rest| rest.split(']').next()).unwrap().to_owned();
    assert!(code.contains(&case.receipt), "{code}");
    hall.scanner.scan(&code).unwrap();
    hall.kiosk.wait_screen(&["find_last_four"]).unwrap();
    hall.type_last_four("0019").unwrap();
    assert!(hall.touch_and_look(PRIMARY).unwrap());
    keep_screen("find_refused", &hall);
    assert_eq!(hall.kiosk.screen(), "find_last_four", "other characters tell nothing");
    hall.type_last_four("001X").unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "progress");
    keep_screen("progress", &hall);
    hall.leave().unwrap();

    // Typed, for whoever has no code at hand.
    assert_eq!(hall.touch_on(FIND).unwrap(), "find_number");
    look();
    hall.type_digits(&case.receipt).unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "find_last_four");
    hall.type_last_four("001X").unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "progress");
    // The card goes on from here.
    hall.swipe("li-jianguo").unwrap();
    hall.touch_on(e2e::hand::QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();

    // Without the network that is said, and nothing is asked.
    hall.cable.cut(true);
    hall.kiosk.wait_device("backend", "lost").unwrap();
    hall.scanner.scan(&case.receipt).unwrap();
    hall.kiosk.wait_screen(&["find_failed"]).unwrap();
    keep_screen("find_offline", &hall);
    hall.leave().unwrap();
    hall.assert_not_logged(&["李建国", "34052419800101001X", "001X"]).unwrap();
}

#[test]
fn a_scanner_that_is_a_keyboard_reads_as_one_on_a_serial_port() {
    let mut hall = Hall::builder().scanner_types().start().unwrap();
    hall.kiosk.wait_device("scanner", "ok").unwrap();
    let door = hall.visit("li-jianguo", Phone::Skip).unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();
    hall.scanner.unplug().unwrap();
    hall.kiosk.wait_device("scanner", "lost").unwrap();
    hall.scanner.replug().unwrap();
    hall.kiosk.wait_device("scanner", "ok").unwrap();

    // Keys that no code has press nothing: here Ctrl-Alt-Delete and Alt-F4.
    hall.scanner.send(&[0x05, 0, 0x4C, 0, 0, 0, 0, 0]).unwrap();
    hall.scanner.send(&[0x04, 0, 0x3D, 0, 0, 0, 0, 0]).unwrap();
    hall.scanner.scan("").unwrap();
    hall.scanner.scan(&format!("https://hall.example/p/{}", case.receipt)).unwrap();
    hall.kiosk.wait_screen(&["find_last_four"]).unwrap();
    hall.type_last_four("001X").unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "progress");
    hall.leave().unwrap();
    hall.assert_not_logged(&[&case.receipt, "001X"]).unwrap();
}
