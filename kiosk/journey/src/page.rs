//! The pages, and what each is like: one row a page.

use std::time::Duration;

use kiosk_wire::SubmissionId;
use kiosk_wire::entry::StaffRefusal;

use crate::terms::{CardProblem, DocumentPart, FindFailure};
use crate::view::{ChooseBy, Foot, NoDeposit, Screen, Step};

/// The pages. What a page shows beyond this lies in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Not told how the terminal stands.
    Starting,
    /// Not serving: see `Journey::service`.
    Closed,
    ShutDoors(Vec<kiosk_wire::CompartmentNo>),
    Idle,
    Reading,
    CardProblem(CardProblem),
    /// One of the three parts that open a travel document's chip.
    Document(DocumentPart),
    /// All three.
    DocumentCheck,

    FindNumber,
    FindLastFour,
    FindFailed(FindFailure),
    /// How the case of a receipt stands.
    Progress,

    Choose {
        by: ChooseBy,
        level: Level,
        page: usize,
    },
    Search {
        page: usize,
    },
    Guide {
        page: usize,
    },
    /// [`hall_rules::answers::ACTING_FOR`] or the code of one of the item's questions.
    Situation(String),
    NotHere {
        go: hall_rules::Text,
    },
    /// The item is for people of these ages, and the card's holder is not one of them.
    WrongAge {
        ages: hall_rules::age::Ages,
    },
    Materials {
        page: usize,
    },
    Missing {
        page: usize,
    },
    NoBox(NoDeposit),
    Phone,
    /// A field by its code; a text field is shown with the keyboard.
    Field(String),
    Check {
        page: usize,
    },
    BoxSize,

    /// Waiting for the journal.
    Saving,
    Door,
    AskPaperIn,
    RecordFailed {
        paper_in: bool,
    },
    NotDeposited,
    Done,

    /// What waits for this person.
    Errands {
        page: usize,
    },
    Errand {
        id: SubmissionId,
        page: usize,
    },
    PickupCode,
    PickupDoor,
    /// Whether the closing is on record already.
    AskTaken {
        recorded: bool,
    },
    PickupFailed,
    Rate {
        rated: Option<u8>,
    },

    StaffPin,
    StaffCode,
    StaffBoxes {
        page: usize,
    },
    StaffDoor,
    StaffAffirm {
        opening_seen: bool,
    },
    StaffRefused(StaffRefusal),
}

/// How far the tiles were narrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Themes or departments.
    Top,
    /// Within one: its items, or groups when they are many.
    Within(String),
    /// Within one, and one group of it.
    Group(String, String),
}

/// What a page is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    /// The room it belongs to.
    pub(crate) group: Group,
    /// Which step of a visit it is, from 1; 0 is none.
    pub(crate) step: u8,
    /// Foot-bar buttons that are alive, where nothing else decides.
    pub(crate) foot: Foot,
    /// How long nobody may touch it before it asks whether anyone is there.
    pub(crate) idle: Option<Duration>,
    /// What a card on the reader means.
    pub(crate) card: Card,
}

/// The room that shows a page and takes its touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Nothing can be touched.
    Waiting,
    Home,
    Document,
    Find,
    Choose,
    Ask,
    Deposit,
    Errands,
    Staff,
}

/// What a card on the reader means to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Card {
    Nothing,
    /// Nothing, unless it is one of staff.
    Staff,
    /// Somebody begins, or begins anew: the page turns to "reading".
    Begins,
    /// The same, once it was read.
    Read,
    /// A travel document is read when what opens it was given.
    Document,
    /// Somebody who reads the guide without a card begins; another person's is asked about.
    Guide,
    /// Another person's is asked about.
    Visit,
    /// What the former person did is safe or void: the next one begins.
    Next,
}

/// Steps of a visit: choose, read, fill in, check, deposit.
const STEPS: u8 = 5;

impl Traits {
    /// Where a visit stands; nowhere in particular where it has no `steps`: while no card was read.
    pub(crate) fn step(self, steps: bool) -> Option<Step> {
        Some(Step { at: self.step, of: STEPS }).filter(|step| steps && step.at > 0)
    }
}

const NONE: Foot = Foot { back: false, quit: false };
const BACK_AND_QUIT: Foot = Foot { back: true, quit: true };
const QUIT: Foot = Foot { back: false, quit: true };

/// Idle limit of list pages.
const LIST: Option<Duration> = Some(Duration::from_secs(60));
/// Idle limit of reading and form pages.
const FORM: Option<Duration> = Some(Duration::from_secs(90));

impl Page {
    /// What it is like.
    #[rustfmt::skip]
    pub(crate) fn traits(&self) -> Traits {
        let (group, step, foot, idle, card) = match self {
            Self::Starting                         => (Group::Waiting,  0, NONE,          None, Card::Nothing),
            Self::Closed                           => (Group::Home,     0, NONE,          None, Card::Staff),
            Self::ShutDoors(_)                     => (Group::Home,     0, NONE,          None, Card::Read),
            Self::Idle                             => (Group::Home,     0, NONE,          None, Card::Begins),
            Self::Reading                          => (Group::Waiting,  0, NONE,          None, Card::Read),
            Self::CardProblem(_)                   => (Group::Home,     0, BACK_AND_QUIT, None, Card::Begins),
            Self::Document(_)                      => (Group::Document, 0, BACK_AND_QUIT, FORM, Card::Document),
            Self::DocumentCheck                    => (Group::Document, 0, BACK_AND_QUIT, FORM, Card::Document),
            Self::FindNumber                       => (Group::Find,     0, BACK_AND_QUIT, FORM, Card::Begins),
            Self::FindLastFour                     => (Group::Find,     0, BACK_AND_QUIT, FORM, Card::Begins),
            Self::FindFailed(_)                    => (Group::Find,     0, QUIT,          None, Card::Begins),
            Self::Progress                         => (Group::Find,     0, QUIT,          FORM, Card::Begins),
            Self::Choose { .. }                    => (Group::Choose,   1, BACK_AND_QUIT, LIST, Card::Guide),
            Self::Search { .. }                    => (Group::Choose,   1, BACK_AND_QUIT, FORM, Card::Guide),
            Self::Guide { .. }                     => (Group::Ask,      2, BACK_AND_QUIT, FORM, Card::Guide),
            Self::Situation(_)                     => (Group::Ask,      2, BACK_AND_QUIT, LIST, Card::Visit),
            Self::NotHere { .. }                   => (Group::Ask,      0, BACK_AND_QUIT, FORM, Card::Visit),
            Self::WrongAge { .. }                  => (Group::Ask,      0, BACK_AND_QUIT, FORM, Card::Visit),
            Self::Materials { .. }                 => (Group::Ask,      2, BACK_AND_QUIT, FORM, Card::Visit),
            Self::Missing { .. }                   => (Group::Ask,      0, BACK_AND_QUIT, FORM, Card::Visit),
            Self::NoBox(_)                         => (Group::Ask,      0, QUIT,          LIST, Card::Visit),
            Self::Phone                            => (Group::Ask,      3, BACK_AND_QUIT, FORM, Card::Visit),
            Self::Field(_)                         => (Group::Ask,      3, BACK_AND_QUIT, FORM, Card::Visit),
            Self::Check { .. }                     => (Group::Ask,      4, BACK_AND_QUIT, FORM, Card::Visit),
            Self::BoxSize                          => (Group::Ask,      4, BACK_AND_QUIT, LIST, Card::Visit),
            Self::Saving                           => (Group::Waiting,  0, NONE,          None, Card::Nothing),
            Self::Door                             => (Group::Deposit,  5, NONE,          None, Card::Nothing),
            Self::AskPaperIn                       => (Group::Deposit,  5, NONE,          LIST, Card::Nothing),
            Self::RecordFailed { paper_in: true }  => (Group::Deposit,  0, NONE,          None, Card::Nothing),
            Self::RecordFailed { paper_in: false } => (Group::Deposit,  0, QUIT,          LIST, Card::Nothing),
            Self::NotDeposited                     => (Group::Deposit,  0, QUIT,          LIST, Card::Next),
            Self::Done                             => (Group::Deposit,  0, QUIT,          None, Card::Next),
            Self::Errands { .. }                   => (Group::Errands,  0, QUIT,          FORM, Card::Visit),
            Self::Errand { .. }                    => (Group::Errands,  0, BACK_AND_QUIT, FORM, Card::Visit),
            Self::PickupCode                       => (Group::Errands,  0, BACK_AND_QUIT, LIST, Card::Visit),
            Self::PickupDoor                       => (Group::Errands,  0, NONE,          None, Card::Nothing),
            Self::AskTaken { .. }                  => (Group::Errands,  0, NONE,          LIST, Card::Nothing),
            Self::PickupFailed                     => (Group::Errands,  0, QUIT,          LIST, Card::Next),
            Self::Rate { .. }                      => (Group::Errands,  0, QUIT,          None, Card::Next),
            Self::StaffPin                         => (Group::Staff,    0, BACK_AND_QUIT, LIST, Card::Staff),
            Self::StaffCode                        => (Group::Staff,    0, BACK_AND_QUIT, LIST, Card::Staff),
            Self::StaffBoxes { .. }                => (Group::Staff,    0, BACK_AND_QUIT, LIST, Card::Nothing),
            Self::StaffDoor                        => (Group::Staff,    0, NONE,          None, Card::Nothing),
            Self::StaffAffirm { .. }               => (Group::Staff,    0, BACK_AND_QUIT, LIST, Card::Nothing),
            Self::StaffRefused(_)                  => (Group::Staff,    0, QUIT,          None, Card::Next),
        };
        Traits { group, step, foot, idle, card }
    }

    /// The first page of choosing.
    pub(crate) fn choosing() -> Self {
        Self::Choose { by: ChooseBy::Theme, level: Level::Top, page: 0 }
    }
}

impl Screen {
    /// A page of this kind, for its row in the table: what it says beyond that is the session's.
    pub(crate) fn page(&self) -> Page {
        match self {
            Self::Starting => Page::Starting,
            Self::NotEnrolled { .. } | Self::OutOfService { .. } => Page::Closed,
            Self::ShutDoors { .. } => Page::ShutDoors(Vec::new()),
            Self::Idle(_) => Page::Idle,
            Self::ReadingCard { .. } => Page::Reading,
            Self::CardProblem { problem } => Page::CardProblem(*problem),
            Self::Document(view) => Page::Document(view.part),
            Self::DocumentCheck(_) => Page::DocumentCheck,
            Self::FindNumber(_) => Page::FindNumber,
            Self::FindLastFour(_) => Page::FindLastFour,
            Self::FindFailed { why } => Page::FindFailed(*why),
            Self::Progress(_) => Page::Progress,
            Self::Choose(_) => Page::choosing(),
            Self::Search(_) => Page::Search { page: 0 },
            Self::Guide(_) => Page::Guide { page: 0 },
            Self::Situation(_) => Page::Situation(String::new()),
            Self::NotHere { .. } => Page::NotHere { go: hall_rules::Text::default() },
            Self::WrongAge(view) => Page::WrongAge { ages: view.ages },
            Self::Materials(_) => Page::Materials { page: 0 },
            Self::Missing(_) => Page::Missing { page: 0 },
            Self::NoBox { why, .. } => Page::NoBox(*why),
            Self::Phone(_) => Page::Phone,
            Self::Field(_) | Self::Text(_) => Page::Field(String::new()),
            Self::Check(_) => Page::Check { page: 0 },
            Self::BoxSize(_) => Page::BoxSize,
            Self::Saving { .. } => Page::Saving,
            Self::Door(_) => Page::Door,
            Self::AskPaperIn { .. } => Page::AskPaperIn,
            Self::RecordFailed { paper_in, .. } => Page::RecordFailed { paper_in: paper_in.is_some() },
            Self::NotDeposited { .. } => Page::NotDeposited,
            Self::Done(_) => Page::Done,
            Self::Errands(_) => Page::Errands { page: 0 },
            Self::Errand(_) => Page::Errand { id: SubmissionId(uuid::Uuid::nil()), page: 0 },
            Self::PickupCode(_) => Page::PickupCode,
            Self::PickupDoor(_) => Page::PickupDoor,
            Self::AskTaken { .. } => Page::AskTaken { recorded: true },
            Self::PickupFailed { .. } => Page::PickupFailed,
            Self::Rate { rated } => Page::Rate { rated: *rated },
            Self::StaffPin(_) => Page::StaffPin,
            Self::StaffCode(_) => Page::StaffCode,
            Self::StaffBoxes(_) => Page::StaffBoxes { page: 0 },
            Self::StaffDoor(_) => Page::StaffDoor,
            Self::StaffAffirm { opening_seen, .. } => Page::StaffAffirm { opening_seen: *opening_seen },
            Self::StaffRefused { why } => Page::StaffRefused(*why),
        }
    }
}
