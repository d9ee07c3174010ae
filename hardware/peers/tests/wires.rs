//! Lock boards and a security module as their documents show them: these bytes in, those bytes out, over a pseudo
//! terminal. No driver takes part.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
use peers::family::by_name;
use peers::sam::{SamOptions, SamReader};
use tempfile::TempDir;

/// Far above anything that happens.
const PATIENCE: Duration = Duration::from_secs(20);

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A master on the line.
struct Master(File);

impl Master {
    fn on(port: &Path) -> Self {
        let flags = OFlag::O_NOCTTY.bits();
        Self(OpenOptions::new().read(true).write(true).custom_flags(flags).open(port).unwrap())
    }

    fn say(&mut self, order: &str) {
        self.0.write_all(&hex(order)).unwrap();
    }

    fn hear(&mut self, count: usize) -> Vec<u8> {
        let mut heard = Vec::new();
        while heard.len() < count {
            let mut fds = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            let ready = poll(&mut fds, PollTimeout::try_from(PATIENCE).unwrap()).unwrap();
            assert_eq!(ready, 1, "only {heard:02X?} came");
            let mut chunk = [0; 256];
            let most = chunk.len().min(count - heard.len());
            let length = self.0.read(&mut chunk[..most]).unwrap();
            heard.extend_from_slice(&chunk[..length]);
        }
        heard
    }

    fn asks(&mut self, order: &str, answer: &str) {
        self.say(order);
        assert_eq!(self.hear(hex(answer).len()), hex(answer), "{order}");
    }
}

struct Bench {
    master: Master,
    cabinet: Cabinet,
    _folder: TempDir,
}

/// Boards with addresses and numbers of locks, of which only those in `shut` are shut.
fn bench(family: &str, boards: &[(u8, u8)], shut: &[u16]) -> Bench {
    let folder = TempDir::new().unwrap();
    let mut first = 1;
    let specs = boards.iter().map(|(address, locks)| {
        let spec = BoardSpec::new(*address, *locks, first);
        first += u16::from(*locks);
        spec
    });
    let mut options = CabinetOptions::new(folder.path().join("locker"), specs.collect());
    options.family = by_name(family).unwrap();
    let cabinet = Cabinet::start(options).unwrap();
    (1..first).filter(|door| !shut.contains(door)).for_each(|door| assert!(cabinet.force_open(door)));
    Bench { master: Master::on(cabinet.port()), cabinet, _folder: folder }
}

#[test]
fn xor24_boards_do_what_the_vendors_text_shows() {
    let Bench { mut master, cabinet, _folder } = bench("xor24", &[(1, 24)], &[1, 9, 17]);
    master.asks("80 01 01 33 B3", "80 01 01 11 91");
    master.asks("80 01 00 33 B2", "80 01 01 01 01 33 B3");
    master.asks("8A 01 01 11 9B", "8A 01 01 00 8A");
    master.asks("80 01 01 33 B3", "80 01 01 00 80");
    assert_eq!(cabinet.counters().unlocks, [(1, 1)].into());
    (1..=24).for_each(|door| assert!(cabinet.shut(door)));
    master.asks("8A 01 00 11 9A", "8A 01 00 11 9A");
    assert_eq!(cabinet.open_doors().len(), 24);
}

#[test]
fn cu48_boards_do_what_the_manual_shows() {
    let Bench { mut master, cabinet, _folder } = bench("kerong-cu48", &[(0, 48), (1, 48)], &[1, 2, 3, 47, 48, 72]);
    let (zero, one) = ("02 00 00 65 07 00 00 00 00 C0 03 31", "02 01 00 65 00 00 80 00 00 00 03 EB");
    master.asks("02 00 00 50 03 55", zero);
    master.asks("02 0A 00 50 03 5F", &format!("{zero} {one}"));
    // Nothing answers an unlock: the next answer is that to the question.
    master.say("02 00 00 51 03 56");
    master.asks("02 00 00 50 03 55", "02 00 00 65 06 00 00 00 00 C0 03 30");
    assert_eq!(cabinet.counters().unlocks, [(1, 1)].into());
    (1..=96).for_each(|door| assert!(cabinet.shut(door)));
    master.say("02 00 30 51 03 86");
    assert!(cabinet.wait_open(48, PATIENCE) && cabinet.open_doors() == Vec::from_iter(1..=48));
    master.say("02 0A 30 51 03 90");
    assert!(cabinet.wait_open(96, PATIENCE) && cabinet.open_doors().len() == 96);
}

#[test]
fn cu16_boards_do_what_the_public_sources_show() {
    let Bench { mut master, cabinet, _folder } = bench("kerong-cu16", &[(1, 16)], &[1, 9]);
    assert!(cabinet.set_item(2, true) && cabinet.set_item(16, true));
    master.asks("02 10 30 03 45", "02 10 35 01 01 02 80 03 CE");
    master.say("02 10 31 03 46");
    assert!(cabinet.wait_open(1, PATIENCE));
    cabinet.shut(16);
    master.say("02 1F 31 03 55");
    assert!(cabinet.wait_open(16, PATIENCE));
    assert_eq!(cabinet.counters().unlocks, [(1, 1), (16, 1)].into());
    (1..=16).for_each(|door| assert!(cabinet.shut(door)));
    master.say("02 10 33 03 48");
    assert!(cabinet.wait_open(16, PATIENCE) && cabinet.open_doors().len() == 16);
}

#[test]
fn wkly_boards_do_what_the_public_sources_show() {
    let Bench { mut master, cabinet, _folder } = bench("wkly", &[(0, 4)], &[2, 3]);
    master.asks("574B4C59 08 00 84 85", "574B4C59 0E 00 84 00 04 00 01 01 00 87");
    cabinet.shut(1);
    master.asks("574B4C59 09 00 82 01 83", "574B4C59 0B 00 82 00 01 00 81");
    master.asks("574B4C59 09 00 83 01 82", "574B4C59 0B 00 83 00 01 00 80");
    // It has no fifth lock, and says so.
    master.asks("574B4C59 09 00 83 05 86", "574B4C59 0B 00 83 FF 05 00 7B");
    (1..=4).for_each(|door| assert!(cabinet.shut(door)));
    master.asks("574B4C59 08 00 86 87", "574B4C59 09 00 86 00 86");
    assert_eq!(cabinet.open_doors(), [1, 2, 3, 4]);
}

#[test]
fn a_security_module_answers_as_the_vendors_text_shows() {
    let folder = TempDir::new().unwrap();
    let module = SamReader::start(SamOptions::new(folder.path().join("reader"))).unwrap();
    let mut master = Master::on(module.port());
    master.asks("AAAAAA9669 0003 11FF ED", "AAAAAA9669 0004 000090 94");
    master.asks("AAAAAA9669 0003 2001 22", "AAAAAA9669 0004 000080 84");
    module.insert_named("li-jianguo").unwrap();
    master.asks("AAAAAA9669 0003 2001 22", "AAAAAA9669 0008 00009F 00000000 97");
    master.asks("AAAAAA9669 0003 2002 21", "AAAAAA9669 000C 000090 0000000000000000 9C");
    master.say("AAAAAA9669 0003 3001 32");
    let card = master.hear(1295);
    assert_eq!(card[..14], hex("AAAAAA9669 0508 000090 0100 0400"));
    assert_eq!(card[14..20], hex("4E67 FA5E FD56"), "the name, 李建国");
    assert_eq!(card[5..].iter().fold(0, |check, byte| check ^ byte), 0);
    master.asks("AAAAAA9669 0003 3003 30", "AAAAAA9669 0004 000091 95");
    master.asks("AAAAAA9669 0003 3010 23", "AAAAAA9669 0004 000021 25");
}
