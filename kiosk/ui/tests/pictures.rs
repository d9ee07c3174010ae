//! Golden pictures: every page in both languages, and in large Chinese text, drawn at half size as on a small display
//! and compared with the pictures beside this file. `BLESS=1 cargo test -p kiosk-ui --test pictures` draws them anew; look at them before you commit them.

mod common;

use std::collections::HashMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use common::{Bench, samples};
use kiosk_journey::{Language, TextSize};
use slint::{Rgba8Pixel, SharedPixelBuffer};

/// A pixel differs when a channel is further off than this, so that another build of the rasteriser may round.
const CHANNEL: u8 = 24;
/// How many of a picture's pixels may differ.
const SHARE: f64 = 0.002;

struct Small {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

/// 4 bits a channel: enough for an eye and small on disk.
fn small(picture: &SharedPixelBuffer<Rgba8Pixel>) -> Small {
    let mut rgb = Vec::with_capacity(picture.as_slice().len() * 3);
    for pixel in picture.as_slice() {
        rgb.extend_from_slice(&[pixel.r / 16 * 17, pixel.g / 16 * 17, pixel.b / 16 * 17]);
    }
    Small { width: picture.width(), height: picture.height(), rgb }
}

fn save(path: &Path, picture: &Small) {
    let mut palette: Vec<[u8; 3]> = Vec::new();
    let mut known = HashMap::new();
    let mut indices = Vec::with_capacity(picture.rgb.len() / 3);
    for pixel in picture.rgb.chunks_exact(3) {
        let pixel = [pixel[0], pixel[1], pixel[2]];
        indices.push(*known.entry(pixel).or_insert_with(|| {
            palette.push(pixel);
            palette.len() - 1
        }));
    }
    let file = fs::File::create(path).expect("a file");
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_compression(png::Compression::High);
    encoder.set_depth(png::BitDepth::Eight);
    if palette.len() <= 256 {
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.concat());
        let data: Vec<u8> = indices.iter().map(|index| u8::try_from(*index).expect("a palette of 256")).collect();
        encoder.write_header().expect("header").write_image_data(&data).expect("data");
    } else {
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().expect("header").write_image_data(&picture.rgb).expect("data");
    }
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
        let off = load(&path).map_or(1.0, |golden| difference(&golden, &now));
        if off > SHARE {
            let seen = std::env::temp_dir().join(format!("kiosk-ui-{}-{}.png", folder.file_name().unwrap_or_default().display(), sample.name));
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
