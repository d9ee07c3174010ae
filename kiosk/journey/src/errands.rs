//! What waits for the person whose card was read: results to take out of a box, corrections to hand in, and how their
//! cases stand.

use std::time::Duration;

use hall_rules::Language;
use hall_rules::review::Fault;
use kiosk_wire::entry::{PickupProof, StaffRefusal};
use kiosk_wire::kiosk_api::{CaseBrief, MissingMaterial, Todo};
use kiosk_wire::submission::Assurance;
use kiosk_wire::{Fact, Personal, StaffCall, SubmissionId};

use crate::door::{DoorWatch, Finding};
use crate::journey::{Journey, RECORD_AGAIN, SETTLING};
use crate::layout::{Type, heading_height, page_by_height, stand_in};
use crate::output::{Output, Sound};
use crate::page::Page;
use crate::session::{CODE_DIGITS, Doing, Pending, Pickup, Purpose};
use crate::terms::{said, shown_name};
use crate::touch::{Act, Key, Touch};
use crate::view::{
    ErrandRow, ErrandView, ErrandsView, MissingLine, NoDeposit, Screen, StaffPadView, TextSize, TodoView, WindowLine,
};

/// Room for the cases of a person on a page, and where the materials to be corrected end.
const ERRANDS_ROOM: usize = 672;
const MISSING_END: usize = 1464;
/// What was found within this time of a page's change may still replace it: no touch counts before.
const FOUND_SOON: Duration = crate::journey::GUARD;

impl Journey {
    /// What waits for the person of this visit. What needs them comes first, and is shown at once if it came before
    /// they could touch anything; later it waits behind a button. One result that waits here and nothing else is shown
    /// without the list around it.
    pub(crate) fn errands(&mut self, visit: SubmissionId, mut errands: Vec<CaseBrief>, now: Duration) {
        let Some(ours) = self.session.visit_mut() else { return };
        if ours.holder.as_ref().is_none_or(|holder| holder.submission != visit) {
            return; // the answer to a former visit's question
        }
        errands.sort_by_key(|errand| rank(errand.todo.as_ref()));
        let mut waiting = errands.iter().filter(|errand| rank(errand.todo.as_ref()) < NOTHING);
        let page = match (waiting.next(), waiting.next()) {
            (None, _) => None,
            (Some(only), None) if rank(only.todo.as_ref()) == HERE => {
                Some(Page::Errand { id: only.submission, page: 0 })
            }
            (Some(_), _) => Some(Page::Errands { page: 0 }),
        };
        ours.errands = errands;
        let untouched = self.page == Page::choosing() || matches!(self.page, Page::NoBox(_) | Page::Errand { .. });
        // That there is no box does not concern who comes for a result: as long as that page is deaf to what leaves it.
        let soon = if matches!(self.page, Page::NoBox(_)) { SETTLING } else { FOUND_SOON };
        if let Some(page) = page.filter(|_| untouched && now < self.entered + soon) {
            self.show(page, now);
        }
        // What is looked at may be no more: they are shown what there is.
        let gone = matches!(self.page, Page::Errand { id, .. } if self.errand(id).is_none());
        if gone {
            self.show(Page::Errands { page: 0 }, now);
        }
    }

    pub(crate) fn touch_errands(&mut self, touch: Touch, now: Duration) {
        match (self.page.clone(), touch) {
            (Page::PickupDoor | Page::AskTaken { .. }, Touch::Quit | Touch::Back) => {}
            (Page::AskTaken { recorded }, Touch::Act(Act::TakenOut)) => self.taken_out(recorded, now),
            (Page::AskTaken { .. }, Touch::Act(Act::NotTakenOut)) => self.not_taken_out(now),
            // Back to where they were looked at from; they may have come first by themselves.
            (Page::Errands { .. }, Touch::Back) if self.came_from_a_page() => self.back(now),
            (Page::Errands { .. }, Touch::Next | Touch::Back) => self.choose_anew(now),
            (Page::Errands { .. } | Page::Errand { .. }, Touch::Turn(turn)) => self.turn(turn),
            (Page::Errands { .. }, Touch::Choose(id)) => {
                let known = |errand: &&CaseBrief| errand.submission.to_string() == id;
                let found = self.session.visit().and_then(|visit| visit.errands.iter().find(known));
                if let Some(id) = found.map(|errand| errand.submission) {
                    self.show(Page::Errand { id, page: 0 }, now);
                }
            }
            (Page::Errand { .. } | Page::PickupCode, Touch::Back) => {
                if let Some(visit) = self.session.visit_mut() {
                    visit.doing = Doing::Asking;
                }
                self.show(Page::Errands { page: 0 }, now);
            }
            (Page::Errand { .. }, Touch::Next) if self.has_more() => self.read_on(now),
            (Page::Errand { id, .. }, Touch::Next) => self.do_errand(id, now),
            (Page::PickupCode, Touch::Key(key)) => self.pickup_key(key),
            (Page::PickupCode, Touch::Next) => self.check_pickup_code(now),
            (Page::Rate { rated: None }, Touch::Choose(level)) => self.rate(&level, now),
            (Page::Rate { .. } | Page::PickupFailed, Touch::Next) | (_, Touch::Quit) => self.end(now),
            _ => {}
        }
    }

    /// How this person's cases stand, asked for from the page that is shown.
    pub(crate) fn my_errands(&mut self, now: Duration) {
        if self.session.visit().is_some_and(|visit| !visit.errands.is_empty()) {
            self.forward(Page::Errands { page: 0 }, now);
        }
    }

    fn came_from_a_page(&self) -> bool {
        self.session.visit().is_some_and(|visit| !visit.history.is_empty())
    }

    fn choose_anew(&mut self, now: Duration) {
        if let Some(visit) = self.session.visit_mut() {
            visit.history.clear();
        }
        match self.no_deposit() {
            Some(why) => self.show(Page::NoBox(why), now),
            None => self.show(Page::choosing(), now),
        }
    }

    pub(crate) fn errand(&self, id: SubmissionId) -> Option<&CaseBrief> {
        self.session.visit()?.errands.iter().find(|errand| errand.submission == id)
    }

    fn do_errand(&mut self, id: SubmissionId, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let assurance = visit.holder.as_ref().map(|holder| holder.applicant.assurance);
        let todo = visit.errands.iter().find(|errand| errand.submission == id).and_then(|errand| errand.todo.as_ref());
        match todo {
            Some(Todo::PickUp { here: true, compartment, .. }) => {
                visit.doing = Doing::Pickup(Pickup::of(id, *compartment));
                match assurance {
                    // A card that could be a copy does not open a box that holds something.
                    Some(Assurance::ReadOnly) | None => self.show(Page::PickupCode, now),
                    Some(Assurance::ChipVerified | Assurance::SamVerified) => self.pick_up(PickupProof::Card, now),
                }
            }
            Some(Todo::Correct { .. }) => self.correct(id, now),
            Some(Todo::PickUp { .. } | Todo::Unknown) | None => self.show(Page::Errands { page: 0 }, now),
        }
    }

    /// Hands in the corrections of a case: the box opens after the record, as for every deposit.
    fn correct(&mut self, id: SubmissionId, now: Duration) {
        if let Some(why) = self.no_deposit() {
            return self.show(Page::NoBox(why), now);
        }
        let Some(visit) = self.session.visit_mut() else { return };
        let Some(errand) = visit.errands.iter().find(|errand| errand.submission == id).cloned() else { return };
        visit.item = visit.catalogue().items.iter().position(|item| item.code == errand.item);
        visit.size = None;
        visit.correcting = Some(errand);
        self.hand_in(now);
    }

    fn pickup_key(&mut self, key: Key) {
        let Some(pickup) = self.session.pickup_mut().filter(|pickup| pickup.checking.is_none()) else { return };
        pickup.refused = false;
        match key {
            Key::Char(c) if c.is_ascii_digit() && pickup.digits.expose().len() < usize::from(CODE_DIGITS) => {
                pickup.digits.push(c);
            }
            Key::Delete => pickup.digits.pop(),
            Key::Clear => pickup.digits.clear(),
            Key::Char(_) | Key::Space | Key::Candidate(_) => {}
        }
    }

    /// A code was held in front of the scanner: where a pick-up code is typed, it is typed and checked; where nobody's card
    /// is in use, a receipt's code finds its case.
    pub(crate) fn scanned(&mut self, code: &Personal, now: Duration) {
        let digits = code.expose();
        let whole = digits.len() == usize::from(CODE_DIGITS) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if self.page != Page::PickupCode {
            return self.find_scanned(code, now);
        }
        if !whole || now < self.entered + FOUND_SOON {
            return;
        }
        self.active = now;
        self.warned = None;
        self.pickup_key(Key::Clear);
        digits.chars().for_each(|digit| self.pickup_key(Key::Char(digit)));
        self.check_pickup_code(now);
    }

    fn check_pickup_code(&mut self, now: Duration) {
        let Some(pickup) = self.session.pickup_mut().filter(|pickup| pickup.checking.is_none()) else { return };
        if pickup.digits.expose().len() < usize::from(CODE_DIGITS) {
            return;
        }
        pickup.checking = Some(now);
        let code: Personal = std::mem::take(&mut pickup.digits);
        let submission = pickup.submission;
        self.emit(Output::CheckPickupCode { submission, code });
    }

    /// The code was compared. `tries_left` of 0 ends it: the window hands the result over.
    pub(crate) fn pickup_code_checked(&mut self, submission: SubmissionId, right: bool, tries_left: u8, now: Duration) {
        let Some(pickup) = self.session.pickup_mut() else { return };
        if pickup.submission != submission || pickup.checking.take().is_none() || self.page != Page::PickupCode {
            return;
        }
        self.active = now;
        if right {
            return self.pick_up(PickupProof::CardAndCode, now);
        }
        pickup.refused = true;
        pickup.tries_left = tries_left;
        self.play(Sound::Attention);
        if tries_left == 0 {
            self.show(Page::PickupFailed, now);
        }
    }

    fn pick_up(&mut self, proof: PickupProof, now: Duration) {
        let Some(pickup) = self.session.pickup() else { return };
        let (submission, compartment) = (pickup.submission, pickup.compartment);
        self.record(Purpose::PickupIntent, [Fact::PickupIntended { submission, compartment, proof }]);
        self.show(Page::Saving, now);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only the three steps of taking a result out come here")]
    pub(crate) fn pickup_recorded(&mut self, purpose: &Purpose, now: Duration) {
        let Some(pickup) = self.session.pickup_mut() else { return };
        match purpose {
            Purpose::PickupIntent => {
                let compartment = pickup.compartment;
                pickup.watch = Some(DoorWatch::new(compartment, now));
                self.emit(Output::OpenDoor { compartment });
                self.show(Page::PickupDoor, now);
            }
            Purpose::PickedUp => self.show(Page::AskTaken { recorded: true }, now),
            Purpose::PickupAffirm => self.picked_up(now),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only the three steps of taking a result out come here")]
    pub(crate) fn pickup_record_failed(&mut self, pending: Pending, now: Duration) {
        match pending.purpose {
            Purpose::PickupIntent => self.pickup_failed(now),
            // The closing is a fact: it is written once the journal can be. Staff then affirm that the box is empty.
            Purpose::PickedUp => {
                self.again.push((now + RECORD_AGAIN, Pending { purpose: Purpose::Note, entries: pending.entries }));
                self.picked_up(now);
            }
            _ => self.picked_up(now),
        }
    }

    pub(crate) fn pickup_door_over(&mut self, finding: Finding, now: Duration) {
        let Some(pickup) = self.session.pickup_mut() else { return };
        pickup.watch = None;
        let (submission, compartment) = (pickup.submission, pickup.compartment);
        match finding {
            Finding::Closed => {
                self.record(Purpose::PickedUp, [Fact::PickedUp { submission, compartment }]);
                self.show(Page::Saving, now);
            }
            Finding::MaybeMissed | Finding::LineLost => self.show(Page::AskTaken { recorded: false }, now),
            Finding::Stuck | Finding::NeverSent => {
                self.emit(Output::CallStaff(StaffCall::DoorStuck { compartment }));
                self.pickup_failed(now);
            }
            Finding::PulseAgain | Finding::Opened | Finding::OutOfSight | Finding::Reminder | Finding::CallStaff => {}
        }
    }

    fn pickup_failed(&mut self, now: Duration) {
        self.play(Sound::Attention);
        self.show(Page::PickupFailed, now);
    }

    /// The applicant says that everything was taken out.
    fn taken_out(&mut self, recorded: bool, now: Duration) {
        let Some(pickup) = self.session.pickup() else { return };
        let (submission, compartment) = (pickup.submission, pickup.compartment);
        let mut entries = vec![Fact::PickupAffirmed { submission, compartment }];
        if !recorded {
            entries.insert(0, Fact::PickedUp { submission, compartment });
        }
        self.record(Purpose::PickupAffirm, entries);
        self.show(Page::Saving, now);
    }

    /// Something is still inside, or the door never opened: the box stays as it is, and a person comes.
    fn not_taken_out(&mut self, now: Duration) {
        if let Some(compartment) = self.session.pickup().map(|pickup| pickup.compartment) {
            self.emit(Output::CallStaff(StaffCall::Unconfirmed { compartment }));
        }
        self.pickup_failed(now);
    }

    fn picked_up(&mut self, now: Duration) {
        self.print_picked_up();
        self.play(Sound::Done);
        self.show(Page::Rate { rated: None }, now);
    }

    fn rate(&mut self, level: &str, now: Duration) {
        let Some(submission) = self.session.pickup().map(|pickup| pickup.submission) else { return };
        let Some(level) = level.parse::<u8>().ok().filter(|level| (1..=5).contains(level)) else { return };
        self.record(Purpose::Note, [Fact::Rated { submission, level }]);
        self.show(Page::Rate { rated: Some(level) }, now);
    }

    /// Why nothing can be taken in for corrections, told before the door.
    fn errand_blocked(&self, todo: Option<&Todo>) -> Option<NoDeposit> {
        match todo {
            Some(Todo::Correct { .. }) => self.no_deposit(),
            Some(Todo::PickUp { .. } | Todo::Unknown) | None => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other pages are other rooms'")]
    pub(crate) fn errands_screen(&self) -> Option<Screen> {
        Some(match &self.page {
            Page::Errands { page } => Screen::Errands(self.errands_view(*page)),
            Page::Errand { id, page } => Screen::Errand(self.errand_view(self.errand(*id)?, *page)),
            Page::PickupCode => Screen::PickupCode(self.pickup_pad()),
            Page::PickupDoor => Screen::PickupDoor(self.door()),
            Page::AskTaken { .. } => Screen::AskTaken { compartment: self.compartment() },
            Page::PickupFailed => Screen::PickupFailed { compartment: self.compartment(), window: self.window() },
            Page::Rate { rated } => Screen::Rate { rated: *rated },
            _ => return None,
        })
    }

    fn errands_view(&self, page: usize) -> ErrandsView {
        let errands = self.session.visit().map(|visit| visit.errands.as_slice()).unwrap_or_default();
        let rows: Vec<ErrandRow> = errands.iter().map(|errand| self.errand_row(errand)).collect();
        let (language, size) = (self.language, self.text_size);
        let (rows, paging) = page_by_height(&rows, page, ERRANDS_ROOM, |_, row| errand_height(row, language, size));
        ErrandsView { rows: rows.to_vec(), paging }
    }

    fn errand_row(&self, errand: &CaseBrief) -> ErrandRow {
        ErrandRow {
            id: errand.submission.to_string(),
            item: said(&errand.item_name, self.language).to_owned(),
            organisation: shown_name(errand.organisation.as_ref()),
            receipt: errand.receipt.0.clone(),
            state: said(&errand.state, self.language).to_owned(),
            todo: errand.todo.as_ref().and_then(todo_view),
        }
    }

    fn errand_view(&self, errand: &CaseBrief, page: usize) -> ErrandView {
        let missing = match &errand.todo {
            Some(Todo::Correct { missing }) => missing.as_slice(),
            Some(Todo::PickUp { .. } | Todo::Unknown) | None => &[],
        };
        let (language, size) = (self.language, self.text_size);
        let line = |line: &MissingMaterial| MissingLine {
            name: said(&line.name, language).to_owned(),
            reason: reason(&line.reason, language),
            originals: line.originals,
            copies: line.copies,
        };
        let missing: Vec<MissingLine> = missing.iter().map(line).collect();
        let (row, window) = (self.errand_row(errand), self.window_of(&errand.department));
        let room = missing_room(&row, window.as_ref(), language, size);
        let (missing, paging) = page_by_height(&missing, page, room, |_, line| missing_height(line, language, size));
        ErrandView {
            row,
            told: said(&errand.told, language).to_owned(),
            due: errand.due.clone(),
            missing: missing.to_vec(),
            paging,
            blocked: self.errand_blocked(errand.todo.as_ref()).is_some(),
            window,
        }
    }

    /// The pad for the pick-up code, as the pads for staff are shown.
    fn pickup_pad(&self) -> StaffPadView {
        let pickup = self.session.pickup();
        StaffPadView {
            name: String::new(),
            typed: pickup.map_or(0, |pickup| u8::try_from(pickup.digits.expose().len()).unwrap_or(u8::MAX)),
            of: CODE_DIGITS,
            checking: pickup.is_some_and(|pickup| pickup.checking.is_some()),
            refused: pickup.filter(|pickup| pickup.refused).map(|_| StaffRefusal::WrongCode),
            tries_left: pickup.filter(|pickup| pickup.refused).map(|pickup| pickup.tries_left),
        }
    }
}

/// How high a case is in the list, with the space that follows: item, what to do, organisation, number.
fn errand_height(row: &ErrandRow, language: Language, size: TextSize) -> usize {
    let of = |normal, large| Type::new(size, normal, large, 730);
    let todo = match &row.todo {
        Some(TodoView::PickUp { .. }) => stand_in(language, 15, 42),
        Some(TodoView::Correct { .. }) => stand_in(language, 15, 46),
        Some(TodoView::PickUpElsewhere { kiosk }) => stand_in(language, 13, 40) + kiosk,
        None => row.state.clone(),
    };
    let organisation = match row.organisation.as_str() {
        "" => 0,
        name => of(30, 42).height(name),
    };
    let said = of(36, 44).height(&row.item) + of(32, 42).height(&todo) + organisation + of(30, 42).height("");
    (said + 32).max(156) + 12
}

/// Room for the materials to be corrected: below the item, its number, how it stands, by when and where.
fn missing_room(row: &ErrandRow, window: Option<&WindowLine>, language: Language, size: TextSize) -> usize {
    let lead = format!("{} 0000 0000 0000 00\n{}", stand_in(language, 4, 8), row.organisation);
    let (values, spacing) = match size {
        TextSize::Normal => (700, 16),
        TextSize::Large => (640, 4),
    };
    let fact = |value: &str| Type::new(size, 36, 42, values).height(value) + spacing;
    let window = window.map(|window| format!("{}  {}", window.name, window.phone.as_deref().unwrap_or_default()));
    let facts = fact(&row.state) + fact("") + fact(&window.unwrap_or_default());
    let above = 212 + heading_height(&row.item, lead.trim_end(), size) + facts + 28;
    let title = Type::new(size, 40, 54, 960).height("") + 12;
    MISSING_END.saturating_sub(above.max(720) + title)
}

/// How high a material to be corrected is, with the space that follows.
fn missing_height(line: &MissingLine, language: Language, size: TextSize) -> usize {
    let of = |normal, large| Type::new(size, normal, large, 900);
    let copies = stand_in(language, 12, 26);
    let said = of(36, 42).height(&line.name) + of(32, 42).height(&(line.reason.clone() + &copies)) + 24;
    said.max(112) + 12
}

/// What is amiss with a material, as a window said it: faults of the usual list also in English. What a clerk added in own
/// words stays in theirs.
fn reason(said: &str, language: Language) -> String {
    if language == Language::Zh {
        return said.to_owned();
    }
    let usual = |part| Fault::ALL.iter().map(|fault| fault.words()).find(|(zh, _)| *zh == part);
    let parts = said.split('；').map(|part| usual(part).map_or(part, |(_, en)| en));
    parts.collect::<Vec<_>>().join("; ")
}

/// The rank of a case whose result lies here.
const HERE: u8 = 0;
/// The rank of a case in which nothing is to be done.
const NOTHING: u8 = 2;

/// Which case is shown first: results that lie here, then whatever else needs the person.
fn rank(todo: Option<&Todo>) -> u8 {
    match todo {
        Some(Todo::PickUp { here: true, .. }) => HERE,
        Some(Todo::Correct { .. } | Todo::PickUp { here: false, .. }) => 1,
        Some(Todo::Unknown) | None => NOTHING,
    }
}

fn todo_view(todo: &Todo) -> Option<TodoView> {
    match todo {
        Todo::PickUp { here: true, compartment, .. } => Some(TodoView::PickUp { compartment: compartment.0 }),
        Todo::PickUp { kiosk_name, .. } => Some(TodoView::PickUpElsewhere { kiosk: kiosk_name.clone() }),
        Todo::Correct { missing } => {
            Some(TodoView::Correct { missing: u16::try_from(missing.len()).unwrap_or(u16::MAX) })
        }
        Todo::Unknown => None,
    }
}
