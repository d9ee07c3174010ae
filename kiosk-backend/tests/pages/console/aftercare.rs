//! Samples of figures, of what is late, and of what comes after a result. All fictional.

use super::*;

pub(super) fn tally(zh: &str, en: &str, open: u32, soon: u32, over: u32) -> NamedTally {
    let window = Some(WindowId(id(3)));
    let tally = Tally {
        window,
        window_name: "3号窗口 文化旅游".into(),
        item: "x".into(),
        open,
        soon,
        over,
        again: over,
        ..Tally::default()
    };
    NamedTally { tally, item: Text::new(zh, en) }
}

pub(super) fn figures() -> Statistics {
    let day = |n: u32| {
        let date = date(2026, 11, 23).checked_sub(jiff::Span::new().days(29 - i64::from(n))).expect("a day");
        let busy = u32::from(n % 7 < 5);
        Day { date, came: busy * (7 + n * 5 % 11), decided: busy * (4 + n * 3 % 9) }
    };
    let clock = |kind, ended, in_time, median_used, median_limit| ClockFigure {
        kind,
        ended,
        in_time,
        median_used,
        median_limit,
    };
    let boxes = |counts: [u32; 6]| CELL_STATES.into_iter().zip(counts).collect();
    Statistics {
        span: 30,
        days: (0..30).map(day).collect(),
        clocks: vec![
            clock(ClockKind::Pickup, 231, 219, 0, 1),
            clock(ClockKind::Acceptance, 204, 204, 1, 5),
            clock(ClockKind::Promised, 150, 141, 2, 3),
            clock(ClockKind::Legal, 150, 150, 2, 20),
            clock(ClockKind::Issue, 120, 120, 1, 10),
        ],
        one_visit: (150, 131),
        median_pickup_min: Some(47),
        ratings: [1, 2, 9, 41, 118],
        callbacks: (3, 2, 2),
        lockers: vec![
            LockerUse { name: "大厅1号机".into(), boxes: boxes([15, 1, 4, 2, 1, 1]) },
            LockerUse { name: "北门2号机".into(), boxes: boxes([20, 0, 2, 2, 0, 0]) },
        ],
        measured: (240, false),
    }
}

/// Two results that nobody fetched; one is being taken back.
pub(super) fn uncollected() -> Vec<InboxRow> {
    let over = |n, no, by: Option<&str>| InboxRow {
        due: running(date(2026, 11, 19), -2),
        collecting: by.map(str::to_owned),
        ..row(n, ("营业性演出审批", "Commercial performance permit"), "张**", Some(no), CaseState::ResultReady)
    };
    vec![over(1, 7, None), over(2, 14, Some("李强"))]
}

/// A call-back that is open and one that is settled.
/// The clock of a call-back.
pub(super) fn called_by(due: jiff::civil::Date, days_left: i32) -> Due {
    let light = if days_left < 0 { Light::Red } else { Light::Green };
    Due::Running { kind: ClockKind::Callback, due, days_left: Some(days_left), light }
}

/// What is late: a case, one that is soon late, and one whose applicant was not called back.
pub(super) fn late() -> Vec<Late> {
    let mut rows = rows();
    let quiet = InboxRow { due: Due::None, state: CaseState::Archived, ..rows.swap_remove(3) };
    let callback = Some((2, called_by(date(2026, 11, 19), -2)));
    let one = |row, over| Late { row, over, since_ms: NOW - HOUR, parts: late_parts(over), callback: None };
    vec![
        one(rows.swap_remove(0), true),
        Late { row: quiet, over: true, since_ms: NOW - 3 * DAY, parts: Vec::new(), callback },
        one(rows.swap_remove(1), false),
    ]
}

pub(super) fn callbacks() -> Vec<CallbackView> {
    let note = |outcome, words: &str| CallNote {
        at_ms: NOW - DAY,
        staff: "郑科长".into(),
        outcome: Some(outcome),
        words: words.into(),
    };
    let open = CallbackView {
        row: rows().swap_remove(3),
        level: 1,
        made_ms: NOW - 2 * DAY,
        due: called_by(date(2026, 12, 10), 13),
        closed_ms: None,
        notes: vec![note(CallOutcome::Unreachable, "上午打了两次，没人接，下午再打。")],
    };
    let settled = CallbackView {
        row: rows().swap_remove(4),
        level: 2,
        due: Due::None,
        closed_ms: Some(NOW - HOUR),
        notes: vec![note(CallOutcome::Settled, "等了太久；已说明原因并道歉，补发了批文。")],
        ..open.clone()
    };
    let late = CallbackView {
        row: rows().swap_remove(1),
        made_ms: NOW - 25 * DAY,
        due: called_by(date(2026, 11, 19), -2),
        notes: vec![],
        ..open.clone()
    };
    vec![late, open, settled]
}
