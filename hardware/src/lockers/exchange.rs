//! One request and its answer on a bus that may echo, stutter, push or say nothing.

use std::time::{Duration, Instant};

use super::line::Line;
use super::xor24::{Decoder, Expect, Reply, Request};
use crate::Fault;

/// Whether the adapter returns what it sends. An echoed unlock is byte for byte a legal answer, so this must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    Unknown,
    No,
    Yes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing came in time.
    Silent,
    /// So many bytes came, and no frame among them.
    Garbled(usize),
    /// The port is gone.
    Lost(Fault),
}

/// A silence this long ends a burst of bytes: twenty characters at 9600 baud.
const QUIET: Duration = Duration::from_millis(20);
/// Longest time spent on throwing away what a broken board keeps sending.
const DRAIN: Duration = Duration::from_millis(200);

/// An open line and what is known of it.
pub(super) struct Wire {
    line: Line,
    gap: Duration,
    timeout: Duration,
    echo: Echo,
    pushed: bool,
    free_at: Instant,
    /// The last exchange failed: bytes of its answer may still come.
    dirty: bool,
}

impl Wire {
    pub(super) fn new(line: Line, gap: Duration, timeout: Duration) -> Self {
        Self { line, gap, timeout, echo: Echo::Unknown, pushed: false, free_at: Instant::now(), dirty: false }
    }

    /// Whether it was found out if the adapter echoes.
    pub(super) fn knows_echo(&self) -> bool {
        self.echo != Echo::Unknown
    }

    /// Whether a push came since this was last asked.
    pub(super) fn take_pushed(&mut self) -> bool {
        std::mem::take(&mut self.pushed)
    }

    /// Asks for the state of lock 1: the request has 33 where an answer has 00 or 11, so an echo cannot be mistaken.
    pub(super) fn detect_echo(&mut self, board: u8) -> Result<(), Failure> {
        let request = Request::ReadOne { board, lock: 1 };
        self.begin()?;
        self.line.write(&request.encode()).map_err(Failure::Lost)?;
        let mut decoder = Decoder::default();
        let mut echoed = false;
        let deadline = Instant::now() + self.timeout;
        let answered = loop {
            echoed = echoed || decoder.take_echo(&request.encode());
            if self.pick(&mut decoder, Expect::One { board, lock: 1 }).is_some() {
                break true;
            }
            if !self.read_into(&mut decoder, deadline)? {
                break false;
            }
        };
        self.end(answered);
        if answered || echoed {
            self.echo = if echoed { Echo::Yes } else { Echo::No };
            tracing::info!("the serial adapter {} what it sends", if echoed { "echoes" } else { "does not echo" });
        }
        match (answered, decoder.unused()) {
            (true, _) => Ok(()),
            (false, 0) => Err(Failure::Silent),
            (false, bytes) => Err(Failure::Garbled(bytes)),
        }
    }

    /// Sends `request`, calls `sent` once its last byte was handed to the port (or may have been), and waits for the
    /// answer. Never sends twice.
    pub(super) fn exchange(&mut self, request: Request, expect: Expect, sent: impl FnOnce()) -> Result<Reply, Failure> {
        self.begin()?;
        let bytes = request.encode();
        let written = self.line.write(&bytes);
        sent();
        written.map_err(Failure::Lost)?;
        let mut decoder = Decoder::default();
        // While the echo is unknown an exact copy of the request is never taken for an answer.
        let mut echo_due = self.echo != Echo::No || shows_echo(expect);
        let echo_must = self.echo == Echo::Yes;
        let deadline = Instant::now() + self.timeout;
        let reply = loop {
            if echo_due && decoder.take_echo(&bytes) {
                echo_due = false;
                self.echo = if shows_echo(expect) { Echo::Yes } else { self.echo };
            }
            if !(echo_due && echo_must)
                && let Some(reply) = self.pick(&mut decoder, expect)
            {
                break Some(reply);
            }
            if !self.read_into(&mut decoder, deadline)? {
                break None;
            }
        };
        self.end(reply.is_some());
        if reply.is_none() && echo_due && echo_must {
            self.echo = Echo::Unknown; // another adapter, perhaps: find out again
        }
        match (reply, decoder.unused()) {
            (Some(reply), _) => Ok(reply),
            (None, 0) => Err(Failure::Silent),
            (None, bytes) => Err(Failure::Garbled(bytes)),
        }
    }

    /// The answer among what was decoded; pushes are noted and passed over.
    fn pick(&mut self, decoder: &mut Decoder, expect: Expect) -> Option<Reply> {
        loop {
            match decoder.next(expect)? {
                Reply::Push { .. } => self.pushed = true,
                reply @ (Reply::Unlock { .. } | Reply::One { .. } | Reply::All { .. }) => return Some(reply),
            }
        }
    }

    /// Reads once. `false`: the deadline passed.
    fn read_into(&mut self, decoder: &mut Decoder, deadline: Instant) -> Result<bool, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let mut buffer = [0; 64];
        let count = self.line.read(&mut buffer, left).map_err(Failure::Lost)?;
        decoder.push(&buffer[..count]);
        Ok(true)
    }

    /// Keeps the silence between two exchanges, and empties the line: nothing that came unasked answers what follows.
    fn begin(&mut self) -> Result<(), Failure> {
        let mut decoder = Decoder::default();
        let give_up = Instant::now() + DRAIN;
        let mut buffer = [0; 64];
        loop {
            let left = self.free_at.saturating_duration_since(Instant::now());
            let wait = if self.dirty { left.max(QUIET) } else { left };
            let count = self.line.read(&mut buffer, wait).map_err(Failure::Lost)?;
            decoder.push(&buffer[..count]);
            let now = Instant::now();
            if (count == 0 && self.free_at <= now) || now >= give_up {
                break;
            }
        }
        // Of what came unasked only pushes mean anything; lock 0 of board 0 asks for no other frame.
        if self.pick(&mut decoder, Expect::One { board: 0, lock: 0 }).is_some() {
            tracing::debug!("an answer came that nobody had asked for");
        }
        self.dirty = false;
        Ok(())
    }

    fn end(&mut self, clean: bool) {
        self.free_at = Instant::now() + self.gap;
        self.dirty = !clean;
    }
}

/// Whether no answer to this can be byte for byte what was asked, so that a copy of it is an echo for certain. A state
/// byte of 00 makes the answer of a board with one state byte the same as the question.
fn shows_echo(expect: Expect) -> bool {
    match expect {
        Expect::Unlock { .. } => false,
        Expect::One { .. } => true,
        Expect::All { locks, .. } => locks > 8,
    }
}
