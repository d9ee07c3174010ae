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

#[test]
fn the_receipt_number_has_a_code_with_its_quiet_zone() {
    let bench = Bench::new();
    let done = samples::all(Language::Zh, TextSize::Normal).into_iter().find(|sample| sample.name == "done");
    bench.show(&done.expect("a sample").view);
    let code = bench.screen.app().global::<kiosk_ui::Show>().get_done().qr;
    // ISO/IEC 18004: 21 modules at least, and four light ones on each side.
    assert!(code.size().width >= 21 + 8, "{:?}", code.size());
    assert_eq!(code.size().width, code.size().height);
}
