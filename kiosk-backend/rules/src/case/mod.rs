//! Which state a case (办件) is in: derived from its events, by a table.
//!
//! Events are facts and arrive as they arrive; one that the table does not foresee changes nothing and is reported, so
//! that a person can look.
//!
//! The table is typed: a name that does not exist does not compile. What a compiler cannot see (a state that nothing
//! leads to, a step without the notice that the law wants) is found by [`check`], which the backend asks at its start.

mod check;
mod diagram;
mod table;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub use check::{Flaw, check, notice_wanted};
pub use diagram::{diagram, steps_as_table};
pub use table::{Guard, TRANSITIONS, Transition};
pub use words::{CaseEvent, CaseState, Need, NoticeKind, Party};

/// What a case's events amount to, as far as the table asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The state; `None` without a `Submitted`.
    pub state: Option<CaseState>,
    /// How often corrections were asked for. More than once is a breach of telling once (一次性告知).
    pub corrections: u16,
    /// Whether the time was extended.
    pub extended: bool,
    /// Whether papers that were to follow (容缺) are not in yet.
    pub owing: bool,
}

impl Standing {
    /// The row that foresees `event` here.
    pub fn row(&self, event: CaseEvent) -> Option<&'static Transition> {
        TRANSITIONS.iter().find(|row| row.from == self.state && row.event == event && row.guard.holds(self))
    }

    /// What can happen here, in the order of the table: the usual way on comes first.
    pub fn rows(&self) -> impl Iterator<Item = &'static Transition> {
        let here = *self;
        TRANSITIONS.iter().filter(move |row| row.from == here.state && row.guard.holds(&here))
    }

    /// A step that goes without saying before others, and the standing after it: whoever says what is amiss has begun the
    /// pre-review, and whoever asks departments has begun the work.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing goes without saying elsewhere")]
    pub fn implied(&self) -> Option<(CaseEvent, Self)> {
        let event = match self.state? {
            CaseState::Received => CaseEvent::PreReviewStarted,
            CaseState::Accepted | CaseState::AcceptedDeferred => CaseEvent::WorkStarted,
            _ => return None,
        };
        Some((event, self.after(event)?))
    }

    /// The row that foresees `event` here, or after the step that goes without saying, which is then named too.
    pub fn row_or_implied(&self, event: CaseEvent) -> Option<(Option<CaseEvent>, &'static Transition)> {
        let own = || self.row(event).map(|row| (None, row));
        own().or_else(|| self.implied().and_then(|(first, then)| Some((Some(first), then.row(event)?))))
    }

    /// The standing after `event`, or `None` when the table does not foresee it.
    #[must_use]
    pub fn after(&self, event: CaseEvent) -> Option<Self> {
        let row = self.row(event)?;
        let asked = matches!(event, CaseEvent::CorrectionAsked | CaseEvent::CorrectionAskedAgain);
        Some(Self {
            state: Some(row.to),
            corrections: self.corrections.saturating_add(u16::from(asked)),
            extended: self.extended || event == CaseEvent::Extended,
            owing: event == CaseEvent::AcceptedDeferred || (self.owing && event != CaseEvent::DeferredArrived),
        })
    }
}

/// A case's standing, and which of its events did not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// What the events amount to.
    pub standing: Standing,
    /// Positions of the events that the table did not foresee; they changed nothing.
    pub unforeseen: Vec<usize>,
}

/// What the applicant was told last, Chinese and English.
pub fn last_told(events: impl IntoIterator<Item = CaseEvent>) -> Option<(&'static str, &'static str)> {
    let (mut standing, mut last) = (Standing::default(), None);
    for event in events {
        last = standing.row(event).and_then(|row| row.told).or(last);
        standing = standing.after(event).unwrap_or(standing);
    }
    last
}

/// Derives the standing from all events, oldest first.
pub fn derive(events: impl IntoIterator<Item = CaseEvent>) -> Derived {
    let mut derived = Derived::default();
    for (at, event) in events.into_iter().enumerate() {
        match derived.standing.after(event) {
            Some(after) => derived.standing = after,
            None => derived.unforeseen.push(at),
        }
    }
    derived
}
