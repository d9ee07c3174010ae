//! The hall's file: departments, themes, shared fields and general rules.

use super::parts::{code, fields, general_questions, materials, statements};
use super::reader::Table;
use crate::catalogue::{Catalogue, Department, FieldGroup, Theme};

/// A catalogue without items.
#[derive(Default)]
pub(super) struct Hall(pub(super) Catalogue);

/// Eight tiles fit on a page.
const MAX_THEMES: usize = 8;

pub(super) fn read(table: &Table<'_>) -> Hall {
    let known = general_questions();
    Hall(Catalogue {
        version: table.integer("version", 1..u32::MAX),
        departments: departments(table),
        themes: themes(table),
        field_groups: field_groups(table),
        general_materials: materials(table, "general_material", &known),
        rules: statements(table, "rule"),
        items: Vec::new(),
    })
}

fn departments(table: &Table<'_>) -> Vec<Department> {
    let mut departments: Vec<Department> = Vec::new();
    for entry in table.tables("department") {
        let code = code(&entry, departments.iter().map(|department| department.code.as_str()));
        departments.push(Department { code, name: entry.text("name") });
        entry.end();
    }
    if departments.is_empty() {
        table.flaw("department", "there is none; add [[department]] with code and name");
    }
    departments
}

fn themes(table: &Table<'_>) -> Vec<Theme> {
    let mut themes: Vec<Theme> = Vec::new();
    for entry in table.tables("theme") {
        let code = code(&entry, themes.iter().map(|theme| theme.code.as_str()));
        let icon = entry.optional_str("icon").map_or("", |icon| icon.value).to_owned();
        let plain = entry.optional_text("plain").unwrap_or_default();
        themes.push(Theme { code, name: entry.text("name"), plain, icon });
        entry.end();
    }
    if themes.is_empty() {
        table.flaw("theme", "there is none; add [[theme]] with code and name");
    } else if themes.len() > MAX_THEMES {
        let count = themes.len();
        table.flaw("theme", format!("{count} themes do not fit on a page; join some until there are {MAX_THEMES}"));
    }
    themes
}

fn field_groups(table: &Table<'_>) -> Vec<FieldGroup> {
    let mut groups: Vec<FieldGroup> = Vec::new();
    for entry in table.tables("field_group") {
        let code = code(&entry, groups.iter().map(|group| group.code.as_str()));
        let name = entry.text("name");
        let fields = fields(&entry, "field", &general_questions(), &[]);
        entry.end();
        groups.push(FieldGroup { code, name, fields });
    }
    groups
}
