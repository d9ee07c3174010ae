//! Who is at the screen, and what is kept of them. Everything in here is dropped, and what is personal wiped, when the
//! session ends.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hall_rules::ReceiptNumber;
use hall_rules::catalogue::Catalogue;
use kiosk_wire::entry::{StaffRefusal, UnconfirmedReason};
use kiosk_wire::kiosk_api::ProgressAnswer;
use kiosk_wire::{CompartmentNo, Personal, StaffId, SubmissionId};

use crate::document_entry::DocumentEntry;
use crate::door::DoorWatch;
use crate::ime::Ime;
use crate::input::{Receipt, StaffDoor};
use crate::output::Entry;
use crate::search::SearchIndex;
use crate::view::FindProblem;
use crate::visit::Visit;

/// Digits of the codes that staff and applicants type: the console's one-time code, the pick-up code.
pub(crate) const CODE_DIGITS: u8 = 6;

/// Who is at the screen.
#[derive(Clone, Default)]
pub(crate) enum Session {
    #[default]
    Nobody,
    /// Somebody who looks for the case of a receipt.
    Find(Box<Find>),
    /// The holder of a travel document whose chip is to be opened.
    Document(Box<DocumentEntry>),
    /// An applicant, with or without a card.
    Visit(Box<Visit>),
    Staff(Box<StaffVisit>),
}

/// What an applicant is doing.
#[derive(Clone, Default)]
pub(crate) enum Doing {
    /// Choosing, reading, answering.
    #[default]
    Asking,
    /// Putting paper into a box.
    Deposit(Box<Deposit>),
    /// Taking a result out of one.
    Pickup(Pickup),
}

impl Session {
    pub(crate) fn visit(&self) -> Option<&Visit> {
        if let Self::Visit(visit) = self { Some(visit) } else { None }
    }

    pub(crate) fn visit_mut(&mut self) -> Option<&mut Visit> {
        if let Self::Visit(visit) = self { Some(visit) } else { None }
    }

    pub(crate) fn staff(&self) -> Option<&StaffVisit> {
        if let Self::Staff(staff) = self { Some(staff) } else { None }
    }

    pub(crate) fn staff_mut(&mut self) -> Option<&mut StaffVisit> {
        if let Self::Staff(staff) = self { Some(staff) } else { None }
    }

    pub(crate) fn find(&self) -> Option<&Find> {
        if let Self::Find(find) = self { Some(find) } else { None }
    }

    pub(crate) fn find_mut(&mut self) -> Option<&mut Find> {
        if let Self::Find(find) = self { Some(find) } else { None }
    }

    pub(crate) fn deposit(&self) -> Option<&Deposit> {
        if let Doing::Deposit(deposit) = &self.visit()?.doing { Some(deposit) } else { None }
    }

    pub(crate) fn deposit_mut(&mut self) -> Option<&mut Deposit> {
        if let Doing::Deposit(deposit) = &mut self.visit_mut()?.doing { Some(deposit) } else { None }
    }

    pub(crate) fn pickup(&self) -> Option<&Pickup> {
        if let Doing::Pickup(pickup) = &self.visit()?.doing { Some(pickup) } else { None }
    }

    pub(crate) fn pickup_mut(&mut self) -> Option<&mut Pickup> {
        if let Doing::Pickup(pickup) = &mut self.visit_mut()?.doing { Some(pickup) } else { None }
    }

    /// What is to open a travel document: its holder may have been reading the guide.
    pub(crate) fn document(&self) -> Option<&DocumentEntry> {
        match self {
            Self::Document(entry) => Some(entry),
            Self::Visit(visit) => visit.document.as_ref(),
            Self::Nobody | Self::Find(_) | Self::Staff(_) => None,
        }
    }

    pub(crate) fn document_mut(&mut self) -> Option<&mut DocumentEntry> {
        match self {
            Self::Document(entry) => Some(entry),
            Self::Visit(visit) => visit.document.as_mut(),
            Self::Nobody | Self::Find(_) | Self::Staff(_) => None,
        }
    }

    /// A travel document is to be opened; the guide that is being read stays.
    pub(crate) fn set_document(&mut self, entry: DocumentEntry) {
        match self {
            Self::Visit(visit) => visit.document = Some(entry),
            Self::Nobody | Self::Find(_) | Self::Document(_) | Self::Staff(_) => {
                *self = Self::Document(Box::new(entry))
            }
        }
    }

    /// The watch over the door that is open for whoever is here.
    pub(crate) fn watch(&self) -> Option<&DoorWatch> {
        match self {
            Self::Visit(visit) => match &visit.doing {
                Doing::Deposit(deposit) => deposit.watch.as_ref(),
                Doing::Pickup(pickup) => pickup.watch.as_ref(),
                Doing::Asking => None,
            },
            Self::Staff(staff) => staff.watch.as_ref(),
            Self::Nobody | Self::Find(_) | Self::Document(_) => None,
        }
    }

    pub(crate) fn watch_mut(&mut self) -> Option<&mut DoorWatch> {
        match self {
            Self::Visit(visit) => match &mut visit.doing {
                Doing::Deposit(deposit) => deposit.watch.as_mut(),
                Doing::Pickup(pickup) => pickup.watch.as_mut(),
                Doing::Asking => None,
            },
            Self::Staff(staff) => staff.watch.as_mut(),
            Self::Nobody | Self::Find(_) | Self::Document(_) => None,
        }
    }

    /// The box that whoever is here has to do with.
    pub(crate) fn compartment(&self) -> Option<CompartmentNo> {
        match self {
            Self::Visit(visit) => match &visit.doing {
                Doing::Deposit(deposit) => Some(deposit.compartment),
                Doing::Pickup(pickup) => Some(pickup.compartment),
                Doing::Asking => None,
            },
            Self::Staff(staff) => staff.current.as_ref().map(|door| door.compartment),
            Self::Nobody | Self::Find(_) | Self::Document(_) => None,
        }
    }
}

/// The receipt whose case is looked for, and what came of it.
#[derive(Clone, Default)]
pub(crate) struct Find {
    /// What was typed of the number.
    pub(crate) digits: Personal,
    /// The number, once it holds.
    pub(crate) receipt: Option<ReceiptNumber>,
    pub(crate) last: Personal,
    /// Letters are shown, in place of the pad of digits.
    pub(crate) letters: bool,
    pub(crate) keys_abc: bool,
    /// The question that waits for its answer, and since when.
    pub(crate) asked: Option<(u64, Duration)>,
    pub(crate) problem: Option<FindProblem>,
    pub(crate) progress: Option<ProgressAnswer>,
}

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
#[derive(Clone)]
pub(crate) struct Deposit {
    pub(crate) submission: SubmissionId,
    pub(crate) compartment: CompartmentNo,
    /// Tried before and left behind.
    pub(crate) tried: Vec<CompartmentNo>,
    /// The one that did not open just before.
    pub(crate) instead_of: Option<CompartmentNo>,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) watch: Option<DoorWatch>,
    pub(crate) wish: Wish,
    /// How often the door was opened again after the end.
    pub(crate) reopened: u8,
    pub(crate) reopen_failed: bool,
    pub(crate) unconfirmed: Option<UnconfirmedReason>,
}

/// A result being taken out.
#[derive(Clone)]
pub(crate) struct Pickup {
    pub(crate) submission: SubmissionId,
    pub(crate) compartment: CompartmentNo,
    pub(crate) digits: Personal,
    pub(crate) checking: Option<Duration>,
    pub(crate) refused: bool,
    pub(crate) tries_left: u8,
    pub(crate) watch: Option<DoorWatch>,
}

impl Pickup {
    pub(crate) fn of(submission: SubmissionId, compartment: CompartmentNo) -> Self {
        Self {
            submission,
            compartment,
            digits: Personal::default(),
            checking: None,
            refused: false,
            tries_left: 0,
            watch: None,
        }
    }
}

/// A member of staff at the screen.
#[derive(Clone, Default)]
pub(crate) struct StaffVisit {
    pub(crate) staff: Option<StaffId>,
    pub(crate) name: String,
    pub(crate) digits: Personal,
    pub(crate) checking: Option<Duration>,
    pub(crate) refused: Option<StaffRefusal>,
    pub(crate) tries_left: Option<u8>,
    pub(crate) doors: Vec<StaffDoor>,
    pub(crate) current: Option<StaffDoor>,
    pub(crate) watch: Option<DoorWatch>,
    pub(crate) stuck: Option<CompartmentNo>,
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
    Move { to: CompartmentNo, stuck: bool },
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

impl Purpose {
    /// Whether a door opens once it is on record.
    pub(crate) fn opens(&self) -> bool {
        match self {
            Self::Prepare | Self::Move { .. } | Self::Reopen | Self::StaffIntent | Self::PickupIntent => true,
            Self::Deposited
            | Self::Unconfirmed(_)
            | Self::Void
            | Self::StaffClosed { .. }
            | Self::StaffAffirm
            | Self::PickedUp
            | Self::PickupAffirm
            | Self::Note => false,
        }
    }
}

/// A record asked for and not yet answered.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) purpose: Purpose,
    pub(crate) entries: Vec<Entry>,
}
