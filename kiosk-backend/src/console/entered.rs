//! What a refused review left open, so that its lines can be marked. The page's script fills in again what was ticked and
//! written ([`super::keeping`]).

use hall_rules::review::Verdict;

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

    /// Whether material `n` was left open in a review: nothing ticked, or wrong and nobody knows how.
    pub(super) fn leaves_open(&self, n: &usize) -> bool {
        let silent = ["fault", "words"].iter().all(|name| self.field(&format!("{name}-{n}")).is_empty());
        self.field("event") == "review"
            && match Verdict::from_code(self.field(&format!("verdict-{n}"))) {
                None => true,
                Some(Verdict::Wrong) => silent,
                Some(Verdict::Fine | Verdict::Missing) => false,
            }
    }
}
