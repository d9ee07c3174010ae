//! A reader of resident ID cards on a serial line, in place of the PC/SC reader and beside it (P6).

use e2e::Hall;
use e2e::hall::Readers;
use e2e::hand::Phone;

/// With nothing but the serial reader, one person after the other deposits; its module does not see that a card was
/// taken away, as many do not.
#[test]
fn resident_cards_on_a_serial_reader_lead_to_deposits() {
    let mut hall = Hall::builder().readers(Readers::Serial).start().unwrap();
    hall.kiosk.wait_device("reader", "ok").unwrap();
    let first = hall.visit("wang-xiuying", Phone::New("13812345678")).unwrap();
    hall.backend.wait_case(first, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let second = hall.visit("li-jianguo", Phone::Skip).unwrap();
    assert_ne!(first, second);
    hall.backend.wait_case(second, &["deposited"]).unwrap();
    hall.leave().unwrap();

    // The cable is pulled, told, and put back.
    let reader = hall.sam.as_ref().unwrap();
    reader.unplug();
    hall.kiosk.wait_device("reader", "lost").unwrap();
    reader.replug();
    hall.kiosk.wait_device("reader", "ok").unwrap();
    hall.swipe("zhao-min").unwrap();
    hall.assert_not_logged(&["王秀英", "11010519491231002X", "13812345678", "李建国"]).unwrap();
}

/// Each of two readers is told of, by the log, the doctor and the heartbeat; one that works is enough for a visit.
#[test]
fn one_of_two_readers_is_enough_and_each_is_told() {
    let mut hall = Hall::builder().readers(Readers::Both).start().unwrap();
    hall.kiosk.wait_device("reader-1", "ok").unwrap();
    hall.kiosk.wait_device("reader-2", "ok").unwrap();
    hall.cards.kill();
    hall.kiosk.wait_device("reader-1", "lost").unwrap();

    hall.lay_on_serial("li-jianguo").unwrap();
    hall.kiosk.wait_screen(&["choose"]).unwrap();
    hall.lift();

    // The kiosk tells the doctor: one is lost, one is well, and that is not well as a whole.
    let told = hall.kiosk.doctor().unwrap();
    let state = |part: &str| {
        let parts = told["parts"].as_array().unwrap();
        let found = parts.iter().find(|told| told["part"] == part).map(|told| told["state"].clone());
        found.unwrap_or_default()
    };
    assert_eq!((state("reader-1"), state("reader-2")), ("lost".into(), "ok".into()), "{told}");
    assert!(told.to_string().contains("pcscd"), "what to do: {told}");

    hall.cards.restart().unwrap();
    hall.kiosk.wait_device("reader-1", "ok").unwrap();
    hall.sam.as_ref().unwrap().unplug();
    hall.kiosk.wait_device("reader-2", "lost").unwrap();
}
