//! What waits for the person at the screen: their number, their results in the boxes here, and how the hall's server
//! says that their cases stand. Looked up away from the loop, told as it comes.

use hall_rules::{PersonKey, Text};
use kiosk_journey::{DocumentFamily, Errand, Input, MissingMaterial, Personal};
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, PersonAnswer, PersonQuery, Todo};
use kiosk_wire::{CompartmentNo, ResultHolder, SubmissionId};
use uuid::Uuid;

use super::{Event, Runner, translate};
use crate::journal::{self, Waiting};

/// What is known so far of one person's errands.
#[derive(Debug)]
pub(super) struct Asked {
    visit: Uuid,
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
    visit: Uuid,
    phone: Option<Personal>,
    here: Vec<Waiting>,
    papers: Vec<SubmissionId>,
}

impl Runner {
    pub(super) fn look_up(&mut self, visit: Uuid, document: DocumentFamily, number: &Personal) {
        self.asked = Some(Asked { visit, here: Vec::new(), papers: Vec::new(), cases: Vec::new() });
        let family = translate::family(document);
        let number = kiosk_wire::Personal::from(number.expose());
        if let Some(sync) = &self.sync {
            sync.ask_person(visit, PersonQuery { document: family, number: number.clone() });
        }
        let person = PersonKey::new(document, number.expose());
        let results = self.journal.as_ref().map(|journal| journal.projection().results()).unwrap_or_default();
        let held = self.journal.as_ref().map(|journal| journal.projection().papers()).unwrap_or_default();
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        std::thread::spawn(move || {
            let phone = journal::find_phone(&folder, family, number.expose());
            let here = journal::find_results(&folder, &results, person.expose());
            let papers = journal::find_papers(&folder, &held, family, number.expose());
            let phone = phone.map(|phone| Personal::from(phone.expose().as_str()));
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

    pub(super) fn take_cases(&mut self, visit: Uuid, answer: PersonAnswer) {
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.visit == visit) {
            asked.cases = answer.cases;
            self.tell_errands();
        }
    }

    fn tell_errands(&mut self) {
        let (Some(asked), Some(journal)) = (&self.asked, &self.journal) else { return };
        let mut errands: Vec<Errand> = asked.cases.iter().map(|case| errand(case, &asked.here)).collect();
        // The server may not know yet, or cannot be asked: what lies here is known all the same.
        let known = |submission: SubmissionId| asked.cases.iter().any(|case| case.submission == submission);
        let results = asked.here.iter().map(|waiting| {
            let todo = kiosk_journey::Todo::PickUp { compartment: waiting.compartment.0 };
            (waiting.submission, Text::default(), Some(todo))
        });
        let papers =
            asked.papers.iter().map(|submission| (*submission, Text::new("已存件", "Paper in the locker"), None));
        for (submission, state, todo) in results.chain(papers) {
            let told = journal.projection().submission(submission);
            if let (false, Some(told)) = (known(submission), told) {
                let errand = Errand {
                    submission: submission.0,
                    receipt: told.receipt.0.clone(),
                    item: told.item.clone(),
                    department: told.department.clone(),
                    item_name: self.item_name(&told.item),
                    state,
                    told: Text::default(),
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

    fn item_name(&self, code: &str) -> Text {
        let known = self.catalogue.as_ref().and_then(|catalogue| catalogue.item(code));
        known.map_or_else(|| Text::zh(code), |item| item.name.clone())
    }

    /// Compares a pick-up code with the one of a result that lies here for the person at the screen.
    pub(super) fn check_pickup_code(&mut self, submission: Uuid, code: &Personal) {
        let waiting =
            self.asked.iter().flat_map(|asked| &asked.here).find(|waiting| waiting.submission.0 == submission);
        let expected = waiting.map(|waiting| waiting.holder.code_hash.clone());
        let now = self.clock.now();
        let mut left = self.desk.code_tries_left(now);
        let typed = ResultHolder::code_hash_of(SubmissionId(submission), code.expose());
        let right = left > 0 && expected.is_some_and(|expected| expected == typed);
        if !right && left > 0 {
            self.desk.note_wrong_code(now);
            left -= 1;
        }
        self.tell(Input::PickupCodeChecked { submission, right, tries_left: left });
    }
}

fn both(words: &BothLanguages) -> Text {
    Text::new(words.zh.clone(), words.en.clone())
}

/// A case as the journey knows it. That a result lies here counts only when this terminal's own journal says so.
fn errand(case: &CaseBrief, here: &[Waiting]) -> Errand {
    let waiting = here.iter().find(|waiting| waiting.submission == case.submission);
    let todo = match (&case.todo, waiting) {
        (_, Some(Waiting { compartment: CompartmentNo(compartment), .. })) => {
            Some(kiosk_journey::Todo::PickUp { compartment: *compartment })
        }
        (Some(Todo::Correct { missing }), None) => {
            let line = |line: &kiosk_wire::kiosk_api::MissingMaterial| MissingMaterial {
                code: line.code.clone(),
                name: both(&line.name),
                reason: line.reason.clone(),
                originals: line.originals,
                copies: line.copies,
            };
            Some(kiosk_journey::Todo::Correct { missing: missing.iter().map(line).collect() })
        }
        (Some(Todo::PickUp { kiosk_name, here: false, .. }), None) => {
            Some(kiosk_journey::Todo::PickUpElsewhere { kiosk: kiosk_name.clone() })
        }
        (Some(Todo::PickUp { .. } | Todo::Unknown) | None, None) => None,
    };
    Errand {
        submission: case.submission.0,
        receipt: case.receipt.0.clone(),
        item: case.item.clone(),
        department: case.department.clone(),
        item_name: both(&case.item_name),
        state: both(&case.state),
        told: both(&case.told),
        due: case.due.clone(),
        todo,
    }
}
