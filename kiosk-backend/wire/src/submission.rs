//! What an applicant hands in: the personal part of an entry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Personal;

/// The personal payload of [`crate::Fact::SubmissionPrepared`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// 16 random bytes in hex. They keep the payload's hash from being guessed after the payload was erased.
    pub salt: String,
    /// Who swiped the card.
    pub applicant: Applicant,
    /// For whom the applicant acts.
    pub acting_for: ActingFor,
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

/// For whom the applicant acts (为谁办理).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActingFor {
    /// For themself (本人).
    Oneself,
    /// For another person, with a mandate (受他人委托).
    AnotherPerson,
    /// For an organisation, as its representative or agent (单位).
    Organisation,
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
}

/// Families of documents. A resident ID and a social security card with one number are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentFamily {
    /// 公民身份号码, on a resident ID card, a residence permit for HK, Macau and Taiwan residents, or a social security card.
    ResidentNumber,
    /// Foreign permanent resident ID card, old 15-character number.
    ForeignResidentOld,
    /// Travel document.
    TravelDocument,
}

/// How far a reading can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Anything that can be copied: a social security card's open files, a plain UID.
    ReadOnly,
    /// The chip proved itself (passive or active authentication).
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
    /// What the applicant said: it is in the box.
    pub brought: bool,
}
