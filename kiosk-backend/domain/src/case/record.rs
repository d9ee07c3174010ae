//! What was handed in: the submission, the item as it was then, and how both are shown.

use hall_rules::catalogue::{Material, Place};
use hall_rules::review::Fault;
use hall_rules::{ServiceItem, Text, mask};
use hall_store::cases::CaseRow;
use hall_store::keys::Keys;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::Submission;
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily, DocumentSignature};
use schemars::JsonSchema;
use serde::Serialize;

/// The personal payload of a case; `None` when it is missing or unreadable.
pub(crate) fn submission_of(connection: &Connection, keys: &Keys, entry: i64) -> StoreResult<Option<Submission>> {
    let Some((journal, seq, sealed)) = store::journal::payload_of(connection, entry)? else { return Ok(None) };
    let text = keys.sealer.open(&sealed, &store::journal::payload_context(journal, seq))?;
    Ok(serde_json::from_str(text.expose()).ok())
}

pub(crate) fn item_of(connection: &Connection, row: &CaseRow) -> StoreResult<Option<ServiceItem>> {
    item(connection, &row.item, row.item_version)
}

/// An item as it was when a case was made.
pub(crate) fn item(connection: &Connection, code: &str, version: u32) -> StoreResult<Option<ServiceItem>> {
    let body = store::catalogue::item(connection, code, version)?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

pub(crate) fn applicant(made: &Submission) -> ApplicantView {
    ApplicantView {
        name: mask::name(made.applicant.name.expose()),
        document: made.applicant.document,
        number: mask::document_number(made.applicant.number.expose()),
        assurance: made.applicant.assurance,
        signature: made.applicant.signature,
        acting_for: made.acting_for,
        phone: made.phone.as_ref().map(|phone| mask::phone(phone.expose())),
    }
}

/// `item`: the version that the submission was made against, which knows what never goes into a box. General materials
/// stand in the `catalogue` alone.
pub(crate) fn materials(made: &Submission, item: Option<&ServiceItem>, catalogue: Option<&str>) -> Vec<MaterialRow> {
    let own = |code: &str| item?.materials.iter().find(|material| material.code == code);
    let general = made.materials.iter().any(|line| !line.brought && own(&line.code).is_none());
    let whole: Option<hall_rules::Catalogue> =
        catalogue.filter(|_| general).and_then(|body| serde_json::from_str(body).ok());
    let shared = |code: &str| whole.as_ref()?.general_materials.iter().find(|material| material.code == code);
    let place = |line: &kiosk_wire::submission::MaterialLine| {
        let known = || own(&line.code).or_else(|| shared(&line.code)).map(Material::place);
        match (line.brought, known()) {
            (true, _) => MaterialPlace::Box,
            (false, Some(Place::Electronic)) => MaterialPlace::Electronic,
            (false, Some(Place::Shown)) => MaterialPlace::Shown,
            (false, Some(Place::Box) | None) => MaterialPlace::NotInBox,
        }
    };
    let row = |line: &kiosk_wire::submission::MaterialLine| MaterialRow {
        name: line.name.clone(),
        originals: line.originals,
        copies: line.copies,
        deferrable: line.deferrable,
        brought: line.brought,
        place: place(line),
        faults: hall_rules::review::faults(line.originals, line.copies),
    };
    made.materials.iter().map(row).collect()
}

pub(crate) fn answers(made: &Submission, item: Option<&ServiceItem>, catalogue: Option<&str>) -> Vec<AnswerRow> {
    let situation = |(code, option): (&String, &String)| {
        let known = item.and_then(|item| item.situations.iter().find(|situation| situation.code == *code));
        AnswerRow {
            question: known.map_or_else(|| Text::zh(code.clone()), |situation| situation.question.clone()),
            answer: known.map_or_else(|| Text::zh(option.clone()), |situation| option_label(situation, option)),
        }
    };
    let whole: Option<hall_rules::Catalogue> = match (item, made.answers.is_empty()) {
        (Some(_), false) => catalogue.and_then(|body| serde_json::from_str(body).ok()),
        _ => None,
    };
    let field = |(code, value): (&String, &kiosk_wire::Personal<String>)| {
        let own = item.and_then(|item| item.fields.iter().find(|field| field.code == *code));
        let shared = || whole.as_ref().zip(item).and_then(|(all, item)| all.fields(item).find(|f| f.code == *code));
        let known = own.or_else(shared);
        let option = known.and_then(|field| field.options.iter().find(|option| option.code == *value.expose()));
        AnswerRow {
            question: known.map_or_else(|| Text::zh(code.clone()), |field| field.label.clone()),
            answer: option.map_or_else(|| Text::zh(value.expose().clone()), |option| option.label.clone()),
        }
    };
    made.situations.iter().map(situation).chain(made.answers.iter().map(field)).collect()
}

fn option_label(situation: &hall_rules::catalogue::Situation, answer: &str) -> Text {
    let labels: Vec<Text> = answer
        .split('+')
        .map(|code| situation.option(code).map_or_else(|| Text::zh(code), |choice| choice.label.clone()))
        .collect();
    let join = |of: fn(&Text) -> &str, by: &str| labels.iter().map(of).collect::<Vec<_>>().join(by);
    Text::new(join(|text| &text.zh, "、"), join(|text| text.get(hall_rules::Language::En), ", "))
}

/// One line of the material list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MaterialRow {
    /// Name as the applicant saw it.
    pub name: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
    /// Whether it may follow later (容缺).
    pub deferrable: bool,
    /// Whether the applicant said it is in the box.
    pub brought: bool,
    /// Where it is, as far as the terminal and the catalogue tell.
    pub place: MaterialPlace,
    /// What can be amiss with it, to pick from.
    pub faults: Vec<Fault>,
}

/// Where a material is. A terminal asks only whether everything was brought and takes nothing without a yes, so what is
/// not in the box was never said to be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialPlace {
    /// In the box, the applicant says.
    Box,
    /// A file: nothing to put into a box.
    Electronic,
    /// To be shown to the window, or read from the card.
    Shown,
    /// Not in the box, and the catalogue of that time does not say why.
    NotInBox,
}

impl MaterialPlace {
    /// As JSON and the pages' attributes say it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Electronic => "electronic",
            Self::Shown => "shown",
            Self::NotInBox => "not_in_box",
        }
    }
}

/// One question and its answer, with the wording of the catalogue version it was asked from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnswerRow {
    /// The question; its code when the catalogue never had it.
    pub question: Text,
    pub answer: Text,
}

/// The applicant, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ApplicantView {
    /// Name, masked.
    pub name: String,
    /// Family of the document.
    pub document: DocumentFamily,
    /// Number, masked.
    pub number: String,
    /// How far the card's reading can be trusted.
    pub assurance: Assurance,
    /// What became of the signature on a travel document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<DocumentSignature>,
    /// For whom they act.
    pub acting_for: ActingFor,
    /// Phone, masked; absent when none was given.
    pub phone: Option<String>,
}
