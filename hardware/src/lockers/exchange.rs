//! One request and its answer on a bus that may echo, stutter, push or say nothing.

use std::time::{Duration, Instant};

use super::frame::{Expect, Reply, Request};
use super::protocol::Protocol;
use super::stream::Stream;
use crate::line::{Line, NoAnswer};

/// Bits on the wire for each byte: start, eight data, stop.
const BITS: u32 = 10;

/// Whether the adapter returns what it sends. Where an echoed unlock is byte for byte a legal answer, this must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    Unknown,
    No,
    Yes,
}

/// A silence this long ends a burst of bytes: twenty characters at 9600 baud.
const QUIET: Duration = Duration::from_millis(20);
/// Longest time spent on throwing away what a broken board keeps sending.
const DRAIN: Duration = Duration::from_millis(200);

/// An open line and what is known of it.
pub(super) struct Wire {
    line: Line,
    protocol: Protocol,
    timing: Timing,
    echo: Echo,
    pushed: bool,
    free_at: Instant,
    /// The last exchange failed: bytes of its answer may still come.
    dirty: bool,
}

/// The times of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) baud: u32,
    /// Shortest silence between two exchanges.
    pub(super) gap: Duration,
    /// How long an answer may take.
    pub(super) timeout: Duration,
}

impl Wire {
    pub(super) fn new(line: Line, protocol: Protocol, timing: Timing) -> Self {
        let free_at = Instant::now();
        Self { line, protocol, timing, echo: Echo::Unknown, pushed: false, free_at, dirty: false }
    }

    /// Whether it was found out if the adapter echoes, or that is of no matter.
    pub(super) fn knows_echo(&self) -> bool {
        self.echo != Echo::Unknown || !self.protocol.echo_passes(Expect::Unlock { board: 0, lock: 1 })
    }

    /// Until when the bus is to be left silent.
    pub(super) fn free_at(&self) -> Instant {
        self.free_at
    }

    /// Whether a push came since this was last asked.
    pub(super) fn take_pushed(&mut self) -> bool {
        std::mem::take(&mut self.pushed)
    }

    /// Asks for the state of lock 1, of which no answer is a copy, and sees whether a copy comes.
    pub(super) fn detect_echo(&mut self, board: u8) -> Result<(), NoAnswer> {
        let request = self.protocol.encode(Request::ReadOne { board, lock: 1 });
        self.begin()?;
        self.line.write(&request).map_err(NoAnswer::Lost)?;
        let mut stream = Stream::default();
        let mut echoed = false;
        let deadline = Instant::now() + self.timing.timeout;
        let expect = Expect::One { board, lock: 1 };
        let answered = loop {
            echoed = echoed || stream.take_echo(&request);
            if !stream.begins(&request) && self.pick(&mut stream, expect, false).is_some() {
                break true;
            }
            if !self.read_into(&mut stream, deadline)? {
                echoed = echoed || stream.take_echo(&request);
                break self.pick(&mut stream, expect, true).is_some();
            }
        };
        self.end(answered);
        if answered || echoed {
            self.echo = if echoed { Echo::Yes } else { Echo::No };
            tracing::info!("the serial adapter {} what it sends", if echoed { "echoes" } else { "does not echo" });
        }
        if answered { Ok(()) } else { Err(missed(&stream)) }
    }

    /// Sends `request`, calls `sent` once its last byte was handed to the port (or may have been), and waits for the
    /// answer. Never sends twice.
    pub(super) fn exchange(&mut self, request: Request, locks: u8, sent: impl FnOnce()) -> Result<Reply, NoAnswer> {
        let bytes = self.protocol.encode(request);
        let expect = Expect::answer_to(request, locks);
        self.put(&bytes, sent)?;
        let mut stream = Stream::default();
        let shows_echo = !self.protocol.echo_passes(expect);
        // While the echo is unknown an exact copy of the request is never taken for an answer.
        let mut echo_due = self.echo != Echo::No || shows_echo;
        let echo_must = self.echo == Echo::Yes;
        let deadline = Instant::now() + self.timing.timeout;
        let mut over = false;
        let reply = loop {
            if echo_due && stream.take_echo(&bytes) {
                echo_due = false;
                self.echo = if shows_echo { Echo::Yes } else { self.echo };
            }
            // What may still become the echo is not looked at for an answer.
            let waits = echo_due && (echo_must || (!over && stream.begins(&bytes)));
            if !waits && let Some(reply) = self.pick(&mut stream, expect, over) {
                break Some(reply);
            }
            if over {
                break None;
            }
            over = !self.read_into(&mut stream, deadline)?;
        };
        self.end(reply.is_some());
        if reply.is_none() && echo_due && echo_must {
            self.echo = Echo::Unknown; // another adapter, perhaps: find out again
        }
        reply.ok_or_else(|| missed(&stream))
    }

    /// Sends a request that nothing answers. `sent` as in [`Wire::exchange`]. Never sends twice.
    pub(super) fn tell(&mut self, request: Request, sent: impl FnOnce()) -> Result<(), NoAnswer> {
        let bytes = self.protocol.encode(request);
        self.put(&bytes, sent)?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.end(true);
        self.free_at += Duration::from_secs(1) * BITS * length / self.timing.baud.max(1);
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], sent: impl FnOnce()) -> Result<(), NoAnswer> {
        self.begin()?;
        let written = self.line.write(bytes);
        sent();
        written.map_err(NoAnswer::Lost)
    }

    /// The answer among what was decoded; pushes are noted and passed over. `over`: no more bytes will come.
    fn pick(&mut self, stream: &mut Stream, expect: Expect, over: bool) -> Option<Reply> {
        let protocol = self.protocol;
        let front = |bytes: &[u8]| protocol.front(bytes, expect);
        loop {
            match if over { stream.last(front) } else { stream.next(front) }? {
                Reply::Push { .. } => self.pushed = true,
                reply @ (Reply::Unlock { .. }
                | Reply::One { .. }
                | Reply::All { .. }
                | Reply::Refused { .. }
                | Reply::Fewer { .. }) => return Some(reply),
            }
        }
    }

    /// Reads once. `false`: the deadline passed, and nothing waits. What waits is read also after the deadline: on a
    /// machine with much to do the answer may be there long before this thread is.
    fn read_into(&mut self, stream: &mut Stream, deadline: Instant) -> Result<bool, NoAnswer> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut buffer = [0; 256];
        let count = self.line.read(&mut buffer, left).map_err(NoAnswer::Lost)?;
        stream.push(&buffer[..count]);
        // A line that talks without end is not listened to for ever.
        Ok(!left.is_zero() || (count > 0 && Instant::now() < deadline + DRAIN))
    }

    /// Keeps the silence between two exchanges, and empties the line: nothing that came unasked answers what follows.
    fn begin(&mut self) -> Result<(), NoAnswer> {
        let mut stream = Stream::default();
        let give_up = Instant::now() + DRAIN;
        let mut buffer = [0; 64];
        loop {
            let left = self.free_at.saturating_duration_since(Instant::now());
            let wait = if self.dirty { left.max(QUIET) } else { left };
            let count = self.line.read(&mut buffer, wait).map_err(NoAnswer::Lost)?;
            stream.push(&buffer[..count]);
            let now = Instant::now();
            if (count == 0 && self.free_at <= now) || now >= give_up {
                break;
            }
        }
        // Of what came unasked only pushes mean anything; there is no lock 0 that could answer.
        if self.pick(&mut stream, Expect::One { board: 0, lock: 0 }, true).is_some() {
            tracing::debug!("an answer came that nobody had asked for");
        }
        self.dirty = false;
        Ok(())
    }

    fn end(&mut self, clean: bool) {
        self.free_at = Instant::now() + self.timing.gap;
        self.dirty = !clean;
    }
}

/// Why nothing was found in `stream`.
fn missed(stream: &Stream) -> NoAnswer {
    match stream.unused() {
        0 => NoAnswer::Silent,
        bytes => NoAnswer::Garbled(bytes),
    }
}
