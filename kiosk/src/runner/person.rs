//! What waits for the person at the screen: their number, their results in the boxes here, and how the hall's server
//! says that their cases stand. Looked up away from the loop, told as it comes.

use hall_rules::PersonKey;
use kiosk_journey::Input;
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, PersonAnswer, PersonQuery, Todo};
use kiosk_wire::submission::DocumentFamily;
use kiosk_wire::{Personal, ResultHolder, SubmissionId};

use super::{Event, Runner};
use crate::journal::{self, Waiting};

/// What is known so far of one person's errands.
#[derive(Debug)]
pub(super) struct Errands {
    visit: SubmissionId,
    /// Results that lie here for them.
    here: Vec<Waiting>,
    /// Submissions of theirs whose paper lies here.
    papers: Vec<SubmissionId>,
    /// What the server said.
    cases: Vec<CaseBrief>,
}

/// What was found on this terminal.
#[derive(Debug)]
pub struct Found {
    visit: SubmissionId,
    phone: Option<Personal>,
    here: Vec<Waiting>,
    papers: Vec<SubmissionId>,
}

impl Runner {
    pub(super) fn look_up(&mut self, visit: SubmissionId, document: DocumentFamily, number: &Personal) {
        self.asked = Some(Errands { visit, here: Vec::new(), papers: Vec::new(), cases: Vec::new() });
        if let Some(sync) = &self.sync {
            sync.ask_person(visit, PersonQuery { document, number: number.clone() });
        }
        let person = PersonKey::new(document, number.expose());
        let number = number.clone();
        let results = self.journal.as_ref().map(|journal| journal.projection().results()).unwrap_or_default();
        let held = self.journal.as_ref().map(|journal| journal.projection().papers()).unwrap_or_default();
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        std::thread::spawn(move || {
            let phone = journal::find_phone(&folder, document, number.expose());
            let here = journal::find_results(&folder, &results, person.expose());
            let papers = journal::find_papers(&folder, &held, document, number.expose());
            drop(sender.send(Event::PersonFound(Found { visit, phone, here, papers })));
        });
    }

    pub(super) fn take_found(&mut self, found: Found) {
        let Found { visit, phone, here, papers } = found;
        if let Some(phone) = phone {
            self.tell(Input::KnownPhone { visit, phone });
        }
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.visit == visit) {
            (asked.here, asked.papers) = (here, papers);
            self.tell_errands();
        }
    }

    pub(super) fn take_cases(&mut self, visit: SubmissionId, answer: PersonAnswer) {
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.visit == visit) {
            asked.cases = answer.cases;
            self.tell_errands();
        }
    }

    fn tell_errands(&mut self) {
        let (Some(asked), Some(journal)) = (&self.asked, &self.journal) else { return };
        let mut errands: Vec<CaseBrief> = asked.cases.iter().map(|case| errand(case, &asked.here)).collect();
        // The server may not know yet, or cannot be asked: what lies here is known all the same.
        let known = |submission: SubmissionId| asked.cases.iter().any(|case| case.submission == submission);
        let results = asked.here.iter().map(|waiting| (waiting.submission, both("", ""), Some(take_out(waiting))));
        let papers = asked.papers.iter().map(|submission| (*submission, both("已存件", "Paper in the locker"), None));
        for (submission, state, todo) in results.chain(papers) {
            let told = journal.projection().submission(submission);
            if let (false, Some(told)) = (known(submission), told) {
                let errand = CaseBrief {
                    submission,
                    receipt: told.receipt.clone(),
                    item: told.item.clone(),
                    department: told.department.clone(),
                    item_name: self.item_name(&told.item),
                    organisation: None,
                    state,
                    told: both("", ""),
                    due: None,
                    todo,
                };
                errands.insert(0, errand);
            }
        }
        let visit = asked.visit;
        if !errands.is_empty() {
            self.tell(Input::Errands { visit, errands });
        }
    }

    fn item_name(&self, code: &str) -> BothLanguages {
        let known = self.catalogue.as_ref().and_then(|catalogue| catalogue.item(code));
        known.map_or_else(|| both(code, ""), |item| both(&item.name.zh, &item.name.en))
    }

    /// Compares a pick-up code with the one of a result that lies here for the person at the screen.
    pub(super) fn check_pickup_code(&mut self, submission: SubmissionId, code: &Personal) {
        let waiting = self.asked.iter().flat_map(|asked| &asked.here).find(|waiting| waiting.submission == submission);
        let expected = waiting.map(|waiting| waiting.holder.code_hash.clone());
        let now = self.clock.now();
        let mut left = self.desk.code_tries_left(now);
        let typed = ResultHolder::code_hash_of(submission, code.expose());
        let right = left > 0 && expected.is_some_and(|expected| expected == typed);
        if !right && left > 0 {
            self.desk.note_wrong_code(now);
            left -= 1;
        }
        self.tell(Input::PickupCodeChecked { submission, right, tries_left: left });
    }
}

fn both(zh: &str, en: &str) -> BothLanguages {
    BothLanguages { zh: zh.to_owned(), en: en.to_owned() }
}

/// A result that lies here is to be taken out here.
fn take_out(waiting: &Waiting) -> Todo {
    Todo::PickUp { kiosk_name: String::new(), here: true, compartment: waiting.compartment }
}

/// A case as its person is told of it. That a result lies here counts only when this terminal's own journal says so.
fn errand(case: &CaseBrief, here: &[Waiting]) -> CaseBrief {
    let waiting = here.iter().find(|waiting| waiting.submission == case.submission);
    let todo = match (&case.todo, waiting) {
        (_, Some(waiting)) => Some(take_out(waiting)),
        (Some(Todo::PickUp { here: true, .. } | Todo::Unknown) | None, None) => None,
        (Some(todo @ (Todo::PickUp { .. } | Todo::Correct { .. })), None) => Some(todo.clone()),
    };
    CaseBrief { todo, ..case.clone() }
}
