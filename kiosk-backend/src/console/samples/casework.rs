//! Samples of what the window's work adds to a case. All fictional.

use hall_rules::joint::PartState;

use super::*;
use crate::domain::joint::{Asked, PartCase, PartView};

fn department(n: u128) -> Text {
    match n {
        1 => Text::new("公安局", "Police"),
        2 => Text::new("消防救援大队", "Fire and Rescue"),
        _ => Text::new("自然资源局", "Natural Resources"),
    }
}

fn part(n: u128, state: PartState, days_left: i32, said: &str) -> PartView {
    let due = match state.is_in() {
        true => Due::None,
        false => Due::Running {
            kind: ClockKind::Joint,
            due: date(2026, 11, 24),
            days_left,
            light: if days_left < 0 { Light::Red } else { Light::Yellow },
        },
    };
    PartView {
        id: id(800 + n),
        department: department(n),
        window: (n != 3).then(|| format!("{n}1号窗口")),
        days: 2,
        state,
        due,
        asked_ms: NOW - DAY,
        ended_ms: state.is_in().then_some(NOW - HOUR),
        by: state.is_in().then(|| "陈洁".to_owned()),
        said: said.into(),
        latest: true,
    }
}

const AGAINST: &str = "拟定线路在上下学时段经过两所小学。\n建议改为 9:00 至 16:00 之间，并提供交通疏导方案。";

/// Three departments were asked; one has answered, one is late.
pub(super) fn asking() -> Casework {
    Casework {
        parts: vec![
            part(1, PartState::Disagreed, 0, AGAINST),
            part(2, PartState::Asked, 1, ""),
            part(3, PartState::Asked, -2, ""),
        ],
        may_recall: true,
        ..Casework::default()
    }
}

/// Whom the step would ask.
pub(super) fn to_ask() -> Casework {
    Casework { wanted: vec![(department(1), 2), (department(3), 2)], ..Casework::default() }
}

/// All have answered, one does not agree.
pub(super) fn all_in() -> Casework {
    let recalled = "该路段不涉及规划变更";
    Casework {
        parts: vec![
            part(1, PartState::Disagreed, 0, AGAINST),
            part(2, PartState::Agreed, 0, ""),
            part(3, PartState::Recalled, 0, recalled),
        ],
        ..Casework::default()
    }
}

/// The case of that: a decision must deal with it.
pub(super) fn disagreed() -> CaseView {
    at(CaseState::InProgress, 0)
}

/// What a department sees.
pub(super) fn part_case(waits: bool) -> PartCase {
    let case = case();
    PartCase {
        part: if waits { part(1, PartState::Asked, 1, "") } else { part(1, PartState::Disagreed, 0, AGAINST) },
        case: case.row.id,
        receipt: case.row.receipt,
        item: case.row.item_name,
        lead: Some("3号窗口 文化旅游".into()),
        applicant: case.applicant,
        materials: case.materials,
        answers: case.answers,
        may_answer: waits,
    }
}

/// What waits for our answer.
pub(super) fn asked() -> Vec<Asked> {
    let one = |n, days_left| Asked {
        part: part(n, PartState::Asked, days_left, ""),
        receipt: format!("1010000{n:04}7"),
        item: Text::new("挖掘城市道路审批", "Digging up a city road"),
        lead: Some("7号窗口 城市管理".into()),
    };
    vec![one(1, -1), one(2, 1)]
}

/// What is late of a case that is over.
pub(super) fn late_parts(over: bool) -> Vec<(Text, Due)> {
    let one = part(1, PartState::Asked, -1, "");
    if over { vec![(one.department, one.due)] } else { Vec::new() }
}
