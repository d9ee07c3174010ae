//! Travel documents through the whole terminal: typed or scanned, wrong, taken away, and nothing of them kept.
//! `PAPER_PICTURES=folder` keeps pictures of the screens.
#![expect(clippy::unwrap_used, reason = "a story that unwraps says where it failed")]

use std::time::Duration;

use e2e::Hall;
use e2e::hand::{CHANGE_NUMBER, DOCUMENT_ERASE, PRIMARY, Phone, QUIT, SHOW_PERMIT};
use e2e::story::keep_screen;
use e2e::wait::{let_pass, look};
use peers::people;

/// What must not be in any log.
const ANNA: [&str; 5] = ["L898902C", "740812", "320415", "ERIKSSON", "ANNA"];

fn type_after_a_moment(hall: &Hall, digits: &str) {
    look();
    hall.type_digits(digits).unwrap();
}

/// The page keeps its name over the three parts.
fn next_part(hall: &Hall) {
    let turned = (0..4).any(|_| hall.touch_and_look(PRIMARY).unwrap());
    assert!(turned, "{}", hall.kiosk.screen());
}

fn lines(card: &str) -> &'static str {
    people::by_name(card).unwrap().lines.unwrap()
}

/// A slip in the number is told, corrected and read again; then the visit is like any other.
#[test]
fn a_passport_is_typed_corrected_and_read() {
    let mut hall = Hall::builder().start().unwrap();
    hall.lay("anna-eriksson").unwrap();
    hall.kiosk.wait_screen(&["document"]).unwrap();
    look();
    hall.type_number("L898902C8").unwrap();
    keep_screen("document_number", &hall);
    next_part(&hall);
    type_after_a_moment(&hall, "19740812");
    next_part(&hall);
    type_after_a_moment(&hall, "20320415");
    keep_screen("document_expiry", &hall);
    hall.touch_on(PRIMARY).unwrap();
    hall.kiosk.wait_screen(&["document_check"]).unwrap();
    keep_screen("document_refused", &hall);
    assert_eq!(hall.touch_on(CHANGE_NUMBER).unwrap(), "document");
    look();
    hall.touch(DOCUMENT_ERASE).unwrap();
    hall.type_number("3").unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "document_check");
    hall.touch_on(PRIMARY).unwrap();
    hall.kiosk.wait_screen(&["choose"]).unwrap();
    keep_screen("document_read", &hall);
    hall.lift();
    hall.find_item(SHOW_PERMIT).unwrap();
    hall.answer_until(Phone::Skip, &["door"]).unwrap();
    let door = hall.wait_door().unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();
    hall.assert_not_logged(&ANNA).unwrap();
}

/// A scanner's lines fill all three parts, before or after the document is laid down; one that is taken away is asked
/// back; one that is altered or not known is read as what it is.
#[test]
fn a_passport_is_scanned_taken_away_and_put_back() {
    let mut hall = Hall::builder().start().unwrap();
    // Lines first: the terminal asks for the document, and reads it as soon as it lies there.
    hall.scanner.scan(lines("anna-eriksson")).unwrap();
    hall.kiosk.wait_screen(&["document_check"]).unwrap();
    keep_screen("document_put_back", &hall);
    hall.swipe("anna-eriksson").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    // What was scanned is forgotten: the next person's document is asked for anew, and not with the former key.
    hall.lay("peter-stevenson").unwrap();
    hall.kiosk.wait_screen(&["document"]).unwrap();
    hall.lift();
    hall.scanner.scan(lines("peter-stevenson")).unwrap();
    hall.kiosk.wait_screen(&["document_check"]).unwrap();
    hall.swipe("peter-stevenson").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    // Another document's lines do not open it.
    hall.lay("forged-passport").unwrap();
    hall.kiosk.wait_screen(&["document"]).unwrap();
    hall.scanner.scan(lines("peter-stevenson")).unwrap();
    hall.kiosk.wait_screen(&["document_check"]).unwrap();
    hall.scanner.scan(lines("forged-passport")).unwrap();
    hall.kiosk.wait_screen(&["choose"]).unwrap();
    hall.lift();
    hall.assert_not_logged(&ANNA).unwrap();
    hall.assert_not_logged(&["D23145890", "STEVENSON", "690806", "340623"]).unwrap();
}

/// Whoever leaves with the document on the reader leaves nothing behind, and is not asked again and again.
#[test]
fn a_document_left_lying_asks_once() {
    let mut hall = Hall::builder().start().unwrap();
    hall.lay("anna-eriksson").unwrap();
    hall.kiosk.wait_screen(&["document"]).unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    let shown = hall.kiosk.screens().len();
    let_pass(Duration::from_secs(3));
    assert_eq!(hall.kiosk.screens().len(), shown, "{:?}", hall.kiosk.screens());
    hall.lift();
    hall.swipe("li-jianguo").unwrap();
}
