//! What an applicant hands in: the personal part of an entry.

use std::collections::BTreeMap;

use hall_rules::catalogue::{Material, Place};
/// The rules' own: what a terminal computes with is what it sends. `tests/frozen.rs` holds their bytes.
pub use hall_rules::{DocumentFamily, answers::ActingFor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Personal, SubmissionId};

/// The personal payload of [`crate::Fact::SubmissionPrepared`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// 16 random bytes in hex. They keep the payload's hash from being guessed after the payload was erased.
    pub salt: String,
    /// Who swiped the card.
    pub applicant: Applicant,
    /// For whom the applicant acts.
    pub acting_for: ActingFor,
    /// Which organisation that is; absent from terminals that did not ask, and when they act for no organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// A phone number the applicant gave; staff phone people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
    /// Situation answers: question code → option code.
    #[serde(default)]
    pub situations: BTreeMap<String, String>,
    /// Answers to the fields asked at the terminal: field code → value.
    #[serde(default)]
    pub answers: BTreeMap<String, Personal<String>>,
    /// The exact material list this submission was made against, with what the applicant says is in the box.
    #[serde(default)]
    pub materials: Vec<MaterialLine>,
}

/// What the card said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// Full name.
    pub name: Personal<String>,
    /// Family of the document; with the number it makes the person key.
    pub document: DocumentFamily,
    /// Document number.
    pub number: Personal<String>,
    /// `male`, `female` or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Personal<String>>,
    /// Date of birth, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Personal<String>>,
    /// Address as printed on the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    /// Last day the card is valid, `YYYY-MM-DD`; absent when it never expires or does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// How far the reading can be trusted.
    pub assurance: Assurance,
    /// What became of the signature on a travel document; absent on other cards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<DocumentSignature>,
}

impl Applicant {
    /// Whether both cards are of one person.
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.document == other.document && self.number == other.number
    }
}

/// An organisation, as whoever acts for it names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name, as typed.
    pub name: Personal<String>,
    /// 统一社会信用代码, whose check character holds; absent when they had none or did not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Personal<String>>,
}

impl MaterialLine {
    /// As it is handed in: in the box where it is one of those that go there.
    pub fn handed_in(material: &Material) -> Self {
        Self {
            code: material.code.clone(),
            name: material.name.zh.clone(),
            originals: material.originals,
            copies: material.copies,
            deferrable: material.is_deferrable(),
            brought: material.place() == Place::Box,
        }
    }
}

impl Organisation {
    /// Its name as it is shown. It is on the public register: nothing is masked.
    pub fn shown_name(&self) -> String {
        hall_rules::folding::assigned(self.name.expose()).into_owned()
    }
}

/// What became of the signature on a travel document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentSignature {
    /// It holds, and an authority that the terminal trusts has made it.
    Verified,
    /// It does, but the chip is a copy of the one that it was made for.
    Copied,
    /// It proves nothing at the terminal: nobody whom it trusts has made it, or it cannot be read there. No sign that
    /// anything was altered.
    Unverified,
    /// It is another than the data's: they were altered after they were signed, or never signed.
    Failed,
    /// Something that this build does not know.
    #[serde(other)]
    Unknown,
}

/// How far a reading can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Anything that can be copied: a social security card's open files, a plain UID, a travel document whose chip proves
    /// nothing of itself.
    ReadOnly,
    /// Trusted data on a chip that proved that it is no copy (passive and active authentication).
    ChipVerified,
    /// A licensed SAM released the data.
    SamVerified,
}

/// One line of the material list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialLine {
    /// Code of the material within its item.
    pub code: String,
    /// Name as shown to the applicant.
    pub name: String,
    /// How many originals were asked for.
    pub originals: u8,
    /// How many copies were asked for.
    pub copies: u8,
    /// Whether it may follow later (容缺).
    pub deferrable: bool,
    /// What the applicant said: it is in the box. `false` stands on what never goes into a box (a file, a card that is
    /// only shown) and on nothing else, so it never means that something was not brought.
    pub brought: bool,
}

/// The personal payload of [`crate::Fact::CorrectionPrepared`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrections {
    /// 16 random bytes in hex, as in [`Submission`].
    pub salt: String,
    /// What was asked for and what the applicant says is in the box.
    #[serde(default)]
    pub materials: Vec<MaterialLine>,
}

/// Who may take a result out of a compartment; the personal payload of [`crate::Fact::ResultLoaded`].
///
/// Neither field says who it is, yet whoever has them and the time can try all numbers there are. So they are kept
/// sealed, as all personal data is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultHolder {
    /// [`ResultHolder::mark_of`] the person, hex.
    pub mark: Personal<String>,
    /// [`ResultHolder::code_hash_of`] the pick-up code, hex.
    pub code_hash: Personal<String>,
}

impl ResultHolder {
    /// What stands for a person and a submission: SHA-256 in hex of `"result-holder-v1\0" ‖ submission (16 bytes) ‖
    /// person key`.
    pub fn mark_of(submission: SubmissionId, person_key: &str) -> Personal<String> {
        Self::hash(b"result-holder-v1\0", submission, person_key)
    }

    /// What a typed pick-up code is compared with: SHA-256 in hex of `"pickup-code-v1\0" ‖ submission (16 bytes) ‖
    /// code`.
    pub fn code_hash_of(submission: SubmissionId, code: &str) -> Personal<String> {
        Self::hash(b"pickup-code-v1\0", submission, code)
    }

    fn hash(what: &[u8], submission: SubmissionId, text: &str) -> Personal<String> {
        let hash = Sha256::new().chain_update(what).chain_update(submission.0.as_bytes()).chain_update(text);
        Personal::new(hex::encode(hash.finalize()))
    }
}
