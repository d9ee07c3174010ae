//! What the items of the present catalogue have in common. The catalogue is large, and kept as the text that terminals fetch:
//! this is read out of it once, when it is imported.

use hall_rules::catalogue::{Department, Field, FieldGroup, Material, fields};
use hall_rules::{ServiceItem, Text};
use serde::Deserialize;

/// Departments, materials and fields that any item may name.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shared {
    pub(crate) departments: Vec<Department>,
    #[serde(default)]
    general_materials: Vec<Material>,
    #[serde(default)]
    field_groups: Vec<FieldGroup>,
}

impl Shared {
    /// Reads it out of a catalogue's JSON, whose items are passed over.
    pub(crate) fn of(catalogue: &str) -> Self {
        serde_json::from_str(catalogue)
            .inspect_err(|cause| tracing::error!(%cause, "the stored catalogue cannot be read"))
            .unwrap_or_default()
    }

    /// Name of a department; its code when the catalogue has none of it.
    pub(crate) fn department(&self, code: &str) -> Text {
        let known = self.departments.iter().find(|known| known.code == code);
        known.map_or_else(|| Text::zh(code), |known| known.name.clone())
    }

    /// A material that any item may ask for.
    pub(crate) fn material(&self, code: &str) -> Option<&Material> {
        self.general_materials.iter().find(|material| material.code == code)
    }

    /// All fields of an item, those of shared groups first.
    pub(crate) fn fields<'a>(&'a self, item: &'a ServiceItem) -> impl Iterator<Item = &'a Field> {
        fields(&self.field_groups, item)
    }
}
