//! How quick each decoder of the cards, readers, printers and scanners is on garbage, and whether it keeps any of it.
//! (Those of the lock boards: `lock_boards`.)
//!
//! ```text
//! cargo run --release -p hardware --example decoders
//! ```
//!
//! Prints megabytes a second beside what is to be reached, and by how much the process grew; judges nothing by its exit
//! code.
#![expect(clippy::print_stdout, reason = "a command's output")]

mod garbage;
#[path = "../fuzz/decoders.rs"]
#[expect(dead_code, reason = "only those that have no figure of their own here are taken from it")]
mod targets;

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use garbage::random;
use hardware::cards::{MrzKey, apdu, eid, resident, sdt, tlv};

/// Bytes of garbage for each decoder and pass.
const GARBAGE: usize = 16 << 20;
/// Passes over the garbage; the quickest counts.
const PASSES: usize = 5;
/// Megabytes a second.
const REACH: f64 = 200.0;

/// A decoder, and how many bytes it is given at a time.
type Decoder = (&'static str, usize, fn(&[u8]));

const DECODERS: [Decoder; 9] = [
    ("SDT frames of a serial reader", sdt::LONGEST_FRAME, |bytes| {
        let mut at = 0;
        while let Some((length, _)) = black_box(sdt::find_reply(&bytes[at..], false)) {
            at += length;
        }
    }),
    ("text of a resident ID card", resident::TEXT, |bytes| {
        if let Some(text) = bytes.first_chunk() {
            drop(black_box(resident::parse(text)));
        }
    }),
    ("newest address of a resident ID card", sdt::ADDRESS, |bytes| drop(black_box(resident::address(bytes)))),
    ("answers of a card: data and status", 258, |bytes| drop(black_box(apdu::Response::parse(bytes)))),
    ("objects of a card: tag, length, value", 256, |mut bytes| {
        while let Ok((_, _, behind)) = black_box(tlv::split(bytes)) {
            bytes = behind;
        }
    }),
    ("identity file of Belgium", 256, |bytes| drop(black_box(eid::belgian(bytes)))),
    ("machine readable lines", 88, |bytes| {
        drop(black_box(str::from_utf8(bytes).map(MrzKey::parse)));
    }),
    ("state of a printer", 4096, targets::printer_answer),
    ("codes of a scanner", 256, targets::scanner),
];

fn main() {
    let (random, text) = (
        random(GARBAGE, u8::from),
        random(GARBAGE, |byte| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"[usize::from(byte) % 37]),
    );
    println!("{:<44} {:>9}  {:<8} the process grew by, of what it was given", "decoders on garbage", "MB/s", "");
    for (name, piece, decode) in DECODERS {
        let garbage = if name.starts_with("machine") { &text } else { &random };
        let pass = |_| {
            let begun = Instant::now();
            garbage.chunks(piece).for_each(decode);
            begun.elapsed()
        };
        pass(0); // what is allocated once
        let before = resident_kb();
        let quickest = (0..PASSES).map(pass).min().unwrap_or(Duration::MAX);
        let grown = resident_kb().saturating_sub(before);
        let megabytes = f64::from(u32::try_from(GARBAGE).unwrap_or(u32::MAX)) / 1e6;
        let speed = megabytes / quickest.as_secs_f64();
        let judgement = if speed >= REACH { "" } else { "  NOT REACHED" };
        println!("{name:<44} {speed:>9.0}  >= {REACH:<5.0} {grown} kB of {} MB{judgement}", (PASSES * GARBAGE) >> 20);
    }
}

/// Resident memory of this process (proc(5), VmRSS).
fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
