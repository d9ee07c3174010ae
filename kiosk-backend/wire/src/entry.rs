//! Journal entries: facts a terminal wrote to its own disk before or after acting, and the envelopes that carry them.
//!
//! An entry is a *header* (kept for ever, nothing personal in it) and, for some facts, a *payload* (personal; erased
//! after its retention, while its hash stays). Both travel as the exact texts that were written first; a repeated
//! entry is the same bytes for ever.
//!
//! ```text
//! payload_hash = SHA-256(payload text), or 32 zero bytes without one
//! hash         = SHA-256("kiosk-entry-v1\0" ‖ journal_id ‖ seq as u64 big endian ‖ prev ‖ SHA-256(header text) ‖ payload_hash)
//! ```
//! `prev` is the hash of entry `seq - 1` and 32 zero bytes for entry 1.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::ids::{CompartmentNo, DirectiveId, JournalId, ReceiptNumber, StaffId, SubmissionId, WindowId};
use crate::{DirectiveOutcome, Stamp};

/// One journal entry as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Position in the journal, from 1 without gaps.
    pub seq: u64,
    /// Hash of the entry before, hex.
    pub prev: String,
    /// Hash of this entry, hex.
    pub hash: String,
    /// The exact JSON text of a [`Header`].
    pub header: String,
    /// SHA-256 of the payload text, hex; absent when the entry never had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_hash: Option<String>,
    /// The exact JSON text of the personal payload; absent when there is none or it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<crate::Personal<String>>,
}

/// Why an envelope is not well formed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// A hash field is not 64 hex digits.
    #[error("`{0}` must be 64 hex digits")]
    NotAHash(&'static str),
    /// The hash does not follow from the rest.
    #[error("`hash` does not match the entry's content")]
    WrongHash,
    /// The payload is not the one that was hashed.
    #[error("`payload` does not match `payload_hash`")]
    WrongPayload,
}

impl Envelope {
    /// Makes the envelope of entry `seq` from its exact texts.
    pub fn seal(journal: JournalId, seq: u64, prev: [u8; 32], header: String, payload: Option<String>) -> Self {
        let payload_hash = payload.as_ref().map(|text| digest(text.as_bytes()));
        let hash = chain_hash(journal, seq, prev, &header, payload_hash);
        Self {
            seq,
            prev: hex::encode(prev),
            hash: hex::encode(hash),
            header,
            payload_hash: payload_hash.map(hex::encode),
            payload: payload.map(crate::Personal::new),
        }
    }

    /// Checks that hash, header and payload belong together, whatever they say. Returns the hash.
    pub fn check(&self, journal: JournalId) -> Result<[u8; 32], EnvelopeError> {
        let prev = parse_hash("prev", &self.prev)?;
        let hash = parse_hash("hash", &self.hash)?;
        let payload_hash = self.payload_hash.as_ref().map(|text| parse_hash("payload_hash", text)).transpose()?;
        if let Some(payload) = &self.payload
            && Some(digest(payload.expose().as_bytes())) != payload_hash
        {
            return Err(EnvelopeError::WrongPayload);
        }
        if chain_hash(journal, self.seq, prev, &self.header, payload_hash) != hash {
            return Err(EnvelopeError::WrongHash);
        }
        Ok(hash)
    }
}

/// The hash of an entry; see the module's head for the formula.
pub fn chain_hash(
    journal: JournalId,
    seq: u64,
    prev: [u8; 32],
    header: &str,
    payload_hash: Option<[u8; 32]>,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"kiosk-entry-v1\0");
    hasher.update(journal.0.as_bytes());
    hasher.update(seq.to_be_bytes());
    hasher.update(prev);
    hasher.update(digest(header.as_bytes()));
    hasher.update(payload_hash.unwrap_or([0; 32]));
    hasher.finalize().into()
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn parse_hash(field: &'static str, text: &str) -> Result<[u8; 32], EnvelopeError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| EnvelopeError::NotAHash(field))?;
    Ok(hash)
}

/// The part of an entry that is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Wire version that wrote it.
    pub v: u16,
    pub at: Stamp,
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened or is about to happen at the terminal. Nothing here is personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Entry 1 of every journal.
    JournalCreated {
        /// Software version.
        software: String,
    },
    /// The kiosk process started.
    Started {
        /// Software version.
        software: String,
    },

    /// An applicant finished the questions. Payload: [`crate::Submission`].
    SubmissionPrepared {
        /// Its id; also the case's.
        submission: SubmissionId,
        /// The number the applicant sees.
        receipt: ReceiptNumber,
        /// Item code.
        item: String,
        /// Version of the item it was made against.
        item_version: u32,
        /// Department code of that item; decides the window.
        department: String,
    },
    /// A door is about to be opened for this submission's paper. On disk before the unlock is sent.
    DepositIntended {
        /// Whose paper.
        submission: SubmissionId,
        compartment: CompartmentNo,
    },
    /// The door is about to be opened again for the same submission ("forgot something").
    DepositReopened {
        /// Whose paper.
        submission: SubmissionId,
        compartment: CompartmentNo,
    },
    /// The deposit goes to another compartment; that one's door is about to be opened.
    DepositMoved {
        /// Whose paper.
        submission: SubmissionId,
        /// The compartment left behind.
        from: CompartmentNo,
        /// The compartment about to be opened.
        to: CompartmentNo,
        why: MoveReason,
    },
    /// The door was seen open and then seen closed: the paper is in.
    Deposited {
        /// Whose paper.
        submission: SubmissionId,
        compartment: CompartmentNo,
    },
    /// Nobody knows whether the paper is in (the process died after the intent, or no opening was seen). The
    /// compartment is set aside and a case opens as 存件待核实.
    DepositUnconfirmed {
        /// Whose paper.
        submission: SubmissionId,
        /// Where it may be.
        compartment: CompartmentNo,
        /// Why nobody knows.
        why: UnconfirmedReason,
    },
    /// The submission ended with certainly nothing in any compartment (no door ever opened for it).
    DepositVoided { submission: SubmissionId, why: VoidReason },

    /// A door is about to be opened for staff. On disk before the unlock is sent.
    CollectionIntended {
        /// Whose paper is in it, when known.
        submission: Option<SubmissionId>,
        /// Which door.
        compartment: CompartmentNo,
        /// Who stands there.
        staff: StaffId,
        /// What entitles them.
        authority: Authority,
    },
    /// Staff shut the door. The compartment is *to be confirmed* until someone entitled affirms it is empty.
    CollectionClosed {
        /// Whose paper was in it, when known.
        submission: Option<SubmissionId>,
        /// Which door.
        compartment: CompartmentNo,
        staff: StaffId,
        /// Whether an opening was seen before the closing.
        opening_seen: bool,
    },
    /// Someone entitled says the compartment is empty (已取出). Only now is it free.
    EmptinessAffirmed {
        /// Whose paper was in it, when known.
        submission: Option<SubmissionId>,
        compartment: CompartmentNo,
        /// Who says so.
        staff: StaffId,
    },
    /// A directive was answered.
    DirectiveAnswered { directive: DirectiveId, outcome: DirectiveOutcome },
    /// A staff sign-in at the terminal was refused.
    StaffRefused {
        /// Who was claimed, when the card is in the roster.
        staff: Option<StaffId>,
        why: StaffRefusal,
    },

    /// A compartment must not be offered until staff return it to service.
    CompartmentSetAside {
        compartment: CompartmentNo,
        why: SetAsideReason,
        /// Whose submission met it, if any.
        submission: Option<SubmissionId>,
    },
    /// A compartment serves again after being set aside.
    CompartmentReturned {
        compartment: CompartmentNo,
        /// Who returned it.
        staff: StaffId,
    },
    /// A door was seen open although nobody was let in.
    DoorForced { compartment: CompartmentNo },
    /// The terminal learnt that the backend knows more of this journal than it does itself: its disk was rolled
    /// back. All its compartments are unknown until staff looked.
    RolledBack {
        /// The backend's next expected position.
        backend_next: u64,
    },
    /// A technician is about to open a door from the command line.
    TechnicianOpened {
        compartment: CompartmentNo,
        /// The reason they gave.
        reason: String,
    },

    /// An applicant is about to hand in corrections of an earlier submission. Payload: [`crate::Corrections`].
    CorrectionPrepared {
        /// The submission, and so the case, they belong to.
        submission: SubmissionId,
        /// The number the applicant has.
        receipt: ReceiptNumber,
        /// Item code.
        item: String,
        /// Department code of that item.
        department: String,
    },

    /// A door is about to be opened for staff who put a result in. On disk before the unlock is sent.
    LoadIntended {
        /// Whose result.
        submission: SubmissionId,
        /// The number the applicant has.
        receipt: ReceiptNumber,
        /// Item code.
        item: String,
        /// Department code of that item; decides whose staff may take it out again.
        department: String,
        compartment: CompartmentNo,
        /// Who stands there.
        staff: StaffId,
        /// The directive that asked for it.
        directive: DirectiveId,
    },
    /// Staff shut the door and said that the result is in. Payload: [`crate::ResultHolder`].
    ResultLoaded {
        /// Whose result.
        submission: SubmissionId,
        compartment: CompartmentNo,
        /// Who says so.
        staff: StaffId,
    },
    /// The loading ended without a result in the compartment.
    LoadVoided {
        /// Whose result it was to be.
        submission: SubmissionId,
        compartment: CompartmentNo,
        /// Who stood there, when known: nobody after a power cut.
        staff: Option<StaffId>,
        /// Whether the door may have been open: then somebody must affirm that the compartment is empty.
        maybe_opened: bool,
    },
    /// A door is about to be opened for the applicant whose result lies behind it. On disk before the unlock is sent.
    PickupIntended {
        /// Whose result.
        submission: SubmissionId,
        compartment: CompartmentNo,
        /// What entitles them.
        proof: PickupProof,
    },
    /// The applicant shut the door. The compartment is *to be confirmed*.
    PickedUp {
        /// Whose result.
        submission: SubmissionId,
        compartment: CompartmentNo,
    },
    /// The applicant says that everything was taken out: the compartment is free.
    PickupAffirmed {
        /// Whose result it was.
        submission: SubmissionId,
        compartment: CompartmentNo,
    },
    /// The applicant rated the service at the terminal, one visit one rating (GB/T 39734-2020).
    Rated {
        /// Which case.
        submission: SubmissionId,
        /// 5 非常满意 … 1 非常不满意.
        level: u8,
    },

    /// A kind this build does not know. Never written; only read.
    #[serde(other)]
    Unknown,
}

impl Fact {
    /// The door that this fact announces: it is about to be opened, and may not be before this is on disk.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others open nothing")]
    pub fn announces(&self) -> Option<CompartmentNo> {
        match self {
            Self::DepositIntended { compartment, .. }
            | Self::DepositReopened { compartment, .. }
            | Self::DepositMoved { to: compartment, .. }
            | Self::CollectionIntended { compartment, .. }
            | Self::LoadIntended { compartment, .. }
            | Self::PickupIntended { compartment, .. }
            | Self::TechnicianOpened { compartment, .. } => Some(*compartment),
            _ => None,
        }
    }
}

/// Why a deposit went to another compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveReason {
    /// The paper did not fit.
    TooSmall,
    /// The door did not open.
    DoorStuck,
    /// The applicant found something in it.
    FoundSomething,
}

/// Why nobody knows whether the paper is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnconfirmedReason {
    /// The kiosk stopped between the intent and the closing.
    Interrupted,
    /// The door is closed and no opening was ever seen.
    OpeningNotSeen,
    /// The lock board stopped answering while the door was open.
    LineLost,
}

/// Why a submission ended with nothing in any compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// No door opened and no other compartment was free.
    NoDoorOpened,
    /// The applicant took everything back.
    TakenBack,
}

/// What entitles staff to a door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Authority {
    /// A directive of the backend.
    Directive { directive: DirectiveId },
    /// Staff card and PIN against the signed roster; the compartment belongs to that window.
    Roster {
        /// Generation of the roster.
        generation: u64,
        /// Version of the roster.
        version: u64,
        window: WindowId,
    },
}

/// What entitles an applicant to the door of their result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickupProof {
    /// A card that proved itself.
    Card,
    /// A card that could be copied, and the pick-up code.
    CardAndCode,
}

/// Why a compartment is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// Its door did not open on command.
    DoorStuck,
    /// An applicant found something in it.
    FoundSomething,
    /// A deposit in it is unconfirmed.
    Unconfirmed,
    /// Its door was forced.
    Forced,
    /// Nobody knows its content (rollback).
    Unknown,
}

/// Why a staff sign-in was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffRefusal {
    /// The card is not in the roster.
    UnknownCard,
    /// The PIN was wrong.
    WrongPin,
    /// Five wrong PINs: locked.
    Locked,
    /// The one-time code was wrong or used.
    WrongCode,
    /// The roster is too old to be believed.
    RosterExpired,
}

/// The epoch, at no boot: for tables in tests.
impl Default for Stamp {
    fn default() -> Self {
        Self { wall_ms_utc: 0, boot_id: Uuid::nil(), mono_ms: 0, server_offset_ms: None }
    }
}
