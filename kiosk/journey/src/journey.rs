//! The machine: what it holds, how it is driven, and who wakes it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hall_rules::Language;
use kiosk_wire::{CompartmentNo, HallSettings, Personal, RosterWindow, StaffCall};

use crate::cabinet::Cabinet;
use crate::door::DoorWatch;
use crate::input::{Health, Input, JourneyConfig, Service};
use crate::output::{Entry, Output, Sound};
use crate::page::{Group, Page};
use crate::session::{Offer, Pending, Purpose, Session};
use crate::terms::{DocumentKey, PrintJob, PrintState, Ticket};
use crate::touch::Touch;
use crate::view::{TextSize, View};
use crate::visit::Holder;

/// A second tap that falls onto the next page means nothing: touches this soon after a page change are dropped.
pub(crate) const GUARD: Duration = Duration::from_millis(300);
/// Longer where no place of the screen is free of what a second tap could do: under an overlay that was closed, and on the
/// check page, whose primary action goes on and cannot be taken back. Nobody reads either in less.
pub(crate) const SETTLING: Duration = Duration::from_secs(1);
/// The next question comes where the last one's answers were: a hand that presses again comes 0.4 s after the first tap, and
/// would answer what nobody read. Longer than that, shorter than it takes whoever knows the way to read a question.
pub(crate) const NEXT_QUESTION: Duration = Duration::from_millis(700);
/// How long the "are you still there?" countdown lasts. WCAG 2.2.1 asks for at least 20 s.
pub(crate) const COUNTDOWN: Duration = Duration::from_secs(30);
/// How long a page stays before a "saving" page replaces it.
pub(crate) const SAVING_SHOWN: Duration = Duration::from_millis(300);
/// How often a record that must not be lost is tried again.
pub(crate) const RECORD_AGAIN: Duration = Duration::from_secs(5);
/// How many times as long the last page stays that is to be photographed: a telephone is to be fetched, unlocked and held.
pub(crate) const PHOTOGRAPHED: u32 = 3;
/// How long a card problem or a refusal is shown.
pub(crate) const PROBLEM_SHOWN: Duration = Duration::from_secs(20);
/// How long a card may lie on the reader with nothing read.
pub(crate) const READING: Duration = Duration::from_secs(10);
/// How long doors found open at the start keep the idle page away.
pub(crate) const SHUT_DOORS: Duration = Duration::from_secs(60);
/// How long a forgotten card lies before staff are called, and how long the idle page keeps a chosen language.
pub(crate) const LEFT_BEHIND: Duration = Duration::from_secs(60);
/// How long the check of a PIN may take.
pub(crate) const CHECKING: Duration = Duration::from_secs(10);

/// A scanner that presents reads what is held before it again and again: as makers deliver it, every half second to one and a half.
/// A code that comes again within this time of the last one is the same one still held.
pub(crate) const HELD: Duration = Duration::from_secs(2);

/// What a scanner read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Held {
    Code(Personal),
    /// Machine readable lines; `None` when they did not hold together.
    Lines(Option<DocumentKey>),
}

/// The visit. See the crate's head for how to drive it.
#[derive(Clone)]
pub struct Journey {
    pub(crate) config: JourneyConfig,
    pub(crate) service: Option<Service>,
    pub(crate) health: Health,
    pub(crate) windows: Vec<RosterWindow>,
    pub(crate) hall: HallSettings,
    pub(crate) offer: Option<Arc<Offer>>,
    pub(crate) cabinet: Cabinet,

    pub(crate) page: Page,
    /// When the page last changed.
    pub(crate) entered: Duration,
    /// Until when touches mean nothing.
    pub(crate) deaf_until: Duration,
    /// When somebody last did something.
    pub(crate) active: Duration,
    /// Since when the countdown runs.
    pub(crate) warned: Option<Duration>,
    pub(crate) help: Option<bool>,
    pub(crate) language: Language,
    pub(crate) text_size: TextSize,

    /// Who is at the screen.
    pub(crate) session: Session,
    /// Questions about receipts so far.
    pub(crate) questions: u64,

    /// What is held before the scanner, and when it was last read.
    pub(crate) held: Option<(Held, Duration)>,

    pub(crate) card_present: bool,
    /// A card lies there since its visit ended.
    pub(crate) card_left: Option<Duration>,

    pub(crate) pending: BTreeMap<Ticket, Pending>,
    /// Records to repeat, and when.
    pub(crate) again: Vec<(Duration, Pending)>,
    next_ticket: u64,
    /// The last paper, and how it stands.
    pub(crate) print_job: PrintJob,
    pub(crate) paper: PrintState,
    outputs: VecDeque<Output>,
    pub(crate) shown: View,
}

impl Journey {
    /// A terminal that just started.
    pub fn new(config: JourneyConfig) -> Self {
        Self {
            config,
            service: None,
            health: Health::default(),
            windows: Vec::new(),
            hall: HallSettings::default(),
            offer: None,
            cabinet: Cabinet::default(),
            page: Page::Starting,
            entered: Duration::ZERO,
            deaf_until: Duration::ZERO,
            active: Duration::ZERO,
            warned: None,
            help: None,
            language: Language::Zh,
            text_size: TextSize::Normal,
            session: Session::Nobody,
            questions: 0,
            held: None,
            card_present: false,
            card_left: None,
            pending: BTreeMap::new(),
            again: Vec::new(),
            next_ticket: 1,
            print_job: PrintJob(0),
            paper: PrintState::None,
            outputs: VecDeque::new(),
            shown: View::first(),
        }
    }

    /// Tells it what happened.
    pub fn handle(&mut self, input: Input, now: Duration) {
        match input {
            Input::Touch(touch) => self.touch(touch, now),
            Input::CardPresent => self.card_present(now),
            Input::CardRead { applicant, submission, age } => {
                self.card_read(Holder { applicant: *applicant, submission, age }, now)
            }
            Input::CardFailed(problem) => self.card_failed(problem, now),
            Input::DocumentLocked => self.document_locked(now),
            Input::DocumentRefused => self.document_refused(now),
            Input::StaffCard { staff, name } => self.staff_card(staff, name, now),
            Input::CardRemoved => self.card_removed(now),
            Input::Door { compartment, state } => self.door_seen(compartment, state, now),
            Input::Unlock { compartment, outcome } => self.unlock_done(compartment, outcome, now),
            Input::Cabinet(compartments) => self.cabinet.replace(compartments, &self.hall),
            Input::Recorded { ticket, receipt } => self.recorded(ticket, receipt, now),
            Input::RecordFailed { ticket, why } => self.record_failed(ticket, why, now),
            Input::Printed { job, whole } => self.printed(job, whole),
            Input::Scanned(code) => {
                if !self.is_still_held(Held::Code(code.clone()), now) {
                    self.scanned(&code, now);
                }
            }
            Input::DocumentScanned(key) => {
                if !self.is_still_held(Held::Lines(key.clone()), now) {
                    self.document_scanned(key, now);
                }
            }
            Input::Health(health) => self.health = health,
            Input::Catalogue(catalogue) => self.offer = Some(Arc::new(Offer::new(catalogue))),
            Input::Windows(windows) => self.windows = windows,
            Input::Hall(settings) => {
                self.hall = *settings;
                self.cabinet.order(&self.hall);
            }
            Input::KnownPhone { visit, phone } => self.known_phone(visit, phone),
            Input::Errands { visit, errands } => self.errands(visit, errands, now),
            Input::ProgressTold { ask, answer } => self.progress_told(ask, answer, now),
            Input::PickupCodeChecked { submission, right, tries_left } => {
                self.pickup_code_checked(submission, right, tries_left, now);
            }
            Input::StaffCallReceived => self.help = self.help.map(|_| true),
            Input::StaffVerified { staff, name, doors } => self.staff_verified(staff, name, doors, now),
            Input::StaffRefused { staff, why, tries_left } => self.staff_refused(staff, why, tries_left, now),
            Input::StaffDoors(doors) => self.staff_doors(doors),
            Input::Service(service) => self.service_changed(service, now),
            Input::OpenDoorsAtBoot(doors) => self.open_doors_at_boot(doors, now),
        }
        self.refresh(now);
    }

    /// What it wants done next; `None` when there is nothing more.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When it wants to be woken, and who wants it. May change after every `handle` and `handle_timeout`.
    pub fn poll_timeout(&self) -> Option<(Duration, &'static str)> {
        let watch = self.session.watch().and_then(DoorWatch::timeout);
        let again = self.again.iter().map(|(at, _)| *at).min();
        [
            (watch, "door"),
            (again, "record again"),
            (self.page_timeout(), self.shown.screen.name()),
            (self.idle_timeout(), "still there?"),
            (self.card_left.map(|at| at + LEFT_BEHIND), "card left"),
            (self.held.as_ref().map(|(_, at)| *at + HELD), "code taken away"),
        ]
        .into_iter()
        .filter_map(|(at, who)| at.map(|at| (at, who)))
        .min_by_key(|(at, _)| *at)
    }

    /// Wakes it. Extra calls do nothing.
    pub fn handle_timeout(&mut self, now: Duration) {
        // A late call finds several due; each round does the earliest kind, and every one of them moves its own time on.
        for _ in 0..16 {
            if self.poll_timeout().is_none_or(|(at, _)| now < at) {
                break;
            }
            self.tick_door(now);
            self.tick_records(now);
            self.tick_page(now);
            self.tick_idle(now);
            if self.card_left.is_some_and(|at| now >= at + LEFT_BEHIND) {
                self.card_left = None;
                self.emit(Output::CallStaff(StaffCall::CardLeft));
            }
            if self.held.as_ref().is_some_and(|(_, at)| now >= *at + HELD) {
                self.held = None;
            }
        }
        self.refresh(now);
    }

    /// Changes whenever [`Journey::view`] would.
    pub fn revision(&self) -> u64 {
        self.shown.revision
    }

    /// The door that this terminal's screen has asked to open or knows to be open for someone; no other may be opened
    /// meanwhile.
    pub fn door_in_use(&self) -> Option<CompartmentNo> {
        let watched = self.session.watch().map(|watch| watch.compartment);
        watched.or_else(|| self.session.compartment().filter(|_| self.page == Page::Saving))
    }

    /// What the screen shows.
    pub fn view(&self, _now: Duration) -> View {
        self.shown.clone()
    }

    /// Whether this was read just before: what is still held before the scanner changes nothing, on whatever page.
    fn is_still_held(&mut self, read: Held, now: Duration) -> bool {
        let again = self.held.as_ref().is_some_and(|(held, at)| *held == read && now < *at + HELD);
        self.held = Some((read, now));
        again
    }

    /// Brings the view up to date.
    fn refresh(&mut self, now: Duration) {
        let mut view = self.present(now);
        view.revision = self.shown.revision;
        if view != self.shown {
            view.revision += 1;
            self.shown = view;
        }
    }

    pub(crate) fn emit(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn play(&mut self, sound: Sound) {
        self.emit(Output::Play(sound));
    }

    /// Shows another page.
    pub(crate) fn show(&mut self, page: Page, now: Duration) {
        if self.page != page {
            self.page = page;
            self.turn_to(now, GUARD);
            self.help = None; // it must not hide what happens next
        }
        self.active = now;
        self.warned = None;
    }

    /// Something else is on the screen from now on: for a while a touch was meant for what stood there before.
    pub(crate) fn turn_to(&mut self, now: Duration, deaf: Duration) {
        self.entered = now;
        self.deaf_until = now + deaf;
    }

    /// Asks for a record.
    pub(crate) fn record(&mut self, purpose: Purpose, entries: impl IntoIterator<Item = impl Into<Entry>>) {
        let entries: Vec<Entry> = entries.into_iter().map(Into::into).collect();
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.emit(Output::Record { ticket, entries: entries.clone() });
        self.pending.insert(ticket, Pending { purpose, entries });
    }

    fn touch(&mut self, touch: Touch, now: Duration) {
        if now < self.deaf_until {
            return;
        }
        self.active = now;
        if self.warned.take().is_some() {
            return self.turn_to(now, SETTLING);
        }
        match touch {
            Touch::Language(language) => self.language = language,
            Touch::TextSize(size) => self.text_size = size,
            Touch::Help => self.call_help(now),
            Touch::StillHere => {}
            Touch::Dismiss => self.dismiss(now),
            Touch::Next
            | Touch::Back
            | Touch::Quit
            | Touch::Choose(_)
            | Touch::Turn(_)
            | Touch::Key(_)
            | Touch::Act(_) => {
                if self.help.take().is_some() {
                    self.turn_to(now, SETTLING);
                } else if self.session.visit().is_some_and(|visit| visit.other.is_some()) {
                    self.answer_other(&touch, now);
                } else {
                    self.touch_page(touch, now);
                }
            }
        }
    }

    fn dismiss(&mut self, now: Duration) {
        if self.help.take().is_some() {
            self.turn_to(now, SETTLING);
        } else if let Page::CardProblem(_) = self.page {
            self.leave_problem(now);
        }
    }

    fn touch_page(&mut self, touch: Touch, now: Duration) {
        match self.page.traits().group {
            Group::Waiting => {}
            Group::Home => self.touch_home(touch, now),
            Group::Document => self.touch_document(touch, now),
            Group::Find => self.touch_find(touch, now),
            Group::Choose => self.touch_choose(touch, now),
            Group::Ask => self.touch_ask(touch, now),
            Group::Deposit => self.touch_deposit(&touch, now),
            Group::Errands => self.touch_errands(touch, now),
            Group::Staff => self.touch_staff(touch, now),
        }
    }
}
