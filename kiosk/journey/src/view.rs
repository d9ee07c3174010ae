//! What the screen shows: plain data in the session's language. Wording that is not data belongs to the screens.
//!
//! Names, document numbers and phone numbers in here are masked, but while they are being typed. An `id` is for [`crate::Touch::Choose`] or
//! [`crate::Act::Change`]; it is not for the eye.

mod ask;
mod document;
mod errands;
mod find;
mod locker;

use hall_rules::Language;
use kiosk_wire::entry::StaffRefusal;

use crate::terms::{CardProblem, FindFailure};

pub use ask::*;
pub use document::*;
pub use errands::*;
pub use find::*;
pub use locker::*;

/// Everything the screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Grows whenever anything in here changed.
    pub revision: u64,
    pub language: Language,
    pub text_size: TextSize,
    /// The page.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// Whose visit it is, masked.
    pub person: Option<PersonLine>,
    /// Where the visit stands.
    pub step: Option<Step>,
    /// Which foot-bar buttons are alive. Help is wherever anybody is served.
    pub foot: Foot,
    /// The server is unreachable; deposits are kept here and sent later.
    pub offline: bool,
    /// Where a person is found, or whom to phone, as whoever set this terminal up says it; empty when they did not.
    pub staff_place: String,
}

impl View {
    /// What is shown before anything is known.
    pub(crate) fn first() -> Self {
        Self::of(Screen::Starting, None)
    }

    /// A page with the step and the foot bar of its row in the journey's table: what a picture of it is drawn with. In a
    /// visit some pages can also be left backwards, by how the visit came to them.
    #[doc(hidden)]
    pub fn of(screen: Screen, person: Option<PersonLine>) -> Self {
        let traits = screen.page().traits();
        let wished = matches!(&screen, Screen::Door(view) if matches!(view.phase, DoorPhase::ShutForBigger | DoorPhase::ShutForOther));
        Self {
            revision: 0,
            language: Language::Zh,
            text_size: TextSize::Normal,
            step: traits.step(person.is_some()),
            foot: Foot { back: traits.foot.back || wished, ..traits.foot },
            screen,
            overlay: None,
            person,
            offline: false,
            staff_place: String::new(),
        }
    }
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
    pub back: bool,
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
    Starting,
    /// This terminal has no identity yet.
    NotEnrolled {
        /// The command that gives it one, to type at its shell.
        command: String,
    },
    /// Nobody is served here now.
    OutOfService {
        why: OutOfServiceReason,
        /// For technicians; may be empty.
        detail: String,
    },
    /// Doors were open when the terminal started: please shut them. Staff were called.
    ShutDoors {
        doors: Vec<u16>,
    },
    /// Nobody is here. Buttons: [`crate::Act::BrowseGuide`], [`crate::Act::FindCase`], [`crate::Act::StaffDoor`].
    Idle(IdleView),
    /// A card is being read.
    ReadingCard {
        /// A travel document, whose chip takes a few seconds.
        travel_document: bool,
    },
    /// The card could not be used.
    CardProblem {
        problem: CardProblem,
    },
    /// A travel document lies there: what is printed on it opens its chip. Primary: take it.
    Document(DocumentView),
    /// All that opens the chip: to be compared, or the document is to be put back.
    DocumentCheck(DocumentCheckView),
    /// The number on a receipt, to see how its case stands. Primary: take it.
    FindNumber(FindNumberView),
    /// The last four characters of the document. Primary: ask.
    FindLastFour(FindLastFourView),
    /// Nothing can be told. Primary ends.
    FindFailed {
        why: FindFailure,
    },
    /// How the case of a receipt stands. Primary ends.
    Progress(ProgressView),
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
    /// Not for people of the holder's age. Primary: for somebody in their family; [`crate::Touch::Quit`] ends.
    WrongAge(WrongAgeView),
    /// The exact list. Primary: everything brought. Button: [`crate::Act::SomethingMissing`].
    Materials(MaterialsView),
    /// What is still missing, to take home. Primary ends the visit; Back returns.
    Missing(MissingView),
    /// No box is free, or none can be opened. Told before the first question. Primary ends; Back returns.
    NoBox {
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
    /// Being written to disk; shown only if it takes long. Nothing can be touched until the answer comes.
    Saving {
        /// A door opens next; else it was shut, or nothing is put in.
        opens: bool,
    },
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

    /// How this person's cases stand. `Choose(id)` shows one; primary goes on to choose an item.
    Errands(ErrandsView),
    /// One case. Primary does what there is to do; Back returns to all.
    Errand(ErrandView),
    /// Pad for the pick-up code, for a card that could be a copy. Primary: check it.
    PickupCode(StaffPadView),
    /// The door of a result is being opened or is open.
    PickupDoor(DoorView),
    /// The door of a result was shut: is everything out? [`crate::Act::TakenOut`] or [`crate::Act::NotTakenOut`].
    AskTaken {
        /// Which door.
        compartment: u16,
    },
    /// The result could not be taken out here; staff were called. Primary ends.
    PickupFailed {
        /// Which door.
        compartment: u16,
        /// Which window hands it over instead.
        window: Option<WindowLine>,
    },
    /// The result was taken out: how was the service? `Choose("5")` … `Choose("1")`; primary ends.
    Rate {
        /// What was chosen.
        rated: Option<u8>,
    },

    /// Staff: PIN pad. Primary: sign in.
    StaffPin(StaffPadView),
    /// Staff: pad for the console's one-time code.
    StaffCode(StaffPadView),
    /// Staff: boxes they may open. `Choose(id)`.
    StaffBoxes(StaffBoxesView),
    /// Staff: a door is being opened or is open.
    StaffDoor(DoorView),
    /// Staff: is it empty? [`crate::Act::AffirmEmpty`] or [`crate::Act::NotEmpty`]. With `loading`: is the result in?
    /// [`crate::Act::AffirmLoaded`] or [`crate::Act::NotLoaded`].
    StaffAffirm {
        /// Which box.
        compartment: u16,
        /// Whose paper was in it.
        receipt: Option<String>,
        /// Whether the door was seen open at all.
        opening_seen: bool,
        /// A result was to be put in.
        loading: bool,
    },
    /// Staff: the card or code was refused for good (unknown card, locked, roster too old).
    StaffRefused {
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
            Self::Errands(view) => Some(view.paging),
            Self::Errand(view) => Some(view.paging),
            Self::Starting
            | Self::NotEnrolled { .. }
            | Self::OutOfService { .. }
            | Self::ShutDoors { .. }
            | Self::Idle(_)
            | Self::ReadingCard { .. }
            | Self::CardProblem { .. }
            | Self::Document(_)
            | Self::DocumentCheck(_)
            | Self::FindNumber(_)
            | Self::FindLastFour(_)
            | Self::FindFailed { .. }
            | Self::Progress(_)
            | Self::Situation(_)
            | Self::NotHere { .. }
            | Self::WrongAge(_)
            | Self::NoBox { .. }
            | Self::Phone(_)
            | Self::Field(_)
            | Self::Text(_)
            | Self::BoxSize(_)
            | Self::Saving { .. }
            | Self::Door(_)
            | Self::AskPaperIn { .. }
            | Self::RecordFailed { .. }
            | Self::NotDeposited { .. }
            | Self::Done(_)
            | Self::PickupCode(_)
            | Self::PickupDoor(_)
            | Self::AskTaken { .. }
            | Self::PickupFailed { .. }
            | Self::Rate { .. }
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
            Self::ReadingCard { .. } => "reading_card",
            Self::CardProblem { .. } => "card_problem",
            Self::Document(_) => "document",
            Self::DocumentCheck(_) => "document_check",
            Self::FindNumber(_) => "find_number",
            Self::FindLastFour(_) => "find_last_four",
            Self::FindFailed { .. } => "find_failed",
            Self::Progress(_) => "progress",
            Self::Choose(_) => "choose",
            Self::Search(_) => "search",
            Self::Guide(_) => "guide",
            Self::Situation(_) => "situation",
            Self::NotHere { .. } => "not_here",
            Self::WrongAge(_) => "wrong_age",
            Self::Materials(_) => "materials",
            Self::Missing(_) => "missing",
            Self::NoBox { .. } => "no_box",
            Self::Phone(_) => "phone",
            Self::Field(_) => "field",
            Self::Text(_) => "text",
            Self::Check(_) => "check",
            Self::BoxSize(_) => "box_size",
            Self::Saving { .. } => "saving",
            Self::Door(_) => "door",
            Self::AskPaperIn { .. } => "ask_paper_in",
            Self::RecordFailed { .. } => "record_failed",
            Self::NotDeposited { .. } => "not_deposited",
            Self::Done(_) => "done",
            Self::Errands(_) => "errands",
            Self::Errand(_) => "errand",
            Self::PickupCode(_) => "pickup_code",
            Self::PickupDoor(_) => "pickup_door",
            Self::AskTaken { .. } => "ask_taken",
            Self::PickupFailed { .. } => "pickup_failed",
            Self::Rate { .. } => "rate",
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

/// Place in a list that is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u16,
    /// At least 1.
    pub pages: u16,
}

/// A window to go to or to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowLine {
    pub name: String,
    /// Its phone number, when it has one.
    pub phone: Option<String>,
}
