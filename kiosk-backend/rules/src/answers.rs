//! From answers to the next question and to the exact materials.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::age::Ages;
use crate::catalogue::{ApplicantKind, Catalogue, Choice, Limit, Material, ServiceItem, Situation, When};
use crate::text::Text;

/// Answers so far: question code → option code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, String>);

/// The question every item has: for whom the applicant acts. Its code in [`Answers`] and [`When`].
pub const ACTING_FOR: &str = "acting_for";

/// For whom the applicant acts (为谁办理); the options of [`ACTING_FOR`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActingFor {
    /// For themself (本人).
    Oneself,
    /// For another person, with a mandate (受他人委托).
    AnotherPerson,
    /// For an organisation, as its representative or agent (单位).
    Organisation,
}

impl ActingFor {
    /// All of them, in the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Oneself, Self::AnotherPerson, Self::Organisation];

    /// Its option code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Oneself => "oneself",
            Self::AnotherPerson => "another_person",
            Self::Organisation => "organisation",
        }
    }

    /// The one with this option code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acting| acting.code() == code)
    }
}

/// What to ask next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextQuestion<'a> {
    /// Ask this one.
    Ask(&'a Situation),
    /// This answer cannot be taken here; the text says where to go and why.
    LeadsOut {
        /// The question.
        situation: &'a Situation,
        /// The option chosen.
        choice: &'a Choice,
        /// Where to go instead.
        go: &'a Text,
    },
    /// Nothing left to ask: [`Catalogue::materials_for`] is exact.
    Done,
}

impl Answers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `question` with `option`, replacing an earlier answer.
    pub fn set(&mut self, question: impl Into<String>, option: impl Into<String>) {
        self.0.insert(question.into(), option.into());
    }

    /// Answers for whom the applicant acts.
    pub fn set_acting_for(&mut self, acting: ActingFor) {
        self.set(ACTING_FOR, acting.code());
    }

    /// The answer to `question`.
    pub fn get(&self, question: &str) -> Option<&str> {
        self.0.get(question).map(String::as_str)
    }

    /// Forgets the answer to `question`.
    pub fn clear(&mut self, question: &str) {
        self.0.remove(question);
    }

    /// Drops answers to questions that the others no longer lead to, and answers that are no option.
    pub fn retain_asked(&mut self, item: &ServiceItem) {
        let mut kept = Self::new();
        if let Some(acting) = self.get(ACTING_FOR) {
            kept.set(ACTING_FOR, acting);
        }
        for situation in &item.situations {
            if let Some(answer) = self.get(&situation.code)
                && kept.meet(&situation.when)
                && situation.has_option(answer)
            {
                kept.set(&situation.code, answer);
            }
        }
        *self = kept;
    }

    /// Drops answers that are not true of somebody of this age, and answers what only one option is left of: it need not
    /// be asked.
    pub fn settle(&mut self, item: &ServiceItem, age: Option<u8>) {
        for situation in item.situations.iter().filter(|situation| situation.ages().is_some()) {
            if !self.meet(&situation.when) {
                continue;
            }
            let mut left = situation.options_at(age);
            let possible = |answer: &str| answer.split('+').all(|code| left.clone().any(|choice| choice.code == code));
            if self.get(&situation.code).is_some_and(|answer| !possible(answer)) {
                self.clear(&situation.code);
            }
            if let (Some(only), None) = (left.next(), left.next()) {
                self.set(&situation.code, &only.code);
            }
        }
    }

    /// Forgets what was said of an age: the answers are about somebody else from now on.
    pub fn forget_age(&mut self, item: &ServiceItem) {
        for situation in item.situations.iter().filter(|situation| situation.ages().is_some()) {
            self.clear(&situation.code);
        }
    }

    /// Whether the answers meet `when`. A question without an answer is not met.
    pub fn meet(&self, when: &When) -> bool {
        when.0.iter().all(|(question, options)| {
            self.get(question).is_some_and(|answer| answer.split('+').any(|code| options.iter().any(|o| o == code)))
        })
    }
}

impl Situation {
    /// The options that can be true of somebody of this age; all of them when it is not known.
    pub fn options_at(&self, age: Option<u8>) -> impl Iterator<Item = &Choice> + Clone {
        let can_be = move |ages: Ages| age.is_none_or(|age| ages.hold(age));
        self.options.iter().filter(move |choice| choice.age.is_none_or(can_be))
    }

    /// From the youngest to the oldest that its options tell of; `None` when they tell of no age.
    pub fn ages(&self) -> Option<Ages> {
        self.options.iter().filter_map(|choice| choice.age).reduce(Ages::and)
    }

    /// The option with this code.
    pub fn option(&self, code: &str) -> Option<&Choice> {
        self.options.iter().find(|choice| choice.code == code)
    }

    fn has_option(&self, answer: &str) -> bool {
        let mut parts = answer.split('+').peekable();
        let several = answer.contains('+');
        (!several || self.multiple) && parts.all(|code| self.option(code).is_some())
    }
}

impl ServiceItem {
    /// For whom one can act here, in the order of the buttons: for themself or another only where a person or a sole
    /// trader may apply, for an organisation only where one may.
    pub fn acting_for(&self) -> impl Iterator<Item = ActingFor> {
        let organisations = self.applicants.contains(&ApplicantKind::Organisation);
        let people = self.applicants.iter().any(|kind| *kind != ApplicantKind::Organisation);
        ActingFor::ALL.into_iter().filter(move |acting| match acting {
            ActingFor::Oneself | ActingFor::AnotherPerson => people,
            ActingFor::Organisation => organisations,
        })
    }

    /// The first question these answers lead to that nobody of this age can answer: the item is not for them.
    pub fn closed_to(&self, answers: &Answers, age: Option<u8>) -> Option<&Situation> {
        self.situations
            .iter()
            .filter(|situation| answers.meet(&situation.when))
            .find(|situation| situation.options_at(age).next().is_none())
    }

    /// What to ask next, given the answers so far.
    pub fn next_question(&self, answers: &Answers) -> NextQuestion<'_> {
        for situation in self.situations.iter().filter(|situation| answers.meet(&situation.when)) {
            let Some(answer) = answers.get(&situation.code).filter(|answer| situation.has_option(answer)) else {
                return NextQuestion::Ask(situation);
            };
            for choice in answer.split('+').filter_map(|code| situation.option(code)) {
                if let Some(go) = &choice.leads_out {
                    return NextQuestion::LeadsOut { situation, choice, go };
                }
            }
        }
        NextQuestion::Done
    }

    /// The questions these answers lead to, answered or not, as far as is known.
    pub fn open_situations<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Situation> {
        self.situations.iter().filter(|situation| answers.meet(&situation.when))
    }

    /// The legal limit under these answers.
    pub fn legal_limit(&self, answers: &Answers) -> Option<&Limit> {
        self.legal_limits.iter().find(|limit| answers.meet(&limit.when))
    }

    /// The promised limit under these answers.
    pub fn promised_limit(&self, answers: &Answers) -> Option<&Limit> {
        self.promised_limits.iter().find(|limit| answers.meet(&limit.when))
    }
}

impl Catalogue {
    /// The exact materials of `item` under these answers: its own, then those that general rules add.
    ///
    /// Exact once [`ServiceItem::next_question`] is [`NextQuestion::Done`] and [`ACTING_FOR`] is answered; before
    /// that, materials that hang on an open question are not in it.
    pub fn materials_for<'a>(&'a self, item: &'a ServiceItem, answers: &Answers) -> Vec<&'a Material> {
        let general = self.general_materials.iter().filter(|material| !item.without_general.contains(&material.code));
        item.materials.iter().chain(general).filter(|material| answers.meet(&material.when)).collect()
    }
}
