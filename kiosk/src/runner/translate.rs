//! Between the journey's words and the wire's. Nothing is decided here.

use hardware::FailureKind;
use hardware::cards::{self, CardError};
use hardware::lockers;
use kiosk_journey::{self as journey, Draft};
use kiosk_wire::entry::{self, Fact};
use kiosk_wire::submission::{self as wire, Applicant, MaterialLine, Submission};
use kiosk_wire::{
    CompartmentNo, Corrections, Directive, DirectiveId, DirectiveOrder, Personal, ReceiptNumber, StaffId, SubmissionId,
    WindowId,
};

use crate::journal::NewEntry;

/// The directive behind a draft about loading a result; `None` inside when the draft is about something else, and at
/// all when the directive is not there any more.
#[expect(clippy::option_option, reason = "whether it needs one, and whether there is one")]
#[expect(clippy::wildcard_enum_match_arm, reason = "of all drafts only these two stand on a directive")]
pub(super) fn loading<'a>(draft: &Draft, armed: &'a [Directive]) -> Option<Option<&'a Directive>> {
    match draft {
        Draft::LoadIntended { directive, .. } | Draft::ResultLoaded { directive, .. } => {
            armed.iter().find(|known| known.id.0 == *directive).map(Some)
        }
        _ => Some(None),
    }
}

/// A draft as an entry. `receipt` is the number for a submission, `salt` its 16 random bytes, `asked` the directive that
/// wants a result put in.
pub(super) fn entry(
    draft: Draft,
    receipt: &ReceiptNumber,
    salt: [u8; 16],
    asked: Option<&Directive>,
) -> Result<NewEntry, serde_json::Error> {
    let s = SubmissionId;
    let c = CompartmentNo;
    let fact = match draft {
        Draft::SubmissionPrepared(prepared) => return self::prepared(*prepared, receipt, salt),
        Draft::DepositIntended { submission, compartment } => {
            Fact::DepositIntended { submission: s(submission), compartment: c(compartment) }
        }
        Draft::DepositReopened { submission, compartment } => {
            Fact::DepositReopened { submission: s(submission), compartment: c(compartment) }
        }
        Draft::DepositMoved { submission, from, to, why } => {
            Fact::DepositMoved { submission: s(submission), from: c(from), to: c(to), why: moved(why) }
        }
        Draft::Deposited { submission, compartment } => {
            Fact::Deposited { submission: s(submission), compartment: c(compartment) }
        }
        Draft::DepositUnconfirmed { submission, compartment, why } => {
            Fact::DepositUnconfirmed { submission: s(submission), compartment: c(compartment), why: unconfirmed(why) }
        }
        Draft::DepositVoided { submission, why } => Fact::DepositVoided { submission: s(submission), why: voided(why) },
        Draft::CompartmentSetAside { compartment, why, submission } => Fact::CompartmentSetAside {
            compartment: c(compartment),
            why: set_aside(why),
            submission: submission.map(s),
        },
        Draft::CollectionIntended { submission, compartment, staff, authority } => Fact::CollectionIntended {
            submission: submission.map(s),
            compartment: c(compartment),
            staff: StaffId(staff),
            authority: self::authority(authority),
        },
        Draft::CollectionClosed { submission, compartment, staff, opening_seen } => Fact::CollectionClosed {
            submission: submission.map(s),
            compartment: c(compartment),
            staff: StaffId(staff),
            opening_seen,
        },
        Draft::EmptinessAffirmed { submission, compartment, staff } => Fact::EmptinessAffirmed {
            submission: submission.map(s),
            compartment: c(compartment),
            staff: StaffId(staff),
        },
        Draft::CorrectionPrepared(correction) => return self::correction(*correction, receipt, salt),
        Draft::LoadIntended { submission, compartment, staff, directive } => {
            let DirectiveOrder::ArmLoading { receipt, item, department, .. } = order(asked)? else {
                return Err(not_a_loading());
            };
            Fact::LoadIntended {
                submission: s(submission),
                receipt,
                item,
                department,
                compartment: c(compartment),
                staff: StaffId(staff),
                directive: DirectiveId(directive),
            }
        }
        Draft::ResultLoaded { submission, compartment, staff, directive: _ } => {
            let DirectiveOrder::ArmLoading { holder, .. } = order(asked)? else { return Err(not_a_loading()) };
            let fact =
                Fact::ResultLoaded { submission: s(submission), compartment: c(compartment), staff: StaffId(staff) };
            let payload = Some(Personal::new(serde_json::to_string(&holder)?));
            return Ok(NewEntry { fact, payload, arms: None });
        }
        Draft::LoadVoided { submission, compartment, staff, maybe_opened } => Fact::LoadVoided {
            submission: s(submission),
            compartment: c(compartment),
            staff: Some(StaffId(staff)),
            maybe_opened,
        },
        Draft::PickupIntended { submission, compartment, proof } => {
            let proof = match proof {
                journey::PickupProof::Card => entry::PickupProof::Card,
                journey::PickupProof::CardAndCode => entry::PickupProof::CardAndCode,
            };
            Fact::PickupIntended { submission: s(submission), compartment: c(compartment), proof }
        }
        Draft::PickedUp { submission, compartment } => {
            Fact::PickedUp { submission: s(submission), compartment: c(compartment) }
        }
        Draft::PickupAffirmed { submission, compartment } => {
            Fact::PickupAffirmed { submission: s(submission), compartment: c(compartment) }
        }
        Draft::Rated { submission, level } => Fact::Rated { submission: s(submission), level },
        Draft::StaffRefused { staff, why } => Fact::StaffRefused { staff: staff.map(StaffId), why: staff_refusal(why) },
    };
    Ok(fact.into())
}

fn order(asked: Option<&Directive>) -> Result<DirectiveOrder, serde_json::Error> {
    asked.map(|directive| directive.order.clone()).ok_or_else(not_a_loading)
}

fn not_a_loading() -> serde_json::Error {
    serde::de::Error::custom("no directive asks for this result")
}

fn material(line: journey::PreparedMaterial) -> MaterialLine {
    MaterialLine {
        code: line.code,
        name: line.name,
        originals: line.originals,
        copies: line.copies,
        deferrable: line.deferrable,
        brought: line.in_box,
    }
}

fn correction(
    correction: journey::PreparedCorrection,
    receipt: &ReceiptNumber,
    salt: [u8; 16],
) -> Result<NewEntry, serde_json::Error> {
    let fact = Fact::CorrectionPrepared {
        submission: SubmissionId(correction.submission),
        receipt: receipt.clone(),
        item: correction.item,
        department: correction.department,
    };
    let materials = correction.materials.into_iter().map(material).collect();
    let payload = serde_json::to_string(&Corrections { salt: hex::encode(salt), materials })?;
    Ok(NewEntry { fact, payload: Some(Personal::new(payload)), arms: None })
}

fn prepared(
    prepared: journey::Prepared,
    receipt: &ReceiptNumber,
    salt: [u8; 16],
) -> Result<NewEntry, serde_json::Error> {
    let fact = Fact::SubmissionPrepared {
        submission: SubmissionId(prepared.submission),
        receipt: receipt.clone(),
        item: prepared.item,
        item_version: prepared.item_version,
        department: prepared.department,
    };
    let submission = Submission {
        salt: hex::encode(salt),
        applicant: applicant(&prepared.applicant),
        acting_for: match prepared.acting_for {
            journey::ActingFor::Oneself => wire::ActingFor::Oneself,
            journey::ActingFor::AnotherPerson => wire::ActingFor::AnotherPerson,
            journey::ActingFor::Organisation => wire::ActingFor::Organisation,
        },
        phone: prepared.phone.as_ref().map(personal),
        situations: prepared.situations,
        answers: prepared.answers.iter().map(|(code, value)| (code.clone(), personal(value))).collect(),
        materials: prepared.materials.into_iter().map(material).collect(),
    };
    let payload = Personal::new(serde_json::to_string(&submission)?);
    Ok(NewEntry { fact, payload: Some(payload), arms: None })
}

fn personal(text: &journey::Personal) -> Personal<String> {
    Personal::from(text.expose())
}

fn applicant(identity: &journey::Identity) -> Applicant {
    Applicant {
        name: personal(&identity.name),
        document: match identity.document {
            journey::DocumentFamily::ResidentNumber => wire::DocumentFamily::ResidentNumber,
            journey::DocumentFamily::ForeignResidentOld => wire::DocumentFamily::ForeignResidentOld,
            journey::DocumentFamily::TravelDocument => wire::DocumentFamily::TravelDocument,
        },
        number: personal(&identity.number),
        sex: identity.sex.as_ref().map(personal),
        birth_date: identity.birth_date.as_ref().map(personal),
        address: identity.address.as_ref().map(personal),
        valid_until: identity.valid_until.clone(),
        assurance: match identity.assurance {
            journey::Assurance::ReadOnly => wire::Assurance::ReadOnly,
            journey::Assurance::ChipVerified => wire::Assurance::ChipVerified,
            journey::Assurance::SamVerified => wire::Assurance::SamVerified,
        },
        signature: identity.signature.map(|signature| match signature {
            journey::DocumentSignature::Verified => wire::DocumentSignature::Verified,
            journey::DocumentSignature::Copied => wire::DocumentSignature::Copied,
            journey::DocumentSignature::Unverified => wire::DocumentSignature::Unverified,
            journey::DocumentSignature::Failed => wire::DocumentSignature::Failed,
        }),
    }
}

/// The family of a document as the journal's payload names it.
pub(super) fn family(document: journey::DocumentFamily) -> wire::DocumentFamily {
    match document {
        journey::DocumentFamily::ResidentNumber => wire::DocumentFamily::ResidentNumber,
        journey::DocumentFamily::ForeignResidentOld => wire::DocumentFamily::ForeignResidentOld,
        journey::DocumentFamily::TravelDocument => wire::DocumentFamily::TravelDocument,
    }
}

fn moved(why: journey::MoveReason) -> entry::MoveReason {
    match why {
        journey::MoveReason::TooSmall => entry::MoveReason::TooSmall,
        journey::MoveReason::DoorStuck => entry::MoveReason::DoorStuck,
        journey::MoveReason::FoundSomething => entry::MoveReason::FoundSomething,
    }
}

fn unconfirmed(why: journey::UnconfirmedReason) -> entry::UnconfirmedReason {
    match why {
        journey::UnconfirmedReason::OpeningNotSeen => entry::UnconfirmedReason::OpeningNotSeen,
        journey::UnconfirmedReason::LineLost => entry::UnconfirmedReason::LineLost,
    }
}

fn voided(why: journey::VoidReason) -> entry::VoidReason {
    match why {
        journey::VoidReason::NoDoorOpened => entry::VoidReason::NoDoorOpened,
        journey::VoidReason::TakenBack => entry::VoidReason::TakenBack,
    }
}

fn set_aside(why: journey::SetAsideReason) -> entry::SetAsideReason {
    match why {
        journey::SetAsideReason::DoorStuck => entry::SetAsideReason::DoorStuck,
        journey::SetAsideReason::FoundSomething => entry::SetAsideReason::FoundSomething,
    }
}

fn authority(authority: journey::Authority) -> entry::Authority {
    match authority {
        journey::Authority::Directive { directive } => {
            entry::Authority::Directive { directive: DirectiveId(directive) }
        }
        journey::Authority::Roster { generation, version, window } => {
            entry::Authority::Roster { generation, version, window: WindowId(window) }
        }
    }
}

/// Why a sign-in failed, for the journal.
pub(super) fn staff_refusal(why: journey::StaffRefusal) -> entry::StaffRefusal {
    match why {
        journey::StaffRefusal::UnknownCard => entry::StaffRefusal::UnknownCard,
        journey::StaffRefusal::WrongPin => entry::StaffRefusal::WrongPin,
        journey::StaffRefusal::Locked => entry::StaffRefusal::Locked,
        journey::StaffRefusal::WrongCode => entry::StaffRefusal::WrongCode,
        journey::StaffRefusal::RosterExpired => entry::StaffRefusal::RosterExpired,
    }
}

/// A door as the journey knows it.
pub(super) fn door(state: lockers::DoorState) -> journey::DoorState {
    match state {
        lockers::DoorState::Closed => journey::DoorState::Closed,
        lockers::DoorState::Open => journey::DoorState::Open,
        lockers::DoorState::Unknown => journey::DoorState::Unknown,
    }
}

/// What became of a card that was not read, as the journey knows it.
pub(super) fn card_failure(error: &CardError) -> journey::Input {
    let failed = journey::Input::CardFailed;
    match error {
        CardError::NeedsMrz => journey::Input::DocumentLocked,
        CardError::WrongMrz => journey::Input::DocumentRefused,
        CardError::Torn => failed(journey::CardProblem::TakenTooSoon),
        CardError::Mute => failed(journey::CardProblem::NoAnswer),
        CardError::ReaderHeld | CardError::ReaderFailed { .. } => failed(journey::CardProblem::ReaderLost),
        CardError::Module { status, .. } if status.is_broken_module() => failed(journey::CardProblem::ReaderLost),
        CardError::Module { status, .. } => failed(match status.kind() {
            FailureKind::Line => journey::CardProblem::TakenTooSoon,
            FailureKind::Refused | FailureKind::Misread => journey::CardProblem::UnknownCard,
        }),
        CardError::Refused { .. } | CardError::NotUsable { .. } => failed(journey::CardProblem::UnknownCard),
        CardError::WrongLength { .. } | CardError::BadField { .. } => failed(journey::CardProblem::Unreadable),
        CardError::CheckDigit => failed(journey::CardProblem::WrongCheckDigit),
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

/// What a card said, as the journey knows it.
pub(super) fn identity(card: &cards::Identity) -> journey::Identity {
    let personal = |text: &cards::Secret| journey::Personal::from(text.expose());
    let name = match &card.foreign_name {
        Some(foreign) if card.name.is_empty() => personal(foreign),
        Some(_) | None => personal(&card.name),
    };
    let date = |date: cards::Date| date.to_string();
    journey::Identity {
        name,
        document: match card.document {
            cards::Document::ForeignerPermitOld => journey::DocumentFamily::ForeignResidentOld,
            cards::Document::ResidentId
            | cards::Document::HongKongMacauTaiwanPermit
            | cards::Document::ForeignerPermit
            | cards::Document::SocialSecurityCard => journey::DocumentFamily::ResidentNumber,
            cards::Document::TravelDocument | cards::Document::EstonianId | cards::Document::BelgianId => {
                journey::DocumentFamily::TravelDocument
            }
        },
        number: journey::Personal::new(number(card)),
        sex: match card.sex {
            cards::Sex::Male => Some("male".into()),
            cards::Sex::Female => Some("female".into()),
            cards::Sex::Unknown => None,
        },
        birth_date: card.birth.map(|birth| journey::Personal::new(date(birth))),
        address: card.address.as_ref().filter(|address| !address.is_empty()).map(personal),
        valid_until: match card.valid_to {
            cards::ValidTo::Date(last) => Some(date(last)),
            cards::ValidTo::LongTerm | cards::ValidTo::NotSaid => None,
        },
        assurance: match card.assurance {
            cards::Assurance::ReadOnly => journey::Assurance::ReadOnly,
            cards::Assurance::ChipVerified => journey::Assurance::ChipVerified,
            cards::Assurance::SamVerified => journey::Assurance::SamVerified,
        },
        signature: card.authenticity.map(|authenticity| match authenticity {
            cards::Authenticity::Verified => journey::DocumentSignature::Verified,
            cards::Authenticity::Copied => journey::DocumentSignature::Copied,
            cards::Authenticity::Unverified(_) => journey::DocumentSignature::Unverified,
            cards::Authenticity::Failed => journey::DocumentSignature::Failed,
        }),
    }
}
