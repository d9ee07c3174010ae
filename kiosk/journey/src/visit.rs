//! What one visit holds. Everything in here is dropped, and what is personal wiped, when the visit ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hall_rules::answers::{ACTING_FOR, Answers};
use hall_rules::catalogue::{Catalogue, Field, Material, ServiceItem};
use uuid::Uuid;

use crate::door::DoorWatch;
use crate::entry::TextEntry;
use crate::ime::Ime;
use crate::search::{Found, SearchIndex};
use crate::{
    CardProblem, ChooseBy, DocumentPart, Draft, Errand, FindFailure, Identity, MaterialCount, NoDeposit, Personal,
    Receipt, SameCase, StaffDoor, StaffRefusal, UnconfirmedReason,
};

/// A catalogue, its search index, and its pinyin engine once a text field was shown.
pub(crate) struct Offer {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) index: SearchIndex,
    ime: OnceLock<Ime>,
}

impl Offer {
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        let index = SearchIndex::build(&catalogue);
        Self { catalogue, index, ime: OnceLock::new() }
    }

    /// The pinyin engine. It takes memory, so it is loaded when the first text field needs it.
    pub(crate) fn ime(&self) -> &Ime {
        self.ime.get_or_init(|| Ime::load(&self.catalogue))
    }
}

/// The pages. What a page shows beyond this lies in [`Visit`], [`Deposit`] or [`StaffVisit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Not told how the terminal stands.
    Starting,
    /// Not serving: see `Journey::service`.
    Closed,
    ShutDoors(Vec<u16>),
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
    /// [`ACTING_FOR`] or the code of one of the item's questions.
    Situation(String),
    NotHere {
        go: hall_rules::Text,
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
        id: Uuid,
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

/// What became of the phone question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PhoneAnswer {
    #[default]
    Open,
    Known,
    Typed,
    Skipped,
}

/// One applicant at the screen, with or without a card.
pub(crate) struct Visit {
    pub(crate) offer: Arc<Offer>,
    pub(crate) holder: Option<Holder>,
    pub(crate) item: Option<usize>,
    pub(crate) answers: Answers,
    /// Options toggled and not yet taken, of a question or field with several.
    pub(crate) toggled: BTreeSet<String>,
    /// The applicant said that these were brought; void when the list changes.
    pub(crate) brought: Option<Vec<String>>,
    pub(crate) known_phone: Option<Personal>,
    /// The pad is shown although a number is known.
    pub(crate) other_number: bool,
    pub(crate) phone: Personal,
    pub(crate) phone_answer: PhoneAnswer,
    /// Typed values by field code.
    pub(crate) values: BTreeMap<String, Personal>,
    /// Fields whose value was taken.
    pub(crate) taken: BTreeSet<String>,
    /// The last value offered was refused.
    pub(crate) field_problem: Option<crate::FieldProblem>,
    pub(crate) text: TextEntry,
    pub(crate) size: Option<String>,
    pub(crate) typed: String,
    pub(crate) found: Found,
    pub(crate) keys_abc: bool,
    pub(crate) history: Vec<Page>,
    /// The list of materials that was printed.
    pub(crate) list_printed: Option<(hall_rules::Language, Vec<String>)>,
    /// What waits for this person, as far as it is known.
    pub(crate) errands: Vec<Errand>,
    /// The case whose corrections are handed in, instead of a new submission.
    pub(crate) correcting: Option<Errand>,
}

/// The person whose card was read.
pub(crate) struct Holder {
    pub(crate) identity: Identity,
    pub(crate) submission: Uuid,
}

impl Visit {
    pub(crate) fn new(offer: Arc<Offer>, holder: Option<Holder>) -> Self {
        Self {
            offer,
            holder,
            item: None,
            answers: Answers::new(),
            toggled: BTreeSet::new(),
            brought: None,
            known_phone: None,
            other_number: false,
            phone: Personal::default(),
            phone_answer: PhoneAnswer::Open,
            values: BTreeMap::new(),
            taken: BTreeSet::new(),
            field_problem: None,
            text: TextEntry::default(),
            size: None,
            typed: String::new(),
            found: Found::default(),
            keys_abc: false,
            history: Vec::new(),
            list_printed: None,
            errands: Vec::new(),
            correcting: None,
        }
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.offer.catalogue
    }

    pub(crate) fn item(&self) -> Option<&ServiceItem> {
        self.offer.catalogue.items.get(self.item?)
    }

    /// Takes an item; another one than before voids what hangs on it.
    pub(crate) fn take_item(&mut self, item: usize) {
        if self.item.replace(item) != Some(item) {
            let acting_for = self.answers.get(ACTING_FOR).map(str::to_owned);
            self.answers = Answers::new();
            if let Some(code) = acting_for {
                self.answers.set(ACTING_FOR, code);
            }
            self.values.clear();
            self.taken.clear();
            self.brought = None;
            self.size = None;
        }
    }

    /// Answers a question and forgets what no longer follows.
    pub(crate) fn answer(&mut self, question: &str, option: &str) {
        self.answers.set(question, option);
        let offer = Arc::clone(&self.offer);
        if let Some(item) = self.item.and_then(|item| offer.catalogue.items.get(item)) {
            self.answers.retain_asked(item);
        }
        if self.brought.as_ref().is_some_and(|brought| *brought != self.material_codes()) {
            self.brought = None;
        }
    }

    pub(crate) fn materials(&self) -> Vec<&Material> {
        self.item().map(|item| self.catalogue().materials_for(item, &self.answers)).unwrap_or_default()
    }

    /// A case that this person has for the same item, the newest that is known.
    pub(crate) fn same_case(&self, item: &ServiceItem, language: hall_rules::Language) -> Option<SameCase> {
        let same = self.errands.iter().find(|errand| errand.item == item.code)?;
        Some(SameCase { receipt: same.receipt.clone(), state: same.state.get(language).to_owned() })
    }

    pub(crate) fn material_count(&self) -> MaterialCount {
        MaterialCount::of(self.materials().into_iter().map(Material::place))
    }

    pub(crate) fn material_codes(&self) -> Vec<String> {
        self.materials().iter().map(|material| material.code.clone()).collect()
    }

    pub(crate) fn fields(&self) -> Vec<&Field> {
        self.item().map(|item| self.catalogue().terminal_fields(item, &self.answers)).unwrap_or_default()
    }

    pub(crate) fn field(&self, code: &str) -> Option<&Field> {
        self.fields().into_iter().find(|field| field.code == code)
    }

    /// The number to be handed in.
    pub(crate) fn phone_given(&self) -> Option<Personal> {
        match self.phone_answer {
            PhoneAnswer::Known => self.known_phone.clone(),
            PhoneAnswer::Typed => Some(self.phone.clone()),
            PhoneAnswer::Open | PhoneAnswer::Skipped => None,
        }
    }

    /// Whether the page is in use without a card: reading the guide.
    pub(crate) fn is_reading(&self) -> bool {
        self.holder.is_none()
    }
}

/// What the applicant wants once the present door is shut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing more: the deposit is complete.
    #[default]
    Leave,
    /// A bigger box.
    Bigger,
    /// Another box, since something is in this one.
    Other,
}

/// A deposit from its first record on.
pub(crate) struct Deposit {
    pub(crate) submission: Uuid,
    pub(crate) compartment: u16,
    /// Tried before and left behind.
    pub(crate) tried: Vec<u16>,
    /// The one that did not open just before.
    pub(crate) instead_of: Option<u16>,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) watch: Option<DoorWatch>,
    pub(crate) wish: Wish,
    /// How often the door was opened again after the end.
    pub(crate) reopened: u8,
    pub(crate) reopen_failed: bool,
    pub(crate) unconfirmed: Option<UnconfirmedReason>,
    /// Set with the "done" page.
    pub(crate) ends_at: Duration,
}

/// A result being taken out.
#[derive(Default)]
pub(crate) struct Pickup {
    pub(crate) submission: Uuid,
    pub(crate) compartment: u16,
    pub(crate) digits: Personal,
    pub(crate) checking: Option<Duration>,
    pub(crate) refused: bool,
    pub(crate) tries_left: u8,
    pub(crate) watch: Option<DoorWatch>,
}

/// A member of staff at the screen.
#[derive(Default)]
pub(crate) struct StaffVisit {
    pub(crate) staff: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) digits: Personal,
    pub(crate) checking: Option<Duration>,
    pub(crate) refused: Option<StaffRefusal>,
    pub(crate) tries_left: Option<u8>,
    pub(crate) doors: Vec<StaffDoor>,
    pub(crate) current: Option<StaffDoor>,
    pub(crate) watch: Option<DoorWatch>,
    pub(crate) stuck: Option<u16>,
    pub(crate) record_failed: bool,
}

/// What an outstanding record is for, and so what its answer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The submission and its first intent.
    Prepare,
    /// The door closed.
    Deposited,
    /// Nobody knows.
    Unconfirmed(UnconfirmedReason),
    /// On to another box.
    Move { to: u16, stuck: bool },
    /// The end without paper.
    Void,
    /// The same door again.
    Reopen,
    /// A door for staff.
    StaffIntent,
    /// Staff shut it (or it never opened).
    StaffClosed { opening_seen: bool, stuck: bool },
    /// Staff say it is empty, or what became of a result they put in.
    StaffAffirm,
    /// A door for the applicant's result.
    PickupIntent,
    /// The applicant shut it.
    PickedUp,
    /// The applicant says that it is empty.
    PickupAffirm,
    /// Nothing waits for it; repeated until it is made.
    Note,
}

/// A record asked for and not yet answered.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) purpose: Purpose,
    pub(crate) drafts: Vec<Draft>,
}
