//! Parts that the hall's file and item files share: marks, statements, choices, conditions on answers, materials, fields.

use std::collections::BTreeMap;

use super::reader::{At, Table, one_of};
use crate::age::NoAges;
use crate::answers::{ACTING_FOR, ActingFor};
use crate::catalogue::{AskedAt, Choice, Field, FieldKind, Mark, Material, MaterialForm, Necessity, Statement, When};
use crate::text::Text;

/// Questions that a `when` may name, with their options.
pub(super) type Questions = BTreeMap<String, Vec<String>>;

/// The question every item has.
pub(super) fn general_questions() -> Questions {
    let options = ActingFor::ALL.iter().map(|acting| acting.code().to_owned()).collect();
    BTreeMap::from([(ACTING_FOR.to_owned(), options)])
}

const MARKS: &[(&str, Mark)] = &[("S", Mark::Sourced), ("M", Mark::Unconfirmed), ("C", Mark::Confirmed)];

pub(super) fn mark(table: &Table<'_>, key: &'static str) -> Mark {
    table.word(key, MARKS).unwrap_or_default()
}

pub(super) fn note(table: &Table<'_>) -> String {
    table.optional_str("note").map_or_else(String::new, |note| note.value.to_owned())
}

/// A code: unique in `seen`, of lower-case letters, digits, hyphens and underscores.
pub(super) fn code<'s>(table: &Table<'_>, seen: impl IntoIterator<Item = &'s str>) -> String {
    let Some(code) = table.str("code", "code = \"…\"") else { return String::new() };
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !code.value.chars().all(sound) || code.value.len() > 40 {
        table.flaw("code", "a code has lower-case letters, digits, - and _, 40 at most");
    } else if seen.into_iter().any(|other| other == code.value) {
        table.flaw("code", format!("\"{}\" is used above already; choose another code", code.value));
    }
    code.value.to_owned()
}

/// `{ zh = "…", en = "…", mark = "S", note = "…" }`.
pub(super) fn statement(table: &Table<'_>) -> Statement {
    let zh = table.str("zh", "zh = \"…\"").map_or("", |text| text.value);
    let en = table.optional_str("en").map_or("", |text| text.value);
    let statement = Statement { text: Text::new(zh, en), mark: mark(table, "mark"), mark_note: note(table) };
    table.end();
    statement
}

pub(super) fn statements(table: &Table<'_>, key: &'static str) -> Vec<Statement> {
    table.tables(key).iter().map(statement).collect()
}

pub(super) fn needed_statement(table: &Table<'_>, key: &'static str) -> Statement {
    let example = format!("{key} = {{ zh = \"…\", mark = \"M\" }}");
    table.table(key, &example).map(|table| statement(&table)).unwrap_or_default()
}

/// `{ code = "a", zh = "…", en = "…", leads_out = { zh = "…" }, age = "80-89" }`.
pub(super) fn choices(table: &Table<'_>, key: &'static str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for option in table.tables(key) {
        let code = code(&option, choices.iter().map(|choice| choice.code.as_str()));
        let zh = option.str("zh", "zh = \"…\"").map_or("", |text| text.value);
        let en = option.optional_str("en").map_or("", |text| text.value);
        let leads_out = option.optional_text("leads_out");
        let age = option.optional_str("age").and_then(|text| {
            text.value
                .parse()
                .map_err(|wrong: NoAges| option.flaw_at(text.at, &option.field("age"), wrong.to_string()))
                .ok()
        });
        option.end();
        choices.push(Choice { code, label: Text::new(zh, en), leads_out, age });
    }
    choices
}

/// `when = { q1 = ["a", "b"], acting_for = ["organisation"] }`.
pub(super) fn when(table: &Table<'_>, known: &Questions) -> When {
    let mut when = When::default();
    let Some(conditions) = table.optional_table("when") else { return when };
    for (question, options) in conditions.lists_by_key() {
        check_condition(&conditions, &question, &options, known);
        let options = options.iter().map(|option| option.value.to_owned()).collect();
        when.0.insert(question.value.to_owned(), options);
    }
    when
}

fn check_condition(table: &Table<'_>, question: &At<&str>, options: &[At<&str>], known: &Questions) {
    let field = table.field(question.value);
    let Some(codes) = known.get(question.value) else {
        let what = format!("there is no question \"{}\" here; known are {}", question.value, one_of(keys(known)));
        table.flaw_at(question.at, &field, what);
        return;
    };
    if options.is_empty() {
        table.flaw_at(question.at, &field, "an empty list is never met; name an option or delete the line");
    }
    for option in options.iter().filter(|option| !codes.iter().any(|code| code == option.value)) {
        let known = one_of(codes.iter().map(String::as_str));
        table.flaw_at(option.at, &field, format!("\"{}\" is no option of it; write {known}", option.value));
    }
}

fn keys(known: &Questions) -> impl Iterator<Item = &str> {
    known.keys().map(String::as_str)
}

const FORMS: &[(&str, MaterialForm)] = &[
    ("paper", MaterialForm::Paper),
    ("electronic", MaterialForm::Electronic),
    ("paper_or_electronic", MaterialForm::PaperOrElectronic),
    ("paper_and_electronic", MaterialForm::PaperAndElectronic),
    ("physical", MaterialForm::Physical),
];
const NECESSITIES: &[(&str, Necessity)] = &[("required", Necessity::Required), ("deferrable", Necessity::Deferrable)];

pub(super) fn materials(table: &Table<'_>, key: &'static str, known: &Questions) -> Vec<Material> {
    let mut materials: Vec<Material> = Vec::new();
    for entry in table.tables(key) {
        let material = Material {
            code: code(&entry, materials.iter().map(|material| material.code.as_str())),
            name: entry.text("name"),
            originals: count(&entry, "originals"),
            copies: count(&entry, "copies"),
            form: entry.word("form", FORMS).unwrap_or(MaterialForm::Paper),
            necessity: entry.word("necessity", NECESSITIES).unwrap_or(Necessity::Required),
            origin: entry.text("origin"),
            shown_only: entry.bool("shown_only", false),
            when: when(&entry, known),
            only_if: entry.optional_text("only_if").unwrap_or_default(),
            mark: mark(&entry, "mark"),
            mark_note: note(&entry),
        };
        if material.originals + material.copies == 0 && material.form != MaterialForm::Electronic {
            entry.flaw("originals", "neither originals nor copies are asked for; say how many");
        }
        entry.end();
        materials.push(material);
    }
    materials
}

fn count(table: &Table<'_>, key: &'static str) -> u8 {
    table.optional_integer(key, 0..100).and_then(|count| u8::try_from(count).ok()).unwrap_or(0)
}

const KINDS: &[(&str, FieldKind)] = &[
    ("text", FieldKind::Text),
    ("phone", FieldKind::Phone),
    ("date", FieldKind::Date),
    ("number", FieldKind::Number),
    ("choice", FieldKind::Choice),
    ("org_code", FieldKind::OrgCode),
];
const PLACES: &[(&str, AskedAt)] =
    &[("paper", AskedAt::Paper), ("terminal", AskedAt::Terminal), ("window", AskedAt::Window)];

pub(super) fn fields(table: &Table<'_>, key: &'static str, known: &Questions, taken: &[&str]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for entry in table.tables(key) {
        let seen = fields.iter().map(|field| field.code.as_str()).chain(taken.iter().copied());
        let field = Field {
            code: code(&entry, seen),
            label: entry.text("label"),
            kind: entry.word("kind", KINDS).unwrap_or(FieldKind::Text),
            required: entry.bool("required", true),
            asked_at: entry.word("asked_at", PLACES).unwrap_or_default(),
            options: choices(&entry, "options"),
            multiple: entry.bool("multiple", false),
            when: when(&entry, known),
            mark: mark(&entry, "mark"),
        };
        check_field(&entry, &field);
        entry.end();
        fields.push(field);
    }
    fields
}

fn check_field(entry: &Table<'_>, field: &Field) {
    if field.kind == FieldKind::Choice {
        if field.asked_at == AskedAt::Terminal && field.options.len() < 2 {
            entry.flaw("options", "a choice asked at the terminal needs at least two options");
        }
    } else if !field.options.is_empty() {
        entry.flaw("options", "only a field of kind \"choice\" has options; change the kind or delete them");
    } else if field.multiple {
        entry.flaw("multiple", "only a field of kind \"choice\" takes several; change the kind or delete this");
    }
}
