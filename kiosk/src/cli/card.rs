//! `kiosk card`.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use clap::Subcommand;
use hardware::DeviceStatus;
use hardware::cards::{
    Assurance, Authenticity, CardEvent, CardReader, Document, Identity, MrzKey, PcscConfig, ReaderConfig, Secret, Sex,
    ValidTo,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::output::{Exit, Failure, say, say_json};
use super::trust;
use crate::clock::Clock;
use crate::config::Config;
use crate::hall::Hall;

#[derive(Debug, Subcommand)]
pub(super) enum Card {
    /// Read the card that lies on the reader, or the next one. Masked unless asked otherwise.
    Read {
        /// How long to wait for a card, in seconds.
        #[arg(long, default_value_t = 15)]
        wait_s: u64,
        /// Show name, number and address in full.
        #[arg(long)]
        unmasked: bool,
        /// What opens the chip of a travel document: number, birth and expiry, each with its check digit, such as
        /// "L898902C<3 6908061 9406236", or the lines printed on it; "-" reads them from the standard input, so that
        /// they stand in no list of processes.
        #[arg(long, value_name = "MRZ")]
        mrz: Option<String>,
    },
    /// Say everything that happens at the readers, until interrupted.
    Watch,
    /// Say what is in a trust list: whose certificates, of which kinds, which of them cannot be used, and who signed it.
    Trust {
        /// A file (certificate, master list, LDIF), or a directory of such files.
        path: PathBuf,
    },
}

impl Card {
    /// `load` reads the configuration; looking at a trust list wants none, for one that is broken spoils it.
    pub(super) fn run(self, load: impl FnOnce() -> Result<Config, Failure>, json: bool) -> Result<Exit, Failure> {
        match self {
            Self::Read { wait_s, unmasked, mrz } => {
                let key = mrz.map(|text| key(&text)).transpose()?;
                let config = load()?;
                let year = Hall::default().year(Clock::recalling(&config.data_dir).best_ms());
                let (readers, events) = start(&config);
                readers.iter().for_each(|reader| reader.set_mrz(key.clone(), year));
                read(&events, Duration::from_secs(wait_s), unmasked, json)
            }
            Self::Watch => {
                let (_readers, events) = start(&load()?);
                watch(&events, json)
            }
            Self::Trust { path } => trust::tell(&path, json),
        }
    }
}

fn key(text: &str) -> Result<MrzKey, Failure> {
    let mut typed = Zeroizing::new(String::new());
    let text = if text == "-" {
        std::io::stdin()
            .read_to_string(&mut typed)
            .map_err(|error| Failure::new(Exit::Usage, format!("--mrz -: {error}")))?;
        typed.as_str()
    } else {
        text
    };
    MrzKey::parse(text).map_err(|error| Failure::new(Exit::Usage, format!("--mrz: {error}")))
}

fn start(config: &Config) -> (Vec<CardReader>, Receiver<CardEvent>) {
    let (sender, events) = channel();
    // Without configuration: any reader.
    let any = vec![ReaderConfig::Pcsc(PcscConfig::new("*"))];
    let cards = if config.cards.is_empty() { any } else { config.cards.clone() };
    let readers = cards
        .into_iter()
        .map(|reader| {
            let sender = sender.clone();
            CardReader::spawn(reader, move |event| drop(sender.send(event)))
        })
        .collect();
    (readers, events)
}

fn read(events: &Receiver<CardEvent>, wait: Duration, unmasked: bool, json: bool) -> Result<Exit, Failure> {
    let deadline = Instant::now() + wait;
    let mut reader = DeviceStatus::Starting;
    loop {
        match events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(CardEvent::ReaderState(status)) => reader = status,
            Ok(CardEvent::CardPresent | CardEvent::CardRemoved) => {}
            Ok(CardEvent::CardRead(identity)) => {
                tell(&describe(&identity, unmasked), json)?;
                return Ok(Exit::Well);
            }
            Ok(CardEvent::UidOnly(uid)) => {
                tell(&json!({ "document": "none", "uid": uid.to_hex() }), json)?;
                return Ok(Exit::Well);
            }
            Ok(CardEvent::CardFailed(error)) => {
                return Err(Failure::new(Exit::Wrong, format!("{error}; {}", error.what_to_do())));
            }
            Err(_) => {
                let text = match reader.fault() {
                    Some(fault) => format!("{fault}; {}", fault.what_to_do()),
                    None => format!("no card within {} s; reader: {reader}", wait.as_secs()),
                };
                return Err(Failure::new(Exit::NoAnswer, text));
            }
        }
    }
}

fn watch(events: &Receiver<CardEvent>, json: bool) -> Result<Exit, Failure> {
    while let Ok(event) = events.recv() {
        let value = match event {
            CardEvent::ReaderState(status) => json!({ "event": "reader", "state": status.to_string() }),
            CardEvent::CardPresent => json!({ "event": "present" }),
            CardEvent::CardRead(identity) => json!({ "event": "read", "card": describe(&identity, false) }),
            CardEvent::UidOnly(uid) => json!({ "event": "uid", "uid": uid.to_hex() }),
            CardEvent::CardFailed(error) => {
                json!({ "event": "failed", "code": error.code(), "why": error.to_string() })
            }
            CardEvent::CardRemoved => json!({ "event": "removed" }),
        };
        tell(&value, json)?;
    }
    Ok(Exit::Wrong)
}

fn describe(identity: &Identity, unmasked: bool) -> Value {
    let (name, number) = (identity.name.expose(), identity.number.expose());
    let shown = |text: &str, masked: String| if unmasked { text.to_owned() } else { masked };
    let mut value = json!({
        "document": match identity.document {
            Document::ResidentId => "resident_id",
            Document::HongKongMacauTaiwanPermit => "hong_kong_macau_taiwan_permit",
            Document::ForeignerPermitOld => "foreigner_permit_old",
            Document::ForeignerPermit => "foreigner_permit",
            Document::SocialSecurityCard => "social_security_card",
            Document::TravelDocument => "travel_document",
            Document::EstonianId => "estonian_id",
            Document::BelgianId => "belgian_id",
        },
        "assurance": match identity.assurance {
            Assurance::ReadOnly => "read_only",
            Assurance::ChipVerified => "chip_verified",
            Assurance::SamVerified => "sam_verified",
        },
        "name": shown(name, hall_rules::mask::name(name)),
        "number": shown(number, hall_rules::mask::document_number(number)),
        "sex": match identity.sex {
            Sex::Male => "male",
            Sex::Female => "female",
            Sex::Unknown => "unknown",
        },
        "valid_until": match identity.valid_to {
            ValidTo::Date(last) => last.to_string(),
            ValidTo::LongTerm => "long_term".to_owned(),
            ValidTo::NotSaid => "not_said".to_owned(),
        },
    });
    if let Some(latin) = identity.foreign_name.as_ref().map(Secret::expose) {
        value["latin_name"] = shown(latin, hall_rules::mask::name(latin)).into();
    }
    if let Some(authenticity) = identity.authenticity {
        value["signature"] = match authenticity {
            Authenticity::Verified => "verified",
            Authenticity::Copied => "copied",
            Authenticity::Unverified(_) => "unverified",
            Authenticity::Failed => "failed",
        }
        .into();
        if let Authenticity::Unverified(why) = authenticity {
            value["signature_why"] = why.to_string().into();
        }
    }
    if unmasked {
        value["birth_date"] = identity.birth.map(|birth| birth.to_string()).into();
        value["address"] = identity.address.as_ref().map(|address| address.expose().to_owned()).into();
    }
    value
}

pub(super) fn tell(value: &Value, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(value);
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        say(format!("{key:<12} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    Ok(())
}
