//! Who is at the screen, and what is kept of them. Everything in here is dropped, and what is personal wiped, when the
//! session ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hall_rules::ReceiptNumber;
use hall_rules::age::Ages;
use hall_rules::answers::{ACTING_FOR, ActingFor, Answers};
use hall_rules::catalogue::{Catalogue, Field, Material, ServiceItem};
use hall_rules::field;
use kiosk_wire::entry::{StaffRefusal, UnconfirmedReason};
use kiosk_wire::kiosk_api::{CaseBrief, ProgressAnswer};
use kiosk_wire::submission::{Applicant, Organisation};
use kiosk_wire::{CompartmentNo, Personal, StaffId, SubmissionId};

use crate::document_entry::DocumentEntry;
use crate::door::DoorWatch;
use crate::entry::TextEntry;
use crate::ime::Ime;
use crate::input::{Receipt, StaffDoor};
use crate::output::Entry;
use crate::page::Page;
use crate::search::{Found, SearchIndex};
use crate::terms::said;
use crate::view::{FieldProblem, FindProblem, MaterialCount, SameCase};

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
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) offer: Arc<Offer>,
    pub(crate) holder: Option<Holder>,
    pub(crate) item: Option<usize>,
    pub(crate) answers: Answers,
    /// The holder is too young or too old for the item, was told so, and goes on for somebody else.
    pub(crate) for_another: bool,
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
    pub(crate) field_problem: Option<FieldProblem>,
    pub(crate) text: TextEntry,
    pub(crate) size: Option<String>,
    pub(crate) typed: String,
    pub(crate) found: Found,
    pub(crate) keys_abc: bool,
    pub(crate) history: Vec<Page>,
    /// The list of materials that was printed.
    pub(crate) list_printed: Option<(hall_rules::Language, Vec<String>)>,
    /// What waits for this person, as far as it is known.
    pub(crate) errands: Vec<CaseBrief>,
    /// The case whose corrections are handed in, instead of a new submission.
    pub(crate) correcting: Option<CaseBrief>,
    /// What is to open the travel document that was laid down while the guide was read.
    pub(crate) document: Option<DocumentEntry>,
    /// The page of the guide that a card, its problem or its chip leads back to.
    pub(crate) back_to: Option<Page>,
    /// Another person's card was read: the question is open.
    pub(crate) other: Option<Holder>,
    pub(crate) doing: Doing,
}

/// The person whose card was read.
#[derive(Clone)]
pub(crate) struct Holder {
    pub(crate) applicant: Applicant,
    pub(crate) submission: SubmissionId,
    /// Full years, where they are known.
    pub(crate) age: Option<u8>,
}

impl Visit {
    pub(crate) fn new(offer: Arc<Offer>, holder: Option<Holder>) -> Self {
        Self {
            offer,
            holder,
            item: None,
            answers: Answers::new(),
            for_another: false,
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
            document: None,
            back_to: None,
            other: None,
            doing: Doing::Asking,
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
            let stays = |code: &str| field::organisation().iter().any(|field| field.code == code);
            self.values.retain(|code, _| stays(code));
            self.taken.retain(|code| stays(code));
            self.for_another = false;
            self.brought = None;
            self.size = None;
            self.settle();
        }
    }

    /// For whom one can act here. Not for oneself at an age that the item is not for.
    pub(crate) fn acting_options(&self) -> Vec<ActingFor> {
        let own = self.item().map(|item| item.acting_for().collect::<Vec<_>>()).unwrap_or_default();
        let closed = self.closed_to_holder().is_some();
        own.into_iter().filter(|acting| *acting != ActingFor::Oneself || !closed).collect()
    }

    /// The ages that the item is for, when the holder's is another.
    pub(crate) fn closed_to_holder(&self) -> Option<Ages> {
        let (item, age) = (self.item()?, self.holder.as_ref()?.age);
        if item.acting_for().all(|acting| acting != ActingFor::Oneself) {
            return None;
        }
        let mut answers = Answers::new();
        answers.set_acting_for(ActingFor::Oneself);
        item.closed_to(&answers, age)?.ages()
    }

    /// The age of whom the item is for, where it is known: whoever acts for another has only their own card here.
    pub(crate) fn age(&self) -> Option<u8> {
        let oneself = self.answers.get(ACTING_FOR) == Some(ActingFor::Oneself.code());
        self.holder.as_ref().filter(|_| oneself)?.age
    }

    /// Answers what can have but one answer, and drops what cannot be.
    pub(crate) fn settle(&mut self) {
        let offer = Arc::clone(&self.offer);
        let Some(item) = self.item.and_then(|item| offer.catalogue.items.get(item)) else { return };
        let told = self.for_another || self.closed_to_holder().is_none();
        let options = self.acting_options();
        match (self.answers.get(ACTING_FOR).and_then(ActingFor::from_code), options.as_slice()) {
            (Some(acting), options) if !options.contains(&acting) => self.answers.clear(ACTING_FOR),
            (None, [only]) if told => self.answers.set_acting_for(*only),
            _ => {}
        }
        let age = self.age();
        self.answers.settle(item, age);
        self.answers.retain_asked(item);
    }

    /// Answers a question and forgets what no longer follows.
    pub(crate) fn answer(&mut self, question: &str, option: &str) {
        let offer = Arc::clone(&self.offer);
        let item = self.item.and_then(|item| offer.catalogue.items.get(item));
        if let Some(item) = item.filter(|_| question == ACTING_FOR && self.answers.get(question) != Some(option)) {
            self.answers.forget_age(item);
        }
        self.answers.set(question, option);
        self.settle();
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
        Some(SameCase { receipt: same.receipt.0.clone(), state: said(&same.state, language).to_owned() })
    }

    pub(crate) fn material_count(&self) -> MaterialCount {
        MaterialCount::of(self.materials().into_iter().map(Material::place))
    }

    pub(crate) fn material_codes(&self) -> Vec<String> {
        self.materials().iter().map(|material| material.code.clone()).collect()
    }

    /// The fields of the item.
    pub(crate) fn own_fields(&self) -> Vec<&Field> {
        self.item().map(|item| self.catalogue().terminal_fields(item, &self.answers)).unwrap_or_default()
    }

    /// What is asked after the phone: which organisation it is for, and the fields of the item.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let acts = self.answers.get(ACTING_FOR) == Some(ActingFor::Organisation.code());
        let asked: &[Field] = if acts { field::organisation() } else { &[] };
        asked.iter().chain(self.own_fields()).collect()
    }

    /// The check page: after a change the one that it was made from.
    pub(crate) fn check_page(&self) -> Page {
        let before = self.history.iter().find(|page| matches!(page, Page::Check { .. }));
        before.cloned().unwrap_or(Page::Check { page: 0 })
    }

    /// The organisation that the holder acts for, as far as they named it; of corrections the case's.
    pub(crate) fn organisation(&self) -> Option<Organisation> {
        if let Some(case) = &self.correcting {
            return case.organisation.clone();
        }
        let said = |code: &str| {
            let asked = self.field(code).is_some() && self.taken.contains(code);
            self.values.get(code).filter(|value| asked && !value.expose().is_empty()).cloned()
        };
        Some(Organisation { name: said(field::ORGANISATION_NAME)?, code: said(field::ORGANISATION_CODE) })
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
    /// Set with the "done" page.
    pub(crate) ends_at: Duration,
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

/// A record asked for and not yet answered.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) purpose: Purpose,
    pub(crate) entries: Vec<Entry>,
}
