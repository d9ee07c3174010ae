//! What the domain's questions answer: plain values for pages and JSON. Personal values are masked already, unless the
//! type's name says otherwise.

use hall_rules::case::{Need, NoticeKind};
use hall_rules::clock::{ClockKind, Light};
use hall_rules::review::Fault;
use hall_rules::{CaseEvent, CaseState, Right, Role, Text};
use jiff::civil::Date;
use kiosk_wire::kiosk_api::{CompartmentState, DoorState, Heartbeat};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily, DocumentSignature};
use kiosk_wire::{
    Code, CompartmentNo, DirectiveId, DirectiveOutcome, JournalId, KioskId, StaffId, SubmissionId, WindowId,
};
use serde::Serialize;

use super::messages::MessageView;
use crate::access::not_yours;
use crate::problem::Refusal;

/// A member of staff, as every request needs them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Their windows: id and name.
    pub windows: Vec<(WindowId, String)>,
    /// Whether the account was closed.
    pub disabled: bool,
    /// Whether they have a card for the terminal.
    pub has_card: bool,
    /// Whether their password is a one-time code, to be changed before anything else.
    pub must_change: bool,
}

/// Who asks or commands, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub staff: Staff,
    /// Where from, for the audit: an address, or `command line`.
    pub from: String,
}

impl Actor {
    /// Whether their role gives them this right.
    pub fn may(&self, right: Right) -> bool {
        self.staff.role.may(right)
    }

    /// Refuses those whose role does not give them this right.
    pub fn must(&self, right: Right) -> Result<(), Refusal> {
        if self.may(right) { Ok(()) } else { Err(not_yours(right)) }
    }

    /// The windows whose cases are theirs to see; absent for every window and none.
    pub fn windows(&self) -> Option<Vec<WindowId>> {
        match (self.may(Right::SeeCases), self.may(Right::SeeEveryWindow)) {
            (false, _) => Some(Vec::new()),
            (true, true) => None,
            (true, false) => Some(self.staff.windows.iter().map(|(id, _)| *id).collect()),
        }
    }

    /// Whether a case of this window is theirs to see.
    pub fn sees(&self, window: Option<WindowId>) -> bool {
        self.windows().is_none_or(|own| window.is_some_and(|window| own.contains(&window)))
    }
}

/// Saved views of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Deposited, nobody on the way.
    #[default]
    New,
    /// The window has the paper and must go on.
    Work,
    /// The applicant or an expert must do something first.
    Waiting,
    /// I am collecting or have collected them.
    Mine,
    /// Unconfirmed deposits, boxes opened but not affirmed empty, clocks that are soon over or over.
    Attention,
    /// Everything of my windows, newest first, voided ones too.
    All,
}

/// How many there are in each view, each counted up to a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// [`Filter::New`].
    pub new: u32,
    /// [`Filter::Work`].
    pub work: u32,
    /// Questions to departments of mine that wait for an answer (会办).
    pub joint: u32,
    /// [`Filter::Waiting`].
    pub waiting: u32,
    /// [`Filter::Mine`].
    pub mine: u32,
    /// [`Filter::Attention`].
    pub attention: u32,
    /// [`Filter::All`].
    pub all: u32,
    /// Deposits of my windows that I have not opened since they last changed.
    pub unread: u32,
    /// Journal entries set aside and not looked at; 0 for clerks.
    pub set_aside: u32,
    /// Call-backs that are open; 0 for others than chiefs and supervisors.
    pub callbacks: u32,
    /// Results in boxes of my windows whose time is over; 0 for whoever handles no boxes.
    pub uncollected: u32,
    /// Cases that are late and that no chief or supervisor has seen so; 0 for others.
    pub late: u32,
}

/// The clock of a case that ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "clock", rename_all = "snake_case")]
pub enum Due {
    /// It runs.
    Running {
        /// Which.
        kind: ClockKind,
        /// The last day.
        due: Date,
        /// Working days left; 0 is today, negative is over. Absent while a year between lacks its calendar.
        #[serde(skip_serializing_if = "Option::is_none")]
        days_left: Option<i32>,
        /// How it stands.
        light: Light,
    },
    /// It stands still for a special procedure.
    Paused,
    /// It runs, but a year is missing from the calendar: import it.
    CalendarMissing,
    /// No clock runs.
    None,
}

/// One clock of a case, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// Which.
    pub kind: ClockKind,
    /// How many days it gives, extension included.
    pub days: u16,
    /// Working days, or calendar days.
    pub working: bool,
    /// How many are used up; absent when the calendar lacks a year.
    pub used: Option<u16>,
    /// The last day while it runs.
    pub due: Option<Date>,
    /// How it stands; absent when it ended in time.
    pub light: Option<Light>,
    /// It runs.
    pub runs: bool,
    /// It stands still and will go on.
    pub paused: bool,
}

/// One step that the asker can take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// What would happen.
    pub event: CaseEvent,
    /// What must be filled in.
    pub needs: Vec<Need>,
    /// The notice it makes.
    pub notice: Option<NoticeKind>,
    /// What the applicant is told.
    pub told: Option<Text>,
}

/// One notice of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeView {
    /// Position within the case.
    pub n: u32,
    /// Kind.
    pub kind: NoticeKind,
    /// Its number as printed.
    pub number: String,
    /// When it was made.
    pub made_ms: i64,
    /// Who made it.
    pub by: Option<String>,
}

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InboxRow {
    /// The case.
    pub id: SubmissionId,
    /// Its number (办件编号).
    pub receipt: String,
    /// Item code.
    pub item: String,
    /// Item name; the code again when the catalogue never had it.
    pub item_name: Text,
    /// Department code.
    pub department: String,
    /// The window that works it.
    pub window: Option<(WindowId, String)>,
    /// The applicant's name, masked; empty when unreadable.
    pub applicant: String,
    /// The terminal: id and name.
    pub kiosk: (KioskId, String),
    /// Where the paper is or may be.
    pub compartment: Option<CompartmentNo>,
    /// State.
    pub state: CaseState,
    /// When the door was shut, terminal's best time.
    pub deposited_ms: Option<i64>,
    /// The clock that ends first.
    pub due: Due,
    /// Who is on the way to the box.
    pub collecting: Option<String>,
    /// Who claimed the case and holds it still.
    pub held: Option<HeldView>,
    /// Whether a chief put it into the green channel (绿色通道).
    pub green: bool,
    /// When it last changed.
    pub changed_ms: i64,
    /// Whether the asker has not opened it since it last changed.
    pub unread: bool,
}

impl InboxRow {
    /// Whether a colleague holds it.
    pub fn is_others(&self) -> bool {
        self.held.as_ref().is_some_and(|held| !held.mine)
    }
}

/// Someone works on the case now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldView {
    /// Their name.
    pub name: String,
    /// Whether it is the asker.
    pub mine: bool,
    /// Since when.
    pub since_ms: i64,
    /// Until when, if they do nothing.
    pub until_ms: i64,
}

/// A page of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Inbox {
    /// The rows: most urgent first, in [`Filter::All`] newest first.
    pub rows: Vec<InboxRow>,
    /// Hand back as `after` for the next page; absent on the last.
    pub next: Option<u32>,
}

/// Someone is on the way to a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Collecting {
    /// The directive that armed it.
    pub directive: DirectiveId,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// Since when.
    pub since_ms: i64,
    /// Void from then on.
    pub expires_ms: i64,
    /// The one-time code, six digits, only for the one who asked and until it expires.
    pub code: Option<String>,
    /// What the terminal has answered so far.
    pub answer: Option<DirectiveOutcome>,
    /// The door was opened for staff and is shut again: only 已取出 is missing.
    pub shut: bool,
}

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineRow {
    /// When it happened; where that is not known, not before this.
    pub at_ms: i64,
    /// Where it is not known when it happened: not after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_ms: Option<i64>,
    /// When the backend learnt of it.
    pub recorded_ms: i64,
    /// What.
    pub what: Happening,
    /// Which member of staff did it.
    pub staff: Option<String>,
    /// At which terminal.
    pub kiosk: Option<String>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// A reason or an outcome, in a word.
    pub note: Option<String>,
}

/// What can happen to a case: what moves its state, and what only tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The applicant's door was about to be opened.
    DepositIntended,
    /// The applicant opened the same box again.
    DepositReopened,
    /// The deposit went to another box; the note says why.
    DepositMoved,
    /// A clerk said they are on the way.
    CollectionArmed,
    /// The terminal answered the arming; the note is the outcome.
    CollectionAnswered,
    /// The clerk changed their mind.
    CollectionCancelled,
    /// The door was about to be opened for staff.
    CollectionOpened,
    /// Staff shut the door.
    CollectionClosed,
    /// Someone entitled affirmed the box empty.
    EmptinessAffirmed,
    /// The applicant is about to hand in corrections at a terminal.
    CorrectionPrepared,
    /// The applicant took the corrections home again: nothing is in a box.
    CorrectionVoided,
    /// A clerk asked to put the result into a box.
    LoadingArmed,
    /// The door was about to be opened for the result.
    LoadingOpened,
    /// The result did not go into the box.
    LoadingVoided,
    /// The door was about to be opened for the applicant.
    PickupOpened,
    /// The applicant said that everything was taken out.
    PickupAffirmed,
    /// Staff took the result out again: the window hands it over.
    ResultRecovered,
    /// The applicant rated; the level is not shown with the case.
    Rated,
    /// A chief opened the door from the desk; the note is the reason.
    OpenedFromDesk,
    /// The compartment was set aside; the note says why.
    CompartmentSetAside,
    /// Staff said the compartment serves again.
    ReturnedToService,
    /// Another department answered; the note says which and what.
    PartAnswered,
    /// The lead took a question to a department back; the note says why.
    PartRecalled,
    /// The window keyed in fields; the note names them.
    FieldsKeyed,
    /// Staff wrote an internal note; the note is its text, for staff only.
    NoteAdded,
    /// Staff attached a file.
    FileAttached,
    /// The window checked the mandate of whoever acts for another.
    MandateChecked,
    /// A chief put it into the green channel; the note says why.
    GreenSet,
    /// A chief took it out of the green channel; the note says why.
    GreenEnded,
    /// The terminal's clock had not been known, and is now: the note is `[[event, time], …]`.
    TimeSettled,
    /// Its state moved.
    #[serde(untagged)]
    Case(CaseEvent),
}

/// One line of the material list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaterialRow {
    /// Name as the applicant saw it.
    pub name: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
    /// Whether it may follow later (容缺).
    pub deferrable: bool,
    /// Whether the applicant said it is in the box.
    pub brought: bool,
    /// Where it is, as far as the terminal and the catalogue tell.
    pub place: MaterialPlace,
    /// What can be amiss with it, to pick from.
    pub faults: Vec<Fault>,
}

/// Where a material is. A terminal asks only whether everything was brought and takes nothing without a yes, so what is
/// not in the box was never said to be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialPlace {
    /// In the box, the applicant says.
    Box,
    /// A file: nothing to put into a box.
    Electronic,
    /// To be shown to the window, or read from the card.
    Shown,
    /// Not in the box, and the catalogue of that time does not say why.
    NotInBox,
}

impl MaterialPlace {
    /// As JSON and the pages' attributes say it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Electronic => "electronic",
            Self::Shown => "shown",
            Self::NotInBox => "not_in_box",
        }
    }
}

/// One question and its answer, with the wording of the catalogue version it was asked from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerRow {
    /// The question; its code when the catalogue never had it.
    pub question: Text,
    /// The answer.
    pub answer: Text,
}

/// The applicant, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApplicantView {
    /// Name, masked.
    pub name: String,
    /// Family of the document.
    pub document: DocumentFamily,
    /// Number, masked.
    pub number: String,
    /// How far the card's reading can be trusted.
    pub assurance: Assurance,
    /// What became of the signature on a travel document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<DocumentSignature>,
    /// For whom they act.
    pub acting_for: ActingFor,
    /// Phone, masked; absent when none was given.
    pub phone: Option<String>,
}

/// What the asker may do with a case now; a page offers exactly these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct May {
    /// Arm the box for themself.
    pub collect: bool,
    /// Put the result into a box.
    pub load: bool,
    /// Take over from the one who is collecting (chiefs).
    pub take_over: bool,
    /// Cancel their own arming.
    pub cancel: bool,
    /// Affirm the box empty (已取出).
    pub affirm: bool,
    /// Confirm or void an unconfirmed deposit.
    pub settle: bool,
    /// Open the door from the desk (chiefs, with a reason).
    pub open_now: bool,
    /// Have the applicant's phone and number shown in full.
    pub reveal: bool,
    /// Claim it, or renew the claim.
    pub claim: bool,
    /// Give the claim back.
    pub release: bool,
    /// Take it from whoever holds it (chiefs).
    pub claim_over: bool,
}

/// One case, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseView {
    /// What its inbox row shows.
    pub row: InboxRow,
    /// Item version it was made against.
    pub item_version: u32,
    /// Grows with every event: hand it back with a command, so that a stale page is told (`stale-page`).
    pub version: u64,
    /// The applicant; absent when the personal payload was unreadable.
    pub applicant: Option<ApplicantView>,
    /// Materials.
    pub materials: Vec<MaterialRow>,
    /// Situation and field answers.
    pub answers: Vec<AnswerRow>,
    /// History, oldest first.
    pub timeline: Vec<TimelineRow>,
    /// Who is on the way.
    pub collecting: Option<Collecting>,
    /// Why nobody knows whether the paper is in, while that is so: a word of [`kiosk_wire::entry::UnconfirmedReason`].
    pub doubt: Option<String>,
    /// Between which instants something of it happened at the terminal, while the terminal's clock is not known: its
    /// clocks begin at the first, and nothing is accepted by silence before the second would do so as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_ms: Option<(i64, i64)>,
    /// Who took the paper and when.
    pub received: Option<(String, i64)>,
    /// Terminals whose boxes can take the result, its own first.
    pub terminals: Vec<(KioskId, String)>,
    /// The code by which the applicant opens the box of the result with a card that could be a copy; while it is there.
    pub pickup_code: Option<String>,
    /// What the asker may do with its box.
    pub may: May,
    /// How the case can go on, by the asker; the usual way first.
    pub steps: Vec<StepView>,
    /// How often corrections were asked for.
    pub corrections: u16,
    /// Its clocks.
    pub clocks: Vec<ClockView>,
    /// Its notices, oldest first.
    pub notices: Vec<NoticeView>,
    /// Its messages to the applicant, oldest first.
    pub messages: Vec<MessageView>,
    /// Open cases of the same item by the same person, newest first, as far as the asker may see them.
    pub same_person: Vec<SameView>,
}

/// Another open case of the same item by the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SameView {
    /// The case.
    pub id: SubmissionId,
    /// Its number.
    pub receipt: String,
    /// State.
    pub state: CaseState,
    /// When its paper came.
    pub deposited_ms: Option<i64>,
}

/// One compartment on the cabinet's map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompartmentView {
    /// Number.
    pub no: CompartmentNo,
    /// Size class; empty when the terminal has not told.
    pub size: String,
    /// What may be in it.
    pub state: CompartmentState,
    /// Its door.
    pub door: DoorState,
    /// Since when it is in that state.
    pub since_ms: Option<i64>,
    /// The case whose paper is in it: id and number; only when the asker may see it.
    pub case: Option<(SubmissionId, String)>,
}

/// One terminal.
#[derive(Clone, Debug, Serialize)]
pub struct KioskView {
    /// Its id.
    pub id: KioskId,
    /// Name.
    pub name: String,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// When it was enrolled.
    pub enrolled_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was last heard of.
    pub seen_ms: Option<i64>,
    /// Not heard of for [`super::UNSEEN_MS`] although enrolled and not revoked.
    pub unseen: bool,
    /// What it last said of itself.
    pub heartbeat: Option<Heartbeat>,
    /// Our clock when it said that, to compare with its own.
    pub heartbeat_ms: Option<i64>,
    /// The next position we lack of the journal it writes.
    pub journal_next: Option<u64>,
    /// A journal of it forked: it takes no deposits until it is enrolled anew.
    pub forked: bool,
}

/// One journal entry that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetAsideRow {
    /// Our number of it.
    pub id: i64,
    /// The terminal.
    pub kiosk: (KioskId, String),
    /// Journal.
    pub journal: JournalId,
    /// Position.
    pub seq: u64,
    /// The kind it names; empty when unreadable.
    pub kind: String,
    /// Why it was set aside.
    pub code: Code,
    /// When it came.
    pub received_ms: i64,
    /// Who has looked at it.
    pub looked_by: Option<String>,
}

/// One audit entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Position in the chain.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// Who: a staff name, a terminal's name, or `command line`.
    pub who: String,
    /// What: a word of [`super::audit::Action`].
    pub action: String,
    /// About which case: id and number.
    pub case: Option<(SubmissionId, String)>,
    /// Reason or object, never personal.
    pub reason: String,
    /// From which address.
    pub from: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Hand back as `before` for older ones.
    pub next: Option<i64>,
    /// Hash of the newest entry of all, hex: the head of the chain.
    pub head: String,
    /// Position of the newest entry of all.
    pub head_seq: i64,
}
