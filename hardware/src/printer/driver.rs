//! The thread that owns a printer.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::answer::{self, Condition, PaperRoll, StatusQuery};
use super::document::Document;
use super::encode::{FORGET, Paperwork, encode};
use super::port::{Address, Flow, Port};
use super::{PrintOutcome, PrinterEvent, Rom, Width};
use crate::{DeviceStatus, Fault, Pulse};

/// Questions without an answer after which a printer that answered before is called silent.
const MISSES: u32 = 2;
/// What Debian's package `fonts-noto-cjk` installs.
const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// How a printer is connected, and how it is minded.
#[derive(Clone, Debug)]
pub struct PrinterConfig {
    pub address: Address,
    /// Baud rate of a serial port. Printers are delivered with 9600, 19200 or 115200; the self-test page says which.
    pub baud: u32,
    /// Flow control of a serial port.
    pub flow: Flow,
    /// Paper, ROM and font.
    pub paperwork: Paperwork,
    /// How often it is asked how it stands.
    pub poll_interval: Duration,
    /// How long an answer may take; none means that nothing is known.
    pub answer_timeout: Duration,
    /// How long it may take no byte before it counts as stuck.
    pub stall: Duration,
    /// How long it may take to print what it has, once all is sent.
    pub print_timeout: Duration,
    /// First wait before a lost port is opened again; doubles up to `reopen_max`, for ever.
    pub reopen_first: Duration,
    /// Longest wait before a lost port is opened again.
    pub reopen_max: Duration,
}

impl PrinterConfig {
    /// 80 mm of paper, GBK in the ROM, 9600 baud without flow control, and the usual times.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            baud: 9_600,
            flow: Flow::None,
            paperwork: Paperwork { width: Width::Mm80, rom: Rom::Gbk, font: Some(PathBuf::from(FONT)) },
            poll_interval: Duration::from_secs(2),
            answer_timeout: Duration::from_millis(500),
            stall: Duration::from_secs(5),
            print_timeout: Duration::from_secs(15),
            reopen_first: Duration::from_millis(250),
            reopen_max: Duration::from_secs(4),
        }
    }
}

/// Starts the owner thread of a printer.
#[derive(Debug)]
pub struct Printer;

impl Printer {
    /// Starts the thread. It calls `sink` for each [`PrinterEvent`]. A missing printer is no error: it is reported as
    /// [`PrinterEvent::State`], and used once it is there.
    pub fn spawn(config: PrinterConfig, sink: impl FnMut(PrinterEvent) + Send + 'static) -> PrinterHandle {
        let (commands, inbox) = mpsc::channel();
        let pulse = Pulse::default();
        let beating = pulse.clone();
        let thread = std::thread::spawn(move || Worker::new(config, sink).run(&inbox, &beating));
        PrinterHandle { commands, pulse, thread: Some(thread) }
    }
}

/// The printer's thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the printer's thread has ended")]
pub struct PrinterGone;

/// Talks to the owner thread. Dropping it shuts the thread down.
#[derive(Debug)]
pub struct PrinterHandle {
    commands: Sender<Command>,
    pulse: Pulse,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Command {
    Print(u64, Document),
    Shutdown,
}

impl PrinterHandle {
    /// Prints a paper. Returns at once; what becomes of it is told as [`PrinterEvent::Done`] with the same `job`.
    ///
    /// # Errors
    /// [`PrinterGone`].
    pub fn print(&self, job: u64, document: Document) -> Result<(), PrinterGone> {
        self.commands.send(Command::Print(job, document)).map_err(|_| PrinterGone)
    }

    /// Of the owner thread.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Ends the thread and waits for it, and for the paper that is being printed.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.commands.send(Command::Shutdown).is_err() {
            tracing::debug!("the printer's thread had already ended");
        }
        if thread.join().is_err() {
            tracing::error!("the printer's thread ended by a panic");
        }
    }
}

impl Drop for PrinterHandle {
    fn drop(&mut self) {
        self.end();
    }
}

struct Worker<S> {
    config: PrinterConfig,
    sink: S,
    port: Option<Port>,
    status: Option<DeviceStatus>,
    /// It has answered since the thread began.
    talks: bool,
    misses: u32,
    /// It has answered [`answer::ASK_IN_TURN`] since that was asked.
    in_turn: bool,
    /// It answers in real time, but never in turn.
    no_turns: bool,
    /// The last byte that was no answer, since the last one that was.
    nonsense: Option<u8>,
    condition: Condition,
    poll_at: Instant,
    reopen_wait: Duration,
}

impl<S: FnMut(PrinterEvent)> Worker<S> {
    fn new(config: PrinterConfig, sink: S) -> Self {
        Self {
            reopen_wait: config.reopen_first,
            config,
            sink,
            port: None,
            status: None,
            talks: false,
            misses: 0,
            in_turn: false,
            no_turns: false,
            nonsense: None,
            condition: Condition::default(),
            poll_at: Instant::now(),
        }
    }

    fn run(mut self, inbox: &Receiver<Command>, pulse: &Pulse) {
        self.report(DeviceStatus::Starting);
        loop {
            pulse.beat();
            match inbox.recv_timeout(self.poll_at.saturating_duration_since(Instant::now())) {
                Ok(Command::Print(job, document)) => {
                    let outcome = self.print(&document).unwrap_or_else(PrintOutcome::Failed);
                    tracing::debug!(job, ?outcome, "paper");
                    (self.sink)(PrinterEvent::Done { job, outcome });
                }
                Ok(Command::Shutdown) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => drop(self.look()),
            }
        }
    }

    /// Opens the printer if need be, asks how it stands, and tells it.
    ///
    /// # Errors
    /// Why it cannot print.
    fn look(&mut self) -> Result<(), Fault> {
        let looked = self.open().and_then(|()| self.ask_all());
        if let Err(fault) = looked {
            return Err(self.down(fault));
        }
        self.poll_at = Instant::now() + self.config.poll_interval;
        let status = self.judge();
        self.report(status.clone());
        match status {
            // A connection that somebody else ended may look alive for ever: it is made anew.
            DeviceStatus::Down(fault @ Fault::PrinterSilent { .. }) => Err(self.down(fault)),
            DeviceStatus::Down(fault) => Err(fault),
            DeviceStatus::Starting | DeviceStatus::Ready | DeviceStatus::Degraded(_) => Ok(()),
        }
    }

    fn open(&mut self) -> Result<(), Fault> {
        if self.port.is_some() {
            return Ok(());
        }
        let mut port = Port::open(&self.config.address, self.config.baud, self.config.flow)?;
        // Whatever the printer still holds belongs to somebody who has left.
        port.write(&FORGET, self.config.stall)?;
        port.drain()?;
        self.port = Some(port);
        self.reopen_wait = self.config.reopen_first;
        (self.misses, self.nonsense, self.condition) = (0, None, Condition::default());
        Ok(())
    }

    /// The way to the printer is gone.
    fn down(&mut self, fault: Fault) -> Fault {
        self.port = None;
        self.poll_at = Instant::now() + self.reopen_wait;
        self.reopen_wait = (self.reopen_wait * 2).min(self.config.reopen_max);
        self.report(DeviceStatus::Down(fault.clone()));
        fault
    }

    fn ask_all(&mut self) -> Result<(), Fault> {
        if let Some(port) = &mut self.port {
            port.drain()?;
        }
        if !self.ask(StatusQuery::Paper)? {
            self.misses = self.misses.saturating_add(1);
            return Ok(()); // one timeout is enough
        }
        (self.misses, self.talks, self.nonsense) = (0, true, None);
        if self.ask(StatusQuery::Offline)? && self.condition.error {
            self.ask(StatusQuery::Error)?;
        }
        Ok(())
    }

    /// Asks one thing. `false`: no answer that makes sense.
    fn ask(&mut self, kind: StatusQuery) -> Result<bool, Fault> {
        let Some(port) = &mut self.port else { return Ok(false) };
        port.write(&answer::ask(kind), self.config.stall)?;
        let until = Instant::now() + self.config.answer_timeout;
        while let left = until.saturating_duration_since(Instant::now())
            && !left.is_zero()
        {
            match port.read(left)? {
                Some(byte) if answer::is_real_time(byte) => {
                    self.condition.take(kind, byte);
                    return Ok(true);
                }
                Some(byte) if answer::is_in_turn(byte) => self.in_turn = true,
                Some(byte) => self.nonsense = Some(byte),
                None => {}
            }
        }
        Ok(false)
    }

    fn judge(&self) -> DeviceStatus {
        let port = self.config.address.to_string();
        if self.misses > 0 {
            if self.talks && self.misses < MISSES {
                return self.status.clone().unwrap_or(DeviceStatus::Starting);
            }
            return match self.nonsense {
                Some(byte) => DeviceStatus::Degraded(Fault::PrinterGarbled { port, byte }),
                None if self.talks => DeviceStatus::Down(Fault::PrinterSilent { port }),
                None => DeviceStatus::Degraded(Fault::PrinterMute { port }),
            };
        }
        let Condition { paper, cover_open, cutter, error } = self.condition;
        if cover_open {
            DeviceStatus::Down(Fault::CoverOpen)
        } else if cutter {
            DeviceStatus::Down(Fault::CutterStuck)
        } else if paper == PaperRoll::Out {
            DeviceStatus::Down(Fault::PaperOut)
        } else if error {
            DeviceStatus::Down(Fault::PrinterError)
        } else if paper == PaperRoll::NearEnd {
            DeviceStatus::Degraded(Fault::PaperLow)
        } else {
            DeviceStatus::Ready
        }
    }

    fn print(&mut self, document: &Document) -> Result<PrintOutcome, Fault> {
        self.look()?;
        let encoded = encode(document, &self.config.paperwork);
        if let Some(error) = &encoded.font_error {
            tracing::warn!(error, lacking = encoded.lacking, "characters could not be drawn");
        }
        let answers = self.misses == 0;
        let sent = match &mut self.port {
            Some(port) => port.write(&encoded.bytes, self.config.stall),
            None => return Ok(PrintOutcome::Failed(Fault::PrinterStuck { port: self.config.address.to_string() })),
        };
        if let Err(fault) = sent {
            let cause = self.cause(fault);
            return Err(self.down(cause));
        }
        if !answers || self.no_turns {
            return Ok(PrintOutcome::Sent);
        }
        match self.await_printed() {
            Ok(true) => Ok(PrintOutcome::Printed),
            Ok(false) => {
                self.no_turns = true;
                Ok(PrintOutcome::Sent)
            }
            Err(fault) if fault.is_told_by_device() => {
                // The rest must not come out for somebody else once there is paper again.
                if let Some(Err(fault)) = self.port.as_mut().map(|port| port.write(&FORGET, self.config.stall)) {
                    return Err(self.down(fault));
                }
                Err(fault)
            }
            Err(fault) => Err(self.down(fault)),
        }
    }

    /// A printer that takes no data usually says why when it is asked.
    fn cause(&mut self, fault: Fault) -> Fault {
        if matches!(fault, Fault::PrinterStuck { .. })
            && self.ask(StatusQuery::Offline).is_ok_and(|answered| answered)
            && let DeviceStatus::Down(told) = self.judge()
        {
            return told;
        }
        fault
    }

    /// Waits until the printer says that everything before is on the paper, or that it cannot go on. `false`: it
    /// answers other questions, and never this one.
    fn await_printed(&mut self) -> Result<bool, Fault> {
        let until = Instant::now() + self.config.print_timeout;
        self.in_turn = false;
        if let Some(port) = &mut self.port {
            port.write(&answer::ASK_IN_TURN, self.config.stall)?;
        }
        let mut heard = true;
        while Instant::now() < until && !self.in_turn {
            let Some(port) = &mut self.port else { break };
            match port.read(self.config.answer_timeout)? {
                Some(byte) if answer::is_in_turn(byte) => self.in_turn = true,
                Some(_) => {}
                None => heard = self.look_while_printing()?,
            }
        }
        match (self.in_turn, heard) {
            (false, false) => Err(Fault::PrinterSilent { port: self.config.address.to_string() }),
            (in_turn, _) => Ok(in_turn),
        }
    }

    fn look_while_printing(&mut self) -> Result<bool, Fault> {
        let heard = self.ask(StatusQuery::Offline)? && self.ask(StatusQuery::Paper)?;
        let status = self.judge();
        self.report(status.clone());
        match status {
            DeviceStatus::Down(fault) => Err(fault),
            DeviceStatus::Starting | DeviceStatus::Ready | DeviceStatus::Degraded(_) => Ok(heard),
        }
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status.as_ref() == Some(&status) {
            return;
        }
        tracing::info!(code = status.code(), "printer on {}: {status}", self.config.address);
        self.status = Some(status.clone());
        (self.sink)(PrinterEvent::State(status));
    }
}
