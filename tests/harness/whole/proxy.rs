//! The network cable between a kiosk and its backend: a TCP relay that can be cut, slowed, and made to lose replies.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::wait::let_pass;
use crate::{Context, Result};

/// A relay that listens on a loopback port of its own.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
}

#[derive(Debug)]
struct Line {
    target: Mutex<SocketAddr>,
    cut: AtomicBool,
    ended: AtomicBool,
    delay_ms: AtomicU64,
    lose_replies: AtomicU32,
    lost: AtomicU32,
    lose_of: Mutex<String>,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Starts relaying to `target`.
    pub fn start(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("the relay found no port")?;
        let address = listener.local_addr().context("the relay's port")?;
        let line = Arc::new(Line {
            target: Mutex::new(target),
            cut: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            delay_ms: AtomicU64::new(0),
            lose_replies: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            lose_of: Mutex::new(String::new()),
            open: Mutex::new(Vec::new()),
        });
        let relay = Arc::clone(&line);
        thread::spawn(move || {
            for client in listener.incoming() {
                if relay.ended.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(client) = client {
                    let relay = Arc::clone(&relay);
                    thread::spawn(move || relay.carry(client));
                }
            }
        });
        Ok(Self { address, line })
    }

    /// Where the kiosk connects.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Relays to another address from now on (the backend came back on another port).
    pub fn retarget(&self, target: SocketAddr) {
        *self.line.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
        self.line.hang_up();
    }

    /// Cuts the cable, or joins it again.
    pub fn cut(&self, cut: bool) {
        self.line.cut.store(cut, Ordering::SeqCst);
        if cut {
            self.line.hang_up();
        }
    }

    /// Whether the cable is cut.
    pub fn is_cut(&self) -> bool {
        self.line.cut.load(Ordering::SeqCst)
    }

    /// Holds back each piece of each reply for `delay`.
    pub fn delay(&self, delay: Duration) {
        self.line.delay_ms.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Delivers the next `count` requests whose head contains `of` (such as `POST /kiosk/v1/journal`), waits for the
    /// backend's answer, and loses it.
    pub fn lose_replies(&self, of: &str, count: u32) {
        *self.line.lose_of.lock().unwrap_or_else(PoisonError::into_inner) = of.to_owned();
        self.line.lose_replies.store(count, Ordering::SeqCst);
    }

    /// How many replies were lost so far.
    pub fn lost(&self) -> u32 {
        self.line.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}

impl Line {
    fn hang_up(&self) {
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A stream that is closed already is as cut as can be.
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }

    fn carry(self: Arc<Self>, client: TcpStream) {
        if self.cut.load(Ordering::SeqCst) {
            return; // dropping the stream resets it
        }
        let target = *self.target.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(server) = TcpStream::connect_timeout(&target, Duration::from_secs(2)) else { return };
        let (Ok(client_out), Ok(server_out)) = (client.try_clone(), server.try_clone()) else { return };
        for stream in [&client, &server] {
            // Without it each piece waits for the other side's acknowledgement.
            let _slower = stream.set_nodelay(true);
        }
        if let (Ok(a), Ok(b)) = (client.try_clone(), server.try_clone()) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).extend([a, b]);
        }
        let doomed = Arc::new(AtomicBool::new(false));
        let (line, flag) = (Arc::clone(&self), Arc::clone(&doomed));
        let up = thread::spawn(move || {
            pump(client, server_out, |piece| {
                if line.dooms(piece) {
                    flag.store(true, Ordering::SeqCst);
                }
                true
            });
        });
        pump(server, client_out, |_| {
            let_pass(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst)));
            if doomed.load(Ordering::SeqCst) {
                self.lost.fetch_add(1, Ordering::SeqCst);
                return false;
            }
            true
        });
        // The other direction has ended with its stream; a panic there would have been printed.
        let _ended = up.join();
    }

    /// Whether the answer to this request shall be lost.
    fn dooms(&self, piece: &[u8]) -> bool {
        let of = self.lose_of.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if of.is_empty() || !piece.windows(of.len()).any(|window| window == of.as_bytes()) {
            return false;
        }
        self.lose_replies.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

/// Copies until either side ends or `pass` says no; then ends both.
fn pump(mut from: TcpStream, mut to: TcpStream, mut pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = [0; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                let piece = buffer.get(..count).unwrap_or_default();
                if !pass(piece) || to.write_all(piece).is_err() {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // Either may be closed already.
    let _closed = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each connection's first piece with the same piece.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 64];
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        stream.write_all(&buffer[..count]).unwrap();
                    }
                });
            }
        });
        address
    }

    fn ask(proxy: &Proxy, text: &str) -> String {
        let Ok(mut stream) = TcpStream::connect(proxy.address()) else { return String::new() };
        if stream.write_all(text.as_bytes()).is_err() {
            return String::new();
        }
        let mut buffer = [0; 64];
        let count = stream.read(&mut buffer).unwrap_or(0);
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    }

    #[test]
    fn it_relays_cuts_and_joins() {
        let proxy = Proxy::start(echo()).unwrap();
        assert_eq!(ask(&proxy, "hello"), "hello");
        proxy.cut(true);
        assert_eq!(ask(&proxy, "hello"), "");
        proxy.cut(false);
        assert_eq!(ask(&proxy, "hello"), "hello");
    }

    #[test]
    fn it_loses_only_the_named_reply() {
        let proxy = Proxy::start(echo()).unwrap();
        proxy.lose_replies("POST /journal", 1);
        assert_eq!(ask(&proxy, "GET /roster"), "GET /roster");
        assert_eq!(ask(&proxy, "POST /journal"), "");
        assert_eq!(proxy.lost(), 1);
        assert_eq!(ask(&proxy, "POST /journal"), "POST /journal");
    }
}
