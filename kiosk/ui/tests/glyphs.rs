//! No tofu: every character of the screens, of the catalogue and of rare names has a glyph. Each is drawn and compared
//! with what stands for a missing one, a box or nothing.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use common::{Bench, samples};
use kiosk_journey::{Language, Screen, TextSize, View};
use slint::{Rgba8Pixel, SharedPixelBuffer};

/// Never assigned by Unicode.
const MISSING: char = '\u{EFFFD}';
/// Surnames, given names and places that small fonts lack; the last two need GB 18030 level 2 and beyond.
const RARE: &str = "龘翀赟喆堃昇珺祎玥彧奡旻晞昶邗郄缪麴逄亓仝乜镕鑫燚垚淼犇羴骉𠮷𫖯";
/// The lead of this page starts here; characters of its size stand side by side.
const ROW: (u32, u32) = (60, 521);
const CELL: u32 = 36;
const PER_ROW: usize = 24;

fn characters() -> BTreeSet<char> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found: BTreeSet<char> = RARE.chars().collect();
    for folder in ["slint/pages", "slint/widgets"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder").flatten() {
            found.extend(fs::read_to_string(entry.path()).expect("text").chars());
        }
    }
    for entry in fs::read_dir(root.join("../../assets/catalogue")).expect("the catalogue").flatten() {
        found.extend(fs::read_to_string(entry.path()).expect("text").chars());
    }
    // Ideographs only: they are all one cell wide.
    found.retain(|c| ('\u{3400}'..='\u{9fff}').contains(c) || ('\u{20000}'..='\u{3ffff}').contains(c));
    found
}

fn line(bench: &Bench, text: &str, revision: u64) -> SharedPixelBuffer<Rgba8Pixel> {
    let mut samples = samples::all(Language::Zh, TextSize::Normal);
    let view = samples.swap_remove(0).view;
    bench.show(&View { revision, screen: Screen::NotHere { item: text.into(), go: String::new() }, ..view });
    bench.picture()
}

fn cell(picture: &SharedPixelBuffer<Rgba8Pixel>, place: usize) -> Vec<u8> {
    let left = ROW.0 + u32::try_from(place).expect("a place") * CELL;
    let rows = ROW.1..ROW.1 + 48;
    let at = |x: u32, y: u32| picture.as_slice()[(y * picture.width() + x) as usize].r;
    rows.flat_map(|y| (left..left + CELL).map(move |x| (x, y))).map(|(x, y)| at(x, y)).collect()
}

#[test]
fn every_character_has_a_glyph() {
    let bench = Bench::new();
    let tofu = line(&bench, &MISSING.to_string().repeat(PER_ROW), 1);
    let blank = line(&bench, "", 2);
    let known = line(&bench, "国", 2_000_000);
    assert!(cell(&known, 0) != cell(&blank, 0), "the line is not where this test looks");
    assert!(cell(&known, 1) == cell(&blank, 1), "a character is wider than this test thinks");
    let characters: Vec<char> = characters().into_iter().collect();
    assert!(characters.len() > 500);
    let mut missing = Vec::new();
    for (number, some) in characters.chunks(PER_ROW).enumerate() {
        let picture = line(&bench, &some.iter().collect::<String>(), 3 + number as u64);
        for (place, c) in some.iter().enumerate() {
            let drawn = cell(&picture, place);
            if drawn == cell(&tofu, place) || drawn == cell(&blank, place) {
                missing.push(*c);
            }
        }
    }
    let missing: BTreeMap<char, String> = missing.into_iter().map(|c| (c, format!("U+{:04X}", c as u32))).collect();
    assert!(missing.is_empty(), "no glyph for {missing:?}: is fonts-noto-cjk installed?");
}
