//! Which state a case (办件) is in: derived from its events, by a table.
//!
//! Events are facts and arrive as they arrive; one that the table does not foresee changes nothing and is reported, so
//! that a person can look.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// State of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// 待存件: prepared at the terminal, paper not yet in a box.
    Submitted,
    /// 已存件: the paper is in a box.
    Deposited,
    /// 存件待核实: nobody knows whether the paper is in the box.
    DepositUnconfirmed,
    /// 已收件: the window has the paper.
    Received,
    /// 已作废: it ended with no paper handed in.
    Voided,
}

impl CaseState {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Submitted, Self::Deposited, Self::DepositUnconfirmed, Self::Received, Self::Voided];

    /// Its code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Deposited => "deposited",
            Self::DepositUnconfirmed => "deposit_unconfirmed",
            Self::Received => "received",
            Self::Voided => "voided",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// As screens say it.
    pub fn text(self) -> Text {
        match self {
            Self::Submitted => Text::new("待存件", "Waiting for the paper"),
            Self::Deposited => Text::new("已存件", "Paper in the locker"),
            Self::DepositUnconfirmed => Text::new("存件待核实", "Deposit to be checked"),
            Self::Received => Text::new("已收件", "Received by the window"),
            Self::Voided => Text::new("已作废", "Void"),
        }
    }

    /// Status code of the national exchange set for construction approvals (BLZT), where it has one.
    pub fn national_code(self) -> Option<u8> {
        match self {
            // 1 已接件
            Self::Deposited | Self::Received => Some(1),
            // 2 已撤件
            Self::Voided => Some(2),
            Self::Submitted | Self::DepositUnconfirmed => None,
        }
    }

    /// Whether the clock runs in which the office must say what is missing (行政许可法 art. 32: five working days).
    pub fn acceptance_clock_runs(self) -> bool {
        match self {
            Self::Deposited | Self::DepositUnconfirmed | Self::Received => true,
            Self::Submitted | Self::Voided => false,
        }
    }

    /// Whether nothing can happen any more.
    pub fn is_final(self) -> bool {
        self == Self::Voided
    }
}

/// What happened to a case, as far as its state is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseEvent {
    /// The terminal prepared it.
    Submitted,
    /// The terminal saw the door open and close: the paper is in.
    Deposited,
    /// The terminal cannot say whether the paper is in.
    DepositUnconfirmed,
    /// Staff looked: the paper is there.
    DepositConfirmed,
    /// It ended with certainly nothing in a box: the terminal or staff say so.
    DepositVoided,
    /// A clerk took the paper and affirmed the box empty.
    Received,
}

impl CaseEvent {
    /// All events.
    pub const ALL: [Self; 6] = [
        Self::Submitted,
        Self::Deposited,
        Self::DepositUnconfirmed,
        Self::DepositConfirmed,
        Self::DepositVoided,
        Self::Received,
    ];

    /// Its code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Deposited => "deposited",
            Self::DepositUnconfirmed => "deposit_unconfirmed",
            Self::DepositConfirmed => "deposit_confirmed",
            Self::DepositVoided => "deposit_voided",
            Self::Received => "received",
        }
    }

    /// The event with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// As a timeline says it.
    pub fn text(self) -> Text {
        match self {
            Self::Submitted => Text::new("在终端提交申报", "Submitted at the terminal"),
            Self::Deposited => Text::new("材料已存入柜中", "Paper put into the locker"),
            Self::DepositUnconfirmed => Text::new("存件情况待核实", "Deposit to be checked"),
            Self::DepositConfirmed => Text::new("工作人员核实材料在柜中", "Staff found the paper in the locker"),
            Self::DepositVoided => Text::new("未存入材料,作废", "No paper handed in; void"),
            Self::Received => Text::new("窗口已取出材料", "Paper taken out by the window"),
        }
    }

    /// Who may cause it.
    pub fn actor(self) -> Actor {
        match self {
            Self::Submitted | Self::Deposited | Self::DepositUnconfirmed => Actor::Terminal,
            Self::DepositConfirmed | Self::Received => Actor::Staff,
            Self::DepositVoided => Actor::TerminalOrStaff,
        }
    }
}

/// Who may cause an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The terminal's journal.
    Terminal,
    /// A member of staff.
    Staff,
    /// Either.
    TerminalOrStaff,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// State before; `None` before the first event.
    pub from: Option<CaseState>,
    /// What happens.
    pub event: CaseEvent,
    /// State after.
    pub to: CaseState,
}

const fn row(from: Option<CaseState>, event: CaseEvent, to: CaseState) -> Transition {
    Transition { from, event, to }
}

/// All that can happen.
///
/// Entries of a journal come in order, but a terminal may learn more after staff did: `Deposited` after
/// `DepositUnconfirmed` (the applicant affirmed it), and `Deposited` twice (reopened for something forgotten, or moved
/// to a bigger box).
pub const TRANSITIONS: &[Transition] = {
    use CaseEvent as E;
    use CaseState as S;
    &[
        row(None, E::Submitted, S::Submitted),
        row(Some(S::Submitted), E::Deposited, S::Deposited),
        row(Some(S::Submitted), E::DepositUnconfirmed, S::DepositUnconfirmed),
        row(Some(S::Submitted), E::DepositVoided, S::Voided),
        row(Some(S::Deposited), E::Deposited, S::Deposited),
        row(Some(S::Deposited), E::DepositUnconfirmed, S::DepositUnconfirmed),
        row(Some(S::Deposited), E::Received, S::Received),
        row(Some(S::DepositUnconfirmed), E::Deposited, S::Deposited),
        row(Some(S::DepositUnconfirmed), E::DepositConfirmed, S::Deposited),
        row(Some(S::DepositUnconfirmed), E::DepositUnconfirmed, S::DepositUnconfirmed),
        row(Some(S::DepositUnconfirmed), E::DepositVoided, S::Voided),
        row(Some(S::DepositUnconfirmed), E::Received, S::Received),
    ]
};

/// The state after `event`, or `None` when the table does not foresee it.
pub fn next_state(from: Option<CaseState>, event: CaseEvent) -> Option<CaseState> {
    TRANSITIONS.iter().find(|row| row.from == from && row.event == event).map(|row| row.to)
}

/// What a case's events amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// The state; `None` without a `Submitted`.
    pub state: Option<CaseState>,
    /// Positions of the events that the table did not foresee; they changed nothing.
    pub unforeseen: Vec<usize>,
}

/// Derives the state from all events, oldest first.
pub fn derive_state(events: impl IntoIterator<Item = CaseEvent>) -> Derived {
    let mut derived = Derived::default();
    for (at, event) in events.into_iter().enumerate() {
        match next_state(derived.state, event) {
            Some(state) => derived.state = Some(state),
            None => derived.unforeseen.push(at),
        }
    }
    derived
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_main_stories() {
        use CaseEvent as E;
        use CaseState as S;
        for (events, state) in [
            (&[E::Submitted][..], S::Submitted),
            (&[E::Submitted, E::Deposited], S::Deposited),
            (&[E::Submitted, E::Deposited, E::Received], S::Received),
            (&[E::Submitted, E::DepositUnconfirmed, E::DepositConfirmed, E::Received], S::Received),
            (&[E::Submitted, E::DepositUnconfirmed, E::DepositVoided], S::Voided),
            (&[E::Submitted, E::Deposited, E::Deposited, E::Received], S::Received),
        ] {
            assert_eq!(derive_state(events.iter().copied()), Derived { state: Some(state), unforeseen: vec![] });
        }
    }

    #[test]
    fn what_is_not_foreseen_changes_nothing_and_is_reported() {
        let derived = derive_state([CaseEvent::Received, CaseEvent::Submitted, CaseEvent::Submitted]);
        assert_eq!(derived, Derived { state: Some(CaseState::Submitted), unforeseen: vec![0, 2] });
    }

    #[test]
    fn codes_are_those_of_json_and_rows_are_unique() {
        for state in CaseState::ALL {
            assert_eq!(serde_json::to_value(state).ok(), Some(state.code().into()));
            assert_eq!(CaseState::from_code(state.code()), Some(state));
        }
        for event in CaseEvent::ALL {
            assert_eq!(serde_json::to_value(event).ok(), Some(event.code().into()));
            assert_eq!(CaseEvent::from_code(event.code()), Some(event));
        }
        for (at, row) in TRANSITIONS.iter().enumerate() {
            let twin = TRANSITIONS[at + 1..].iter().find(|other| other.from == row.from && other.event == row.event);
            assert_eq!(twin, None);
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_a_final_state(events in proptest::collection::vec(0_usize..6, 0..12)) {
            let mut state = None;
            for event in events.into_iter().map(|at| CaseEvent::ALL[at]) {
                let next = next_state(state, event);
                if state.is_some_and(CaseState::is_final) {
                    prop_assert_eq!(next, None);
                }
                state = next.or(state);
            }
        }
    }
}
