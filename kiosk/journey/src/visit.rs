//! One applicant: the card, the item, the answers, and how far they came with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hall_rules::age::Ages;
use hall_rules::answers::{ACTING_FOR, ActingFor, Answers};
use hall_rules::catalogue::{Catalogue, Field, Material, ServiceItem};
use hall_rules::field;
use kiosk_wire::kiosk_api::CaseBrief;
use kiosk_wire::submission::{Applicant, Organisation};
use kiosk_wire::{Personal, SubmissionId};

use crate::document_entry::DocumentEntry;
use crate::entry::TextEntry;
use crate::page::Page;
use crate::search::Found;
use crate::session::{Doing, Offer};
use crate::terms::said;
use crate::view::{FieldProblem, MaterialCount, SameCase};

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
