//! From the devices' words to the wire's, and from what the journey wants on record to an entry. Nothing is decided here.

use hardware::FailureKind;
use hardware::cards::{self, CardError};
use hardware::lockers;
use kiosk_journey::{self as journey, CardProblem, Input, Payload};
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::submission::{Applicant, Assurance, DocumentFamily, DocumentSignature};
use kiosk_wire::{Fact, Personal, ReceiptNumber};

use crate::journal::NewEntry;

/// An entry as it is written: a new submission gets its `number`, what an applicant said its `salt`.
pub(super) fn entry(
    entry: journey::Entry,
    number: Option<&ReceiptNumber>,
    salt: [u8; 16],
) -> Result<NewEntry, serde_json::Error> {
    let journey::Entry { mut fact, payload } = entry;
    if let (Fact::SubmissionPrepared { receipt, .. }, Some(number)) = (&mut fact, number) {
        receipt.clone_from(number);
    }
    let salt = hex::encode(salt);
    let text = match payload {
        None => None,
        Some(Payload::Submission(mut submission)) => {
            submission.salt = salt;
            Some(serde_json::to_string(&submission)?)
        }
        Some(Payload::Corrections(mut corrections)) => {
            corrections.salt = salt;
            Some(serde_json::to_string(&corrections)?)
        }
        Some(Payload::Holder(holder)) => Some(serde_json::to_string(&holder)?),
    };
    Ok(NewEntry { fact, payload: text.map(Personal::new), arms: None })
}

/// A door as the lock board shows it.
pub(super) fn door(state: lockers::DoorState) -> DoorState {
    match state {
        lockers::DoorState::Closed => DoorState::Closed,
        lockers::DoorState::Open => DoorState::Open,
        lockers::DoorState::Unknown => DoorState::Unknown,
    }
}

/// What became of a card that was not read, as the journey knows it.
pub(super) fn card_failure(error: &CardError) -> Input {
    let failed = Input::CardFailed;
    match error {
        CardError::NeedsMrz => Input::DocumentLocked,
        CardError::WrongMrz => Input::DocumentRefused,
        CardError::Torn => failed(CardProblem::TakenTooSoon),
        CardError::Mute => failed(CardProblem::NoAnswer),
        CardError::ReaderHeld | CardError::ReaderFailed { .. } => failed(CardProblem::ReaderLost),
        CardError::Module { status, .. } if status.is_broken_module() => failed(CardProblem::ReaderLost),
        CardError::Module { status, .. } => failed(match status.kind() {
            FailureKind::Line => CardProblem::TakenTooSoon,
            FailureKind::Refused | FailureKind::Misread => CardProblem::UnknownCard,
        }),
        CardError::Refused { .. } | CardError::NotUsable { .. } => failed(CardProblem::UnknownCard),
        CardError::WrongLength { .. } | CardError::BadField { .. } => failed(CardProblem::Unreadable),
        CardError::CheckDigit => failed(CardProblem::WrongCheckDigit),
    }
}

/// The document's number. Numbers of other states' documents are theirs alone, so the state stands before them: two
/// people of two countries may have one number.
fn number(card: &cards::Identity) -> String {
    let number = card.number.expose();
    match card.document {
        cards::Document::TravelDocument => format!("{} {number}", card.issuer.as_deref().unwrap_or_default()),
        cards::Document::EstonianId => format!("EST {number}"),
        cards::Document::BelgianId => format!("BEL {number}"),
        cards::Document::ResidentId
        | cards::Document::HongKongMacauTaiwanPermit
        | cards::Document::ForeignerPermitOld
        | cards::Document::ForeignerPermit
        | cards::Document::SocialSecurityCard => number.to_owned(),
    }
}

/// What a card said.
pub(super) fn applicant(card: &cards::Identity) -> Applicant {
    let personal = |text: &cards::Secret| Personal::from(text.expose());
    let name = match &card.foreign_name {
        Some(foreign) if card.name.is_empty() => personal(foreign),
        Some(_) | None => personal(&card.name),
    };
    let date = |date: cards::Date| date.to_string();
    Applicant {
        name,
        document: match card.document {
            cards::Document::ForeignerPermitOld => DocumentFamily::ForeignResidentOld,
            cards::Document::ResidentId
            | cards::Document::HongKongMacauTaiwanPermit
            | cards::Document::ForeignerPermit
            | cards::Document::SocialSecurityCard => DocumentFamily::ResidentNumber,
            cards::Document::TravelDocument | cards::Document::EstonianId | cards::Document::BelgianId => {
                DocumentFamily::TravelDocument
            }
        },
        number: Personal::new(number(card)),
        sex: match card.sex {
            cards::Sex::Male => Some("male".into()),
            cards::Sex::Female => Some("female".into()),
            cards::Sex::Unknown => None,
        },
        birth_date: card.birth.map(|birth| Personal::new(date(birth))),
        address: card.address.as_ref().filter(|address| !address.is_empty()).map(personal),
        valid_until: match card.valid_to {
            cards::ValidTo::Date(last) => Some(date(last)),
            cards::ValidTo::LongTerm | cards::ValidTo::NotSaid => None,
        },
        assurance: match card.assurance {
            cards::Assurance::ReadOnly => Assurance::ReadOnly,
            cards::Assurance::ChipVerified => Assurance::ChipVerified,
            cards::Assurance::SamVerified => Assurance::SamVerified,
        },
        signature: card.authenticity.map(|authenticity| match authenticity {
            cards::Authenticity::Verified => DocumentSignature::Verified,
            cards::Authenticity::Copied => DocumentSignature::Copied,
            cards::Authenticity::Unverified(_) => DocumentSignature::Unverified,
            cards::Authenticity::Failed => DocumentSignature::Failed,
        }),
    }
}
