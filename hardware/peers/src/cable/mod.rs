//! What emulated devices at the end of a cable have in common: a thread that minds the cable, a program on the other end
//! that comes and goes, bytes at the pace of a real line, and hands that change things meanwhile.

mod pty;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pty::Heard;
pub(crate) use pty::Pty;

/// How often the cable and what happens by itself are looked after.
const TICK: Duration = Duration::from_millis(5);
/// Bits on the wire for each byte: start, eight data, stop.
const BITS: u32 = 10;
/// How long a hand waits for the cable to have moved.
const MOVED: Duration = Duration::from_secs(5);

/// How a device is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A serial port: a symbolic link that is made, and removed while unplugged.
    Pty(PathBuf),
    /// A listening address; with port 0 a free one is taken.
    Tcp(SocketAddr),
}

/// What is a device's own.
pub(crate) trait Device: Send + 'static {
    /// A program opened the port.
    fn opened(&mut self) {}
}

/// A device and its cable at one moment.
pub(crate) struct State<T> {
    own: T,
    /// Whether the cable is to be in.
    pub(crate) wanted: bool,
    pub(crate) plugged: bool,
    /// Whether a program has the port open.
    pub(crate) connected: bool,
    /// Grows with every change.
    pub(crate) revision: u64,
    stop: bool,
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.own
    }
}

impl<T> DerefMut for State<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.own
    }
}

/// The device as its thread and the hands of others share it.
pub(crate) struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

impl<T: Device> Shared<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something and wakes whoever waits.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut state = self.lock();
        state.revision += 1;
        let result = change(&mut state);
        drop(state);
        self.wake();
        result
    }

    /// Wakes whoever waits for a counter.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
    }

    /// `false`: it was not so in time.
    pub(crate) fn wait(&self, timeout: Duration, mut done: impl FnMut(&State<T>) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| !done(state));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Moves the cable; returns when it has moved.
    pub(crate) fn plug(&self, wanted: bool) {
        self.change(|state| state.wanted = wanted);
        if !self.wait(MOVED, |state| state.plugged == wanted) {
            tracing::warn!(wanted, "the emulated cable did not move in time");
        }
    }
}

/// A running device. Dropping it takes the cable out and ends its thread.
pub(crate) struct Peer<T: Device> {
    shared: Arc<Shared<T>>,
    thread: Option<JoinHandle<()>>,
}

/// What a device does, on its thread.
pub(crate) trait Behaviour<T: Device>: Send + 'static {
    /// Bytes came, or none in a while (`heard` is empty then). Called all the time while the cable is in.
    fn turn(&mut self, shared: &Shared<T>, cable: &mut Cable, heard: &[u8]) -> io::Result<()>;

    /// The cable moved, or the program went: what was heard belongs to nobody any more.
    fn forget(&mut self);

    /// What happens by itself, cable or not.
    fn mind(&mut self, _shared: &Shared<T>, _cable: &mut Cable) -> io::Result<()> {
        Ok(())
    }
}

impl<T: Device> Peer<T> {
    /// Makes the port and starts the thread `name`. Also gives where the device is now.
    ///
    /// # Errors
    /// When no pseudo terminal can be made, the link cannot be written, or the address is taken.
    pub(crate) fn start(
        name: &str,
        way: &Way,
        baud: Option<u32>,
        own: T,
        mut behaviour: impl Behaviour<T>,
    ) -> io::Result<(Self, Way)> {
        let (end, way) = End::open(way)?;
        let state = State { own, wanted: true, plugged: true, connected: false, revision: 0, stop: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let (theirs, mut cable) = (Arc::clone(&shared), Cable { way: way.clone(), end: Some(end), baud });
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            while !theirs.lock().stop {
                if let Err(error) = cable.turn(&theirs, &mut behaviour) {
                    tracing::warn!(%error, "the emulated port failed; making it anew");
                    cable.end = None;
                    thread::sleep(TICK);
                }
            }
            if let Err(error) = cable.pull() {
                tracing::debug!(%error, "the link could not be removed");
            }
        })?;
        Ok((Self { shared, thread: Some(thread) }, way))
    }
}

impl<T: Device> Deref for Peer<T> {
    type Target = Shared<T>;

    fn deref(&self) -> &Shared<T> {
        &self.shared
    }
}

impl<T: Device> Drop for Peer<T> {
    fn drop(&mut self) {
        self.shared.change(|state| state.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of an emulated device ended by a panic");
        }
    }
}

/// The device's end of the cable.
pub(crate) struct Cable {
    way: Way,
    end: Option<End>,
    baud: Option<u32>,
}

impl Cable {
    fn turn<T: Device>(&mut self, shared: &Shared<T>, behaviour: &mut impl Behaviour<T>) -> io::Result<()> {
        let wanted = shared.lock().wanted;
        if wanted != self.end.is_some() {
            if wanted {
                self.end = Some(End::open(&self.way)?.0);
            } else {
                self.pull()?;
                behaviour.forget();
            }
        }
        let moved = {
            let state = shared.lock();
            state.plugged != wanted || (state.connected && !wanted)
        };
        if moved {
            shared.change(|state| (state.plugged, state.connected) = (wanted, state.connected && wanted));
        }
        behaviour.mind(shared, self)?;
        let Some(end) = &mut self.end else {
            thread::sleep(TICK);
            return Ok(());
        };
        let mut buffer = [0; 4096];
        let (count, connected) = match end.read(&mut buffer)? {
            Heard::Bytes(count) => (count, true),
            // A master is quiet, not hung up, only while somebody has the slave open.
            Heard::Nothing => (0, true),
            Heard::NobodyThere => (0, false),
        };
        let was = shared.lock().connected;
        if was != connected {
            shared.change(|state| {
                state.connected = connected;
                if connected {
                    state.opened();
                }
            });
        }
        if !connected {
            if was {
                // A program that was killed leaves the port marked as held. A new one has no such mark.
                self.renew()?;
                behaviour.forget();
            }
            thread::sleep(TICK);
        }
        behaviour.turn(shared, self, &buffer[..count])
    }

    fn renew(&mut self) -> io::Result<()> {
        if let Some(End::Pty(pty)) = &mut self.end {
            *pty = Pty::open(pty.link())?;
        }
        Ok(())
    }

    fn pull(&mut self) -> io::Result<()> {
        self.end.take().map_or(Ok(()), End::unplug)
    }

    /// Sends bytes, each as late as the line asks and `between` later still.
    pub(crate) fn send(&mut self, bytes: &[u8], between: Duration) -> io::Result<()> {
        let pause = between + self.wire_time(1);
        let Some(end) = &mut self.end else { return Ok(()) };
        if pause.is_zero() {
            return end.write(bytes);
        }
        // By the clock and not by the last byte, so that a busy machine does not stretch the frame.
        let mut due = Instant::now();
        for byte in bytes {
            due += pause;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            end.write(&[*byte])?;
        }
        Ok(())
    }

    /// How long so many bytes are on the line.
    pub(crate) fn wire_time(&self, bytes: usize) -> Duration {
        let bits = u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(BITS);
        self.baud.map_or(Duration::ZERO, |baud| Duration::from_secs(1) * bits / baud.max(1))
    }
}

enum End {
    Pty(Pty),
    Tcp { listener: TcpListener, stream: Option<TcpStream> },
}

impl End {
    /// Opens it, and says where it is now.
    fn open(way: &Way) -> io::Result<(Self, Way)> {
        match way {
            Way::Pty(link) => Ok((Self::Pty(Pty::open(link)?), way.clone())),
            Way::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                let way = Way::Tcp(listener.local_addr()?);
                Ok((Self::Tcp { listener, stream: None }, way))
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        match self {
            Self::Pty(pty) => pty.read(buffer, TICK),
            Self::Tcp { listener, stream } => {
                // Devices take one connection at a time.
                if stream.is_none() {
                    match listener.accept() {
                        Ok((fresh, _)) => {
                            fresh.set_nonblocking(false)?;
                            fresh.set_read_timeout(Some(TICK))?;
                            *stream = Some(fresh);
                        }
                        Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Heard::NobodyThere),
                        Err(error) => return Err(error),
                    }
                }
                let Some(connection) = stream else { return Ok(Heard::NobodyThere) };
                match connection.read(buffer) {
                    Ok(count) if count > 0 => Ok(Heard::Bytes(count)),
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                        Ok(Heard::Nothing)
                    }
                    Ok(_) | Err(_) => {
                        *stream = None;
                        Ok(Heard::NobodyThere)
                    }
                }
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Pty(pty) => pty.write(bytes),
            Self::Tcp { stream: Some(stream), .. } => stream.write_all(bytes),
            Self::Tcp { stream: None, .. } => Ok(()),
        }
    }

    fn unplug(self) -> io::Result<()> {
        match self {
            Self::Pty(pty) => pty.unplug(),
            Self::Tcp { .. } => Ok(()),
        }
    }
}
