//! One whole hall.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use outside::Left;
use outside::ending::{Ending, faults};
use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
use peers::card::CardSlot;
use peers::people;
use peers::printer::{Piece, Printer, PrinterOptions};
use peers::sam::{SamOptions, SamReader};
use peers::scanner::Scanner;
use tempfile::TempDir;

use crate::backend::{Backend, Member};
use crate::binaries::sources;
use crate::browser::Browser;
use crate::display::Display;
use crate::gateway::Gateway;
use crate::kiosk::{Kiosk, Ports};
use crate::proxy::Proxy;
use crate::smartcards::SmartCards;
use crate::wait::{PATIENCE, until_true};
use crate::{Context, Error, Result};

/// The window everything goes to but what is the police's.
pub const WINDOW: &str = "综合窗口1";
/// The police's window: other windows' cases ask for its answer.
pub const POLICE_WINDOW: &str = "公安窗口";
/// The department of that window.
const POLICE: &str = "police";

/// The staff of every hall. Passwords are for a hall that lives as long as a test or a demonstration.
pub const STAFF: [Member; 4] = [
    Member {
        name: "周敏",
        role: "clerk",
        window: WINDOW,
        password: "lin-jiang-clerk-1",
        card: Some((people::CLERK_UID, "246813")),
    },
    Member {
        name: "吴强",
        role: "clerk",
        window: WINDOW,
        password: "lin-jiang-clerk-2",
        card: Some((people::SECOND_CLERK_UID, "135792")),
    },
    Member {
        name: "郑科长",
        role: "chief",
        window: WINDOW,
        password: "lin-jiang-chief-1",
        card: Some((people::CHIEF_UID, "864209")),
    },
    Member { name: "钱进", role: "clerk", window: POLICE_WINDOW, password: "lin-jiang-police-1", card: None },
];

/// One more of each role that no test needs in every hall.
pub const OTHERS: [Member; 4] = [
    Member { name: "孙批", role: "approver", window: WINDOW, password: "lin-jiang-approver-1", card: None },
    Member { name: "许督", role: "supervisor", window: WINDOW, password: "lin-jiang-supervisor-1", card: None },
    Member { name: "何静", role: "administrator", window: WINDOW, password: "lin-jiang-admin-1", card: None },
    Member { name: "冯磊", role: "technician", window: WINDOW, password: "lin-jiang-technician-1", card: None },
];

/// The card readers of a kiosk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readers {
    /// A PC/SC reader with a security module.
    #[default]
    Pcsc,
    /// A reader of resident ID cards on a serial line.
    Serial,
    /// Both, the PC/SC reader first.
    Both,
}

/// How a hall is put together.
#[derive(Clone, Debug)]
pub struct HallBuilder {
    folder: Option<PathBuf>,
    display: Option<String>,
    catalogue: PathBuf,
    start_kiosk: bool,
    kiosk_variables: Vec<(String, String)>,
    backend_config: String,
    messages: bool,
    paced_baud: Option<u32>,
    tls: bool,
    small_disk: Option<u64>,
    readers: Readers,
    scanner_types: bool,
    every_role: bool,
}

impl Default for HallBuilder {
    fn default() -> Self {
        Self {
            folder: None,
            display: None,
            catalogue: sources().join("assets/catalogue"),
            start_kiosk: true,
            kiosk_variables: Vec::new(),
            backend_config: String::new(),
            messages: false,
            paced_baud: None,
            tls: false,
            small_disk: None,
            readers: Readers::default(),
            scanner_types: false,
            every_role: false,
        }
    }
}

impl HallBuilder {
    /// Keeps everything in this folder, which outlives the hall.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Shows the kiosk on a display that is there already, in place of one of its own.
    #[must_use]
    pub fn on_display(mut self, name: &str) -> Self {
        self.display = Some(name.to_owned());
        self
    }

    /// Serves another catalogue.
    #[must_use]
    pub fn catalogue(mut self, folder: &Path) -> Self {
        self.catalogue = folder.to_owned();
        self
    }

    /// Enrols the kiosk but leaves it off.
    #[must_use]
    pub fn kiosk_off(mut self) -> Self {
        self.start_kiosk = false;
        self
    }

    /// A variable of the kiosk's first run only.
    #[must_use]
    pub fn kiosk_variable(mut self, key: &str, value: &str) -> Self {
        self.kiosk_variables.push((key.to_owned(), value.to_owned()));
        self
    }

    /// More lines for `backend.toml`.
    #[must_use]
    pub fn backend_config(mut self, more: &str) -> Self {
        more.clone_into(&mut self.backend_config);
        self
    }

    /// Applicants are told through a gateway, and receipts and messages lead to the backend's own page.
    #[must_use]
    pub fn messages(mut self) -> Self {
        self.messages = true;
        self
    }

    /// Bytes on the lock board's line take as long as at this rate.
    #[must_use]
    pub fn paced_baud(mut self, baud: u32) -> Self {
        self.paced_baud = Some(baud);
        self
    }

    /// The backend serves by TLS, and the kiosk trusts its certificate and no other.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// The kiosk's data is on a disk of its own with so many bytes.
    #[must_use]
    pub fn small_disk(mut self, bytes: u64) -> Self {
        self.small_disk = Some(bytes);
        self
    }

    /// Other card readers.
    #[must_use]
    pub fn readers(mut self, readers: Readers) -> Self {
        self.readers = readers;
        self
    }

    /// Everybody of [`OTHERS`] works here too.
    #[must_use]
    pub fn every_role(mut self) -> Self {
        self.every_role = true;
        self
    }

    /// The scanner is a keyboard.
    #[must_use]
    pub fn scanner_types(mut self) -> Self {
        self.scanner_types = true;
        self
    }

    /// Starts it all and waits until the kiosk invites a card (unless it is left off).
    pub fn start(self) -> Result<Hall> {
        let (folder, keeps) = match &self.folder {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = tempfile::Builder::new().prefix("hall-").tempdir().context("a folder")?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).context(logs.display())?;

        let mut backend = Backend::create(&folder.join("backend"), &logs.join("backend.log"), &self.backend_config)?;
        if self.tls {
            backend = backend.secured()?;
        }
        let gateway = if self.messages { Some(Gateway::start()?) } else { None };
        if let Some(gateway) = &gateway {
            backend.tells_by(gateway)?;
        }
        furnish(&backend, &self.catalogue, if self.every_role { &OTHERS } else { &[] })?;
        backend.start()?;
        let cable = Proxy::start(backend.address())?;

        let cards = SmartCards::start(&folder.join("pcscd"), &logs.join("pcscd.log"))?;
        let slot = CardSlot::start(cards.port());
        let sam = match self.readers {
            Readers::Pcsc => None,
            Readers::Serial | Readers::Both => {
                Some(SamReader::start(SamOptions::new(folder.join("reader"))).context("the serial card reader")?)
            }
        };
        let mut options = CabinetOptions::new(folder.join("locker"), vec![BoardSpec::new(1, 24, 1)]);
        options.paced_baud = self.paced_baud;
        let cabinet = Cabinet::start(options).context("the lock board")?;
        let printer = Printer::start(PrinterOptions::new(folder.join("printer"))).context("the printer")?;
        let start_scanner = if self.scanner_types { Scanner::keyboard } else { Scanner::serial };
        let scanner = start_scanner(folder.join("scanner")).context("the scanner")?;
        let display = match &self.display {
            Some(name) => Display::connect(name)?,
            None => Display::start(1080, 1920, &logs.join("xvfb.log"))?,
        };

        let address = format!("{}://{}", backend.scheme(), cable.address());
        let log = logs.join("kiosk.log");
        let ports = Ports {
            pcsc: self.readers != Readers::Serial,
            sam: sam.as_ref().map(SamReader::port),
            locker: cabinet.port(),
            printer: &printer.address(),
            scanner: scanner.port(),
            scanner_kind: if self.scanner_types { "keyboard" } else { "serial" },
        };
        let mut kiosk = Kiosk::create(&folder.join("kiosk"), &log, &address, backend.certificate(), &ports)?;
        if let Some(bytes) = self.small_disk {
            kiosk.use_small_disk(bytes, &logs.join("disk.log"))?;
        }
        kiosk.set_env("PCSCLITE_CSOCK_NAME", cards.socket().to_string_lossy());
        kiosk.set_env("DISPLAY", display.name());
        kiosk.set_window(display.size());
        kiosk.set_env("LANG", "C.UTF-8");
        if !kiosk.data().join("identity.json").exists() {
            let code = backend.add_kiosk("一号自助机")?;
            kiosk.enrol(&code)?;
        }
        let mut hall = Hall {
            kiosk,
            cable,
            backend,
            gateway,
            slot,
            sam,
            cabinet,
            printer,
            scanner,
            cards,
            display,
            readers: self.readers,
            logs,
            folder,
            keeps,
            leaves: Vec::new(),
        };
        if self.start_kiosk {
            let variables: Vec<_> = self.kiosk_variables.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            hall.kiosk.start_with(&variables)?;
            hall.kiosk.wait_screen(&["idle"])?;
            // A terminal that was never on before has nothing to offer until its catalogue has come.
            let catalogue = hall.kiosk.data().join("catalogue.cache");
            until_true("the first catalogue", PATIENCE, || catalogue.exists())?;
        }
        Ok(hall)
    }
}

/// Sets the backend up unless an earlier hall in the same folder did.
pub fn furnish(backend: &Backend, catalogue: &Path, others: &[Member]) -> Result<()> {
    let done = backend.data().join("furnished");
    if done.exists() {
        return Ok(());
    }
    backend.import_catalogue(catalogue)?;
    for calendar in calendars()? {
        backend.import_calendar(&calendar)?;
    }
    let (police, rest): (Vec<_>, Vec<_>) = backend.departments()?.into_iter().partition(|code| code == POLICE);
    backend.add_window_of(WINDOW, "0571-8812 0001", &rest)?;
    backend.add_window_of(POLICE_WINDOW, "0571-8812 0002", &police)?;
    for member in STAFF.iter().chain(others) {
        backend.add_member(member)?;
    }
    fs::write(&done, "").context(done.display())
}

fn calendars() -> Result<Vec<PathBuf>> {
    let folder = sources().join("assets/calendar");
    let entries = fs::read_dir(&folder).context(folder.display())?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "toml"));
    files.sort();
    Ok(files)
}

/// A running hall. Everything it started ends when it is dropped, the kiosk first.
pub struct Hall {
    pub kiosk: Kiosk,
    /// The network between the kiosk and the backend.
    pub cable: Proxy,
    pub backend: Backend,
    /// The gateway for messages to applicants, and their phones; where the hall sends any.
    pub gateway: Option<Gateway>,
    /// Where cards are laid down.
    pub slot: CardSlot,
    /// The card reader on a serial line, where there is one.
    pub sam: Option<SamReader>,
    /// The locker.
    pub cabinet: Cabinet,
    /// The receipt printer.
    pub printer: Printer,
    /// The QR and barcode scanner.
    pub scanner: Scanner,
    /// The card reader.
    pub cards: SmartCards,
    /// The kiosk's display.
    pub display: Display,
    readers: Readers,
    logs: PathBuf,
    folder: PathBuf,
    keeps: Option<TempDir>,
    leaves: Vec<Left>,
}

impl Hall {
    /// A hall as most tests want it.
    pub fn builder() -> HallBuilder {
        HallBuilder::default()
    }

    /// Where everything of this hall is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A browser for a clerk.
    pub fn browser(&self, name: &str) -> Result<Browser> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).context(folder.display())?;
        Browser::start(&folder)
    }

    /// Lays a card of the deck on the reader: the PC/SC reader unless the kiosk has only the serial one.
    pub fn lay(&self, card: &str) -> Result<()> {
        match &self.sam {
            Some(sam) if self.readers == Readers::Serial => sam.insert_named(card),
            Some(_) | None => self.slot.insert_named(card),
        }
        .context("the deck")
    }

    /// Lays a card of the deck on the reader on the serial line.
    pub fn lay_on_serial(&self, card: &str) -> Result<()> {
        self.sam.as_ref().context("there is no reader on a serial line")?.insert_named(card).context("the deck")
    }

    /// Takes the card away, whichever reader it lies on.
    pub fn lift(&self) {
        self.slot.remove();
        self.sam.iter().for_each(SamReader::remove);
    }

    /// Waits until so many pieces of paper lie in the printer's tray, and gives the last one.
    pub fn wait_paper(&self, pieces: usize) -> Result<Piece> {
        self.printer.wait_until(PATIENCE, |tray, _| tray.len() >= pieces);
        let piece = self.printer.pieces().into_iter().nth(pieces.saturating_sub(1));
        piece.ok_or_else(|| self.kiosk.told(&Error::new(format!("no piece of paper number {pieces} came out"))))
    }

    /// Waits until any door is open, and says which.
    pub fn wait_door(&self) -> Result<u16> {
        let found = self.cabinet.wait_any_open(PATIENCE).context("no door opened");
        found.map_err(|error| self.kiosk.told(&error))
    }

    /// Waits until this door stands open.
    pub fn wait_open(&self, door: u16) -> Result<()> {
        if self.cabinet.wait_open(door, PATIENCE) {
            return Ok(());
        }
        Err(self.kiosk.told(&Error::new(format!("door {door} did not open"))))
    }

    /// Somebody reaches into the open box and then shuts its door. That takes longer than the lock board is read
    /// twice; a door that opens and shuts between two reads is a fault of its own.
    pub fn shut(&self, door: u16) {
        let reads = self.cabinet.counters().reads;
        // If the board is not read any more, the door is shut all the same.
        self.cabinet.wait_until(Duration::from_secs(5), |glance| glance.counters().reads >= reads + 4);
        self.cabinet.shut(door);
    }

    /// The power comes back after a failure: the kiosk starts and has found out where it stands.
    pub fn restart_kiosk(&mut self) -> Result<String> {
        self.kiosk.kill();
        self.kiosk.start()?;
        self.kiosk.wait_screen(&["idle", "shut_doors"])
    }

    /// Everything that any program of this hall has logged.
    pub fn all_logs(&self) -> Result<Vec<(PathBuf, String)>> {
        let entries = fs::read_dir(&self.logs).context(self.logs.display())?;
        let read = |entry: fs::DirEntry| {
            let text = fs::read(entry.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            text.map(|text| (entry.path(), text))
        };
        entries.flatten().map(read).collect::<std::io::Result<_>>().context(self.logs.display())
    }

    /// Fails when any of these words is in a log, naming the line.
    pub fn assert_not_logged(&self, words: &[&str]) -> Result<()> {
        for (path, text) in self.all_logs()? {
            for (number, line) in text.lines().enumerate() {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    let place = format!("{}:{}", path.display(), number + 1);
                    return Err(Error::new(format!("{word:?} of an applicant is in {place}: {line}")));
                }
            }
        }
        Ok(())
    }

    /// Waits until the kiosk's journal is acknowledged to its head.
    pub fn wait_synced(&self) -> Result<()> {
        self.kiosk.wait_synced()
    }

    /// Waits until the display shows something.
    pub fn wait_picture(&self) -> Result<()> {
        until_true("a picture", PATIENCE, || self.display.capture().is_ok_and(|picture| picture.shows_something()))
    }

    /// Ends the kiosk in good order, so that its exit code is seen.
    pub fn stop_kiosk(&mut self) -> Option<i32> {
        self.kiosk.stop().and_then(|status| status.code())
    }
}

impl Hall {
    /// Says what this test leaves behind. It must.
    pub fn leaves(&mut self, left: Left) {
        self.leaves.push(left);
    }

    /// What is wrong with how it ends.
    fn fault(&mut self) -> Result<Option<String>> {
        if !self.leaves.contains(&Left::Jobs) && self.backend.runs() {
            until_true("the last job", PATIENCE, || self.backend.open_jobs().is_ok_and(|jobs| jobs.is_empty()))?;
        }
        let logs = self.all_logs()?;
        let lines = logs.iter().flat_map(|(_, log)| faults(log)).map(str::to_owned).collect();
        let ending = Ending { jobs: self.backend.open_jobs()?, flaws: Vec::new(), lines };
        Ok(ending.fault(&self.leaves))
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        // One that was there before it may have anything in its logs.
        let unwatched = self.keeps.is_none() || std::thread::panicking();
        let fault = if unwatched { None } else { self.fault().unwrap_or_else(|error| Some(error.to_string())) };
        if fault.is_none() && !std::thread::panicking() {
            return;
        }
        let picture = self.folder.join("screen.png");
        let saved = self.display.capture().and_then(|picture_| picture_.save(&picture));
        if let Some(temporary) = self.keeps.take() {
            let kept = temporary.keep();
            #[expect(clippy::print_stderr, reason = "tells the reader of a failed test where to look")]
            {
                eprintln!("the hall is kept in {} (picture: {saved:?})", kept.display());
            }
        }
        if let Some(fault) = fault {
            panic!("{fault}");
        }
    }
}

impl fmt::Debug for Hall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hall({})", self.folder.display())
    }
}
