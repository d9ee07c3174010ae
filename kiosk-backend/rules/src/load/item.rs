//! An item's file.

use super::hall::Hall;
use super::parts::{
    Questions, choices, code, fields, general_questions, mark, materials, needed_statement, note, statement,
    statements, when,
};
use super::reader::{Table, one_of};
use crate::catalogue::{
    ApplicantKind, AskedAt, Assisting, CaseKind, Catalogue, ItemKind, Limit, LimitStart, LimitUnit, Mark, Place,
    ServiceItem, Situation, SizeHint,
};
use crate::field::MAX_AT_TERMINAL;

const KINDS: &[(&str, ItemKind)] = &[
    ("permit", ItemKind::Permit),
    ("confirmation", ItemKind::Confirmation),
    ("benefit", ItemKind::Benefit),
    ("award", ItemKind::Award),
    ("ruling", ItemKind::Ruling),
    ("other_power", ItemKind::OtherPower),
    ("public_service", ItemKind::PublicService),
];
const CASE_KINDS: &[(&str, CaseKind)] = &[("immediate", CaseKind::Immediate), ("promised", CaseKind::Promised)];
const APPLICANTS: &[(&str, ApplicantKind)] = &[
    ("person", ApplicantKind::Person),
    ("sole_trader", ApplicantKind::SoleTrader),
    ("organisation", ApplicantKind::Organisation),
];
const SIZES: &[(&str, SizeHint)] =
    &[("envelope", SizeHint::Envelope), ("a4", SizeHint::A4), ("large", SizeHint::Large)];
const UNITS: &[(&str, LimitUnit)] = &[
    ("on_the_spot", LimitUnit::OnTheSpot),
    ("working_day", LimitUnit::WorkingDay),
    ("calendar_day", LimitUnit::CalendarDay),
    ("unstated", LimitUnit::Unstated),
];
const STARTS: &[(&str, LimitStart)] = &[
    ("acceptance", LimitStart::Acceptance),
    ("application", LimitStart::Application),
    ("all_materials", LimitStart::AllMaterials),
    ("intake_period_end", LimitStart::IntakePeriodEnd),
];
/// Eight buttons fit on a page.
const MAX_OPTIONS: usize = 8;

pub(super) fn read(table: &Table<'_>, hall: &Hall) -> ServiceItem {
    let hall = &hall.0;
    let mut questions = general_questions();
    let code = code(table, []);
    let situations = situations(table, &mut questions);
    let field_groups = references(table, "field_groups", hall.field_groups.iter().map(|group| group.code.as_str()));
    let group_fields: Vec<&str> = hall
        .field_groups
        .iter()
        .filter(|group| field_groups.contains(&group.code))
        .flat_map(|group| group.fields.iter().map(|field| field.code.as_str()))
        .collect();
    let general = hall.general_materials.iter().map(|material| material.code.as_str());
    let department = table.str("department", "department = \"…\"").map_or("", |code| code.value);
    if !department.is_empty() && hall.departments.iter().all(|known| known.code != department) {
        let known = one_of(hall.departments.iter().map(|known| known.code.as_str()));
        table.flaw("department", format!("hall.toml has no department \"{department}\"; write {known}"));
    }
    let item = ServiceItem {
        code,
        version: table.integer("version", 1..u32::MAX),
        name: table.text("name"),
        plain: table.optional_text("plain").unwrap_or_default(),
        department: department.to_owned(),
        department_mark: mark(table, "department_mark"),
        themes: references(table, "themes", hall.themes.iter().map(|theme| theme.code.as_str())),
        kind: table.word("kind", KINDS).unwrap_or(ItemKind::Permit),
        kind_mark: mark(table, "kind_mark"),
        case_kind: table.word("case_kind", CASE_KINDS).unwrap_or(CaseKind::Promised),
        case_kind_mark: mark(table, "case_kind_mark"),
        applicants: applicants(table),
        applicants_note: table.optional_table("applicants_note").map(|note| statement(&note)).unwrap_or_default(),
        legal_limits: limits(table, "legal_limit", &questions),
        promised_limits: limits(table, "promised_limit", &questions),
        conditions: statements(table, "condition"),
        materials: materials(table, "material", &questions),
        without_general: references(table, "without_general", general),
        fields: fields(table, "field", &questions, &group_fields),
        field_groups,
        situations,
        fee: needed_statement(table, "fee"),
        result: needed_statement(table, "result"),
        joint: table.optional_table("joint").map(|joint| statement(&joint)),
        assisting: assisting(table, &questions, hall, department),
        joint_limit: table.bool("joint_limit", false),
        green_days: table.optional_integer("green_days", 1..1000).and_then(|days| u16::try_from(days).ok()),
        basis: needed_statement(table, "basis"),
        sources: table.strings("sources"),
        notes: table.strings("notes"),
        keywords: table.strings("keywords"),
        needs_box: table.bool("needs_box", true),
        size_hint: table.optional_word("size_hint", SIZES).unwrap_or_default(),
        usage_rank: table.optional_integer("usage_rank", 1..100_000).unwrap_or(0),
        confirmed: table.optional_str("confirmed").map_or("", |text| text.value).to_owned(),
    };
    check(table, &item, hall);
    item
}

/// A list of codes that must be among `known`, each once.
fn references<'k>(table: &Table<'_>, key: &'static str, known: impl Iterator<Item = &'k str> + Clone) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for code in table.strs(key) {
        if !known.clone().any(|other| other == code.value) {
            let what = format!("hall.toml has no \"{}\"; write {}", code.value, one_of(known.clone()));
            table.flaw_at(code.at, &table.field(key), what);
        } else if codes.iter().any(|other| other == code.value) {
            table.flaw_at(code.at, &table.field(key), format!("\"{}\" is listed twice; delete one", code.value));
        }
        codes.push(code.value.to_owned());
    }
    codes
}

fn applicants(table: &Table<'_>) -> Vec<ApplicantKind> {
    let mut kinds = Vec::new();
    for word in table.strs("applicants") {
        match APPLICANTS.iter().find(|(known, _)| *known == word.value) {
            Some((_, kind)) => kinds.push(*kind),
            None => {
                let known = one_of(APPLICANTS.iter().map(|(known, _)| *known));
                table.flaw_at(
                    word.at,
                    &table.field("applicants"),
                    format!("\"{}\" is not known here; write {known}", word.value),
                );
            }
        }
    }
    if kinds.is_empty() {
        table.flaw("applicants", "nobody could apply; add `applicants = [\"person\"]`");
    }
    kinds
}

fn limits(table: &Table<'_>, key: &'static str, known: &Questions) -> Vec<Limit> {
    let limits: Vec<Limit> = table.tables(key).iter().map(|entry| limit(entry, known)).collect();
    if limits.is_empty() {
        table.flaw(key, format!("there is none; add [[{key}]] (unit \"unstated\" when no law states it)"));
    } else if limits.iter().rev().skip(1).any(|limit| limit.when.is_always()) {
        table.flaw(key, "one without `when` hides those after it; put it last");
    }
    limits
}

fn limit(entry: &Table<'_>, known: &Questions) -> Limit {
    let limit = Limit {
        value: entry.optional_integer("value", 0..1000).and_then(|value| u16::try_from(value).ok()).unwrap_or(0),
        unit: entry.word("unit", UNITS).unwrap_or(LimitUnit::WorkingDay),
        starts: entry.word("starts", STARTS).unwrap_or(LimitStart::Acceptance),
        when: when(entry, known),
        mark: mark(entry, "mark"),
        mark_note: note(entry),
    };
    let counts = matches!(limit.unit, LimitUnit::WorkingDay | LimitUnit::CalendarDay);
    if counts && limit.value == 0 {
        entry.flaw("value", "say how many days, or use the unit \"on_the_spot\" or \"unstated\"");
    } else if !counts && limit.value != 0 {
        entry.flaw("value", "this unit has no number; delete the value");
    }
    entry.end();
    limit
}

/// `[[assisting]]`: other departments that are asked, each within so many working days.
fn assisting(table: &Table<'_>, known: &Questions, hall: &Catalogue, own: &str) -> Vec<Assisting> {
    let mut found: Vec<Assisting> = Vec::new();
    for entry in table.tables("assisting") {
        let department = entry.str("department", "department = \"…\"").map_or("", |code| code.value);
        if !department.is_empty() && hall.department(department).is_none() {
            let known = one_of(hall.departments.iter().map(|known| known.code.as_str()));
            entry.flaw("department", format!("hall.toml has no department \"{department}\"; write {known}"));
        } else if !department.is_empty() && department == own {
            entry.flaw("department", "this department leads; name another, or delete the entry");
        }
        let one = Assisting {
            department: department.to_owned(),
            days: u16::try_from(entry.integer("days", 1..200)).unwrap_or(1),
            when: when(&entry, known),
            mark: mark(&entry, "mark"),
            mark_note: note(&entry),
        };
        let before = found.iter().rfind(|other| other.department == one.department && !department.is_empty());
        if before.is_some_and(|other| other.when.is_always() || one.when.is_always()) {
            entry.flaw(
                "department",
                format!("\"{department}\" is asked above already; give both a `when`, or join them"),
            );
        }
        entry.end();
        found.push(one);
    }
    found
}

fn situations(table: &Table<'_>, questions: &mut Questions) -> Vec<Situation> {
    let mut situations = Vec::new();
    for entry in table.tables("situation") {
        let situation = Situation {
            code: code(&entry, questions.keys().map(String::as_str)),
            question: entry.text("question"),
            options: choices(&entry, "options"),
            when: when(&entry, questions),
            multiple: entry.bool("multiple", false),
            mark: mark(&entry, "mark"),
            mark_note: note(&entry),
        };
        let count = situation.options.len();
        if !(2..=MAX_OPTIONS).contains(&count) {
            entry.flaw("options", format!("a question needs 2 to {MAX_OPTIONS} options, not {count}"));
        } else if situation.options.iter().all(|option| option.leads_out.is_some()) {
            entry.flaw("options", "every option leads out, so nobody could apply; let one stay");
        }
        entry.end();
        let codes = situation.options.iter().map(|option| option.code.clone()).collect();
        questions.insert(situation.code.clone(), codes);
        situations.push(situation);
    }
    situations
}

/// What no single key can tell.
fn check(table: &Table<'_>, item: &ServiceItem, hall: &Catalogue) {
    if item.themes.is_empty() {
        table.flaw("themes", "name at least one theme, or nobody finds this item by browsing");
    }
    if item.materials.is_empty() {
        table.flaw("material", "there is none; add [[material]]");
    }
    if item.conditions.is_empty() {
        table.flaw("condition", "there is none; add [[condition]]");
    }
    if item.sources.is_empty() {
        table.flaw("sources", "say where the data comes from; add `sources = [\"…\"]`");
    }
    let at_terminal = hall.fields(item).filter(|field| field.asked_at == AskedAt::Terminal).count();
    if at_terminal > MAX_AT_TERMINAL {
        let what =
            format!("{at_terminal} fields are asked at the terminal; {MAX_AT_TERMINAL} at most, the rest on paper");
        table.flaw("field", what);
    }
    if item.joint_limit && item.assisting.is_empty() {
        table.flaw("joint_limit", "nobody else takes part; add [[assisting]], or delete it");
    }
    let promised = item.promised_limits.iter().map(|limit| limit.value).max().unwrap_or(0);
    if item.green_days.is_some_and(|days| days >= promised) {
        table.flaw("green_days", format!("the green channel is no shorter than the {promised} days promised to all"));
    }
    let on_paper = hall.fields(item).any(|field| field.asked_at == AskedAt::Paper);
    if !item.needs_box && (on_paper || item.materials.iter().any(|material| material.place() == Place::Box)) {
        table.flaw("needs_box", "fields or materials are on paper, which need a box; write true or change them");
    }
    let claims = item.marks().chain(item.fields.iter().map(|field| field.mark)).any(|mark| mark == Mark::Confirmed);
    if claims && item.confirmed.is_empty() {
        table.flaw("confirmed", "a mark is \"C\"; add `confirmed = \"department, date\"`");
    }
    for material in &item.materials {
        if hall.general_materials.iter().any(|general| general.code == material.code) {
            let what = format!("\"{}\" is the code of a general material in hall.toml; choose another", material.code);
            table.flaw("material", what);
        }
    }
}
