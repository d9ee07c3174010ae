//! What a compiler cannot see in the table.

use thiserror::Error;

use super::table::{Guard, Transition};
use super::words::{CaseEvent, CaseState, NoticeKind};

/// What is wrong with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// Two rows can hold at once: one event would lead to two states.
    #[error("{}: `{}` is foreseen twice at once; give the rows guards that exclude each other", of(*.0), .1.code())]
    Twice(Option<CaseState>, CaseEvent),
    /// No path leads there.
    #[error("no path leads to `{}`; add a row that does, or drop the state", .0.code())]
    Unreachable(CaseState),
    /// A case that comes there can never end.
    #[error("from `{}` no path leads to an end; a case would be lost there", .0.code())]
    Lost(CaseState),
    /// An end that is none.
    #[error("`{}` is an end and `{}` leaves it", .0.code(), .1.code())]
    LeavesAnEnd(CaseState, CaseEvent),
    #[error("{}: nobody may cause `{}`; name who may", of(*.0), .1.code())]
    NobodyMay(Option<CaseState>, CaseEvent),
    /// No row has it.
    #[error("nothing foresees `{}`; add a row that does, or drop the event", .0.code())]
    Unused(CaseEvent),
    /// The law wants a notice here.
    #[error("{}: `{}` makes no `{}`, which the law wants in writing", of(*.0), .1.code(), .2.code())]
    NoticeMissing(Option<CaseState>, CaseEvent, NoticeKind),
    /// A notice without a word to the applicant.
    #[error("{}: `{}` makes a notice and the applicant is told nothing", of(*.0), .1.code())]
    Untold(Option<CaseState>, CaseEvent),
}

fn of(state: Option<CaseState>) -> &'static str {
    state.map_or("the beginning", CaseState::code)
}

/// The notice that the law wants when a case goes from one state to the other: said apart from the table, so that the
/// table can be measured by it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the law names few; no other state is entered in writing")]
pub fn notice_wanted(from: Option<CaseState>, event: CaseEvent, to: CaseState) -> Option<NoticeKind> {
    use {CaseState as S, NoticeKind as N};
    if event == CaseEvent::Extended {
        return Some(N::Extension); // art. 42: 将延长期限的理由告知申请人
    }
    if from == Some(to) {
        return None;
    }
    let before = from.is_none_or(CaseState::before_acceptance);
    match to {
        // Who hands something in gets a paper that says what (收件凭证); the five days are proved by it.
        S::Received => Some(N::Receipt),
        // art. 32: 受理或者不予受理 ... 应当出具 ... 书面凭证
        S::AcceptedDeferred => Some(N::DeferredAcceptance),
        to if before && to.at_work() => Some(N::Acceptance),
        // What is still asked for was told in writing already.
        S::Correction if event == CaseEvent::DepositVoided => None,
        S::Correction => Some(N::Correction),
        S::Refused => Some(N::Refusal),
        S::NotTaken => Some(N::NotTaken),
        S::Lapsed => Some(N::Lapse),
        S::Special => Some(N::Special),    // art. 45: 将所需时间书面告知申请人
        S::DecidedGrant => Some(N::Grant), // art. 38
        S::DecidedDeny => Some(N::Denial), // art. 38: 说明理由, 告知复议或者诉讼的权利
        S::Collected => Some(N::Delivery), // art. 44: 颁发、送达
        S::Recalled | S::Revoked => Some(N::Withdrawal),
        _ => None,
    }
}

/// All flaws of a table; none in ours, or the backend does not start.
pub fn check(rows: &[Transition]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let same = |other: &&Transition| other.from == row.from && other.event == row.event;
        if rows[at + 1..].iter().filter(same).any(|other| !exclude(row.guard, other.guard)) {
            flaws.push(Flaw::Twice(row.from, row.event));
        }
        if row.by.is_empty() {
            flaws.push(Flaw::NobodyMay(row.from, row.event));
        }
        if let Some(from) = row.from.filter(|from| from.is_final()) {
            flaws.push(Flaw::LeavesAnEnd(from, row.event));
        }
        let wanted = notice_wanted(row.from, row.event, row.to);
        if let Some(wanted) = wanted.filter(|wanted| row.notice != Some(*wanted)) {
            flaws.push(Flaw::NoticeMissing(row.from, row.event, wanted));
        }
        if row.notice.is_some() && row.told.is_none() {
            flaws.push(Flaw::Untold(row.from, row.event));
        }
    }
    for state in CaseState::ALL {
        if !reach(rows, None).contains(state) {
            flaws.push(Flaw::Unreachable(*state));
        } else if !state.is_final() && !reach(rows, Some(*state)).iter().any(|end| end.is_final()) {
            flaws.push(Flaw::Lost(*state));
        }
    }
    let unused = CaseEvent::ALL.iter().filter(|event| !rows.iter().any(|row| row.event == **event));
    flaws.extend(unused.map(|event| Flaw::Unused(*event)));
    flaws
}

fn exclude(one: Guard, other: Guard) -> bool {
    use Guard as G;
    matches!(
        (one, other),
        (G::FirstRound, G::LaterRound)
            | (G::LaterRound, G::FirstRound)
            | (G::Owing, G::NothingOwed)
            | (G::NothingOwed, G::Owing)
    )
}

/// The states that can come after `from`, guards aside.
fn reach(rows: &[Transition], from: Option<CaseState>) -> Vec<CaseState> {
    let mut reached: Vec<CaseState> = Vec::new();
    let mut next = vec![from];
    while let Some(here) = next.pop() {
        for row in rows.iter().filter(|row| row.from == here) {
            if !reached.contains(&row.to) {
                reached.push(row.to);
                next.push(Some(row.to));
            }
        }
    }
    reached
}
