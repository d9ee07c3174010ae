//! Trusted time searched exhaustively: every order of a few right and wrong readings, restarts and waits. The model has
//! its own idea of the truth; each rule that it depends on can be broken, and then a promise must break.

use hall_rules::time::trusted::{CEILING_MS, Heard, STAND_LONG_MS, STAND_MS, TOLERANCE_MS, WITNESS_MS};
use hall_rules::time::{Kept, Rank, TrustedTime, Verdict};
use stateright::{Checker, Model, Property};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;
/// 2026-11-01.
const BUILT: i64 = 1_793_491_200_000;
/// 2026-11-29 02:09:55.
const NOW: i64 = 1_795_975_795_000;

/// By how much a wrong clock is wrong: the year 1970, nine days behind, twenty days ahead, the year 2042.
const WRONG: [i64; 4] = [180_000 - NOW, -9 * DAY, 20 * DAY, 2_277_273_600_000 - NOW];

fn at(by: i64) -> i64 {
    NOW + by
}

#[test]
fn a_clock_that_is_wrong_for_a_minute_changes_nothing() {
    for wrong in WRONG {
        let mut time = TrustedTime::new(BUILT, Some(Kept { ms: NOW - MINUTE, rank: Rank::Possible }));
        assert_eq!(time.hear(NOW, None, 0), Heard::Agreed);
        for second in 1..=63 {
            let mono = second * 1_000;
            assert_eq!(time.hear(at(mono + wrong), None, mono), Heard::Held(wrong, second == 1));
            assert_eq!(time.best_ms(at(mono + wrong), mono), at(mono));
            assert_eq!(time.verdict(at(mono), mono, MINUTE), Verdict::SourceHeld(wrong));
            assert!(time.is_settled(mono) && time.earliest_ms(0, mono) <= at(mono));
        }
        assert_eq!(time.hear(at(64_000), None, 64_000), Heard::Agreed);
        assert_eq!(time.held_ms(64_000), None);
    }
}

#[test]
fn a_jump_that_stands_is_followed_and_no_act_of_law_before_a_day_has_passed() {
    let mut time = TrustedTime::new(BUILT, Some(Kept { ms: NOW - MINUTE, rank: Rank::Possible }));
    time.hear(NOW, None, 0);
    let by = 20 * DAY;
    assert_eq!(time.hear(at(by), None, 0), Heard::Held(by, true));
    assert_eq!(time.hear(at(by + STAND_MS - 1), None, STAND_MS - 1), Heard::Held(by, false));
    assert_eq!(time.hear(at(by + STAND_MS), None, STAND_MS), Heard::Followed(by));
    assert!(!time.is_settled(STAND_MS + STAND_LONG_MS - 1) && time.keep(STAND_MS).is_none());
    assert!(time.earliest_ms(at(by), STAND_MS) <= at(STAND_MS), "nobody is locked out by it meanwhile");
    assert!(time.is_settled(STAND_MS + STAND_LONG_MS));
    // Another clock that agrees ends the doubt; one that does not, does not.
    time.witness(at(STAND_MS), STAND_MS);
    assert!(!time.is_settled(STAND_MS));
    time.witness(at(by + STAND_MS + WITNESS_MS), STAND_MS);
    assert!(time.is_settled(STAND_MS));
}

#[test]
fn one_that_is_put_right_is_followed_at_once() {
    // The machine's clock stood in 2042 when the program started, and nothing was known.
    let mut time = TrustedTime::new(BUILT, None);
    let wrong = at(WRONG[3]);
    assert_eq!(time.hear(wrong, None, 0), Heard::Held(wrong - BUILT, true));
    assert_eq!(time.best_ms(wrong, 5_000), BUILT + 5_000, "what cannot be is no time");
    assert_eq!(time.hear(at(6_000), None, 6_000), Heard::Agreed);
    assert_eq!(time.best_ms(wrong, 7_000), at(7_000));
}

#[test]
fn a_witness_ends_a_doubt_in_one_reading() {
    let mut time = TrustedTime::new(BUILT, Some(Kept { ms: NOW - MINUTE, rank: Rank::Possible }));
    // The backend was 20 days ahead when this terminal, whose battery is empty, first heard it.
    time.hear(at(20 * DAY), Some(180_000), 0);
    assert!(!time.is_settled(0));
    // Its wall clock was set, and the backend's too.
    assert_eq!(time.hear(at(1_000), Some(at(1_000)), 1_000), Heard::Followed(-20 * DAY));
    assert!(time.is_settled(1_000));
}

#[test]
fn a_kept_time_that_was_wrong_yields() {
    let wrong = Kept { ms: at(20 * DAY), rank: Rank::Possible };
    let mut time = TrustedTime::new(BUILT, Some(wrong));
    assert_eq!(time.hear(NOW, None, 0), Heard::Agreed);
    assert!(time.earliest_ms(NOW, 0) <= NOW);
    let mut resumed = TrustedTime::new(BUILT, Some(wrong));
    resumed.resume(wrong, 5_000, 0);
    assert_eq!(resumed.hear(NOW, None, 1_000), Heard::Held(-20 * DAY - 6_000, true));
    assert!(matches!(resumed.hear(NOW + STAND_MS, None, 1_000 + STAND_MS), Heard::Followed(_)));
}

#[test]
fn a_certificate_is_judged_by_every_time_that_it_may_be() {
    let kept = Kept { ms: NOW, rank: Rank::Witnessed };
    let mut time = TrustedTime::new(BUILT, Some(kept));
    assert_eq!(time.possible_ms(at(WRONG[3]), 1_000), [NOW + 1_000, NOW + 1_000, NOW], "2042 cannot be");
    assert_eq!(time.possible_ms(at(300 * DAY), 0), [at(300 * DAY), at(300 * DAY), NOW], "next autumn can");
    time.hear(at(2 * DAY), Some(at(2 * DAY)), 0);
    assert_eq!(time.possible_ms(at(300 * DAY), 0), [at(2 * DAY); 3], "and once it is known it is one time");
}

#[test]
fn a_source_that_was_wrong_with_its_witness_is_not_locked_out_for_ever() {
    // The backend sets the clocks of its hall: both were a year ahead, and believed.
    let year = 365 * DAY;
    let mut time = TrustedTime::new(BUILT, Some(Kept { ms: NOW - MINUTE, rank: Rank::Witnessed }));
    time.hear(at(year), Some(at(year)), 0);
    assert!(time.is_settled(0));
    // Both are right again. A certificate that is valid now is none by what is believed, so nothing is heard.
    let later = STAND_MS + 1;
    assert!(time.possible_ms(at(later), later).contains(&at(later)));
    // Nor after a start of the program in the same boot.
    let kept = time.keep(later).expect("kept");
    let mut again = TrustedTime::new(BUILT, Some(kept));
    again.resume(kept, 0, 0);
    assert!(again.possible_ms(at(later), 0).contains(&at(later)));
}

#[test]
fn what_an_older_release_kept_of_a_server_in_2042_is_none() {
    let wrong = Kept { ms: at(WRONG[3]), rank: Rank::Possible };
    let mut time = TrustedTime::new(BUILT, Some(wrong));
    time.resume(wrong, 5_000, 0);
    assert_eq!((time.source_ms(0), time.earliest_ms(NOW, 0)), (None, BUILT));
}

#[test]
fn a_wall_clock_locks_nobody_out_unless_it_was_right_before() {
    let kept = |rank| Some(Kept { ms: NOW, rank });
    let wall = at(11 * DAY);
    assert_eq!(TrustedTime::new(BUILT, kept(Rank::Possible)).earliest_ms(wall, 0), NOW);
    assert_eq!(TrustedTime::new(BUILT, kept(Rank::Witnessed)).earliest_ms(wall, 0), wall);
    for wrong in [WRONG[0], WRONG[1], WRONG[3]] {
        assert_eq!(TrustedTime::new(BUILT, kept(Rank::Witnessed)).earliest_ms(at(wrong), 0), NOW);
    }
    assert_eq!(TrustedTime::new(BUILT, None).verdict(at(CEILING_MS), 0, MINUTE), Verdict::WallImpossible);
    assert_eq!(TrustedTime::new(BUILT, None).verdict(180_000, 0, MINUTE), Verdict::WallImpossible);
    assert_eq!(TrustedTime::new(BUILT, None).verdict(NOW, 0, MINUTE), Verdict::Unknown);
}

#[test]
fn small_steps_are_followed_and_move_no_legal_clock() {
    let mut time = TrustedTime::new(BUILT, Some(Kept { ms: NOW, rank: Rank::Possible }));
    time.hear(NOW, None, 0);
    assert_eq!(time.hear(at(1_000 + TOLERANCE_MS), None, 1_000), Heard::Agreed);
    let three = 3 * MINUTE;
    time.hear(at(three), None, 2_000);
    assert!(matches!(time.hear(at(three + STAND_MS), None, 2_000 + STAND_MS), Heard::Followed(_)));
    assert!(time.is_settled(2_000 + STAND_MS));
}

/// A rule that is broken on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// Every statement is believed as it comes.
    BelievesEachReading,
    /// What was believed once is never left.
    OnlyGoesUp,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    time: TrustedTime,
    kept: Option<Kept>,
    mono_ms: i64,
    true_ms: i64,
    /// How long the source has been right, up to what matters.
    right_for_ms: i64,
    /// How long it has been wrong in a row, at most.
    wrong_for_ms: i64,
    steps: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The source says the time, wrong by so much; and the wall clock is wrong by so much.
    Says(i64, i64),
    Passes(i64),
    Restarts,
}

struct Clocks(Flaw);

const DEPTH: u8 = 6;

impl Model for Clocks {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let kept = Some(Kept { ms: NOW, rank: Rank::Possible });
        let time = TrustedTime::new(BUILT, kept);
        vec![State { time, kept, mono_ms: 0, true_ms: NOW, right_for_ms: 0, wrong_for_ms: 0, steps: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        if state.steps == DEPTH {
            return;
        }
        for by in [0, 20 * DAY, WRONG[3], WRONG[0]] {
            actions.extend([Step::Says(by, 0), Step::Says(by, WRONG[0])]);
        }
        actions.extend([Step::Passes(MINUTE), Step::Passes(STAND_MS), Step::Restarts]);
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        state.steps += 1;
        match step {
            Step::Passes(ms) => {
                // A source that is wrong for longer is somebody's settled opinion: not what is promised here.
                if state.wrong_for_ms > 0 && state.wrong_for_ms + ms > 2 * MINUTE {
                    return None;
                }
                state.mono_ms += ms;
                state.true_ms += ms;
                if state.right_for_ms > 0 {
                    state.right_for_ms += ms;
                }
                if state.wrong_for_ms > 0 {
                    state.wrong_for_ms += ms;
                }
            }
            Step::Restarts => {
                state.time = TrustedTime::new(BUILT, state.kept);
                state.mono_ms = 0;
                (state.right_for_ms, state.wrong_for_ms) = (0, 0);
            }
            Step::Says(by, wall_by) => {
                let said = state.true_ms + by;
                if self.0 == Flaw::BelievesEachReading {
                    state.time = TrustedTime::new(BUILT, None);
                    state.time.resume(Kept { ms: said, rank: Rank::Witnessed }, 0, state.mono_ms);
                }
                let before = state.time.clone();
                state.time.hear(said, Some(state.true_ms + wall_by), state.mono_ms);
                if self.0 == Flaw::OnlyGoesUp && before.source_ms(state.mono_ms) > state.time.source_ms(state.mono_ms) {
                    state.time = before;
                }
                if by == 0 {
                    (state.right_for_ms, state.wrong_for_ms) = (state.right_for_ms.max(1), 0);
                } else {
                    (state.right_for_ms, state.wrong_for_ms) = (0, state.wrong_for_ms.max(1));
                }
            }
        }
        state.kept = state.time.keep(state.mono_ms).or(state.kept);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nobody is locked out before the time", |_, state: &State| {
                state.time.earliest_ms(0, state.mono_ms) <= state.true_ms + TOLERANCE_MS
            }),
            Property::always("acts of law follow from the right time only", |_, state: &State| {
                let source = state.time.source_ms(state.mono_ms);
                !state.time.is_settled(state.mono_ms)
                    || source.is_some_and(|ms| (ms - state.true_ms).abs() <= TOLERANCE_MS)
            }),
            Property::always("what is kept was true", |_, state: &State| {
                state.kept.is_some_and(|kept| kept.ms <= state.true_ms)
            }),
            Property::always("a source that is right for five minutes is believed", |_, state: &State| {
                // As of the next time that it says so.
                let mut next = state.time.clone();
                next.hear(state.true_ms, None, state.mono_ms);
                state.right_for_ms <= STAND_MS
                    || next.source_ms(state.mono_ms).is_some_and(|ms| (ms - state.true_ms).abs() <= TOLERANCE_MS)
            }),
        ]
    }
}

#[test]
fn no_order_of_readings_breaks_a_promise() {
    let checker = Clocks(Flaw::None).checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > 1_000, "searched {} states", checker.unique_state_count());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whether there is any, in whatever order")]
fn a_broken_rule_is_found() {
    for flaw in [Flaw::BelievesEachReading, Flaw::OnlyGoesUp] {
        let checker = Clocks(flaw).checker().threads(2).spawn_bfs().join();
        assert!(!checker.discoveries().is_empty());
    }
    // The oldest fault of its kind: a time that only ever goes up keeps what was wrong once.
    let checker = Clocks(Flaw::OnlyGoesUp).checker().threads(1).spawn_bfs().join();
    assert!(checker.discoveries().into_values().any(|path| !path.into_actions().is_empty()));
}
