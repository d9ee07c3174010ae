//! What the screen shows: plain data in the session's language. Wording that is not data belongs to the screens.
//!
//! Names, document numbers and phone numbers in here are always masked. An `id` is for [`crate::Touch::Choose`] or
//! [`crate::Act::Change`]; it is not for the eye.

use hall_rules::Language;

use crate::input::CardProblem;
use crate::output::{StaffRefusal, UnconfirmedReason};

/// Everything the screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Grows whenever anything in here changed.
    pub revision: u64,
    /// In which language.
    pub language: Language,
    /// In which size.
    pub text_size: TextSize,
    /// The page.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// Whose visit it is, masked.
    pub person: Option<PersonLine>,
    /// Where the visit stands.
    pub step: Option<Step>,
    /// Which foot-bar buttons are alive. Help always is.
    pub foot: Foot,
    /// The server is unreachable; deposits are kept here and sent later.
    pub offline: bool,
}

/// Text sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextSize {
    /// As designed.
    #[default]
    Normal,
    /// × 1.4.
    Large,
}

/// "第2步,共5步".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From 1.
    pub at: u8,
    /// How many in all.
    pub of: u8,
}

/// Foot-bar buttons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Foot {
    /// Back.
    pub back: bool,
    /// Quit.
    pub quit: bool,
}

/// Masked name and number of the person whose visit it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// 张**.
    pub name: String,
    /// 110***********1234.
    pub number: String,
}

/// What lies over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// "您还在吗?" Any touch inside sends [`crate::Touch::StillHere`].
    StillThere {
        /// Until the visit ends.
        seconds_left: u8,
    },
    /// Help was called; [`crate::Touch::Dismiss`] closes it.
    Help {
        /// Whether the call reached the hall's staff. On `false` the screen says where to find a person.
        received: bool,
    },
    /// Another person's card was read: [`crate::Act::SwapPerson`] or [`crate::Act::KeepPerson`].
    AnotherPerson,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Starting.
    Starting,
    /// This terminal has no identity yet.
    NotEnrolled {
        /// The command that gives it one, to type at its shell.
        command: String,
    },
    /// Nobody is served here now.
    OutOfService {
        /// Why.
        why: OutOfServiceReason,
        /// For technicians; may be empty.
        detail: String,
    },
    /// Doors were open when the terminal started: please shut them. Staff were called.
    ShutDoors {
        /// Which.
        doors: Vec<u16>,
    },
    /// Nobody is here. Buttons: [`crate::Act::BrowseGuide`], [`crate::Act::StaffDoor`].
    Idle(IdleView),
    /// A card is being read.
    ReadingCard,
    /// The card could not be used.
    CardProblem {
        /// Why.
        problem: CardProblem,
    },
    /// Choose by theme or department: tiles.
    /// Buttons: [`crate::Act::ByTheme`], [`crate::Act::ByDepartment`], [`crate::Act::Search`].
    Choose(TilesView),
    /// Choose by typing. `Choose(id)` takes a hit; keys go to the box.
    Search(SearchView),
    /// What an item is: conditions, limits, fee, result, materials as far as known. Primary: [`crate::Touch::Next`].
    Guide(GuideView),
    /// One question. `Choose(id)` answers; with `multiple`, it toggles and [`crate::Touch::Next`] goes on.
    Situation(QuestionView),
    /// This cannot be done here.
    NotHere {
        /// Item name.
        item: String,
        /// Where to go instead, and why.
        go: String,
    },
    /// The exact list. Primary: everything brought. Button: [`crate::Act::SomethingMissing`].
    Materials(MaterialsView),
    /// What is still missing, to take home. Primary ends the visit; Back returns.
    Missing(MissingView),
    /// No box is free, or none can be opened. Told before the first question. Primary ends; Back returns.
    NoBox {
        /// Why.
        why: NoDeposit,
        /// Which window takes the paper instead.
        window: Option<WindowLine>,
    },
    /// Phone number. Primary: take it. Buttons: [`crate::Act::Skip`], [`crate::Act::OtherNumber`] when one is known.
    Phone(PhoneView),
    /// A choice, date or number that routing needs. Primary: take it. Button: [`crate::Act::Skip`] when optional.
    Field(FieldView),
    /// Free text with the pinyin keyboard. Primary: take it.
    Text(TextView),
    /// Check your answers. Primary: hand in. Rows: [`crate::Act::Change`].
    Check(CheckView),
    /// Size of box. `Choose(id)`.
    BoxSize(BoxSizeView),
    /// Being written to disk; shown only if it takes long.
    Saving,
    /// A door is being opened or is open.
    Door(DoorView),
    /// A door closed and no opening was seen: is the paper in? [`crate::Act::PaperIsIn`] or
    /// [`crate::Act::PaperIsNotIn`].
    AskPaperIn {
        /// Which door.
        compartment: u16,
    },
    /// Nothing could be recorded. With `paper_in`, the paper lies in that box, staff were called, and the terminal
    /// keeps trying.
    RecordFailed {
        /// Where the paper lies, if it may be in a box.
        paper_in: Option<u16>,
        /// Which window takes the paper instead.
        window: Option<WindowLine>,
    },
    /// No door opened or the applicant took everything back: nothing is in any box.
    NotDeposited {
        /// Which window takes the paper instead.
        window: Option<WindowLine>,
    },
    /// "You may leave." Primary ends. Button: [`crate::Act::OpenAgain`] while `can_reopen`.
    Done(DoneView),

    /// Staff: PIN pad. Primary: sign in.
    StaffPin(StaffPadView),
    /// Staff: pad for the console's one-time code.
    StaffCode(StaffPadView),
    /// Staff: boxes they may open. `Choose(id)`.
    StaffBoxes(StaffBoxesView),
    /// Staff: a door is being opened or is open.
    StaffDoor(DoorView),
    /// Staff: is it empty? [`crate::Act::AffirmEmpty`] or [`crate::Act::NotEmpty`].
    StaffAffirm {
        /// Which box.
        compartment: u16,
        /// Whose paper was in it.
        receipt: Option<String>,
        /// Whether the door was seen open at all.
        opening_seen: bool,
    },
    /// Staff: the card or code was refused for good (unknown card, locked, roster too old).
    StaffRefused {
        /// Why.
        why: StaffRefusal,
    },
}

impl Screen {
    /// Its place in a list that is turned, if it has one.
    pub fn paging(&self) -> Option<Paging> {
        match self {
            Self::Choose(view) => Some(view.paging),
            Self::Search(view) => Some(view.paging),
            Self::Guide(view) => Some(view.paging),
            Self::Materials(view) => Some(view.paging),
            Self::Missing(view) => Some(view.paging),
            Self::Check(view) => Some(view.paging),
            Self::StaffBoxes(view) => Some(view.paging),
            Self::Starting
            | Self::NotEnrolled { .. }
            | Self::OutOfService { .. }
            | Self::ShutDoors { .. }
            | Self::Idle(_)
            | Self::ReadingCard
            | Self::CardProblem { .. }
            | Self::Situation(_)
            | Self::NotHere { .. }
            | Self::NoBox { .. }
            | Self::Phone(_)
            | Self::Field(_)
            | Self::Text(_)
            | Self::BoxSize(_)
            | Self::Saving
            | Self::Door(_)
            | Self::AskPaperIn { .. }
            | Self::RecordFailed { .. }
            | Self::NotDeposited { .. }
            | Self::Done(_)
            | Self::StaffPin(_)
            | Self::StaffCode(_)
            | Self::StaffDoor(_)
            | Self::StaffAffirm { .. }
            | Self::StaffRefused { .. } => None,
        }
    }

    /// The page's name for logs and tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::NotEnrolled { .. } => "not_enrolled",
            Self::OutOfService { .. } => "out_of_service",
            Self::ShutDoors { .. } => "shut_doors",
            Self::Idle(_) => "idle",
            Self::ReadingCard => "reading_card",
            Self::CardProblem { .. } => "card_problem",
            Self::Choose(_) => "choose",
            Self::Search(_) => "search",
            Self::Guide(_) => "guide",
            Self::Situation(_) => "situation",
            Self::NotHere { .. } => "not_here",
            Self::Materials(_) => "materials",
            Self::Missing(_) => "missing",
            Self::NoBox { .. } => "no_box",
            Self::Phone(_) => "phone",
            Self::Field(_) => "field",
            Self::Text(_) => "text",
            Self::Check(_) => "check",
            Self::BoxSize(_) => "box_size",
            Self::Saving => "saving",
            Self::Door(_) => "door",
            Self::AskPaperIn { .. } => "ask_paper_in",
            Self::RecordFailed { .. } => "record_failed",
            Self::NotDeposited { .. } => "not_deposited",
            Self::Done(_) => "done",
            Self::StaffPin(_) => "staff_pin",
            Self::StaffCode(_) => "staff_code",
            Self::StaffBoxes(_) => "staff_boxes",
            Self::StaffDoor(_) => "staff_door",
            Self::StaffAffirm { .. } => "staff_affirm",
            Self::StaffRefused { .. } => "staff_refused",
        }
    }
}

/// Why nobody is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutOfServiceReason {
    /// The hall revoked this terminal.
    Revoked,
    /// Two histories of its journal exist.
    JournalForked,
    /// Its journal file is damaged and was set aside.
    JournalDamaged,
    /// Something else.
    Broken,
}

/// Why nothing can be deposited now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoDeposit {
    /// Every box is taken.
    Full,
    /// The lock board does not answer.
    LockerDown,
    /// Nothing can be recorded (disk full or journal broken).
    CannotRecord,
    /// No items were ever received from the hall.
    NoCatalogue,
}

/// What the idle page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleView {
    /// The hall's name.
    pub hall_name: String,
    /// Whether a card can be read: without it, no "swipe your card".
    pub reads_cards: bool,
    /// Whether the parts are still being asked; say nothing about them yet.
    pub starting: bool,
    /// Why no deposit is possible, if so.
    pub no_deposit: Option<NoDeposit>,
    /// Free boxes.
    pub free_boxes: u16,
    /// Deposits not yet sent.
    pub waiting: u32,
    /// Since when, civil time.
    pub waiting_since: Option<String>,
    /// Doors standing open: please shut.
    pub open_doors: Vec<u16>,
    /// The former card still lies on the reader: take it away first.
    pub card_left: bool,
    /// Whether there is a guide to read.
    pub has_guide: bool,
}

/// Place in a list that is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u16,
    /// At least 1.
    pub pages: u16,
}

/// Tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilesView {
    /// By what.
    pub by: ChooseBy,
    /// What is being narrowed: name of the theme or department; empty on the first level.
    pub within: String,
    /// At most 8.
    pub tiles: Vec<Tile>,
    /// Place in the list.
    pub paging: Paging,
    /// Whether a card was read. Without one this only reads the guide.
    pub signed_in: bool,
}

/// By what the tiles are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChooseBy {
    /// Life event.
    Theme,
    /// Department.
    Department,
}

/// One tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// To choose it.
    pub id: String,
    /// Name.
    pub title: String,
    /// One plain line; may be empty.
    pub plain: String,
    /// Name of an icon; may be empty.
    pub icon: String,
    /// How many items lie behind it; `None` for an item itself.
    pub items: Option<u16>,
}

/// Search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchView {
    /// What was typed.
    pub typed: String,
    /// At most 5.
    pub hits: Vec<Hit>,
    /// Place in the list.
    pub paging: Paging,
    /// How many were found.
    pub found: u16,
    /// Keys in alphabetical order instead of QWERTY.
    pub keys_abc: bool,
    /// Whether a card was read.
    pub signed_in: bool,
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// To choose it.
    pub id: String,
    /// The name in runs: text and whether it matched.
    pub title: Vec<(String, bool)>,
    /// One plain line; may be empty.
    pub plain: String,
}

/// An item's guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideView {
    /// Item name.
    pub item: String,
    /// One plain line; may be empty.
    pub plain: String,
    /// Department name.
    pub department: String,
    /// Lines of this page.
    pub lines: Vec<GuideLine>,
    /// Place in the guide.
    pub paging: Paging,
    /// Some of it is not confirmed by the department.
    pub has_unconfirmed: bool,
    /// Whether a card was read: the primary button then begins; without one, the page asks for the card.
    pub signed_in: bool,
}

/// One line of a guide. Consecutive lines of one section share one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideLine {
    /// Under which heading.
    pub section: GuideSection,
    /// What it says.
    pub text: String,
    /// Not confirmed by the department.
    pub unconfirmed: bool,
}

/// Headings of a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuideSection {
    /// 受理条件.
    Conditions,
    /// 承诺办结时限.
    PromisedLimit,
    /// 法定办结时限.
    LegalLimit,
    /// 收费.
    Fee,
    /// 结果.
    Result,
    /// 申请材料; those that depend on answers are marked as such by [`GuideSection::MaterialsDepending`].
    Materials,
    /// 视情况需要的材料.
    MaterialsDepending,
}

/// One question with options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionView {
    /// What is asked.
    pub asks: Asks,
    /// The options.
    pub options: Vec<OptionRow>,
    /// Several may be chosen; the primary button goes on.
    pub multiple: bool,
    /// Item name.
    pub item: String,
}

/// What a question asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// 为谁办理. Option ids: `oneself`, `another_person`, `organisation`; labels are the screen's wording.
    ActingFor,
    /// The item's own question, in words.
    Words(String),
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionRow {
    /// To choose it.
    pub id: String,
    /// What it says; empty for [`Asks::ActingFor`].
    pub label: String,
    /// Chosen before.
    pub chosen: bool,
}

/// The exact materials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialsView {
    /// Item name.
    pub item: String,
    /// Rows of this page.
    pub rows: Vec<MaterialRow>,
    /// How many materials in all.
    pub total: u16,
    /// Place in the list. The primary button is alive on every page.
    pub paging: Paging,
}

/// One material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialRow {
    /// From 1.
    pub number: u16,
    /// Name.
    pub name: String,
    /// Originals.
    pub originals: u8,
    /// Copies.
    pub copies: u8,
    /// May follow later.
    pub deferrable: bool,
    /// Electronic only: nothing to put into the box.
    pub electronic: bool,
    /// Looked at by the window, not put into the box.
    pub shown_only: bool,
    /// Needed only in this case; empty when always.
    pub only_if: String,
    /// Not confirmed by the department.
    pub unconfirmed: bool,
}

/// What is still missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingView {
    /// Item name.
    pub item: String,
    /// The list to take home.
    pub rows: Vec<MaterialRow>,
    /// Place in the list.
    pub paging: Paging,
    /// Whom to ask.
    pub window: Option<WindowLine>,
}

/// A window to go to or to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowLine {
    /// Its name.
    pub name: String,
    /// Its phone number, when it has one.
    pub phone: Option<String>,
}

/// Phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneView {
    /// A number known from before, masked; the primary button takes it. The pad is not shown then.
    pub known: Option<String>,
    /// What was typed, grouped 3-4-4.
    pub typed: String,
    /// How it stands.
    pub check: PhoneCheck,
}

/// How a typed phone number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhoneCheck {
    /// Nothing typed.
    Empty,
    /// So far so good: this many digits to go.
    Incomplete(u8),
    /// Mobile numbers begin with 13 to 19.
    WrongStart,
    /// Complete and well formed.
    Good,
}

/// A choice, date or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// What is asked.
    pub label: String,
    /// How it is answered.
    pub input: FieldInput,
    /// May be skipped.
    pub optional: bool,
    /// Why it cannot be taken as typed; `None` while typing.
    pub problem: Option<FieldProblem>,
}

/// How a field is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldInput {
    /// Options; `Choose(id)`.
    Options {
        /// The options.
        rows: Vec<OptionRow>,
        /// Several may be chosen.
        multiple: bool,
    },
    /// Number pad; typed as `YYYY-MM-DD`, grouped.
    Date(String),
    /// Number pad.
    Number(String),
    /// Number pad: a phone number.
    Phone(String),
    /// Letters and digits: 18 characters, grouped.
    OrgCode(String),
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldProblem {
    /// Nothing was given.
    Empty,
    /// Too short or not complete.
    Incomplete,
    /// Not a possible value (no such day, wrong check digit …).
    Impossible,
}

/// Free text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextView {
    /// What is asked.
    pub label: String,
    /// Text taken so far.
    pub text: String,
    /// Letters typed and not yet turned into characters.
    pub letters: String,
    /// Candidates, at most 6.
    pub candidates: Vec<String>,
    /// Keys in alphabetical order.
    pub keys_abc: bool,
    /// May be skipped.
    pub optional: bool,
    /// Nothing was given though it must be.
    pub problem: Option<FieldProblem>,
}

/// Check your answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckView {
    /// Rows.
    pub rows: Vec<CheckRow>,
    /// Place in the list.
    pub paging: Paging,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// To change it; `None` when it cannot be changed.
    pub id: Option<String>,
    /// What it is.
    pub label: CheckLabel,
    /// Its value, masked where personal; empty when nothing was given.
    pub value: String,
}

/// What a check row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckLabel {
    /// Applicant (value masked).
    Applicant,
    /// Item.
    Item,
    /// For whom; the value is the option's id (see [`Asks::ActingFor`]).
    ActingFor,
    /// Materials: the value is their number.
    Materials,
    /// Phone (value masked; empty when skipped).
    Phone,
    /// Size of box; the value is its code.
    BoxSize,
    /// A question or field, in words.
    Words(String),
}

/// Sizes of boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSizeView {
    /// Smallest first; only those with a free box.
    pub sizes: Vec<BoxSizeRow>,
}

/// One size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSizeRow {
    /// To choose it; also the size's code (`envelope`, `A4`, `large` …).
    pub id: String,
    /// How many are free.
    pub free: u16,
    /// Chosen before.
    pub chosen: bool,
}

/// A door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorView {
    /// Its number, to be shown very large.
    pub compartment: u16,
    /// How it stands.
    pub phase: DoorPhase,
    /// Another door that did not open, before this one was tried.
    pub instead_of: Option<u16>,
    /// Whether [`crate::Act::BiggerBox`] can be had.
    pub can_bigger: bool,
    /// Whether [`crate::Act::FoundSomething`] can be said.
    pub can_found: bool,
    /// Whether [`crate::Act::PaperIsIn`] can be said.
    pub can_say_in: bool,
    /// The whole cabinet, for a picture that shows which door.
    pub cabinet: Vec<CabinetCell>,
}

/// One door in the picture of the cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CabinetCell {
    /// Its number.
    pub no: u16,
    /// Its size class.
    pub size: String,
}

/// How a door stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoorPhase {
    /// A pulse was sent; first or second try.
    Opening {
        /// 1 or 2.
        attempt: u8,
    },
    /// Open: put in, shut.
    Open,
    /// Open for 20 s.
    Reminder,
    /// Open for 60 s; staff were called, the paper is safe.
    StaffCalled,
    /// A bigger box was asked for: take everything out and shut this one first.
    ShutForBigger,
    /// Something was found in it: leave it, shut this one first.
    ShutForOther,
    /// The lock board does not answer; nobody can see the door.
    NotSeen,
}

/// "You may leave."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneView {
    /// Receipt number.
    pub receipt: String,
    /// Text of the QR code.
    pub qr: String,
    /// Box.
    pub compartment: u16,
    /// Item name.
    pub item: String,
    /// How many materials were listed.
    pub materials: u16,
    /// Civil time.
    pub made_at: String,
    /// Last day for the office's answer; `None`: the window will tell.
    pub answer_by: Option<String>,
    /// Window to call.
    pub window: Option<WindowLine>,
    /// Whether a phone number was left, so that the window can call.
    pub has_phone: bool,
    /// Kept here and sent when the network is back.
    pub offline: bool,
    /// Nobody saw the door open; staff will check and call.
    pub unconfirmed: Option<UnconfirmedReason>,
    /// Whether the door may be opened again.
    pub can_reopen: bool,
    /// The door did not open again.
    pub reopen_failed: bool,
    /// Until the page ends by itself, when it was shown.
    pub seconds: u8,
}

/// A staff pad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffPadView {
    /// The member of staff, when a card was read.
    pub name: String,
    /// How many digits were typed; never which.
    pub typed: u8,
    /// How many are expected at most.
    pub of: u8,
    /// Being checked.
    pub checking: bool,
    /// Why the last try was refused.
    pub refused: Option<StaffRefusal>,
    /// Tries left before the card is locked.
    pub tries_left: Option<u8>,
}

/// Boxes for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffBoxesView {
    /// The member of staff.
    pub name: String,
    /// Rows of this page, armed ones first.
    pub rows: Vec<StaffBoxRow>,
    /// Place in the list.
    pub paging: Paging,
    /// A door that did not open a moment ago.
    pub stuck: Option<u16>,
    /// The last record could not be made.
    pub record_failed: bool,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffBoxRow {
    /// To choose it.
    pub id: String,
    /// Its number.
    pub compartment: u16,
    /// Receipt number of the paper in it.
    pub receipt: Option<String>,
    /// Why it is listed.
    pub kind: crate::StaffDoorKind,
}
