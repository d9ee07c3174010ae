//! How quick the locker driver is, each figure beside what it is compared with.
//!
//! ```text
//! cargo run --release -p hardware --example lock_boards
//! ```
//!
//! Boards are emulated beyond a pseudo terminal that lets bytes take as long as on a real line. Exits with 1 when a
//! figure is not reached.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command's output")]

mod garbage;

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use garbage::random;
use hardware::lockers::frame::{Expect, Request};
use hardware::lockers::stream::Stream;
use hardware::lockers::survey::Probe;
use hardware::lockers::{Board, ClosedBit, LockerEvent, Lockers, LockersConfig, Protocol};
use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
use peers::family::{Report, by_name};

/// Bits on the wire for each byte: start, eight data, stop.
const BITS: u32 = 10;
/// The doors of a cabinet.
const DOORS: u8 = 48;
/// From a request to its answer: the boards' 20 to 50 ms.
const TURN_AROUND: Duration = Duration::from_millis(30);
/// Full readings that are timed. The quickest quarter counts and the middle one is told: on a busy machine the emulated
/// boards themselves are late.
const READINGS: usize = 41;
/// Unlocks that are timed; the worst counts.
const UNLOCKS: u16 = 30;
/// Bytes of garbage for each decoder.
const GARBAGE: usize = 16 << 20;
/// Passes over the garbage; the quickest counts.
const PASSES: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match figures() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lock_boards: {error}");
            ExitCode::FAILURE
        }
    }
}

fn figures() -> Outcome<bool> {
    let folder = tempfile::tempdir()?;
    let mut reached = true;
    let mut tell = |name: String, value: f64, unit: &str, good: bool, reach: String| {
        reached &= good;
        println!("{name:<66} {value:>8.2} {unit:<4} {reach}{}", if good { "" } else { "  NOT REACHED" });
    };
    for protocol in Protocol::ALL {
        for baud in [9600, 19200] {
            let (wire, taken, middle) = full_status(protocol, baud, &folder.path().join("status"))?;
            let ratio = taken.as_secs_f64() / wire.as_secs_f64();
            let (bytes, middle) = (ms(wire), ms(middle));
            let name = format!("{DOORS} doors of {protocol} at {baud}: {bytes:.1} ms of bytes (middle {middle:.1} ms)");
            tell(name, ratio, "x", ratio <= 1.25, "<= 1.25".to_owned());
        }
    }
    for protocol in Protocol::ALL {
        let (poll, worst, middle) = unlock_while_polling(protocol, &folder.path().join("unlock"))?;
        let reach = ms(poll) + 50.0;
        let name = format!("unlock while {protocol} is polled: longest wait (middle {:.1} ms)", ms(middle));
        tell(name, ms(worst), "ms", ms(worst) <= reach, format!("<= {reach:.1}, one poll of {:.1} ms + 50", ms(poll)));
    }
    for protocol in Protocol::ALL {
        let (speed, kept) = decode(protocol, &random(GARBAGE, |byte| byte));
        let name = format!("{protocol} decoder on random bytes (keeps {kept})");
        tell(name, speed, "MB/s", speed >= 200.0, ">= 200".to_owned());
        // The worst that a line can say: told, and compared with what a line can say at all.
        let (speed, kept) = decode(protocol, &beginnings(protocol));
        let line = f64::from(protocol.baud() / BITS) / 1e6;
        let name = format!("{protocol} decoder on first bytes of frames (keeps {kept})");
        tell(name, speed, "MB/s", speed >= line * 1000.0, format!("a line says {line:.4}"));
    }
    Ok(reached)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The boards that make up [`DOORS`] doors.
fn boards(protocol: Protocol) -> Vec<Board> {
    let locks = protocol.most_locks().min(DOORS);
    let board = |at: u8| Board {
        address: protocol.addresses().start() + at,
        locks,
        first_compartment: 1 + u16::from(at * locks),
    };
    (0..DOORS / locks).map(board).collect()
}

fn cabinet(protocol: Protocol, baud: u32, link: &Path, turn_around: Duration) -> Outcome<Cabinet> {
    let spec = |board: Board| BoardSpec::new(board.address, board.locks, board.first_compartment);
    let mut options = CabinetOptions::new(link, boards(protocol).into_iter().map(spec).collect());
    (options.family, options.paced_baud, options.turn_around) = (by_name(protocol.name())?, Some(baud), turn_around);
    Ok(Cabinet::start(options)?)
}

/// What a board answers that is asked for all of its locks.
fn state_of_all(protocol: Protocol, board: u8, contact: bool, locks: u8) -> Vec<u8> {
    let report = Report::Contacts { contacts: vec![contact; locks.into()], items: Vec::new() };
    by_name(protocol.name()).map(|family| family.say(board, &report)).unwrap_or_default()
}

/// How long the bytes of a full reading take on the wire, both ways.
fn wire_time(protocol: Protocol, baud: u32) -> Duration {
    let bytes = |board: Board| {
        protocol.encode(Request::ReadAll { board: board.address }).len()
            + state_of_all(protocol, board.address, true, board.locks).len()
    };
    let bytes = boards(protocol).into_iter().map(bytes).sum::<usize>();
    Duration::from_secs(1) * BITS * u32::try_from(bytes).unwrap_or(u32::MAX) / baud
}

/// The bytes' own time, and how long the driver takes from asking to knowing: the quickest quarter, and the middle. Boards answer at once here, and the pause
/// that the driver keeps between two exchanges is not counted: both are the boards' needs, and the same for everybody.
fn full_status(protocol: Protocol, baud: u32, link: &Path) -> Outcome<(Duration, Duration, Duration)> {
    let _cabinet = cabinet(protocol, baud, link, Duration::ZERO)?;
    let gap = LockersConfig::new(link, ClosedBit::One, Vec::new()).gap;
    let mut probe = Probe::open_at(link, protocol, baud)?;
    let mut taken = Vec::new();
    for _ in 0..READINGS {
        let mut whole = Duration::ZERO;
        for board in boards(protocol) {
            thread::sleep(gap * 2);
            let begun = Instant::now();
            let bits = probe.read(board.address, board.locks)?;
            whole += begun.elapsed();
            if !bits.iter().all(|bit| *bit) {
                return Err("a door that is shut was read as open".into());
            }
        }
        taken.push(whole);
    }
    taken.sort_unstable();
    Ok((wire_time(protocol, baud), taken[taken.len() / 4], taken[taken.len() / 2]))
}

/// How long one poll takes, and the longest and the middle time from asking for an unlock until the board heard it. The
/// emulator hears bytes when they are written, so that is the wait before the first.
fn unlock_while_polling(protocol: Protocol, link: &Path) -> Outcome<(Duration, Duration, Duration)> {
    let cabinet = cabinet(protocol, protocol.baud(), link, TURN_AROUND)?;
    let mut config = LockersConfig::new(link, ClosedBit::One, boards(protocol)).with_protocol(protocol);
    // One poll after the other, so that each unlock meets one.
    (config.poll_interval, config.watch_interval) = (Duration::from_millis(1), Duration::from_millis(1));
    (config.cool_down, config.pulse) = (Duration::ZERO, Duration::ZERO);
    let (sink, events) = mpsc::channel();
    let handle = Lockers::spawn(config, move |event| sink.send(event).unwrap_or_default())?;
    let patience = Duration::from_secs(20);
    while !matches!(events.recv_timeout(patience)?, LockerEvent::Snapshot(_)) {}
    let mut waits = Vec::new();
    for door in 1..=UNLOCKS {
        // Each at another moment of a poll.
        thread::sleep(Duration::from_micros(137_000 + 7_919 * u64::from(door)));
        let asked = Instant::now();
        handle.open(door)?;
        let acked = LockerEvent::UnlockAcked { compartment: door };
        while events.recv_timeout(patience)? != acked {}
        match cabinet.last_unlock() {
            Some((compartment, heard)) if compartment == door => waits.push(heard - asked),
            other => return Err(format!("not {door} but {other:?} was unlocked").into()),
        }
        cabinet.shut(door);
    }
    waits.sort_unstable();
    let one = wire_time(protocol, protocol.baud()) / u32::try_from(boards(protocol).len())?;
    Ok((one + TURN_AROUND, waits[waits.len() - 1], waits[waits.len() / 2]))
}

/// First bytes of answers, one after the other: each could begin a frame until the next is seen.
fn beginnings(protocol: Protocol) -> Vec<u8> {
    vec![state_of_all(protocol, 1, false, DOORS)[0]; GARBAGE]
}

/// Megabytes a second, and how much the decoder still holds.
fn decode(protocol: Protocol, garbage: &[u8]) -> (f64, usize) {
    let expect = Expect::All { board: 1, locks: protocol.most_locks() };
    let mut stream = Stream::default();
    let pass = |_| {
        let begun = Instant::now();
        // In pieces such as a read of the port gives.
        for piece in garbage.chunks(64) {
            stream.push(piece);
            while black_box(stream.next(|bytes| protocol.front(bytes, expect))).is_some() {}
        }
        begun.elapsed()
    };
    let quickest = (0..PASSES).map(pass).min().unwrap_or(Duration::MAX);
    let megabytes = f64::from(u32::try_from(garbage.len()).unwrap_or(u32::MAX)) / 1e6;
    (megabytes / quickest.as_secs_f64(), stream.unused() - stream.skipped())
}
