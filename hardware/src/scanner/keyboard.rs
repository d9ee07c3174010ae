//! Scanners that are a keyboard, read by the reports that they send.
//!
//! Linux hands each report of such a device out at `/dev/hidrawN`, and makes keys of it beside. The keys must lead
//! nowhere: they would go to whatever has the focus, and a code made for it could press any key there is. So its input
//! device is *inhibited* (Linux 5.11 and later: no handler hears of it any more), by a rule for udev; the reports come
//! all the same. Reports name places on the keyboard, so that no layout of the system matters.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use zeroize::Zeroizing;

use crate::Fault;
use crate::port::file_fault;

/// A keyboard's report of the boot protocol (USB HID 1.11, appendix B.1): a bit for each modifier key, a byte that is
/// reserved, six keys that are down.
pub const REPORT: usize = 8;
/// The same from a device with reports of several kinds, which puts a number before each (USB HID 1.11, 8.1).
const NUMBERED: usize = REPORT + 1;
/// Longest report of a full-speed interrupt endpoint (USB 2.0, 5.7.3).
const LONGEST: usize = 64;
/// The bits of both shift keys among the modifiers (USB HID 1.11, 8.3).
const SHIFT: u8 = 0b0010_0010;
/// First key of [`PLAIN`] and [`SHIFTED`].
const LETTERS: u8 = 0x04;
/// Keys 04 to 38 (USB HID Usage Tables 1.12, section 10) of a keyboard with American layout. The tabulator ends a code
/// as Enter does, for some scanners are delivered so.
const PLAIN: &[u8; 53] = b"abcdefghijklmnopqrstuvwxyz1234567890\r\x1b\x08\r -=[]\\\\;'`,./";
/// The same keys with shift.
const SHIFTED: &[u8; 53] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\r\x1b\x08\r _+{}||:\"~<>?";
/// First key of [`PAD`].
const NUMBERS: u8 = 0x54;
/// Keys 54 to 63: the number pad, which some scanners type digits on.
const PAD: &[u8; 16] = b"/*-+\r1234567890.";
/// Stands for every key that types no character. No code holds it, so that it spoils the one it is in.
const NO_CHARACTER: u8 = 0x00;

/// Makes characters of reports.
#[derive(Default)]
pub struct Keys {
    down: [u8; 6],
}

impl Keys {
    /// What is typed by one report: a character for each key that was not down before.
    pub fn take(&mut self, report: &[u8; REPORT], mut typed: impl FnMut(u8)) {
        let [modifiers, _, keys @ ..] = *report;
        for key in keys.into_iter().filter(|key| *key != 0 && !self.down.contains(key)) {
            typed(character(modifiers, key));
        }
        self.down = keys;
    }
}

/// The ASCII character of a key.
fn character(modifiers: u8, key: u8) -> u8 {
    let row: &[u8] = if modifiers & SHIFT == 0 { PLAIN } else { SHIFTED };
    let found = |row: &[u8], first: u8| row.get(usize::from(key.checked_sub(first)?)).copied();
    match modifiers & !SHIFT {
        0 => found(row, LETTERS).or_else(|| found(PAD, NUMBERS)).unwrap_or(NO_CHARACTER),
        _ => NO_CHARACTER,
    }
}

/// A scanner's reports, read as the text that they type. An error of the kind `InvalidData` is a report of no keyboard;
/// reading goes on after it.
pub(super) struct Keyboard {
    file: File,
    keys: Keys,
    wait: Duration,
}

impl Keyboard {
    /// Opens the device file. A reading without text ends after `wait`.
    pub(super) fn open(path: &Path, wait: Duration) -> Result<Self, Fault> {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
        let file = file.map_err(|error| file_fault(&path.to_string_lossy(), &error))?;
        Ok(Self { file, keys: Keys::default(), wait })
    }

    /// Waits for a report: `None` when none came in time.
    fn report(&mut self, until: Instant) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let left = until.saturating_duration_since(Instant::now());
        let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO))? == 0 {
            return Ok(None);
        }
        let mut report = Zeroizing::new(vec![0; LONGEST]);
        let length = self.file.read(&mut report)?;
        report.truncate(length);
        Ok(Some(report))
    }
}

impl Read for Keyboard {
    fn read(&mut self, text: &mut [u8]) -> io::Result<usize> {
        let until = Instant::now() + self.wait;
        while let Some(report) = self.report(until)? {
            let keys = match report.len() {
                0 => return Ok(0),
                REPORT => report.first_chunk(),
                NUMBERED => report.last_chunk(),
                // Those of keys for sound and sleep.
                1..REPORT => None,
                length => return Err(io::Error::new(ErrorKind::InvalidData, format!("{length} bytes"))),
            };
            let Some(keys) = keys else { continue };
            let mut count = 0;
            self.keys.take(keys, |typed| {
                if let Some(place) = text.get_mut(count) {
                    *place = typed;
                    count += 1;
                }
            });
            if count > 0 {
                return Ok(count);
            }
        }
        Err(Errno::EAGAIN.into())
    }
}

/// Whether the keys that Linux makes of a device's reports still go to whatever has the focus, as `/sys` says.
pub(super) fn types_elsewhere(sys: &Path, device: &Path) -> bool {
    let Ok(real) = device.canonicalize() else { return false };
    let Some(name) = real.file_name() else { return false };
    let inputs = fs::read_dir(sys.join("class/hidraw").join(name).join("device/input"));
    inputs
        .into_iter()
        .flatten()
        .flatten()
        .any(|input| fs::read_to_string(input.path().join("inhibited")).is_ok_and(|inhibited| inhibited.trim() == "0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(reports: &[[u8; REPORT]]) -> Vec<u8> {
        let mut keys = Keys::default();
        let mut text = Vec::new();
        reports.iter().for_each(|report| keys.take(report, |byte| text.push(byte)));
        text
    }

    /// Reports of keys pressed one after the other, each let go before the next.
    fn pressed(modifiers: u8, keys: &[u8]) -> Vec<u8> {
        let report = |key: &u8| [[modifiers, 0, *key, 0, 0, 0, 0, 0], [0; REPORT]];
        typed(&keys.iter().flat_map(report).collect::<Vec<_>>())
    }

    #[test]
    fn keys_are_those_of_an_american_keyboard() {
        assert_eq!(pressed(0, &[0x04, 0x1D, 0x1E, 0x26, 0x27, 0x2C, 0x2D, 0x37, 0x38, 0x28]), b"az190 -./\r");
        assert_eq!(pressed(0x02, &[0x04, 0x1D, 0x1E, 0x27, 0x33, 0x36, 0x38]), b"AZ!):<?");
        assert_eq!(pressed(0x20, &[0x0B, 0x37]), b"H>", "the right shift key");
        assert_eq!(pressed(0, &[0x59, 0x61, 0x62, 0x58]), b"190\r", "the number pad");
        assert_eq!(pressed(0, &[0x2B]), b"\r", "the tabulator ends a code");
    }

    #[test]
    fn every_character_is_on_the_keyboard() {
        let all: Vec<u8> = (0..=u8::MAX).flat_map(|key| [character(0, key), character(0x02, key)]).collect();
        for wanted in b' '..=b'~' {
            assert!(all.contains(&wanted), "{}", char::from(wanted));
        }
    }

    #[test]
    fn what_types_no_character_spoils_the_code() {
        for (modifiers, key) in [(0, 0x3A), (0, 0x39), (0, 0x01), (0, 0xFF), (0x01, 0x06), (0x44, 0x4C), (0x08, 0x15)] {
            assert_eq!(pressed(modifiers, &[key]), [NO_CHARACTER], "{modifiers:02X} {key:02X}");
        }
        assert_eq!(pressed(0, &[0x29, 0x2A]), b"\x1b\x08");
    }

    #[test]
    fn a_key_types_once_until_it_is_let_go() {
        let down = |keys: [u8; 6]| [[0, 0].as_slice(), &keys].concat().try_into().unwrap();
        let reports = [
            down([0x04, 0, 0, 0, 0, 0]),
            down([0x04, 0x05, 0, 0, 0, 0]),
            down([0x05, 0, 0, 0, 0, 0]),
            down([0; 6]),
            down([0x05, 0x04, 0, 0, 0, 0]),
        ];
        assert_eq!(typed(&reports), b"abba");
    }

    #[test]
    fn keys_that_also_go_elsewhere_are_seen() {
        let sys = tempfile::tempdir().unwrap();
        let device = sys.path().join("hidraw3");
        fs::write(&device, "").unwrap();
        let link = sys.path().join("kiosk-scanner");
        std::os::unix::fs::symlink(&device, &link).unwrap();
        assert!(!types_elsewhere(sys.path(), &link), "nothing is known");
        let input = sys.path().join("class/hidraw/hidraw3/device/input/input7");
        fs::create_dir_all(&input).unwrap();
        for (inhibited, elsewhere) in [("0\n", true), ("1\n", false)] {
            fs::write(input.join("inhibited"), inhibited).unwrap();
            assert_eq!(types_elsewhere(sys.path(), &link), elsewhere);
        }
    }
}
