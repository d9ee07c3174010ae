//! What reading an identity costs beside the card's own time, for every kind of card.
//!
//! ```text
//! cargo run --release -p hardware --example identity
//! ```
//!
//! Cards are emulated: behind a real pcscd with the virtual reader vpcd, and as a security module on a pseudo terminal
//! that lets bytes take as long as at 115200 baud. Each is read as the terminal reads it (from "a card is there" to the
//! identity), and then the same commands are sent raw: connect, every command, let go. Prints both and their ratio,
//! beside what is to be reached, with cards that take their time and with cards that answer at once, against which all of
//! our own time shows; judges nothing by its exit code.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a command's output; one that fails says where")]

#[path = "../tests/authority/mod.rs"]
mod authority;
#[path = "../tests/private_pcscd/mod.rs"]
mod private_pcscd;

use std::io::{Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use authority::{Authority, KEY, Scheme};
use hardware::DeviceStatus;
use hardware::cards::apdu::Transmit;
use hardware::cards::sdt::Request;
use hardware::cards::{
    CardError, CardEvent, CardReader, MrzKey, PcscConfig, ReaderConfig, Reading, ResidentIdAccess, SdtConfig,
    identify_with,
};
use peers::apdus::Card;
use peers::card::{CardFaults, CardSlot};
use peers::emrtd::Curve;
use peers::people;
use peers::sam::{SamOptions, SamReader};
use private_pcscd::{Pcscd, in_private};
use zeroize::Zeroizing;

/// Times that each card is read. The quickest counts: on a busy machine all others measure the machine.
const READS: usize = 7;
/// Certificates in a long trust list; the German one has 588.
const LONG_LIST: usize = 600;
/// Far above anything that happens.
const PATIENCE: Duration = Duration::from_secs(20);
/// At most so much longer than the same commands sent raw.
const REACH: f64 = 1.10;
/// What a card takes for each command, beside one that answers at once: chips take ten and more milliseconds for most.
const CARD_MS: [u64; 2] = [10, 0];

fn main() {
    in_private("identity", figures);
}

fn figures(mut pcscd: Pcscd) {
    println!(
        "{:<50} {:>9} {:>9} {:>9} {:>7}",
        "identity from a card (quickest of seven)", "read, ms", "raw, ms", "ours, ms", "ratio"
    );
    pcscd.start();
    let utopia = Authority::new("Utopia CSCA");
    let deck = |name: &str| people::by_name(name).unwrap().card;
    let block = Some(ResidentIdAccess::SamBlock);
    let wrapped = Some(ResidentIdAccess::SdtApdu { header: [0xFF, 0x58, 0x00, 0x00] });
    for (name, card, access) in [
        ("resident ID card, blocks of the module", deck("li-jianguo"), block),
        ("resident ID card, SDT in a pseudo command", deck("li-jianguo"), wrapped),
        ("social security card", deck("li-jianguo-social"), None),
        ("travel document, BAC", Card::travel_document(utopia.passport()), None),
        ("travel document, PACE P-256", Card::travel_document(utopia.passport().with_pace(Curve::P256)), None),
        ("identity card of Estonia", deck("joeorg"), None),
        ("identity card of Belgium", deck("specimen"), None),
    ] {
        let reading = Reading { access, mrz: MrzKey::parse(KEY).ok(), trust: utopia.trusted(), year: 2026 };
        measure(name, pcscd.port, &card, &reading);
    }
    // What a long trust list costs beside a short one.
    let (one, many) = (utopia.trusted(), utopia.trusted_among(LONG_LIST));
    let card = Card::travel_document(utopia.passport());
    let quickest = [one, many].map(|trust| {
        let reading = Reading { mrz: MrzKey::parse(KEY).ok(), trust, ..Reading::default() };
        let slot = CardSlot::start(pcscd.port);
        let reads = (0..READS).map(|_| over_pcsc(&slot, &card, &CardFaults::default(), &reading).0);
        reads.min().unwrap()
    });
    let name = format!("travel document, {LONG_LIST} authorities over one");
    tell(&name, vec![(quickest[1], quickest[0])]);
    // What a signature of each kind costs.
    for scheme in Scheme::ALL {
        let utopia = Authority::signing("Utopia CSCA", scheme);
        let reading = Reading { mrz: MrzKey::parse(KEY).ok(), trust: utopia.trusted(), ..Reading::default() };
        let card = Card::travel_document(utopia.passport().with_pace(Curve::BrainpoolP256));
        measure(&format!("PACE Brainpool, {scheme:?}"), pcscd.port, &card, &reading);
    }
    tell("resident ID card, SDT on a serial line", (0..READS).map(|_| over_serial()).collect());
}

fn measure(name: &str, port: u16, card: &Card, reading: &Reading) {
    let slot = CardSlot::start(port);
    for delay_ms in CARD_MS {
        let faults = CardFaults { delay_ms, ..CardFaults::default() };
        let takes = if delay_ms == 0 { "at once".to_owned() } else { format!("{delay_ms} ms each") };
        let samples = (0..READS).map(|_| over_pcsc(&slot, card, &faults, reading)).collect();
        tell(&format!("{name}, {takes}"), samples);
    }
}

fn tell(name: &str, samples: Vec<(Duration, Duration)>) {
    let quickest = |times: Vec<Duration>| times.into_iter().min().unwrap().as_secs_f64() * 1e3;
    let (read, raw) = samples.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    let (read, raw) = (quickest(read), quickest(raw));
    let ratio = read / raw;
    let judgement = if ratio <= REACH { "" } else { "  NOT REACHED" };
    let ours = read - raw;
    println!("{name:<50} {read:>9.2} {raw:>9.2} {ours:>9.2} {ratio:>6.2}x  <= {REACH:.2}{judgement}");
}

/// What the reader's thread tells, and when it does.
type Told = (Instant, CardEvent);

/// From a card's presence to its identity.
fn timed(events: &Receiver<Told>) -> Duration {
    let mut present = None;
    loop {
        let (at, event) = events.recv_timeout(PATIENCE).unwrap();
        match event {
            CardEvent::CardPresent => present = Some(at),
            CardEvent::CardRead(_) => return at - present.unwrap(),
            CardEvent::CardFailed(error) => panic!("{error}"),
            CardEvent::ReaderState(_) | CardEvent::UidOnly(_) | CardEvent::CardRemoved => {}
        }
    }
}

/// The commands that a card is read with.
struct Recorder {
    card: Card,
    commands: Vec<Vec<u8>>,
}

impl Transmit for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.commands.push(command.to_vec());
        Ok(Zeroizing::new(self.card.answer(command)))
    }
}

fn over_pcsc(slot: &CardSlot, card: &Card, faults: &CardFaults, reading: &Reading) -> (Duration, Duration) {
    let mut recorder = Recorder { card: card.clone(), commands: Vec::new() };
    identify_with(&mut recorder, reading).unwrap();

    let (sender, events) = mpsc::channel();
    let config =
        PcscConfig { resident_id: reading.access, trust: reading.trust.clone(), ..PcscConfig::new("Kiosk ID Reader*") };
    let reader = CardReader::spawn(ReaderConfig::Pcsc(config), move |event| drop(sender.send((Instant::now(), event))));
    reader.set_mrz(reading.mrz.clone(), reading.year);
    while !matches!(events.recv_timeout(PATIENCE).unwrap().1, CardEvent::ReaderState(DeviceStatus::Ready)) {}
    slot.insert(card.clone(), faults.clone());
    let read = timed(&events);
    reader.shutdown();

    // The card has forgotten what it was told, as before it was read.
    let name = c"Kiosk ID Reader 00 00";
    let connect = || {
        let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
        let protocols = pcsc::Protocols::T0 | pcsc::Protocols::T1;
        (context.connect(name, pcsc::ShareMode::Exclusive, protocols).unwrap(), context)
    };
    connect().0.disconnect(pcsc::Disposition::ResetCard).map_err(|(_, error)| error).unwrap();
    let begun = Instant::now();
    let (line, _context) = connect();
    let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE_EXTENDED];
    for command in &recorder.commands {
        line.transmit(command, &mut buffer).unwrap();
    }
    line.disconnect(pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).unwrap();
    let raw = begun.elapsed();
    slot.remove();
    // The service sees it late; the next reader must not find a card that is gone.
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    let mut states = [pcsc::ReaderState::new(name, pcsc::State::UNAWARE)];
    while states[0].event_state().is_empty() || states[0].event_state().contains(pcsc::State::PRESENT) {
        states[0].sync_current_state();
        context.get_status_change(PATIENCE, &mut states).unwrap();
    }
    (read, raw)
}

fn over_serial() -> (Duration, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let baud = 115_200;
    let options = SamOptions { paced_baud: Some(baud), ..SamOptions::new(folder.path().join("reader")) };
    let module = SamReader::start(options).unwrap();
    let (sender, events) = mpsc::channel();
    let config = ReaderConfig::Sdt(SdtConfig::new(module.port()));
    let reader = CardReader::spawn(config, move |event| drop(sender.send((Instant::now(), event))));
    while !matches!(events.recv_timeout(PATIENCE).unwrap().1, CardEvent::ReaderState(DeviceStatus::Ready)) {}
    module.insert_named("li-jianguo").unwrap();
    let read = timed(&events);
    reader.shutdown();

    module.insert_named("li-jianguo").unwrap();
    let mut port = serialport::new(module.port().to_string_lossy(), baud).timeout(PATIENCE).open_native().unwrap();
    // Whole answers by their length, which is all that is looked at.
    let mut ask = |request: Request| {
        port.write_all(&request.encode()).unwrap();
        let mut head = [0; 7];
        port.read_exact(&mut head).unwrap();
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[5], head[6]]))];
        port.read_exact(&mut body).unwrap();
    };
    ask(Request::Find);
    let begun = Instant::now();
    ask(Request::Select);
    ask(Request::ReadText);
    ask(Request::ReadNewestAddress);
    (read, begun.elapsed())
}
