//! What was filled in on a case's page and refused: it stands there again, and what was wrong with it is marked.

use hall_rules::review::{Fault, Verdict};

/// A refused form, as it came; empty where nothing was refused.
#[derive(Clone, Default)]
pub(super) struct Entered(Vec<(String, String)>);

impl Entered {
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether it was the form of this step.
    pub(super) fn is(&self, step: &str) -> bool {
        self.field("event") == step
    }

    /// What was filled in for a step's field.
    pub(super) fn of_step(&self, step: &str, name: &str) -> &str {
        if self.is(step) { self.field(name) } else { "" }
    }

    /// Whether this was ticked of material `n`.
    pub(super) fn ticked(&self, n: &usize, verdict: &Verdict) -> bool {
        self.field(&format!("verdict-{n}")) == verdict.code()
    }

    /// Whether this fault was picked for material `n`.
    pub(super) fn picked(&self, n: &usize, fault: &Fault) -> bool {
        self.field(&format!("fault-{n}")) == fault.code()
    }

    /// What was written about material `n`.
    pub(super) fn words(&self, n: &usize) -> &str {
        self.field(&format!("words-{n}"))
    }

    /// Whether material `n` was left open: nothing ticked, or amiss and nobody knows what.
    pub(super) fn lacks(&self, n: &usize) -> bool {
        let silent = self.field(&format!("fault-{n}")).is_empty() && self.words(n).is_empty();
        self.is("review")
            && match Verdict::from_code(self.field(&format!("verdict-{n}"))) {
                None => true,
                Some(Verdict::Wrong) => silent,
                Some(Verdict::Fine | Verdict::Missing) => false,
            }
    }
}
