//! A case found by its receipt.

use kiosk_journey as journey;
use kiosk_journey::Screen;

use super::shared::{grouped, room, text};
use crate::generated as ui;

room! {
    ShowFinding, FindingShown, view;
    Screen::FindNumber(view) => Number { set_find_number: number(view) },
    Screen::FindLastFour(view) => LastFour { set_find_last_four: last_four(view) },
    Screen::FindFailed { why } => Failed { set_find_failure: failure(*why) },
    Screen::Progress(view) => Progress { set_progress: progress(view) },
}

fn number(view: &journey::FindNumberView) -> ui::FindNumberData {
    ui::FindNumberData {
        typed: text(&grouped(&view.typed)),
        whole: view.whole,
        problem: match view.problem {
            None => ui::FindProblem::None,
            Some(journey::FindProblem::NotAReceipt) => ui::FindProblem::NotAReceipt,
            Some(journey::FindProblem::Incomplete) => ui::FindProblem::Incomplete,
            Some(journey::FindProblem::WrongNumber) => ui::FindProblem::WrongNumber,
            Some(journey::FindProblem::NotFound) => ui::FindProblem::NotFound,
        },
        scans: view.scans,
    }
}

fn last_four(view: &journey::FindLastFourView) -> ui::FindLastFourData {
    ui::FindLastFourData {
        receipt: text(&grouped(&view.receipt)),
        typed: text(&view.typed),
        whole: view.whole,
        letters: view.letters,
        keys_abc: view.keys_abc,
        asking: view.asking,
        refused: view.refused,
    }
}

fn failure(why: journey::FindFailure) -> ui::FindFailure {
    match why {
        journey::FindFailure::Offline => ui::FindFailure::Offline,
        journey::FindFailure::TooMany => ui::FindFailure::TooMany,
        journey::FindFailure::NoAnswer => ui::FindFailure::NoAnswer,
    }
}

fn progress(view: &journey::ProgressView) -> ui::ProgressData {
    let (what, day) = view.due.as_ref().map_or(("", ""), |(what, day)| (what.as_str(), day.as_str()));
    ui::ProgressData {
        receipt: text(&grouped(&view.receipt)),
        state: text(&view.state),
        told: text(&view.told),
        due_what: text(what),
        due: text(day),
        paused: view.paused,
        next: text(&view.next),
        here: view.here.unwrap_or_default().into(),
    }
}
