//! Golden pictures: every page in both languages, and in large Chinese text, drawn at half size as on a small display
//! and compared with the pictures beside this file. `BLESS=1 cargo test --workspace --test pictures` draws them anew, with
//! `ONLY=idle` only those with `idle` in their names; look at them before you commit them.

mod common;

use std::collections::HashMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use common::{Bench, samples};
use kiosk_journey::{Language, TextSize};
use slint::{Rgba8Pixel, SharedPixelBuffer};

/// A pixel differs when a channel is further off than this.
const CHANNEL: u8 = 48;
/// How many colours a picture keeps.
const COLOURS: usize = 64;
/// How many of a picture's pixels may differ.
const SHARE: f64 = 0.002;

struct Small {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

fn small(picture: &SharedPixelBuffer<Rgba8Pixel>) -> Small {
    let rgb = picture.as_slice().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
    Small { width: picture.width(), height: picture.height(), rgb }
}

/// The colours used most, all flat areas among them: enough for an eye, and small on disk.
fn palette(picture: &Small) -> Vec<[u8; 3]> {
    let mut used = HashMap::new();
    for pixel in picture.rgb.chunks_exact(3) {
        *used.entry([pixel[0], pixel[1], pixel[2]]).or_insert(0_u32) += 1;
    }
    let mut used: Vec<_> = used.into_iter().collect();
    used.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    used.into_iter().take(COLOURS).map(|(colour, _)| colour).collect()
}

fn nearest(palette: &[[u8; 3]], pixel: [u8; 3]) -> u8 {
    let distance =
        |colour: &[u8; 3]| -> u32 { colour.iter().zip(pixel).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let best = palette.iter().enumerate().min_by_key(|(_, colour)| distance(colour)).map_or(0, |(place, _)| place);
    u8::try_from(best).expect("a small palette")
}

/// The picture as it is kept, so that like is compared with like.
fn rounded(mut picture: Small) -> Small {
    let palette = palette(&picture);
    let mut known = HashMap::new();
    for pixel in picture.rgb.chunks_exact_mut(3) {
        let colour = [pixel[0], pixel[1], pixel[2]];
        let place = *known.entry(colour).or_insert_with(|| nearest(&palette, colour));
        pixel.copy_from_slice(&palette[usize::from(place)]);
    }
    picture
}

fn save(path: &Path, picture: &Small) {
    let palette = palette(picture);
    let mut known = HashMap::new();
    let data: Vec<u8> = picture
        .rgb
        .chunks_exact(3)
        .map(|pixel| {
            let pixel = [pixel[0], pixel[1], pixel[2]];
            *known.entry(pixel).or_insert_with(|| nearest(&palette, pixel))
        })
        .collect();
    let mut encoder = png::Encoder::new(fs::File::create(path).expect("a file"), picture.width, picture.height);
    encoder.set_compression(png::Compression::High);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.write_header().expect("header").write_image_data(&data).expect("data");
}

fn load(path: &Path) -> Option<Small> {
    let mut decoder = png::Decoder::new(BufReader::new(fs::File::open(path).ok()?));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().ok()?;
    let mut rgb = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgb).ok()?;
    rgb.truncate(info.buffer_size());
    Some(Small { width: info.width, height: info.height, rgb })
}

/// Share of pixels that differ.
fn difference(one: &Small, other: &Small) -> f64 {
    if (one.width, one.height) != (other.width, other.height) {
        return 1.0;
    }
    if one.rgb == other.rgb {
        return 0.0;
    }
    let differ = one
        .rgb
        .chunks_exact(3)
        .zip(other.rgb.chunks_exact(3))
        .filter(|(a, b)| a.iter().zip(b.iter()).any(|(a, b)| a.abs_diff(*b) > CHANNEL))
        .count();
    #[expect(clippy::cast_precision_loss, reason = "half a million pixels")]
    let share = differ as f64 * 3.0 / one.rgb.len() as f64;
    share
}

fn compare(language: Language, size: TextSize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(match (language, size) {
        (Language::Zh, TextSize::Normal) => "zh",
        (Language::Zh, TextSize::Large) => "zh-large",
        (Language::En, _) => "en",
    });
    let bless = std::env::var_os("BLESS").is_some();
    fs::create_dir_all(&folder).expect("a folder");
    let bench = Bench::with_size(540, 960);
    let only = std::env::var("ONLY").ok();
    let mut wrong = Vec::new();
    for sample in samples::all(language, size) {
        if only.as_ref().is_some_and(|only| !sample.name.contains(only.as_str())) {
            continue;
        }
        bench.show(&sample.view);
        let now = small(&bench.picture());
        let path = folder.join(format!("{}.png", sample.name));
        if bless {
            save(&path, &now);
            continue;
        }
        let Some(golden) = load(&path) else {
            wrong.push(format!("{}: there is no golden picture", sample.name));
            continue;
        };
        // Rounding takes its time, and most pictures are near enough without.
        if difference(&golden, &now) <= SHARE {
            continue;
        }
        let off = difference(&golden, &rounded(Small { rgb: now.rgb.clone(), ..now }));
        if off > SHARE {
            let seen = std::env::temp_dir().join(format!(
                "kiosk-ui-{}-{}.png",
                folder.file_name().unwrap_or_default().display(),
                sample.name
            ));
            save(&seen, &now);
            wrong.push(format!("{}: {:.2} % of the pixels differ, see {}", sample.name, off * 100.0, seen.display()));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 draws the pictures anew after you looked at them:\n{}", wrong.join("\n"));
}

#[test]
fn chinese() {
    compare(Language::Zh, TextSize::Normal);
}

#[test]
fn chinese_large() {
    compare(Language::Zh, TextSize::Large);
}

#[test]
fn english() {
    compare(Language::En, TextSize::Normal);
}
