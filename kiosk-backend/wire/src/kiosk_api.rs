//! Requests and answers under `/kiosk/v1/`.
//!
//! | method and path | request | answer |
//! |---|---|---|
//! | `POST /kiosk/v1/enrol` | [`EnrolRequest`] | [`EnrolAnswer`] |
//! | `POST /kiosk/v1/journal` | [`JournalPush`] | [`JournalAnswer`] |
//! | `POST /kiosk/v1/heartbeat` | [`Heartbeat`] | [`HeartbeatAnswer`] |
//! | `GET /kiosk/v1/directives?after=N&wait_s=S` | – | [`DirectivesAnswer`], held open up to `S` (≤ 25) seconds until there is news |
//! | `GET /kiosk/v1/roster` | `If-None-Match` | [`crate::Signed`] of a [`crate::Roster`], or 304 |
//! | `POST /kiosk/v1/person` | [`PersonQuery`] | [`PersonAnswer`]: where the cases of the person at the screen stand |
//! | `POST /kiosk/v1/progress` | [`ProgressQuery`] | [`ProgressAnswer`]: how the case of a receipt stands, or `not-found` |
//! | `GET /kiosk/v1/settings` | `If-None-Match` | [`crate::Signed`] of [`crate::HallSettings`], or 304 |
//! | `GET /kiosk/v1/calendar` | `If-None-Match` | [`CalendarAnswer`], or 304: for terminals of 0.1.0 |
//! | `GET /kiosk/v1/catalogue` | `If-None-Match` | `hall_rules::Catalogue` as JSON, or 304 |
//!
//! All but enrolment carry `Authorization: Bearer` [`crate::signed::TokenClaims`]. Every refusal is a
//! [`crate::Problem`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{JournalId, KioskId, ReceiptNumber, SubmissionId};
use crate::problem::Code;
use crate::submission::{DocumentFamily, Organisation};
use crate::told::{FaultCode, StaffCall, known};
use crate::{Envelope, Personal, Signed, Stamp};

/// Trades a one-time code for an identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The code that `kiosk-backend kiosk add` printed. Case, spaces and hyphens do not matter.
    pub code: String,
    /// The terminal's Ed25519 public key, 32 bytes in hex.
    pub public_key: String,
    /// Software version.
    pub software: String,
}

/// The terminal's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Its id.
    pub kiosk: KioskId,
    /// Its name, as given to `kiosk add`.
    pub name: String,
    /// Prefix of its receipt numbers, never reused: three digits.
    pub receipt_prefix: String,
    /// The hall's public key for rosters and directives, 32 bytes in hex.
    pub hall_key: String,
    /// The audience to name in tokens.
    pub audience: String,
    /// The hall's name, for the screen.
    pub hall_name: String,
    /// Backend time, milliseconds since the epoch.
    pub server_ms: i64,
}

/// A run of journal entries, oldest first, without gaps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalPush {
    pub journal: JournalId,
    pub entries: Vec<Envelope>,
    /// The terminal's clocks as it sends: the backend knows from them when every entry of that start happened. Absent from
    /// terminals of an older release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Stamp>,
}

/// What became of them. The backend answers after its commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalAnswer {
    /// The next position the backend lacks. Greater than the terminal's own head + 1 means the terminal was rolled
    /// back; smaller than what it once acknowledged means the backend was restored: send again from here.
    pub next: u64,
    /// One result for each entry sent, in order.
    pub results: Vec<EntryResult>,
    /// Generation of the backend's data.
    pub generation: u64,
    /// Backend time, milliseconds since the epoch.
    pub server_ms: i64,
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryResult {
    pub seq: u64,
    /// How it was taken.
    #[serde(flatten)]
    pub taken: Taken,
}

/// How an entry was taken. Entries are facts: they are never refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "taken", rename_all = "snake_case")]
pub enum Taken {
    /// Stored and understood.
    Stored,
    /// Stored, not understood or not believable: a person will look. Blocks nothing.
    SetAside { code: Code },
}

/// Sent every 15 seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heartbeat {
    /// Software version.
    pub software: String,
    /// Seconds since the process started.
    pub uptime_s: u64,
    /// Which journal it writes, when it could open one.
    pub journal: Option<JournalId>,
    /// Its last position.
    pub journal_head: u64,
    /// Deposits not yet acknowledged by the backend.
    pub unsent_deposits: u32,
    /// Age in seconds of the oldest unacknowledged entry.
    pub oldest_unsent_s: Option<u64>,
    pub free_compartments: u32,
    /// Free bytes on the journal's disk.
    pub disk_free_bytes: u64,
    /// The terminal's wall clock, milliseconds since the epoch.
    pub wall_ms_utc: i64,
    /// All its clocks at that moment: from it the backend knows the time of every entry of that start. Absent from
    /// terminals of an older release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Stamp>,
    /// One line for each device and part.
    pub devices: Vec<DeviceReport>,
    /// Every compartment, so that the console can draw the cabinet.
    pub compartments: Vec<CompartmentReport>,
}

/// One device or part, as the status line, the doctor and the heartbeat share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceReport {
    /// `reader` (of several: `reader-1`, `reader-2`), `locker`, `journal`, `clock`, `disk`, `backend`, `printer`,
    /// `scanner`, `call`.
    pub part: String,
    pub state: DeviceState,
    /// Since when, terminal wall clock, milliseconds since the epoch.
    pub since_ms: i64,
    /// The last thing that went wrong, in words; empty when nothing did.
    pub last_error: String,
    /// What to do about it; empty when nothing is to be done.
    pub advice: String,
    /// What `last_error` says, as a code. Absent from terminals of an older release.
    #[serde(default, deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultCode>,
    /// Of the part `call`: what `last_error` says, as a code. Absent from terminals of an older release.
    #[serde(default, deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub call: Option<StaffCall>,
}

/// How a device or part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Not asked yet.
    Starting,
    /// Works.
    Ok,
    /// Works, with a limit.
    Degraded,
    /// Does not answer; being sought.
    Lost,
    /// Answers that it cannot.
    Fault,
    /// Not fitted on this terminal.
    Absent,
}

/// One compartment as the terminal sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompartmentReport {
    /// Its number.
    pub no: crate::CompartmentNo,
    /// Its size class, such as `A4`.
    pub size: String,
    /// What may be in it.
    pub state: CompartmentState,
    pub door: DoorState,
}

/// What may be in a compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompartmentState {
    /// Certainly empty and offered.
    Free,
    /// A deposit is under way.
    Reserved,
    /// Holds paper.
    Paper,
    /// Holds a result for its applicant.
    Result,
    /// Opened by staff, not yet affirmed empty.
    ToBeConfirmed,
    /// Not offered until staff looked.
    SetAside,
}

/// What is seen of a door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    Closed,
    Open,
    /// Not seen (no answer from its board).
    #[default]
    Unknown,
}

/// The backend's answer to a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeartbeatAnswer {
    /// Generation of the backend's data.
    pub generation: u64,
    /// Backend time, milliseconds since the epoch.
    pub server_ms: i64,
    /// The next position the backend lacks of the journal named in the heartbeat.
    pub next: u64,
    /// Where the public finds the hall's server, without a slash at the end: `/p/` and a receipt number after it is the
    /// page that receipts lead to. Absent where the hall has no such address. For terminals of 0.1.0: it is one of the
    /// [`crate::HallSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

/// Open directives and what else is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectivesAnswer {
    /// Generation of the backend's data.
    pub generation: u64,
    /// Backend time, milliseconds since the epoch.
    pub server_ms: i64,
    /// Hand back as `after` to wait for what comes next. Grows with each new directive, roster or catalogue.
    pub revision: u64,
    /// All directives for this terminal that are neither answered nor expired.
    pub directives: Vec<Signed>,
    /// ETag of the present roster.
    pub roster_etag: String,
    /// ETag of the present catalogue; empty when none was imported.
    pub catalogue_etag: String,
    /// ETag of the working days that were imported, for terminals of 0.1.0; empty when none were.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub calendar_etag: String,
    /// ETag of the hall's settings; empty when the backend is of an older release.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub settings_etag: String,
}

/// The working days that the hall counts by, year by year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAnswer {
    /// Oldest first.
    pub years: Vec<CalendarYear>,
}

/// The working days of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    pub year: i16,
    /// The file as it was imported: `hall_rules::Calendar` reads it.
    pub text: String,
}

/// Asks where the cases of the person at the screen stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonQuery {
    /// Family of the document.
    pub document: DocumentFamily,
    pub number: Personal<String>,
}

/// Where that person's cases stand, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAnswer {
    /// The cases that are not archived, at most [`PersonAnswer::MOST`].
    pub cases: Vec<CaseBrief>,
}

impl PersonAnswer {
    /// The most cases in one answer.
    pub const MOST: usize = 12;
}

/// A case as its applicant is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseBrief {
    pub submission: SubmissionId,
    /// The number the applicant has.
    pub receipt: ReceiptNumber,
    /// Item code.
    pub item: String,
    /// Department code.
    pub department: String,
    pub item_name: BothLanguages,
    /// The organisation that it is for; absent from servers that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// Its state in a word or two.
    pub state: BothLanguages,
    /// What was last said to the applicant, or what happens next.
    pub told: BothLanguages,
    /// The day by which the office or, in a correction, the applicant must act, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// What the applicant is to do, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub todo: Option<Todo>,
}

/// What an applicant is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "todo", rename_all = "snake_case")]
pub enum Todo {
    /// Hand in corrections.
    Correct {
        /// Everything that is missing or wrong.
        missing: Vec<MissingMaterial>,
    },
    /// Take the result out of a box.
    PickUp {
        /// At which terminal, by its name.
        kiosk_name: String,
        /// Whether that is the terminal that asks.
        here: bool,
        compartment: crate::CompartmentNo,
    },
    /// Something that this build does not know; `told` says it.
    #[serde(other)]
    Unknown,
}

/// One material to be corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingMaterial {
    /// Code within the item.
    pub code: String,
    pub name: BothLanguages,
    /// What is amiss, as the notice says it.
    pub reason: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
}

/// Asks how the case of a receipt stands, as the public page does: there is no card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProgressQuery {
    /// The number on the receipt.
    pub receipt: ReceiptNumber,
    /// The last four characters of the document that the case was made with.
    pub last_four: Personal<String>,
}

/// How a case stands, as whoever has its receipt may know: not whose it is and not what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressAnswer {
    /// Its number.
    pub receipt: ReceiptNumber,
    /// Its state in a word or two.
    pub state: BothLanguages,
    /// What was last said to the applicant; may be empty.
    pub told: BothLanguages,
    /// The last day of the clock that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<ProgressDue>,
    /// A clock stands still.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// What the applicant does next, and where; absent when nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<BothLanguages>,
    /// The result lies in this compartment of the terminal that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<crate::CompartmentNo>,
}

/// The last day of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressDue {
    /// Whose time it is and what for.
    pub what: BothLanguages,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
}

/// A text in both languages of the hall.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BothLanguages {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}
