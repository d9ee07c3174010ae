//! `kiosk run`: puts the threads together.
//!
//! | thread | does |
//! |---|---|
//! | main | draws; no disk, no waiting |
//! | runner | decides and writes down |
//! | one for each reader, one each for lock boards, printer and scanner | owns its device |
//! | sync | talks to the backend |
//! | sound | plays tones |
//! | watchdog | tells systemd that frames are drawn and that runner and devices live |
//! | signals | turns SIGTERM and SIGINT into an orderly end |

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use clap::Args;
use hardware::Pulse;
use hardware::cards::CardReader;
use hardware::lockers::{Lockers, LockersHandle, OpenError};
use hardware::printer::{Printer, PrinterGone, PrinterHandle};
use hardware::scanner::Scanner;
use kiosk_journey::{Journey, JourneyConfig};
use kiosk_ui::{Screen, ScreenHandle, WindowSize};
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, Signal};

use super::output::{Exit, Failure};
use super::watchdog;
use crate::clock::Clock;
use crate::config::Config;
use crate::devices;
use crate::files;
use crate::runner::{Event, Hands, Runner};
use crate::sound::Player;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Size of the window, such as 540x960, for a small display. Without it the kiosk takes the whole display.
    #[arg(long, value_name = "WxH")]
    window: Option<String>,
}

impl Run {
    pub(super) fn run(self, config: Config) -> Result<Exit, Failure> {
        let size = match &self.window {
            Some(text) => text
                .parse()
                .map_err(|error: kiosk_ui::ScreenError| Failure::new(Exit::Usage, format!("--window: {error}")))?,
            None => WindowSize::Fullscreen,
        };
        #[cfg(feature = "kms")]
        hang_as_configured(&config.screen)?;
        log();
        keep_memory_private();
        let signals = hold_signals()?;
        files::make_folder(&config.data_dir)?;
        let _lock = files::lock_folder(&config.data_dir)?.ok_or_else(|| {
            Failure::new(Exit::InUse, format!("another kiosk works in {}", config.data_dir.display()))
        })?;
        let clock = Arc::new(Clock::recalling(&config.data_dir));
        let (sender, events) = channel();

        let touches = sender.clone();
        let screen = Screen::new(size, move |touch| drop(touches.send(Event::Touch(touch))))
            .map_err(|error| Failure::new(Exit::NoAnswer, error.to_string()))?;
        screen.show(&Journey::new(JourneyConfig::default()).view(clock.now()));
        watch_signals(signals, sender.clone());
        let stop = sender.clone();
        let handle = screen.handle();
        let quit = handle.clone();
        let (pulses, watched) = channel();
        watchdog::start(handle.clone(), watched);
        let runner: JoinHandle<()> = thread::Builder::new()
            .name("runner".into())
            .spawn(move || {
                let _quit = QuitOnEnd(quit);
                run(config, clock, events, sender, handle, pulses);
            })
            .map_err(|error| Failure::new(Exit::Wrong, format!("no thread: {error}")))?;
        let drawn = screen.run_event_loop();
        // Whatever ended the window, the runner must not go on without it. It may have ended first.
        drop(stop.send(Event::Stop));
        match (drawn, runner.join()) {
            (Ok(()), Ok(())) => Ok(Exit::Well),
            (Err(error), _) => Err(Failure::new(Exit::NoAnswer, error.to_string())),
            (_, Err(_)) => Err(Failure::new(Exit::Wrong, "the runner ended by a panic; the log says where")),
        }
    }
}

/// Whatever ends the runner, the window must not stay up without it.
struct QuitOnEnd(ScreenHandle);

impl Drop for QuitOnEnd {
    fn drop(&mut self) {
        drop(self.0.quit());
    }
}

/// The runner's thread: the journal first, then the devices.
fn run(
    config: Config,
    clock: Arc<Clock>,
    events: Receiver<Event>,
    sender: Sender<Event>,
    screen: ScreenHandle,
    pulses: Sender<(String, Pulse)>,
) {
    let (late, lockers) = channel::<LockersHandle>();
    let mut opener: Option<LockersHandle> = None;
    let (late_printer, printers) = channel::<PrinterHandle>();
    let mut printer_hand: Option<PrinterHandle> = None;
    let (late_readers, card_readers) = channel::<Vec<CardReader>>();
    let mut reader_hands: Vec<CardReader> = Vec::new();
    let pulse = Pulse::default();
    drop(pulses.send((watchdog::RUNNER.to_owned(), pulse.clone())));
    let player = Player::start(config.player.clone());
    let hands = Hands {
        show: Box::new(move |view| drop(screen.update(view))),
        open_door: Box::new(move |no| {
            if opener.is_none() {
                opener = lockers.try_recv().ok();
            }
            opener.as_ref().ok_or(OpenError::ShutDown)?.open(no)
        }),
        print: Box::new(move |job, paper| {
            if printer_hand.is_none() {
                printer_hand = printers.try_recv().ok();
            }
            printer_hand.as_ref().ok_or(PrinterGone)?.print(job, paper)
        }),
        unlock_document: Box::new(move |key, year| {
            reader_hands.extend(card_readers.try_iter().flatten());
            reader_hands.iter().for_each(|reader| reader.set_mrz(key.clone(), year));
        }),
        lives: Box::new(move || pulse.beat()),
        play: Box::new(move |sound| player.play(sound)),
    };
    let (cards, locker) = (config.cards.clone(), config.locker.clone());
    let (printer, scanner) = (config.printer.clone(), config.scanner.clone());
    let runner = Runner::boot(config, clock, events, sender.clone(), hands);
    let watch = |name: &str, pulse: Pulse| drop(pulses.send((name.to_owned(), pulse)));
    let count = cards.len();
    let readers: Vec<CardReader> = cards
        .into_iter()
        .enumerate()
        .map(|(index, reader)| {
            let sender = sender.clone();
            let reader = CardReader::spawn(reader, move |event| drop(sender.send(Event::Card(index, event))));
            watch(&devices::reader_name(index, count), reader.pulse());
            reader
        })
        .collect();
    drop(late_readers.send(readers));
    if let Some(printer) = printer {
        let sender = sender.clone();
        let handle = Printer::spawn(devices::printer(&printer), move |event| drop(sender.send(Event::Printer(event))));
        watch("printer", handle.pulse());
        drop(late_printer.send(handle));
    }
    let _scanner = scanner.map(|scanner| {
        let sender = sender.clone();
        let handle = Scanner::spawn(devices::scanner(&scanner), move |event| drop(sender.send(Event::Scanner(event))));
        watch("scanner", handle.pulse());
        handle
    });
    if let Some(locker) = locker {
        match Lockers::spawn(devices::lockers(&locker), move |event| drop(sender.send(Event::Locker(event)))) {
            Ok(handle) => {
                watch("locker", handle.pulse());
                drop(late.send(handle));
            }
            Err(error) => tracing::error!(%error, "the locker cannot be driven"),
        }
    }
    runner.run();
}

/// Who draws on the display itself is told by the environment how it hangs. Where that says something else than the
/// configuration, this program begins anew with what the configuration says: to change one's own environment is unsafe.
#[cfg(feature = "kms")]
fn hang_as_configured(screen: &crate::config::Screen) -> Result<(), Failure> {
    use std::env;
    use std::os::unix::process::CommandExt as _;
    const ROTATION: &str = "SLINT_KMS_ROTATION";
    const OUTPUT: &str = "SLINT_DRM_OUTPUT";
    let wanted = (screen.rotation.degrees().to_string(), screen.output.clone().unwrap_or_default());
    let given = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    if wanted == (given(ROTATION, "0"), given(OUTPUT, "")) {
        return Ok(());
    }
    let begun = || -> io::Result<io::Error> {
        let mut again = std::process::Command::new(env::current_exe()?);
        again.args(env::args_os().skip(1)).env(ROTATION, &wanted.0);
        if wanted.1.is_empty() {
            again.env_remove(OUTPUT)
        } else {
            again.env(OUTPUT, &wanted.1)
        };
        Ok(again.exec())
    };
    let error = begun().unwrap_or_else(|error| error);
    Err(Failure::new(
        Exit::Wrong,
        format!("this program cannot begin anew with [screen] of the configuration: {error}"),
    ))
}

/// JSON on stdout, one event a line.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KIOSK_LOG").unwrap_or_else(|_| "info,winit=error".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(io::stdout).init();
}

/// No core dumps, no reading of our memory by others: personal data is in it while somebody stands here.
fn keep_memory_private() {
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
        tracing::warn!(%error, "core dumps could not be switched off");
    }
    if let Err(error) = prctl::set_dumpable(false) {
        tracing::warn!(%error, "memory could not be closed to other processes");
    }
}

/// Blocks the signals in this thread and all that it starts, so that one thread can wait for them.
fn hold_signals() -> Result<SigSet, Failure> {
    let signals = SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT]);
    signals.thread_block().map_err(|error| Failure::new(Exit::Wrong, format!("signals cannot be held: {error}")))?;
    Ok(signals)
}

fn watch_signals(signals: SigSet, sender: Sender<Event>) {
    thread::spawn(move || {
        if let Ok(signal) = signals.wait() {
            tracing::info!(%signal, "stopping");
            drop(sender.send(Event::Stop));
        }
    });
}
