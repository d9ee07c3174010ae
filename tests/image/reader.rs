//! The card reader of the machine: a card of the deck, carried over from the slot of a `vpcd` to QEMU's `usb-ccid`.
//!
//! QEMU asks for the card in the VSCard protocol (`vscard_common.h` of libcacard): each message has a head of three
//! big-endian words (type, reader, length). The card knows only vpcd's way, which `peers::card` documents.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use e2e::wait::until;
use e2e::{Context, Result};

/// Messages that are used here.
const INIT: u32 = 1;
const ERROR: u32 = 2;
const READER_ADD: u32 = 3;
const ATR: u32 = 5;
const CARD_REMOVE: u32 = 6;
const APDU: u32 = 7;

const MAGIC: u32 = u32::from_be_bytes(*b"VSCD");
const VERSION: u32 = 2;

/// Connects the reader of the machine behind `socket` with the slot that dials `slots`. Ends with the machine.
pub(crate) fn connect(socket: &Path, slots: &TcpListener) -> Result<()> {
    let connect = || UnixStream::connect(socket).ok();
    let mut machine = until("the machine's card reader", Duration::from_secs(30), connect)?;
    let mut asked = machine.try_clone().context("the card reader")?;
    let slots = slots.try_clone().context("the card's slot")?;
    let (commands, inbox) = mpsc::channel();
    thread::spawn(move || read_machine(&mut asked, &commands));
    let mut init = Vec::new();
    for word in [MAGIC, VERSION, 0] {
        init.extend_from_slice(&word.to_be_bytes());
    }
    send(&mut machine, INIT, &init).context("the card reader")?;
    send(&mut machine, READER_ADD, b"reader\0").context("the card reader")?;
    thread::spawn(move || {
        for card in slots.incoming().flatten() {
            if lie_there(&mut machine, card, &inbox).is_err() {
                return; // the machine has lost its power
            }
        }
    });
    Ok(())
}

/// One card, from laying down to taking away.
fn lie_there(machine: &mut UnixStream, mut card: TcpStream, commands: &Receiver<Vec<u8>>) -> io::Result<()> {
    while commands.try_recv().is_ok() {} // asked of the one before
    let exchange = |card: &mut TcpStream, command: &[u8]| -> io::Result<Vec<u8>> {
        tell(card, command)?;
        hear(card)
    };
    let (power_on, get_atr) = ([1], [4]);
    let Ok(atr) = tell(&mut card, &power_on).and_then(|()| exchange(&mut card, &get_atr)) else { return Ok(()) };
    send(machine, ATR, &atr)?;
    loop {
        let gone = match commands.recv_timeout(Duration::from_millis(50)) {
            Ok(command) => match exchange(&mut card, &command) {
                Ok(answer) => {
                    send(machine, APDU, &answer)?;
                    false
                }
                Err(_) => true,
            },
            Err(mpsc::RecvTimeoutError::Timeout) => was_taken(&card),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        if gone {
            return send(machine, CARD_REMOVE, &[]);
        }
    }
}

fn was_taken(card: &TcpStream) -> bool {
    if card.set_nonblocking(true).is_err() {
        return true;
    }
    let gone = matches!(card.peek(&mut [0]), Ok(0));
    card.set_nonblocking(false).is_err() || gone
}

fn tell(card: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    card.write_all(&[&length.to_be_bytes(), payload].concat())
}

fn hear(card: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    card.read_exact(&mut length)?;
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    card.read_exact(&mut payload)?;
    Ok(payload)
}

fn send(machine: &mut UnixStream, kind: u32, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    let head = [kind, 0, length].map(u32::to_be_bytes).concat();
    machine.write_all(&[&head, payload].concat())
}

/// Passes on what the machine wants of the card.
fn read_machine(machine: &mut UnixStream, commands: &Sender<Vec<u8>>) {
    let mut head = [0; 12];
    while machine.read_exact(&mut head).is_ok() {
        let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let mut payload = vec![0; word(8) as usize];
        if machine.read_exact(&mut payload).is_err() {
            return;
        }
        let kind = word(0);
        if kind == ERROR && payload != [0; 4] {
            tell_of_refusal(&payload);
        }
        if kind == APDU && commands.send(payload).is_err() {
            return;
        }
    }
}

#[expect(clippy::print_stderr, reason = "tells the reader of a failed test what the machine refused")]
fn tell_of_refusal(code: &[u8]) {
    eprintln!("the machine refused a message of the card reader: {code:?}");
}
