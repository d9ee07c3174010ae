use CaseEvent as E;
use CaseState as S;
use proptest::prelude::*;

use super::*;

#[test]
fn the_main_stories() {
    for (events, state) in [
        (&[E::Submitted][..], S::Submitted),
        (&[E::Submitted, E::Deposited], S::Deposited),
        (&[E::Submitted, E::Deposited, E::Received], S::Received),
        (&[E::Submitted, E::DepositUnconfirmed, E::DepositConfirmed, E::Received], S::Received),
        (&[E::Submitted, E::DepositUnconfirmed, E::DepositVoided], S::Voided),
        (&[E::Submitted, E::Deposited, E::Deposited, E::Received], S::Received),
    ] {
        let derived = derive(events.iter().copied());
        assert_eq!((derived.standing.state, derived.unforeseen), (Some(state), vec![]));
    }
}

#[test]
fn the_long_way_asks_for_corrections_twice_and_ends_in_the_archive() {
    let events = [
        E::Submitted,
        E::Deposited,
        E::Received,
        E::PreReviewStarted,
        E::CorrectionAsked,
        E::CorrectionReceived,
        E::PreReviewStarted,
        E::CorrectionAsked, // not foreseen: the second round has another name and another person
        E::CorrectionAskedAgain,
        E::Deposited, // through the locker
        E::Received,
        E::PreReviewStarted,
        E::AcceptedDeferred,
        E::WorkStarted,
        E::Granted, // not foreseen: papers are to follow
        E::DeferredArrived,
        E::Extended,
        E::Extended, // not foreseen: once only
        E::SpecialStarted,
        E::SpecialEnded,
        E::Granted,
        E::ResultReady,
        E::Collected,
        E::Archived,
    ];
    let derived = derive(events);
    assert_eq!(derived.unforeseen, [7, 14, 17]);
    let standing = Standing { state: Some(S::Archived), corrections: 2, extended: true, owing: false };
    assert_eq!(derived.standing, standing);
}

#[test]
fn what_is_not_foreseen_changes_nothing_and_is_reported() {
    let derived = derive([E::Received, E::Submitted, E::Submitted]);
    assert_eq!((derived.standing.state, derived.unforeseen), (Some(S::Submitted), vec![0, 2]));
}

#[test]
fn the_table_has_no_flaws_and_flaws_are_found() {
    assert_eq!(check(TRANSITIONS), []);
    let without = |event: E| TRANSITIONS.iter().copied().filter(|row| row.event != event).collect::<Vec<_>>();
    let flaws = check(&without(E::WorkStarted));
    assert!(flaws.contains(&Flaw::Unused(E::WorkStarted)));
    assert!(check(&without(E::SpecialStarted)).contains(&Flaw::Unreachable(S::Special)));
    assert!(check(&without(E::Archived)).contains(&Flaw::Lost(S::Collected)));
    let mut rows = TRANSITIONS.to_vec();
    let at = rows.iter().position(|row| row.event == E::Refused).expect("a row");
    rows[at].notice = None;
    rows[at].by = &[];
    rows[at].told = None;
    rows.push(Transition { from: Some(S::Archived), ..rows[at] });
    rows.push(rows[at]);
    let flaws = check(&rows);
    let here = Some(S::PreReview);
    for flaw in [
        Flaw::NoticeMissing(here, E::Refused, NoticeKind::Refusal),
        Flaw::NobodyMay(here, E::Refused),
        Flaw::Twice(here, E::Refused),
        Flaw::LeavesAnEnd(S::Archived, E::Refused),
    ] {
        assert!(flaws.contains(&flaw), "{flaw}: {flaws:?}");
    }
    assert_eq!(
        flaws[0].to_string(),
        "pre_review: `refused` is foreseen twice at once; give the rows guards that exclude each other"
    );
}

#[test]
fn codes_are_those_of_json() {
    for state in S::ALL {
        assert_eq!(serde_json::to_value(state).ok(), Some(state.code().into()));
        assert_eq!(S::from_code(state.code()), Some(*state));
    }
    for event in E::ALL {
        assert_eq!(serde_json::to_value(event).ok(), Some(event.code().into()));
        assert_eq!(E::from_code(event.code()), Some(*event));
    }
}

/// A walk through the table: at each place one of the rows that hold, chosen by the next number.
fn walk(choices: &[usize]) -> Vec<&'static Transition> {
    let (mut standing, mut path) = (Standing::default(), Vec::new());
    for choice in choices {
        let rows: Vec<_> = standing.rows().collect();
        let Some(row) = rows.get(choice % rows.len().max(1)) else { break };
        path.push(*row);
        standing = standing.after(row.event).expect("a row that holds is foreseen");
    }
    path
}

/// The shortest way from here to an end, guards minded.
fn can_end(from: Standing) -> bool {
    let (mut seen, mut next) = (Vec::new(), vec![from]);
    while let Some(here) = next.pop() {
        if here.state.is_some_and(S::is_final) {
            return true;
        }
        // Rounds beyond the second are alike: otherwise they would never end.
        let here = Standing { corrections: here.corrections.min(2), ..here };
        if !seen.contains(&here) {
            seen.push(here);
            next.extend(here.rows().filter_map(|row| here.after(row.event)));
        }
    }
    false
}

proptest! {
    #[test]
    fn no_path_loses_a_case(choices in proptest::collection::vec(0_usize..64, 0..40)) {
        let path = walk(&choices);
        let derived = derive(path.iter().map(|row| row.event));
        prop_assert_eq!(&derived.unforeseen, &Vec::<usize>::new());
        prop_assert!(can_end(derived.standing), "{:?}", derived.standing);
        // Short of an end, somebody can always do something without waiting for a machine.
        if derived.standing.state.is_some_and(|state| !state.is_final() && !state.before_acceptance()) {
            prop_assert!(derived.standing.rows().any(|row| row.staff_may(crate::role::Role::Chief, true)));
        }
    }

    #[test]
    fn no_path_skips_a_notice(choices in proptest::collection::vec(0_usize..64, 0..60)) {
        use NoticeKind as N;
        let path = walk(&choices);
        let made: Vec<N> = path.iter().filter_map(|row| row.notice).collect();
        let been = |state: S| path.iter().any(|row| row.to == state);
        for (state, notice) in [
            (S::Received, N::Receipt),
            (S::Correction, N::Correction),
            (S::Refused, N::Refusal),
            (S::NotTaken, N::NotTaken),
            (S::Special, N::Special),
            (S::DecidedGrant, N::Grant),
            (S::DecidedDeny, N::Denial),
            (S::Collected, N::Delivery),
        ] {
            // Corrections that are not in the box after all were told in writing already.
            let enters = |row: &&&Transition| {
                row.to == state && row.from != Some(state) && row.event != E::DepositVoided
            };
            let times = path.iter().filter(enters).count();
            prop_assert_eq!(made.iter().filter(|kind| **kind == notice).count(), times, "{:?}", state);
        }
        if S::ALL.iter().any(|state| state.at_work() && been(*state)) {
            let first = made.iter().position(|kind| matches!(kind, N::Acceptance | N::DeferredAcceptance));
            let decided = made.iter().position(|kind| matches!(kind, N::Grant | N::Denial));
            prop_assert!(first.is_some());
            prop_assert!(decided.is_none_or(|decided| first < Some(decided)));
        }
    }

    #[test]
    fn any_events_in_any_order_are_survived(events in proptest::collection::vec(0..E::ALL.len(), 0..30)) {
        let derived = derive(events.iter().map(|at| E::ALL[*at]));
        prop_assert_eq!(derived.standing.state.is_none(), derived.unforeseen.len() == events.len());
    }
}
