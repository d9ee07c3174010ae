//! The window's size and scale, and the pictures made for it.

mod common;

use common::{Bench, samples};
use kiosk_journey::{Language, TextSize};
use kiosk_ui::{WindowSize, scale_for};
use slint::{ComponentHandle, PhysicalSize};

#[test]
fn pages_fit_any_display() {
    for (width, height, scale) in [(540, 960, 0.5), (1920, 1080, 0.5625), (2160, 3840, 2.0), (1080, 1920, 1.0)] {
        assert_eq!(scale_for(PhysicalSize::new(width, height)), scale, "{width} x {height}");
    }
}

#[test]
fn a_size_that_is_none_says_what_one_looks_like() {
    assert_eq!("540x960".parse::<WindowSize>().ok(), Some(WindowSize::Pixels { width: 540, height: 960 }));
    for wrong in ["", "540", "540x", "x960", "0x0", "540x96000", "540 x 960"] {
        let error = wrong.parse::<WindowSize>().err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| text.contains("540x960")), "{wrong}");
    }
}

/// The code is drawn 300 px wide: with 6 px or more a module is over a millimetre where a pixel has 0.2 mm (1080 × 1920
/// on 17 inches), larger than on the printed receipt.
#[test]
fn the_receipt_has_a_code_with_its_quiet_zone_that_a_phone_can_read() {
    const DRAWN: u32 = 300;
    const SMALLEST_MODULE: u32 = 6;
    let bench = Bench::new();
    let number = "10101000000186";
    let link = |length: usize| {
        let host = "h".repeat(length - "https:///p/".len() - number.len());
        kiosk_journey::Qr::Progress(format!("https://{host}/p/{number}"))
    };
    for (qr, modules) in [(kiosk_journey::Qr::Number(number.into()), 21), (link(60), 33), (link(106), 41)] {
        let length = qr.text().len();
        let done = kiosk_journey::DoneView { qr, ..samples::done(true) };
        let all = samples::all(Language::Zh, TextSize::Normal);
        let sample = all.into_iter().find(|sample| sample.name == "done").expect("a sample");
        bench.show(&kiosk_journey::View { screen: kiosk_journey::Screen::Done(done), ..sample.view });
        let code = bench.screen.app().global::<kiosk_ui::ShowLocker>().get_done().qr;
        // ISO/IEC 18004: four light modules on each side.
        let side = modules + 8;
        assert_eq!((code.size().width, code.size().height), (side, side), "{length} characters");
        assert!(DRAWN / side >= SMALLEST_MODULE, "{length} characters: {side} modules");
    }
}
