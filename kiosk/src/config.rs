//! `kiosk.toml`: what is fitted on this terminal and where it reports to.
//!
//! Strict on purpose: an unknown key is a spelling mistake, and on a terminal nobody sees the default it silently
//! falls back to. Every error names the file, the key and what to do.

mod paper;
mod screen;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hall_rules::Text;
use hardware::cards::{PcscConfig, ReaderConfig, ResidentIdAccess, SdtConfig, TrustList};
use hardware::lockers::Protocol;
use kiosk_wire::CompartmentNo;
use serde::Deserialize;
use thiserror::Error;

pub use paper::{Printer, Scanner};
use paper::{RawPrinter, RawScanner};
use screen::RawScreen;
pub use screen::{Rotation, Screen};

/// The whole configuration, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the journal, the keys and the caches lie.
    pub data_dir: PathBuf,
    /// The command that plays a WAV file from its standard input; empty for a silent terminal.
    pub player: Vec<String>,
    /// Where a person is found or whom to phone when the terminal cannot serve; empty when the file does not say.
    pub staff_place: Text,
    /// The backend; `None` when the file names none (technician commands work without).
    pub backend: Option<Backend>,
    /// The card readers.
    pub cards: Vec<ReaderConfig>,
    pub locker: Option<Locker>,
    /// The receipt printer.
    pub printer: Option<Printer>,
    /// The QR and barcode scanner.
    pub scanner: Option<Scanner>,
    pub screen: Screen,
}

/// Where to report to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Base address without a slash at the end.
    pub url: String,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

/// The locker on its serial line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locker {
    /// Family of the lock boards.
    pub protocol: Protocol,
    /// Serial port.
    pub port: PathBuf,
    /// The state bit that means "closed": 0 or 1, depending on how the feedback was wired.
    pub closed_bit: u8,
    /// Time between two looks at all doors.
    pub poll: Duration,
    /// How long a lock is powered, in seconds; `None`: as its board is set.
    pub pulse_s: Option<u8>,
    /// The boards on the line.
    pub boards: Vec<Board>,
}

/// One lock board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Address set by its switches.
    pub address: u8,
    /// How many locks it drives.
    pub locks: u8,
    /// Compartment number behind lock 1; the others follow.
    pub first_compartment: u16,
    /// Size class of each compartment on this board.
    pub sizes: BTreeMap<CompartmentNo, String>,
}

impl Config {
    /// Every compartment with its size class, in order.
    pub fn compartments(&self) -> BTreeMap<CompartmentNo, String> {
        let boards = self.locker.iter().flat_map(|locker| &locker.boards);
        boards.flat_map(|board| board.sizes.clone()).collect()
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{}{}: {what}", file.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ConfigError {
    pub file: PathBuf,
    /// The line, when the text itself is wrong there.
    pub line: Option<usize>,
    /// The key, what is wrong with it and what to do.
    pub what: String,
}

/// Reads and checks a configuration file.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
        file: path.to_owned(),
        line: None,
        what: format!("cannot be read: {error}. Name the configuration with `--config FILE`."),
    })?;
    parse(path, &text)
}

/// Checks the text of a configuration; `path` is for the errors.
pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let fail = |line, what: String| ConfigError { file: path.to_owned(), line, what };
    let raw: Raw = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        fail(line, format!("{}. The keys are listed in docs/technician.md.", error.message().trim_end()))
    })?;
    raw.check().map_err(|what| fail(None, what))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    kiosk: RawKiosk,
    backend: Option<RawBackend>,
    #[serde(default)]
    card: Vec<RawCard>,
    locker: Option<RawLocker>,
    printer: Option<RawPrinter>,
    scanner: Option<RawScanner>,
    screen: Option<RawScreen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawKiosk {
    data_dir: PathBuf,
    player: Vec<String>,
    staff_place: Option<RawText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawText {
    zh: String,
    #[serde(default)]
    en: String,
}

impl Default for RawKiosk {
    fn default() -> Self {
        let player = ["aplay", "-q", "-t", "wav", "-"].map(str::to_owned).into();
        Self { data_dir: PathBuf::from("/var/lib/kiosk"), player, staff_place: None }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBackend {
    url: String,
    ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCard {
    kind: String,
    reader: Option<String>,
    resident_id: Option<String>,
    port: Option<PathBuf>,
    baud: Option<u32>,
    sdt_header: Option<String>,
    sdt_control: Option<u32>,
    trust_list: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLocker {
    protocol: String,
    port: Option<PathBuf>,
    closed_bit: Option<u8>,
    poll_ms: Option<u64>,
    pulse_s: Option<u8>,
    #[serde(default)]
    board: Vec<RawBoard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBoard {
    address: u8,
    locks: u8,
    first_compartment: u16,
    size: Option<String>,
    sizes: Option<BTreeMap<String, String>>,
}

impl Raw {
    fn check(self) -> Result<Config, String> {
        Ok(Config {
            data_dir: self.kiosk.data_dir,
            player: self.kiosk.player,
            staff_place: self.kiosk.staff_place.map(RawText::check).transpose()?.unwrap_or_default(),
            backend: self.backend.map(RawBackend::check).transpose()?,
            cards: check_cards(self.card)?,
            locker: self.locker.map(RawLocker::check).transpose()?,
            printer: self.printer.map(RawPrinter::check).transpose()?,
            scanner: self.scanner.map(RawScanner::check).transpose()?,
            screen: self.screen.map(RawScreen::check).transpose()?.unwrap_or_default(),
        })
    }
}

impl RawText {
    fn check(self) -> Result<Text, String> {
        let longest = 40;
        for (key, text) in [("zh", &self.zh), ("en", &self.en)] {
            let length = text.chars().count();
            if length > longest * if key == "en" { 2 } else { 1 } {
                return Err(format!(
                    "`kiosk.staff_place.{key}`: {length} characters are too many for the screen; say in {longest} (80 in \
                     English) where a person is, and the phone number"
                ));
            }
        }
        if self.zh.trim().is_empty() {
            return Err(
                "`kiosk.staff_place.zh`: is empty; say where a person is found, or leave `staff_place` out".into()
            );
        }
        Ok(Text::new(self.zh, self.en))
    }
}

impl RawBackend {
    fn check(self) -> Result<Backend, String> {
        check_url(&self.url).map_err(|what| format!("`backend.url`: {what}"))?;
        Ok(Backend { url: self.url.trim_end_matches('/').to_owned(), ca_file: self.ca_file })
    }
}

/// Accepts `https://…`, and `http://…` where the traffic cannot leave this machine.
pub fn check_url(text: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(text)
        .map_err(|error| format!("`{text}` is not an address ({error}); write `https://` and the hall's name"))?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url.host_str().unwrap_or_default()) => Ok(()),
        "http" => {
            Err(format!("`{text}` would send personal data in the clear; use `https://` (http:// is for loopback)"))
        }
        other => Err(format!("`{other}:` is not a way to the backend; use `https://`")),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A PC/SC reader belongs to the first entry that it fits.
fn check_cards(cards: Vec<RawCard>) -> Result<Vec<ReaderConfig>, String> {
    let mut checked: Vec<ReaderConfig> = Vec::new();
    for (index, card) in cards.into_iter().enumerate() {
        let mut card = card.check(index)?;
        let (key, same) = match &mut card {
            ReaderConfig::Pcsc(card) => {
                let earlier = |(at, other): (usize, &ReaderConfig)| match other {
                    ReaderConfig::Pcsc(other) => Some((at, other.reader.clone())),
                    ReaderConfig::Sdt(_) => None,
                };
                let earlier: Vec<_> = checked.iter().enumerate().filter_map(earlier).collect();
                let same = earlier.iter().find(|(_, reader)| *reader == card.reader).map(|(at, _)| *at);
                card.except = earlier.into_iter().map(|(_, reader)| reader).collect();
                ("reader", same)
            }
            ReaderConfig::Sdt(card) => {
                let same = |other: &ReaderConfig| matches!(other, ReaderConfig::Sdt(other) if other.port == card.port);
                ("port", checked.iter().position(same))
            }
        };
        if let Some(first) = same {
            return Err(format!("`card[{index}].{key}`: the same reader is card {first} already; remove one"));
        }
        checked.push(card);
    }
    Ok(checked)
}

impl RawCard {
    fn check(self, index: usize) -> Result<ReaderConfig, String> {
        match self.kind.as_str() {
            "pcsc" => self.check_pcsc(index),
            "sdt" => self.check_sdt(index),
            other => Err(format!("`card[{index}].kind`: `{other}` is not known; write \"pcsc\" or \"sdt\"")),
        }
    }

    fn check_pcsc(self, index: usize) -> Result<ReaderConfig, String> {
        let key = |name: &str| format!("`card[{index}].{name}`");
        for (name, given) in [("port", self.port.is_some()), ("baud", self.baud.is_some())] {
            if given {
                return Err(format!(
                    "{}: a PC/SC reader has none; remove it, or name the reader in `reader`",
                    key(name)
                ));
            }
        }
        let resident_id = match (self.resident_id.as_deref(), self.sdt_header.as_deref(), self.sdt_control) {
            (None, None, None) => None,
            (Some("sam-block"), None, None) => Some(ResidentIdAccess::SamBlock),
            (Some("sdt-apdu"), Some(header), None) => Some(ResidentIdAccess::SdtApdu {
                header: hex::decode(header).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
                    format!(
                        "{}: `{header}` is not CLA INS P1 P2 in hexadecimal, such as \"FF580000\"",
                        key("sdt_header")
                    )
                })?,
            }),
            (Some("sdt-control"), None, Some(function)) => Some(ResidentIdAccess::SdtControl { function }),
            (Some("sdt-apdu"), _, _) => {
                return Err(format!(
                    "{}: \"sdt-apdu\" needs it, and nothing else; the reader's manual says which",
                    key("sdt_header")
                ));
            }
            (Some("sdt-control"), _, _) => {
                return Err(format!(
                    "{}: \"sdt-control\" needs it, and nothing else; the reader's manual says which",
                    key("sdt_control")
                ));
            }
            (None | Some("sam-block"), _, _) => {
                return Err(format!(
                    "{}: `sdt_header` and `sdt_control` are for \"sdt-apdu\" and \"sdt-control\"",
                    key("resident_id")
                ));
            }
            (Some(other), _, _) => {
                return Err(format!(
                    "{}: `{other}` is not known; write \"sam-block\", \"sdt-apdu\" or \"sdt-control\", or remove the key when this reader cannot read resident IDs",
                    key("resident_id")
                ));
            }
        };
        let trust = match &self.trust_list {
            Some(folder) => TrustList::load(folder).map_err(|error| format!("{}: {error}", key("trust_list")))?,
            None => TrustList::default(),
        };
        let pattern = self.reader.as_deref().unwrap_or("*");
        Ok(ReaderConfig::Pcsc(PcscConfig { resident_id, trust, ..PcscConfig::new(pattern) }))
    }

    fn check_sdt(self, index: usize) -> Result<ReaderConfig, String> {
        let key = |name: &str| format!("`card[{index}].{name}`");
        for (name, given) in [
            ("reader", self.reader.is_some()),
            ("resident_id", self.resident_id.is_some()),
            ("sdt_header", self.sdt_header.is_some()),
            ("sdt_control", self.sdt_control.is_some()),
            ("trust_list", self.trust_list.is_some()),
        ] {
            if given {
                return Err(format!("{}: is for PC/SC readers; an SDT reader has only `port` and `baud`", key(name)));
            }
        }
        let Some(port) = self.port.filter(|port| !port.as_os_str().is_empty()) else {
            return Err(format!(
                "{}: is missing; name the serial port by a path that stays, such as \"/dev/serial/by-path/…\" (ls -l /dev/serial/by-path)",
                key("port")
            ));
        };
        let baud = self.baud.unwrap_or(SdtConfig::RATES[0]);
        if !SdtConfig::RATES.contains(&baud) {
            return Err(format!(
                "{}: no SDT reader has {baud}; write one of {:?}, or leave it out for {}",
                key("baud"),
                SdtConfig::RATES,
                SdtConfig::RATES[0]
            ));
        }
        Ok(ReaderConfig::Sdt(SdtConfig { baud, ..SdtConfig::new(port) }))
    }
}

impl RawLocker {
    fn check(self) -> Result<Locker, String> {
        let protocol: Protocol = self.protocol.parse().map_err(|error| format!("`locker.protocol`: {error}"))?;
        let port = self.port.filter(|port| !port.as_os_str().is_empty()).ok_or(
            "`locker.port` is missing; name the serial port by a path that stays, such as \"/dev/serial/by-path/…\" (ls -l /dev/serial/by-path)",
        )?;
        let closed_bit = self.closed_bit.unwrap_or(1);
        if closed_bit > 1 {
            return Err(format!(
                "`locker.closed_bit`: {closed_bit} is not a bit; write 0 or 1 (docs/hardware.md, wiring)"
            ));
        }
        let poll_ms = self.poll_ms.unwrap_or(300);
        if !(50..=5_000).contains(&poll_ms) {
            return Err(format!("`locker.poll_ms`: {poll_ms} is outside 50–5000; leave it out for 300"));
        }
        if self.board.is_empty() {
            return Err("`locker.board` is missing; add a [[locker.board]] section for each lock board".into());
        }
        let boards = self
            .board
            .into_iter()
            .enumerate()
            .map(|(i, board)| board.check(i, protocol))
            .collect::<Result<Vec<_>, _>>()?;
        check_distinct(&boards)?;
        let poll = Duration::from_millis(poll_ms);
        let locker = Locker { protocol, port, closed_bit, poll, pulse_s: self.pulse_s, boards };
        crate::devices::lockers(&locker).validate().map_err(|error| error.to_string())?;
        Ok(locker)
    }
}

fn check_distinct(boards: &[Board]) -> Result<(), String> {
    let mut addresses = BTreeSet::new();
    let mut numbers = BTreeMap::new();
    for (index, board) in boards.iter().enumerate() {
        if !addresses.insert(board.address) {
            return Err(format!(
                "`locker.board[{index}].address`: {} is taken by another board; set the switches apart",
                board.address
            ));
        }
        for no in board.sizes.keys() {
            if let Some(other) = numbers.insert(*no, index) {
                return Err(format!(
                    "`locker.board[{index}].first_compartment`: compartment {no} exists on board {other} already; \
                     two doors must not have one number"
                ));
            }
        }
    }
    Ok(())
}

impl RawBoard {
    fn check(self, index: usize, protocol: Protocol) -> Result<Board, String> {
        let key = |name: &str| format!("`locker.board[{index}].{name}`");
        let most = protocol.most_locks();
        if !(1..=most).contains(&self.locks) {
            return Err(format!("{}: {protocol} boards have 1 to {most} locks, not {}", key("locks"), self.locks));
        }
        if self.first_compartment == 0 {
            return Err(format!("{}: compartments count from 1", key("first_compartment")));
        }
        let last = self
            .first_compartment
            .checked_add(u16::from(self.locks) - 1)
            .ok_or_else(|| format!("{}: {} is too large", key("first_compartment"), self.first_compartment))?;
        let all = self.first_compartment..=last;
        let sizes = match (self.size, self.sizes) {
            (Some(size), None) if !size.trim().is_empty() => all.map(|no| (CompartmentNo(no), size.clone())).collect(),
            (None, Some(ranges)) => spread(&ranges, all).map_err(|what| format!("{}: {what}", key("sizes")))?,
            (Some(_), Some(_)) => return Err(format!("{}: give `size` or `sizes`, not both", key("size"))),
            (Some(_), None) | (None, None) => {
                return Err(format!(
                    "{}: is missing; write size = \"A4\", or sizes = {{ \"1-8\" = \"A4\", … }}",
                    key("size")
                ));
            }
        };
        Ok(Board { address: self.address, locks: self.locks, first_compartment: self.first_compartment, sizes })
    }
}

/// `{"1-8" = "A4"}` over the compartments `all`: each exactly once.
fn spread(
    ranges: &BTreeMap<String, String>,
    all: std::ops::RangeInclusive<u16>,
) -> Result<BTreeMap<CompartmentNo, String>, String> {
    let mut sizes = BTreeMap::new();
    for (range, size) in ranges {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (Ok(from), Ok(to)) = (from.trim().parse::<u16>(), to.trim().parse::<u16>()) else {
            return Err(format!("`{range}` is not a range of compartments; write \"1-8\""));
        };
        if from > to || !all.contains(&from) || !all.contains(&to) {
            return Err(format!("`{range}` is not within this board's compartments {}-{}", all.start(), all.end()));
        }
        for no in from..=to {
            if sizes.insert(CompartmentNo(no), size.clone()).is_some() {
                return Err(format!("compartment {no} has two sizes"));
            }
        }
    }
    match all.clone().find(|no| !sizes.contains_key(&CompartmentNo(*no))) {
        Some(no) => Err(format!("compartment {no} has no size")),
        None => Ok(sizes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
[kiosk]
data_dir = "/tmp/k"
staff_place = { zh = "一楼服务台，电话 0795-3998500", en = "Desk, ground floor, phone 0795-3998500" }
[backend]
url = "https://hall.example/"
[[card]]
kind = "pcsc"
reader = "Kiosk ID Reader*"
resident_id = "sam-block"
[[card]]
kind = "sdt"
port = "/dev/serial/by-path/y"
baud = 9600
[locker]
protocol = "xor24"
port = "/dev/serial/by-path/x"
closed_bit = 0
[[locker.board]]
address = 1
locks = 4
first_compartment = 1
sizes = { "1-2" = "A4", "3" = "envelope", "4" = "A4" }
[[locker.board]]
address = 2
locks = 2
first_compartment = 5
size = "A4"
"#;

    fn error(text: &str) -> String {
        parse(Path::new("kiosk.toml"), text).expect_err("refused").to_string()
    }

    #[test]
    fn the_whole_file_is_read() {
        let config = parse(Path::new("kiosk.toml"), WHOLE).expect("reads");
        assert_eq!(config.backend.as_ref().expect("backend").url, "https://hall.example");
        assert!(config.staff_place.zh.contains("服务台") && config.staff_place.en.contains("Desk"));
        let resident_id = Some(ResidentIdAccess::SamBlock);
        let pcsc = PcscConfig { resident_id, ..PcscConfig::new("Kiosk ID Reader*") };
        let sdt = SdtConfig { baud: 9600, ..SdtConfig::new("/dev/serial/by-path/y") };
        assert_eq!(config.cards, [ReaderConfig::Pcsc(pcsc), ReaderConfig::Sdt(sdt)]);
        let sizes: Vec<_> = config.compartments().into_iter().map(|(no, size)| (no.0, size)).collect();
        assert_eq!(sizes[2], (3, "envelope".into()));
        assert_eq!(sizes.len(), 6);
        assert_eq!(config.locker.expect("locker").closed_bit, 0);
    }

    #[test]
    fn a_reader_belongs_to_the_first_entry_that_it_fits() {
        let text = "[[card]]\nkind=\"pcsc\"\nreader=\"Kiosk*\"\n[[card]]\nkind=\"sdt\"\nport=\"/dev/x\"\n[[card]]\nkind=\"pcsc\"\n";
        let readers = parse(Path::new("kiosk.toml"), text).expect("reads").cards;
        let takes = |name: &str| -> Vec<bool> {
            let takes = |reader: &ReaderConfig| matches!(reader, ReaderConfig::Pcsc(config) if config.takes(name));
            readers.iter().map(takes).collect()
        };
        assert_eq!(takes("Kiosk ID Reader 00 00"), [true, false, false]);
        assert_eq!(takes("Another 00 00"), [false, false, true]);
    }

    #[test]
    fn nothing_is_needed_but_the_devices_that_exist() {
        let config = parse(Path::new("kiosk.toml"), "").expect("reads");
        assert_eq!(config.data_dir, Path::new("/var/lib/kiosk"));
        assert!(config.locker.is_none() && config.cards.is_empty() && config.backend.is_none());
    }

    #[test]
    fn errors_name_file_key_and_remedy() {
        let board = "[locker]\nprotocol=\"xor24\"\nport=\"/dev/x\"\n[[locker.board]]\naddress=1\nlocks=24\nfirst_compartment=1\n";
        let two =
            format!("{board}size=\"A4\"\n[[locker.board]]\naddress=2\nlocks=2\nfirst_compartment=24\nsize=\"A4\"\n");
        let cases: &[(&str, &[&str])] = &[
            ("[kiosk]\ndatadir = \"/x\"", &["kiosk.toml:2", "`datadir`", "data_dir"]),
            ("[locker]\nprotocol = \"xor24\"", &["locker.port", "by-path"]),
            ("[locker]\nprotocol = \"xor25\"\nport=\"/dev/x\"", &["locker.protocol", "xor25"]),
            ("[locker]\nprotocol = \"wkly\"\nport=\"/dev/x\"", &["locker.board"]),
            (&format!("{}size=\"A4\"", board.replace("xor24", "kerong-cu16")), &["locker.board[0].locks", "1 to 16"]),
            (&format!("{}size=\"A4\"", board.replace("port=", "pulse_s=10\nport=")), &["locker.pulse_s", "1 to 9"]),
            ("[locker]\nprotocol = \"xor24\"\nport=\"/dev/x\"", &["locker.board"]),
            ("[locker]\nprotocol = \"xor24\"\nport=\"/dev/x\"\nclosed_bit=2", &["locker.closed_bit", "0 or 1"]),
            (board, &["locker.board[0].size", "missing"]),
            (&two, &["locker.board[1].first_compartment", "compartment 24", "board 0"]),
            (&format!("{}size=\"A4\"", board.replace("address=1", "address=0")), &["locker.board.address"]),
            (&format!("{board}sizes={{\"1-23\"=\"A4\"}}"), &["sizes", "compartment 24 has no size"]),
            (&format!("{board}sizes={{\"1-25\"=\"A4\"}}"), &["sizes", "1-25", "1-24"]),
            ("[backend]\nurl = \"http://hall.example\"", &["backend.url", "https://"]),
            ("[backend]\nurl = \"hall\"", &["backend.url", "https://"]),
            ("[[card]]\nkind = \"nfc\"", &["card[0].kind", "pcsc"]),
            ("[[card]]\nkind = \"pcsc\"\nresident_id = \"sdt\"", &["card[0].resident_id", "sam-block"]),
            ("[[card]]\nkind = \"pcsc\"\nport = \"/dev/x\"", &["card[0].port", "remove"]),
            ("[[card]]\nkind = \"pcsc\"\nresident_id = \"sdt-apdu\"", &["card[0].sdt_header", "manual"]),
            (
                "[[card]]\nkind = \"pcsc\"\nresident_id = \"sdt-apdu\"\nsdt_header = \"FF58\"",
                &["card[0].sdt_header", "FF580000"],
            ),
            ("[[card]]\nkind = \"pcsc\"\nresident_id = \"sdt-control\"", &["card[0].sdt_control", "manual"]),
            ("[[card]]\nkind = \"pcsc\"\ntrust_list = \"/nowhere\"", &["card[0].trust_list", "/nowhere"]),
            ("[[card]]\nkind = \"pcsc\"\nsdt_control = 1", &["card[0].resident_id", "sdt-control"]),
            ("[[card]]\nkind = \"pcsc\"\n[[card]]\nkind = \"pcsc\"", &["card[1].reader", "card 0"]),
            ("[[card]]\nkind = \"sdt\"", &["card[0].port", "by-path"]),
            ("[[card]]\nkind = \"sdt\"\nport = \"/dev/x\"\nbaud = 4800", &["card[0].baud", "115200"]),
            ("[[card]]\nkind = \"sdt\"\nport = \"/dev/x\"\nreader = \"*\"", &["card[0].reader", "port"]),
            ("[screen]\nrotation = 45", &["screen.rotation", "270"]),
            ("[screen]\noutput = \"HDMI\"", &["screen.output", "HDMI-A-1"]),
            ("[kiosk]\nstaff_place = { zh = \" \" }", &["kiosk.staff_place.zh", "leave `staff_place` out"]),
            ("[kiosk]\nstaff_place = { zh = \"台\", tel = \"1\" }", &["`tel`"]),
            (&format!("[kiosk]\nstaff_place.zh = \"{}\"", "台".repeat(41)), &["kiosk.staff_place.zh", "41", "40"]),
            ("[kiosk", &["kiosk.toml:1"]),
        ];
        for (text, wanted) in cases {
            let error = error(text);
            for part in *wanted {
                assert!(error.contains(part), "{text:?} should say {part:?} but says {error:?}");
            }
        }
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for ok in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:80", "https://hall.example"] {
            assert_eq!(check_url(ok), Ok(()), "{ok}");
        }
        for bad in ["http://127.0.0.1.evil.example", "http://192.168.1.2", "ftp://hall", ""] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
