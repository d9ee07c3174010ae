//! A card in one slot of the virtual PC/SC reader `vpcd` (package vsmartcard-vpcd).
//!
//! vpcd listens; the card connects: a connection is a card that was laid down, its end a card that was taken away.
//! Both ways: two bytes of length, big-endian, then the payload. Payloads of one byte from the reader are 00 power
//! off, 01 power on, 02 reset (no answer), 04 "your answer to reset?"; anything else is a command.
//! (Source: `vpcd.h` of frankmorgner/vsmartcard.)

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::apdus::Card;
pub use crate::faults::{CardFaults, Damage};
use crate::people;

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CardCounters {
    /// Times that the reader took the card up.
    pub connections: u64,
    /// Commands heard.
    pub commands: u64,
    /// Commands since the card was last laid down.
    pub commands_this_time: u32,
}

struct Inner {
    card: Option<Card>,
    name: Option<String>,
    faults: CardFaults,
    counters: CardCounters,
    stream: Option<TcpStream>,
    absence: Duration,
    /// Before this no card is laid down.
    free_at: Instant,
    stop: bool,
}

struct Shared {
    port: u16,
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_away(&self) {
        let mut inner = self.lock();
        inner.card = None;
        inner.name = None;
        hang_up(&mut inner);
        drop(inner);
        self.changed.notify_all();
    }
}

fn hang_up(inner: &mut Inner) {
    let Some(stream) = inner.stream.take() else { return };
    inner.free_at = Instant::now() + inner.absence;
    if let Err(error) = stream.shutdown(Shutdown::Both) {
        tracing::debug!(%error, "the reader had already hung up");
    }
}

/// One slot. A card that lies in it comes back by itself when `pcscd` is restarted. Dropping it takes the card away.
pub struct CardSlot {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl CardSlot {
    /// An empty slot of the reader that listens on `port` of the loopback interface. The reader need not run yet.
    pub fn start(port: u16) -> Self {
        let inner = Inner {
            card: None,
            name: None,
            faults: CardFaults::default(),
            counters: CardCounters::default(),
            stream: None,
            absence: Duration::from_millis(800),
            free_at: Instant::now(),
            stop: false,
        };
        let shared = Arc::new(Shared { port, inner: Mutex::new(inner), changed: Condvar::new() });
        let theirs = Arc::clone(&shared);
        Self { shared, thread: Some(thread::spawn(move || run(&theirs))) }
    }

    /// Lays a card down; one that lay there is taken away first.
    pub fn insert(&self, card: Card, faults: CardFaults) {
        self.lay_down(card, None, faults);
    }

    /// Lays down the card that [`people::by_name`] knows, with the faults it is known for.
    ///
    /// # Errors
    /// When there is no such card; the text lists those there are.
    pub fn insert_named(&self, name: &str) -> Result<(), people::NoSuchCard> {
        let named = people::by_name(name)?;
        self.lay_down(named.card, Some(named.name.to_owned()), named.faults);
        Ok(())
    }

    fn lay_down(&self, card: Card, name: Option<String>, faults: CardFaults) {
        let mut inner = self.shared.lock();
        hang_up(&mut inner);
        inner.card = Some(card);
        inner.name = name;
        inner.faults = faults;
        inner.counters.commands_this_time = 0;
        drop(inner);
        self.shared.changed.notify_all();
    }

    /// Changes the shortest time between two cards. A hand needs most of a second; pcscd looks every 0.4 s and takes
    /// two cards with less between them for one. Default: 0.8 s.
    pub fn set_absence(&self, absence: Duration) {
        self.shared.lock().absence = absence;
    }

    /// Takes the card away; does nothing if there is none.
    pub fn remove(&self) {
        self.shared.take_away();
    }

    /// Name of the card that lies there, if it has one; `Some("")` for a card without a name.
    pub fn present(&self) -> Option<String> {
        let inner = self.shared.lock();
        inner.card.as_ref().map(|_| inner.name.clone().unwrap_or_default())
    }

    /// Changes how the card that lies there misbehaves.
    pub fn set_faults(&self, faults: CardFaults) {
        self.shared.lock().faults = faults;
    }

    /// What happened so far.
    pub fn counters(&self) -> CardCounters {
        self.shared.lock().counters
    }

    /// Waits until the card that lies there was asked at least `commands` commands. `false`: not in time.
    pub fn wait_commands(&self, commands: u32, timeout: Duration) -> bool {
        self.wait_until(timeout, |counters, _| counters.commands_this_time >= commands)
    }

    /// Waits until the slot is empty, as after [`CardFaults::tear_at`]. `false`: not in time.
    pub fn wait_gone(&self, timeout: Duration) -> bool {
        self.wait_until(timeout, |_, present| !present)
    }

    fn wait_until(&self, timeout: Duration, mut done: impl FnMut(&CardCounters, bool) -> bool) -> bool {
        let inner = self.shared.lock();
        let (inner, outcome) = self
            .shared
            .changed
            .wait_timeout_while(inner, timeout, |inner| !done(&inner.counters, inner.card.is_some()))
            .unwrap_or_else(PoisonError::into_inner);
        drop(inner);
        !outcome.timed_out()
    }
}

impl Drop for CardSlot {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.take_away();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the card's thread ended by a panic");
        }
    }
}

/// Wait before the reader is called again.
const REDIAL: Duration = Duration::from_millis(50);

fn run(shared: &Shared) {
    loop {
        let inner = shared.lock();
        let inner = shared
            .changed
            .wait_while(inner, |inner| inner.card.is_none() && !inner.stop)
            .unwrap_or_else(PoisonError::into_inner);
        let left = inner.free_at.saturating_duration_since(Instant::now());
        let (inner, _) =
            shared.changed.wait_timeout_while(inner, left, |inner| !inner.stop).unwrap_or_else(PoisonError::into_inner);
        if inner.stop {
            return;
        }
        drop(inner);
        if let Err(error) = lie_there(shared) {
            tracing::debug!(port = shared.port, %error, "the reader is away");
        }
        let inner = shared.lock();
        let (inner, _) = shared
            .changed
            .wait_timeout_while(inner, REDIAL, |inner| !inner.stop)
            .unwrap_or_else(PoisonError::into_inner);
        drop(inner);
    }
}

/// One connection, from laying down to taking away or to the end of the reader.
fn lie_there(shared: &Shared) -> io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, shared.port))?;
    stream.set_nodelay(true)?;
    let mut card = {
        let mut inner = shared.lock();
        let Some(card) = inner.card.clone() else { return Ok(()) };
        inner.stream = Some(stream.try_clone()?);
        inner.counters.connections += 1;
        card
    };
    loop {
        let Some(payload) = receive(&mut stream)? else { return Ok(()) };
        let answer = match *payload {
            [0x00..=0x02] => {
                card.reset();
                continue;
            }
            [0x04] => card.answer_to_reset(),
            _ => match command(shared, &mut card, &payload) {
                Some(answer) => answer,
                None => return Ok(()),
            },
        };
        send(&mut stream, &answer)?;
    }
}

/// Answers one command as badly as the faults say. `None`: the card was taken away.
fn command(shared: &Shared, card: &mut Card, payload: &[u8]) -> Option<Vec<u8>> {
    let (count, faults) = {
        let mut inner = shared.lock();
        inner.counters.commands += 1;
        inner.counters.commands_this_time += 1;
        (inner.counters.commands_this_time, inner.faults.clone())
    };
    shared.changed.notify_all();
    thread::sleep(Duration::from_millis(faults.delay_ms));
    if faults.tear_at.is_some_and(|at| count >= at) {
        shared.take_away();
        return None;
    }
    if faults.mute_from.is_some_and(|from| count >= from) {
        let inner = shared.lock();
        // Until somebody takes it away.
        let waited = shared.changed.wait_while(inner, |inner| inner.stream.is_some());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        return None;
    }
    Some(damaged(card.answer(payload), faults.damage))
}

/// Longer answers carry data; shorter ones only say yes or no.
const DATA: usize = 8;

fn damaged(mut answer: Vec<u8>, damage: Damage) -> Vec<u8> {
    let Some(length) = answer.len().checked_sub(2).filter(|length| *length >= DATA) else { return answer };
    match damage {
        Damage::None => {}
        Damage::Garbage => answer[4..length].iter_mut().for_each(|byte| *byte = byte.wrapping_mul(37) ^ 0xA5),
        Damage::ForgedLength => answer[1] = 0xF0,
        Damage::Short => drop(answer.drain(length / 2..length)),
        Damage::Long => drop(answer.splice(length..length, [b' '; 300])),
        Damage::NoStatus => answer.truncate(1),
    }
    answer
}

fn receive(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    if !read_all(stream, &mut length)? {
        return Ok(None);
    }
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    Ok(read_all(stream, &mut payload)?.then_some(payload))
}

/// `false`: the other side hung up. The system forgets "acknowledge at once" again and again; without it each command
/// costs 40 ms, because the reader sends length and payload apart.
fn read_all(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        stream.set_quickack(true)?;
        match stream.read(&mut buffer[filled..])? {
            0 => return Ok(false),
            count => filled += count,
        }
    }
    Ok(true)
}

fn send(stream: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(|_| io::Error::other("an answer of more than 65535 bytes"))?;
    stream.write_all(&[length.to_be_bytes().as_slice(), payload].concat())
}
