//! Every decoder on its corpus and on what mutations make of it. The same run each time, unless `FUZZ_SECONDS` asks for
//! a long one with a seed of its own (`make fuzz`). A failure names target and input.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[path = "../fuzz/decoders.rs"]
mod decoders;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use decoders::targets;

/// Inputs for each target in the short run.
const SHORT: u32 = 6_000;
/// Longest input: above the longest frame there is.
const LONGEST: usize = 4_096;

/// Xorshift (Marsaglia, 2003): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[3]
    }
}

/// Bytes that mean something to some decoder.
const TELLING: [u8; 16] =
    [0x00, 0xFF, 0x80, 0x8A, 0x02, 0x03, 0x57, 0x4B, 0xAA, 0x96, 0x69, 0x90, 0x61, 0x6C, 0x7F, b'<'];

fn mutate(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(input.len());
        match random.below(8) {
            0 => input = (0..random.below(300)).map(|_| random.byte()).collect(),
            1 => input.truncate(at),
            2 => input.insert(at, TELLING[random.below(TELLING.len())]),
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len());
                input.extend_from_slice(&other[from..]);
            }
            4 if !input.is_empty() => drop(input.remove(at)),
            5 if !input.is_empty() => input[at] = TELLING[random.below(TELLING.len())],
            6 if !input.is_empty() => input[at] ^= 1 << random.below(8),
            _ if !input.is_empty() => input[at] = random.byte(),
            _ => {}
        }
    }
    input.truncate(LONGEST);
    input
}

#[test]
fn no_decoder_fails_on_any_input() {
    let long = std::env::var("FUZZ_SECONDS").ok().map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let seed = if long.is_some() { u64::from(std::process::id()) << 20 | 1 } else { 0x2545_F491_4F6C_DD1D };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let targets = targets();
    let share = long.map(|long| long / u32::try_from(targets.len()).unwrap());
    for (name, target) in targets {
        let files = fs::read_dir(folder.join(name)).unwrap_or_else(|error| panic!("the corpus of {name}: {error}"));
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        let corpus: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        let try_on = |input: &[u8]| {
            if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
                let hex: String = input.iter().map(|byte| format!("{byte:02X}")).collect();
                panic!("{name} failed (seed {seed:#x}) on {hex}");
            }
        };
        corpus.iter().for_each(|input| try_on(input));
        try_on(&[]);
        let mut random = Random(seed);
        let (started, mut count) = (Instant::now(), 0);
        while share.map_or(count < SHORT, |share| started.elapsed() < share) {
            try_on(&mutate(&mut random, &corpus));
            count += 1;
        }
        println!("{name}: {count} inputs");
    }
}
