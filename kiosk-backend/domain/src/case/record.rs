//! What was handed in: the submission, the item as it was then, and how both are shown.

use hall_rules::catalogue::{Material, Place};
use hall_rules::review::Fault;
use hall_rules::{ServiceItem, Text, mask};
use hall_store::cases::CaseRow;
use hall_store::keys::Keys;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::Submission;
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily, DocumentSignature, MaterialLine};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ground::shared::Shared;

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
        organisation: made.organisation.as_ref().map(|one| OrganisationView {
            name: one.shown_name(),
            code: one.code.as_ref().map(|code| code.expose().clone()),
        }),
        phone: made.phone.as_ref().map(|phone| mask::phone(phone.expose())),
    }
}

/// `item`: the version that the submission was made against, which knows what never goes into a box and what each
/// material is called in English. General materials are
/// `shared`.
pub(crate) fn materials(made: &Submission, item: Option<&ServiceItem>, shared: &Shared) -> Vec<MaterialRow> {
    let own = |code: &str| item?.materials.iter().find(|material| material.code == code);
    let row = |line: &MaterialLine| {
        let known = own(&line.code).or_else(|| shared.material(&line.code));
        MaterialRow {
            name: line.name.clone(),
            english: known.and_then(|material| english(material, &line.name)),
            originals: line.originals,
            copies: line.copies,
            deferrable: line.deferrable,
            brought: line.brought,
            place: match (line.brought, known.map(Material::place)) {
                (true, _) => MaterialPlace::Box,
                (false, Some(Place::Electronic)) => MaterialPlace::Electronic,
                (false, Some(Place::Shown)) => MaterialPlace::Shown,
                (false, Some(Place::Box) | None) => MaterialPlace::NotInBox,
            },
            faults: hall_rules::review::faults(line.originals, line.copies),
        }
    };
    made.materials.iter().map(row).collect()
}

/// What a material that was handed in under `name` is called in English; a material that is called otherwise by now may
/// be another one.
fn english(material: &Material, name: &str) -> Option<String> {
    (material.name.zh == name).then(|| material.name.en.clone()).filter(|english| !english.is_empty())
}

pub(crate) fn answers(made: &Submission, item: Option<&ServiceItem>, shared: &Shared) -> Vec<AnswerRow> {
    let situation = |(code, option): (&String, &String)| {
        let known = item.and_then(|item| item.situations.iter().find(|situation| situation.code == *code));
        AnswerRow {
            question: known.map_or_else(|| Text::zh(code.clone()), |situation| situation.question.clone()),
            answer: known.map_or_else(|| Text::zh(option.clone()), |situation| option_label(situation, option)),
        }
    };
    let field = |(code, value): (&String, &kiosk_wire::Personal<String>)| {
        let known = item.and_then(|item| {
            let own = item.fields.iter().find(|field| field.code == *code);
            own.or_else(|| shared.fields(item).find(|field| field.code == *code))
        });
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
    /// Name in Chinese, as notices say it.
    pub name: String,
    /// Name in English, where the catalogue has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub english: Option<String>,
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

/// The organisation somebody acts for. Not masked: the public register has both, and without them two errands of one
/// agent cannot be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrganisationView {
    pub name: String,
    /// 统一社会信用代码; absent when they had none or did not know it.
    pub code: Option<String>,
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
    /// Which organisation that is; absent from terminals that did not ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationView>,
    /// Phone, masked; absent when none was given.
    pub phone: Option<String>,
}
