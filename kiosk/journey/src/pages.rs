//! The pages of a visit, as the screen shows them.

#![expect(clippy::wildcard_enum_match_arm, reason = "only the pages of a visit at an item are drawn here")]

use hall_rules::Language;
use hall_rules::answers::ACTING_FOR;
use hall_rules::catalogue::{Choice, Field, FieldKind, Material, Place, ServiceItem, Statement};
use hall_rules::mask;

use crate::ask::phone_check;
use crate::journey::Journey;
use crate::layout::{Type, heading_height, page_by_height, stand_in};
use crate::page::Page;
use crate::typing::dashed;
use crate::view::{
    Asks, BoxSizeView, CheckLabel, CheckRow, CheckView, FieldInput, FieldView, GuideLine, GuideSection, GuideView,
    MaterialRow, MaterialsView, MissingView, OptionRow, Paging, PhoneView, QuestionView, Screen, TextSize, TextView,
    WrongAgeView,
};
use crate::visit::{PhoneAnswer, Visit};

/// Where lists end on the page: a little above the pager, since heights are only reckoned.
const GUIDE_END: usize = 1464;
const MATERIALS_END: usize = 1310;
/// Room for the rows of the check page, on one page alone and where it is turned.
const CHECK_ROOM: usize = 804;
const CHECK_TURNED: usize = 704;
/// Room above them, for what cannot be changed.
const CHECK_ABOVE: usize = 270;
const CHECK_ABOVE_LARGE: usize = 150;

impl Journey {
    pub(crate) fn ask_screen(&self) -> Option<Screen> {
        let (language, size) = (self.language, self.text_size);
        // Before the first question as well: it may be known that nothing can be taken.
        if let Page::NoBox(why) = self.page {
            return Some(Screen::NoBox { why, window: self.window() });
        }
        if self.page == Page::BoxSize {
            let sizes = self.cabinet.size_rows(self.chosen_size().as_deref().unwrap_or_default());
            return Some(Screen::BoxSize(BoxSizeView { sizes }));
        }
        let visit = self.session.visit()?;
        let item = visit.item()?;
        let name = item.name.get(language).to_owned();
        Some(match &self.page {
            Page::Guide { page } => Screen::Guide(guide(visit, item, *page, language, size)),
            Page::Situation(code) => Screen::Situation(question(visit, item, code, language)),
            Page::NotHere { go } => Screen::NotHere { item: name, go: go.get(language).to_owned() },
            Page::WrongAge { ages } => {
                let another = !visit.acting_options().is_empty();
                Screen::WrongAge(WrongAgeView { item: name, ages: *ages, another, window: self.window() })
            }
            Page::Materials { page } => {
                let rows = material_rows(visit, language);
                let count = visit.material_count();
                let (rows, paging) = materials_page(&rows, *page, &name, language, size);
                Screen::Materials(MaterialsView { item: name, rows, count, paging, prints: self.can_print() })
            }
            Page::Missing { page } => {
                let rows = material_rows(visit, language);
                let (rows, paging) = materials_page(&rows, *page, &name, language, size);
                let window = self.window();
                let count = visit.material_count();
                Screen::Missing(MissingView { item: name, rows, count, paging, window, paper: self.paper })
            }
            Page::Phone => Screen::Phone(phone(visit)),
            Page::Field(code) => match visit.field(code) {
                Some(field) if field.kind == FieldKind::Text => Screen::Text(text(visit, field, language)),
                Some(field) => Screen::Field(field_view(visit, field, language)),
                None => return None,
            },
            Page::Check { page } => {
                let rows = self.check_rows(visit, item, language);
                let height = |_: Option<&CheckRow>, row: &CheckRow| check_row_height(row, language, size);
                let (fixed, rows) = rows.split_at(fixed_rows(&rows, height, size));
                let (all, whole) = page_by_height(rows, 0, CHECK_ROOM, height);
                let (rows, paging) = match whole.pages {
                    1 => (all, whole),
                    _ => page_by_height(rows, *page, CHECK_TURNED, height),
                };
                Screen::Check(CheckView { fixed: fixed.to_vec(), rows: rows.to_vec(), paging })
            }
            _ => return None,
        })
    }

    fn check_rows(&self, visit: &Visit, item: &ServiceItem, language: Language) -> Vec<CheckRow> {
        let row = |id: &str, label, value: String| CheckRow { id: Some(id.to_owned()), label, value };
        let applicant = visit.holder.as_ref().map(|holder| mask::name(holder.applicant.name.expose()));
        let mut rows = vec![
            CheckRow { id: None, label: CheckLabel::Applicant, value: applicant.unwrap_or_default() },
            row("item", CheckLabel::Item, item.name.get(language).to_owned()),
            row("materials", CheckLabel::Materials(visit.material_count()), String::new()),
            row(
                "phone",
                CheckLabel::Phone,
                visit.phone_given().map(|phone| mask::phone(phone.expose())).unwrap_or_default(),
            ),
        ];
        // What has but one answer is not asked, and not changed.
        let one_of = |several: bool, id: String| several.then_some(id);
        rows.push(CheckRow {
            id: one_of(visit.acting_options().len() > 1, format!("question:{ACTING_FOR}")),
            label: CheckLabel::ActingFor,
            value: visit.answers.get(ACTING_FOR).unwrap_or_default().to_owned(),
        });
        for field in visit.fields() {
            let label = CheckLabel::Words(field.label.get(language).to_owned());
            rows.push(row(&format!("field:{}", field.code), label, shown_value(visit, field, language)));
        }
        for situation in item.open_situations(&visit.answers) {
            let answer = visit.answers.get(&situation.code).unwrap_or_default();
            let labels = answer.split('+').filter_map(|code| situation.option(code));
            let value = labels.map(|choice| choice.label.get(language)).collect::<Vec<_>>().join(" · ");
            let label = CheckLabel::Words(situation.question.get(language).to_owned());
            let several = situation.options_at(visit.age()).nth(1).is_some();
            rows.push(CheckRow { id: one_of(several, format!("question:{}", situation.code)), label, value });
        }
        if self.cabinet.size_rows("").len() > 1 {
            rows.push(row("size", CheckLabel::BoxSize, self.chosen_size().unwrap_or_default()));
        }
        rows.sort_by_key(|row| row.id.is_some());
        rows
    }
}

/// How many of the first rows, which nobody can change, stand above what a hand must reach.
fn fixed_rows(rows: &[CheckRow], height: impl Fn(Option<&CheckRow>, &CheckRow) -> usize, size: TextSize) -> usize {
    let mut room = match size {
        TextSize::Normal => CHECK_ABOVE,
        TextSize::Large => CHECK_ABOVE_LARGE,
    };
    let fits = |row: &&CheckRow| {
        let fits = row.id.is_none().then(|| room.checked_sub(height(None, row))).flatten();
        room = fits.unwrap_or_default();
        fits.is_some()
    };
    rows.iter().take_while(fits).count()
}

/// How high a row of the check page is, at least as its button wants: the question beside its answer, in large text above it.
fn check_row_height(row: &CheckRow, language: Language, size: TextSize) -> usize {
    let words = if let CheckLabel::Words(words) = &row.label { words } else { "" };
    let count = matches!(row.label, CheckLabel::Materials(_)).then(|| stand_in(language, 11, 30));
    let value = count.as_deref().unwrap_or(&row.value);
    let button = match size {
        _ if row.id.is_none() => 0,
        TextSize::Normal => 178,
        TextSize::Large => 196,
    };
    match size {
        TextSize::Normal => {
            let label = Type::new(size, 30, 30, 316).height(words);
            let value = Type::new(size, 36, 36, 628 - button).height(value);
            (label.max(value) + 10).max(86)
        }
        TextSize::Large => {
            let of = |px| Type::new(size, px, px, 960 - button);
            (of(42).height(words) + of(46).height(value) + 10).max(142)
        }
    }
}

fn guide(visit: &Visit, item: &ServiceItem, page: usize, language: Language, size: TextSize) -> GuideView {
    let all = guide_lines(visit, item, language);
    let department = visit.catalogue().department(&item.department);
    let department = department.map(|department| department.name.get(language).to_owned()).unwrap_or_default();
    let (name, plain) = (item.name.get(language), item.plain.get(language));
    let lead = if plain.is_empty() { department.clone() } else { format!("{plain}\n{department}") };
    let (body, small) = (Type::new(size, 36, 50, 936), Type::new(size, 30, 42, 936));
    let unconfirmed = small.height(&stand_in(language, 17, 47)) + 4;
    let height = |before: Option<&GuideLine>, line: &GuideLine| {
        let heading = if before.is_none_or(|before| before.section != line.section) { body.height("") + 14 } else { 0 };
        let said = if line.place == Place::Box { String::new() } else { stand_in(language, 6, 13) };
        heading + body.height(&format!("{}{said}", line.text)) + 2 + if line.unconfirmed { unconfirmed } else { 0 }
    };
    let same = visit.same_case(item, language);
    let said = same.as_ref().map_or(0, |same| {
        let words = stand_in(language, 20, 50) + &same.receipt + &same.state;
        Type::new(size, 30, 42, 534).height(&words).max(68) + 44 + 24
    });
    let room = GUIDE_END.saturating_sub(196 + said + heading_height(name, &lead, size));
    let (lines, paging) = page_by_height(&all, page, room, height);
    GuideView {
        item: name.to_owned(),
        plain: plain.to_owned(),
        department,
        lines: lines.to_vec(),
        paging,
        has_unconfirmed: item.has_unconfirmed(),
        signed_in: !visit.is_reading(),
        same,
    }
}

/// The rows of one page of materials: as many as fit.
fn materials_page(
    rows: &[MaterialRow],
    page: usize,
    item: &str,
    language: Language,
    size: TextSize,
) -> (Vec<MaterialRow>, Paging) {
    let (name, count, small) =
        (Type::new(size, 38, 46, 826), Type::new(size, 34, 42, 826), Type::new(size, 30, 42, 826));
    let height = |before: Option<&MaterialRow>, row: &MaterialRow| {
        let grouped = before.is_some_and(|before| (before.place == Place::Box) == (row.place == Place::Box));
        let (mut chinese, mut english) = match row.place {
            Place::Box => (10, 24),
            Place::Electronic => (13, 48),
            Place::Shown => (10, 32),
        };
        if row.deferrable {
            (chinese, english) = (chinese + 5, english + 18);
        }
        let mut height = name.height(&row.name) + 4 + count.height(&stand_in(language, chinese, english));
        if !row.only_if.is_empty() {
            height += 4 + small.height(&(stand_in(language, 7, 9) + &row.only_if));
        }
        if row.unconfirmed {
            height += 4 + small.height(&stand_in(language, 16, 43));
        }
        height + 36 + 14 + if grouped { 0 } else { small.height("") + 14 }
    };
    // The page of what is missing says a little more below its title.
    let lead = stand_in(language, 13, 44) + item;
    let room = MATERIALS_END.saturating_sub(212 + heading_height(&stand_in(language, 9, 30), &lead, size));
    let (rows, paging) = page_by_height(rows, page, room, height);
    (rows.to_vec(), paging)
}

fn guide_lines(visit: &Visit, item: &ServiceItem, language: Language) -> Vec<GuideLine> {
    let line = |section, statement: &Statement| GuideLine {
        section,
        text: statement.text.get(language).to_owned(),
        place: Place::Box,
        unconfirmed: statement.mark.is_unconfirmed(),
    };
    let mut lines: Vec<GuideLine> =
        item.conditions.iter().map(|condition| line(GuideSection::Conditions, condition)).collect();
    let (always, depending): (Vec<&Material>, Vec<&Material>) =
        item.materials.iter().partition(|material| material.when.is_always());
    for (section, materials) in [(GuideSection::Materials, always), (GuideSection::MaterialsDepending, depending)] {
        lines.extend(materials.into_iter().map(|material| GuideLine {
            section,
            text: material.name.get(language).to_owned(),
            place: material.place(),
            unconfirmed: material.mark.is_unconfirmed(),
        }));
    }
    for (section, limit) in [
        (GuideSection::PromisedLimit, item.promised_limit(&visit.answers)),
        (GuideSection::LegalLimit, item.legal_limit(&visit.answers)),
    ] {
        lines.extend(limit.map(|limit| GuideLine {
            section,
            text: limit.text().get(language).to_owned(),
            place: Place::Box,
            unconfirmed: limit.mark.is_unconfirmed(),
        }));
    }
    lines.push(line(GuideSection::Fee, &item.fee));
    lines.push(line(GuideSection::Result, &item.result));
    lines.retain(|line| !line.text.is_empty());
    lines
}

fn question(visit: &Visit, item: &ServiceItem, code: &str, language: Language) -> QuestionView {
    let name = item.name.get(language).to_owned();
    if code == ACTING_FOR {
        let answer = visit.answers.get(ACTING_FOR);
        let options = visit.acting_options().into_iter().map(|acting| OptionRow {
            id: acting.code().to_owned(),
            label: String::new(),
            chosen: answer == Some(acting.code()),
        });
        return QuestionView { asks: Asks::ActingFor, options: options.collect(), multiple: false, item: name };
    }
    let situation = item.situations.iter().find(|situation| situation.code == code);
    let options = situation.map(|situation| option_rows(visit, situation.options_at(visit.age()), language));
    let options = options.unwrap_or_default();
    QuestionView {
        asks: Asks::Words(situation.map(|s| s.question.get(language).to_owned()).unwrap_or_default()),
        options,
        multiple: situation.is_some_and(|situation| situation.multiple),
        item: name,
    }
}

fn option_rows<'a>(visit: &Visit, of: impl IntoIterator<Item = &'a Choice>, language: Language) -> Vec<OptionRow> {
    let row = |choice: &Choice| OptionRow {
        id: choice.code.clone(),
        label: choice.label.get(language).to_owned(),
        chosen: visit.toggled.contains(&choice.code),
    };
    of.into_iter().map(row).collect()
}

pub(crate) fn material_rows(visit: &Visit, language: Language) -> Vec<MaterialRow> {
    let row = |(at, material): (usize, &Material)| MaterialRow {
        number: u16::try_from(at + 1).unwrap_or(u16::MAX),
        name: material.name.get(language).to_owned(),
        originals: material.originals,
        copies: material.copies,
        deferrable: material.is_deferrable(),
        place: material.place(),
        only_if: material.only_if.get(language).to_owned(),
        unconfirmed: material.mark.is_unconfirmed(),
    };
    let mut materials = visit.materials();
    materials.sort_by_key(|material| material.place() != Place::Box);
    materials.into_iter().enumerate().map(row).collect()
}

fn phone(visit: &Visit) -> PhoneView {
    let known = visit.known_phone.as_ref().filter(|_| !visit.other_number && visit.phone_answer != PhoneAnswer::Typed);
    PhoneView {
        known: known.map(|phone| mask::phone(phone.expose())),
        typed: grouped(visit.phone.expose(), &[3, 4, 4], ' '),
        check: phone_check(visit.phone.expose()),
    }
}

fn field_view(visit: &Visit, field: &Field, language: Language) -> FieldView {
    let value = visit.values.get(&field.code).map_or("", |value| value.expose());
    let input = match field.kind {
        FieldKind::Choice => {
            FieldInput::Options { rows: option_rows(visit, &field.options, language), multiple: field.multiple }
        }
        FieldKind::Date => FieldInput::Date(dashed(value)),
        FieldKind::Number => FieldInput::Number(value.to_owned()),
        FieldKind::Phone => FieldInput::Phone(grouped(value, &[3, 4, 5], ' ')),
        FieldKind::OrgCode | FieldKind::Text => FieldInput::OrgCode(grouped(value, &[8, 9, 1], ' ')),
    };
    FieldView {
        label: field.label.get(language).to_owned(),
        input,
        optional: !field.required,
        problem: visit.field_problem,
    }
}

fn text(visit: &Visit, field: &Field, language: Language) -> TextView {
    TextView {
        label: field.label.get(language).to_owned(),
        text: visit.text.text().to_owned(),
        letters: visit.text.letters().to_owned(),
        candidates: visit.text.candidates().iter().map(|candidate| candidate.text.clone()).collect(),
        keys_abc: visit.keys_abc,
        optional: !field.required,
        problem: visit.field_problem,
    }
}

/// A field's value on the check page.
fn shown_value(visit: &Visit, field: &Field, language: Language) -> String {
    let value = visit.values.get(&field.code).map_or("", |value| value.expose());
    match field.kind {
        FieldKind::Choice => {
            let chosen = field.options.iter().filter(|choice| value.split('+').any(|code| code == choice.code));
            chosen.map(|choice| choice.label.get(language)).collect::<Vec<_>>().join(" · ")
        }
        FieldKind::Phone => mask::phone(value),
        FieldKind::Text | FieldKind::Date | FieldKind::Number | FieldKind::OrgCode => value.to_owned(),
    }
}

/// Groups characters by the sizes given, the rest in one last group.
fn grouped(text: &str, sizes: &[usize], between: char) -> String {
    let mut grouped = String::new();
    let mut ends = sizes.iter().scan(0, |end, size| {
        *end += size;
        Some(*end)
    });
    let mut next = ends.next();
    for (at, c) in text.chars().enumerate() {
        if Some(at) == next {
            grouped.push(between);
            next = ends.next();
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups() {
        assert_eq!(grouped("13812345678", &[3, 4, 4], ' '), "138 1234 5678");
        assert_eq!(grouped("138", &[3, 4, 4], ' '), "138");
        assert_eq!(grouped("1381", &[3, 4, 4], ' '), "138 1");
    }
}
