//! One item: what it is, what it asks about the case, what must be brought.

use kiosk_journey as journey;
use kiosk_journey::{Asks, GuideSection, Screen};
use slint::{ModelRc, VecModel};

use super::shared::{count, grouped, no_deposit, option, paging, paper, room, rows, text, window};
use crate::generated as ui;

room! {
    ShowItem, ItemShown, view;
    Screen::Guide(view) => Guide { set_guide: guide(view) },
    Screen::Situation(view) => Situation { set_question: question(view) },
    Screen::NotHere { item, go } => NotHere { set_not_here: ui::NotHereData { item: item.into(), go: go.into() } },
    Screen::WrongAge(view) => WrongAge { set_wrong_age: wrong_age(view) },
    Screen::Materials(view) => Materials { set_materials: all_materials(view) },
    Screen::Missing(view) => Missing { set_materials: missing(view) },
    Screen::NoBox { why, window: line } => NoBox { set_no_box: ui::NoBoxData { why: no_deposit(Some(*why)), window: window(line.as_ref()) } },
}

fn wrong_age(view: &journey::WrongAgeView) -> ui::WrongAgeData {
    ui::WrongAgeData {
        item: text(&view.item),
        youngest: view.ages.from.into(),
        oldest: view.ages.to.map_or(-1, i32::from),
        another: view.another,
        window: window(view.window.as_ref()),
    }
}

fn all_materials(view: &journey::MaterialsView) -> ui::MaterialsData {
    ui::MaterialsData {
        item: text(&view.item),
        rows: materials(&view.rows),
        count: count(view.count),
        paging: paging(view.paging),
        prints: view.prints,
        ..Default::default()
    }
}

fn missing(view: &journey::MissingView) -> ui::MaterialsData {
    ui::MaterialsData {
        item: text(&view.item),
        rows: materials(&view.rows),
        count: count(view.count),
        paging: paging(view.paging),
        window: window(view.window.as_ref()),
        paper: paper(view.paper),
        ..Default::default()
    }
}

fn guide(view: &journey::GuideView) -> ui::GuideData {
    let mut last = None;
    let lines = view.lines.iter().map(|line| {
        let heading = if last == Some(line.section) { ui::GuidePart::None } else { part(line.section) };
        last = Some(line.section);
        ui::GuideLineData { heading, text: text(&line.text), place: place(line.place), unconfirmed: line.unconfirmed }
    });
    ui::GuideData {
        lines: ModelRc::new(VecModel::from(lines.collect::<Vec<_>>())),
        item: text(&view.item),
        plain: text(&view.plain),
        department: text(&view.department),
        paging: paging(view.paging),
        has_unconfirmed: view.has_unconfirmed,
        signed_in: view.signed_in,
        same_receipt: text(&view.same.as_ref().map(|same| grouped(&same.receipt)).unwrap_or_default()),
        same_state: text(view.same.as_ref().map(|same| same.state.as_str()).unwrap_or_default()),
    }
}

fn part(section: GuideSection) -> ui::GuidePart {
    match section {
        GuideSection::Conditions => ui::GuidePart::Conditions,
        GuideSection::PromisedLimit => ui::GuidePart::PromisedLimit,
        GuideSection::LegalLimit => ui::GuidePart::LegalLimit,
        GuideSection::Fee => ui::GuidePart::Fee,
        GuideSection::Result => ui::GuidePart::Result,
        GuideSection::Materials => ui::GuidePart::Materials,
        GuideSection::MaterialsDepending => ui::GuidePart::MaterialsDepending,
    }
}

fn question(view: &journey::QuestionView) -> ui::QuestionData {
    let (asks, words) = match &view.asks {
        Asks::ActingFor => (ui::Asks::ActingFor, ""),
        Asks::Words(words) => (ui::Asks::Words, words.as_str()),
    };
    ui::QuestionData {
        asks,
        words: text(words),
        options: rows(&view.options, option),
        multiple: view.multiple,
        item: text(&view.item),
    }
}

fn place(place: journey::Place) -> ui::Place {
    match place {
        journey::Place::Box => ui::Place::IntoBox,
        journey::Place::Electronic => ui::Place::Electronic,
        journey::Place::Shown => ui::Place::Shown,
    }
}

fn materials(shown: &[journey::MaterialRow]) -> ModelRc<ui::MaterialData> {
    let mut before = None;
    rows(shown, |row| {
        let group = row.place == journey::Place::Box;
        material(row, before.replace(group) != Some(group))
    })
}

fn material(row: &journey::MaterialRow, heads: bool) -> ui::MaterialData {
    ui::MaterialData {
        number: row.number.into(),
        name: text(&row.name),
        originals: row.originals.into(),
        copies: row.copies.into(),
        deferrable: row.deferrable,
        place: place(row.place),
        heads,
        only_if: text(&row.only_if),
        unconfirmed: row.unconfirmed,
    }
}
