//! Joint handling (并联审批, 行政许可法 art. 26): one part of a case (会办) for each other department that its item
//! names, all at the same time, each with its own limit.
//!
//! What state a part is in is derived from its events, like a case; there are few enough to stand in one function.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::case::words::words;
use crate::catalogue::{Assisting, ServiceItem};
use crate::clock::{Clock, ClockKind};

impl ServiceItem {
    /// The departments whose opinion is wanted under these answers, each once.
    pub fn assisting_for<'a>(&'a self, answers: &Answers) -> Vec<&'a Assisting> {
        let mut found: Vec<&Assisting> = Vec::new();
        for one in self.assisting.iter().filter(|one| answers.meet(&one.when)) {
            if found.iter().all(|known| known.department != one.department) {
                found.push(one);
            }
        }
        found
    }
}

words! {
    /// State of a part.
    PartState, "state";
    /// The department has not answered.
    Asked = "asked", "待答复", "Waiting for the answer";
    /// It agrees.
    Agreed = "agreed", "同意", "Agrees";
    /// It does not agree.
    Disagreed = "disagreed", "不同意", "Does not agree";
    /// It said nothing in time, and the hall's rule counts that as agreed.
    Silent = "silent", "逾期未答复，视为同意", "Agreed by silence";
    /// The lead needs no answer any more.
    Recalled = "recalled", "已撤回", "Recalled";
}

words! {
    /// What happens to a part.
    PartEvent, "event";
    /// The lead asked.
    Asked = "asked", "请求会办", "Asked";
    /// The department agrees.
    Agreed = "agreed", "同意", "Agrees";
    /// The department does not agree, and says why.
    Disagreed = "disagreed", "不同意", "Does not agree";
    /// Its time passed, and the hall's rule counts that as agreed.
    DeemedAgreed = "deemed_agreed", "逾期未答复，视为同意", "Agreed by silence";
    /// The lead took the question back, for a reason.
    Recalled = "recalled", "撤回会办", "Recalled";
}

impl PartState {
    /// Whether nothing is awaited of this department.
    pub fn is_in(self) -> bool {
        self != Self::Asked
    }

    /// The state after `event`, or `None` when it is not foreseen: an answer is given once.
    pub fn after(before: Option<Self>, event: PartEvent) -> Option<Self> {
        match (before, event) {
            (None, PartEvent::Asked) => Some(Self::Asked),
            (Some(Self::Asked), PartEvent::Agreed) => Some(Self::Agreed),
            (Some(Self::Asked), PartEvent::Disagreed) => Some(Self::Disagreed),
            (Some(Self::Asked), PartEvent::DeemedAgreed) => Some(Self::Silent),
            (Some(Self::Asked), PartEvent::Recalled) => Some(Self::Recalled),
            (None | Some(_), _) => None,
        }
    }
}

/// The clock of a part that was asked at an instant and has not been answered.
pub fn clock(asked: Timestamp, days: u16) -> Clock {
    Clock::since(ClockKind::Joint, asked, days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_asked_once_and_answered_once() {
        use {PartEvent as E, PartState as S};
        for (event, state) in [
            (E::Agreed, S::Agreed),
            (E::Disagreed, S::Disagreed),
            (E::DeemedAgreed, S::Silent),
            (E::Recalled, S::Recalled),
        ] {
            assert_eq!(PartState::after(None, event), None, "{event:?} of nothing");
            assert_eq!(PartState::after(Some(S::Asked), event), Some(state));
            assert!(state.is_in());
            for again in E::ALL {
                assert_eq!(PartState::after(Some(state), *again), None, "{again:?} after {event:?}");
            }
        }
        assert_eq!(PartState::after(Some(S::Asked), E::Asked), None);
        assert!(!S::Asked.is_in());
    }
}
