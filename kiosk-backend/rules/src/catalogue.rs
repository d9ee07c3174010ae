//! What one can apply for: the types of the catalogue.
//!
//! A catalogue is written as text files (see [`crate::load`]), synced to terminals as JSON, and never changed in
//! place: a changed item has a higher [`ServiceItem::version`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::age::Ages;
use crate::text::Text;

/// Everything a hall offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Grows with every change.
    pub version: u32,
    /// Who decides.
    pub departments: Vec<Department>,
    /// Life events, at most eight, in the order of the tiles.
    pub themes: Vec<Theme>,
    /// Groups of fields that many items share.
    #[serde(default)]
    pub field_groups: Vec<FieldGroup>,
    /// Materials that general rules add to an item's own, such as a mandate when acting for someone else.
    #[serde(default)]
    pub general_materials: Vec<Material>,
    /// General rules, for staff and the help page.
    #[serde(default)]
    pub rules: Vec<Statement>,
    /// The items, in the order of the catalogue.
    #[serde(deserialize_with = "tight")]
    pub items: Vec<ServiceItem>,
}

/// A department (部门).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Short code, unique.
    pub code: String,
    pub name: Text,
}

/// A life event (主题): one tile on the first page of choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Short code, unique.
    pub code: String,
    pub name: Text,
    /// One plain line below the name.
    #[serde(default)]
    pub plain: Text,
    /// Name of an icon.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub icon: String,
}

/// Fields that many items share, such as an organisation's name and code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldGroup {
    /// Short code, unique.
    pub code: String,
    pub name: Text,
    #[serde(deserialize_with = "tight")]
    pub fields: Vec<Field>,
}

/// How sure we are of a statement. Published data is only as good as its marks; screens say what is unconfirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Mark {
    /// Checked against the text of a law or a published guide.
    #[serde(rename = "S")]
    Sourced,
    /// General knowledge or usual practice; a department must confirm it before anyone relies on it.
    #[default]
    #[serde(rename = "M")]
    Unconfirmed,
    /// Confirmed by the department named in [`ServiceItem::confirmed`].
    #[serde(rename = "C")]
    Confirmed,
}

impl Mark {
    /// Whether the statement still needs a department's word.
    pub fn is_unconfirmed(self) -> bool {
        match self {
            Self::Unconfirmed => true,
            Self::Sourced | Self::Confirmed => false,
        }
    }
}

/// A statement with its mark: a condition, a fee, a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it says.
    pub text: Text,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
    /// Where it was found, or what is open about it; for staff.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_note: String,
}

/// One thing to apply for (政务服务事项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceItem {
    /// Unique, never reused: lower-case letters, digits and hyphens.
    pub code: String,
    /// Grows with every change of this item; a submission names the version it was made against.
    pub version: u32,
    /// Official name.
    pub name: Text,
    /// One plain line in everyday words.
    #[serde(default)]
    pub plain: Text,
    /// Code of the department that decides; it also decides the window.
    pub department: String,
    /// How sure we are of the department.
    #[serde(default)]
    pub department_mark: Mark,
    /// Codes of the life events it belongs to; the first is the main one.
    #[serde(deserialize_with = "tight")]
    pub themes: Vec<String>,
    /// 事项类型.
    pub kind: ItemKind,
    /// How sure we are of the kind.
    #[serde(default)]
    pub kind_mark: Mark,
    /// 办件类型.
    pub case_kind: CaseKind,
    /// How sure we are of the case kind.
    #[serde(default)]
    pub case_kind_mark: Mark,
    /// Who may apply.
    #[serde(deserialize_with = "tight")]
    pub applicants: Vec<ApplicantKind>,
    /// More about who may apply.
    #[serde(default)]
    pub applicants_note: Statement,
    /// Legal limits (法定时限); several when they depend on the answers. The first whose `when` holds applies.
    #[serde(default, deserialize_with = "tight")]
    pub legal_limits: Vec<Limit>,
    /// Promised limits (承诺时限), read like the legal ones.
    #[serde(default, deserialize_with = "tight")]
    pub promised_limits: Vec<Limit>,
    /// What must hold (受理条件).
    #[serde(deserialize_with = "tight")]
    pub conditions: Vec<Statement>,
    /// Questions that decide which materials are needed (情形).
    #[serde(default, deserialize_with = "tight")]
    pub situations: Vec<Situation>,
    /// Materials (申请材料).
    #[serde(deserialize_with = "tight")]
    pub materials: Vec<Material>,
    /// Codes of general materials that this item does not take, because its own list covers them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_general: Vec<String>,
    /// Codes of the field groups it shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field_groups: Vec<String>,
    /// Its own fields.
    #[serde(default, deserialize_with = "tight")]
    pub fields: Vec<Field>,
    /// Fee (收费).
    pub fee: Statement,
    /// What the applicant gets (结果).
    pub result: Statement,
    /// Who else takes part (联办).
    #[serde(default)]
    pub joint: Option<Statement>,
    /// The other departments whose opinion is asked while the case is worked (协办部门).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assisting: Vec<Assisting>,
    /// Whether asking them is joint handling under 行政许可法 art. 26: then art. 42 paragraph 2 gives the case 45 days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joint_limit: bool,
    /// Working days of a case in the green channel (绿色通道); absent where the hall's share of the promised time holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_days: Option<u16>,
    /// Legal basis (依据).
    pub basis: Statement,
    /// Where the data was found (来源).
    #[serde(default, deserialize_with = "tight")]
    pub sources: Vec<String>,
    /// Notes for staff (注意).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Everyday words by which people look for it.
    #[serde(default, deserialize_with = "tight")]
    pub keywords: Vec<String>,
    /// Whether paper is handed in. False only when nothing, not even a form, is on paper.
    #[serde(default = "yes")]
    pub needs_box: bool,
    /// The size of box that usually fits.
    #[serde(default)]
    pub size_hint: SizeHint,
    /// How often it is asked for: 1 is most often, 0 is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub usage_rank: u32,
    /// Which department confirmed the marks `C`, and when; empty when none did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub confirmed: String,
}

/// Another department whose opinion an item wants (协办部门).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assisting {
    /// Code of the department.
    pub department: String,
    /// Within how many working days it answers.
    pub days: u16,
    /// For which answers; empty means always.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
    /// Where it was found, or what is open about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_note: String,
}

fn yes() -> bool {
    true
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// 事项类型 (items on application only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// 行政许可.
    Permit,
    /// 行政确认.
    Confirmation,
    /// 行政给付.
    Benefit,
    /// 行政奖励.
    Award,
    /// 行政裁决.
    Ruling,
    /// 其他行政权力.
    OtherPower,
    /// 公共服务.
    PublicService,
}

impl ItemKind {
    /// As the guide says it.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::Permit => ("行政许可", "Administrative permit"),
            Self::Confirmation => ("行政确认", "Administrative confirmation"),
            Self::Benefit => ("行政给付", "Benefit"),
            Self::Award => ("行政奖励", "Award"),
            Self::Ruling => ("行政裁决", "Ruling"),
            Self::OtherPower => ("其他行政权力", "Other administrative power"),
            Self::PublicService => ("公共服务", "Public service"),
        };
        Text::new(zh, en)
    }
}

/// 办件类型.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// 即办件: decided at once.
    Immediate,
    /// 承诺件: decided within a promised time.
    Promised,
}

impl CaseKind {
    /// As the guide says it.
    pub fn text(self) -> Text {
        match self {
            Self::Immediate => Text::new("即办件", "Done at once"),
            Self::Promised => Text::new("承诺件", "Done within a promised time"),
        }
    }
}

/// Who may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    /// 自然人.
    Person,
    /// 个体工商户.
    SoleTrader,
    /// 法人或其他组织.
    Organisation,
}

/// A time limit: number, unit, and from when it runs. The three are apart because laws, guides and halls differ in
/// each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many; 0 when done on the spot or not stated.
    pub value: u16,
    pub unit: LimitUnit,
    pub starts: LimitStart,
    /// For which answers; empty means always.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
    /// What the source says, and what is open about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_note: String,
}

impl Limit {
    /// As the guide says it, without its start: `3个工作日`, `当场办结`.
    pub fn text(&self) -> Text {
        let n = self.value;
        let plural = if n == 1 { "" } else { "s" };
        match self.unit {
            LimitUnit::OnTheSpot => Text::new("当场办结", "On the spot"),
            LimitUnit::WorkingDay => Text::new(format!("{n}个工作日"), format!("{n} working day{plural}")),
            LimitUnit::CalendarDay => Text::new(format!("{n}天"), format!("{n} day{plural}")),
            LimitUnit::Unstated => Text::new("没有明文规定", "Not stated by law"),
        }
    }
}

/// Unit of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// 当场: while the applicant waits.
    OnTheSpot,
    /// 工作日.
    WorkingDay,
    /// 自然日.
    CalendarDay,
    /// No limit was found.
    Unstated,
}

/// From when a limit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitStart {
    /// 受理之日.
    Acceptance,
    /// 收到申请之日.
    Application,
    /// 收齐材料之日.
    AllMaterials,
    /// 受理期截止之日, the end of a published intake period.
    IntakePeriodEnd,
}

/// For which answers something holds: every question named must be answered with one of the options named. Empty
/// means always. The question `acting_for` has the options of [`crate::answers::ActingFor`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct When(pub BTreeMap<String, Vec<String>>);

impl When {
    /// Whether it holds for all answers.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }
}

/// A question that decides which materials are needed (情形).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation {
    /// Unique in its item: `q1`, `q2` …
    pub code: String,
    pub question: Text,
    /// What can be chosen, at least two.
    #[serde(deserialize_with = "tight")]
    pub options: Vec<Choice>,
    /// Asked only for these earlier answers.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// Whether several options may be chosen. The answer is then the codes joined with `+`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
    /// Where it was found, or what is open about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_note: String,
}

/// An option of a situation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// Unique in its question: `a`, `b` …
    pub code: String,
    /// What the button says.
    pub label: Text,
    /// This machine cannot take it: where to go instead and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_out: Option<Text>,
    /// Of whose age alone this can be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Ages>,
}

/// A material (申请材料).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Unique in its item.
    pub code: String,
    pub name: Text,
    /// How many originals.
    #[serde(default)]
    pub originals: u8,
    /// How many copies.
    #[serde(default)]
    pub copies: u8,
    pub form: MaterialForm,
    /// Whether it may follow later.
    pub necessity: Necessity,
    /// Who issues it (来源渠道).
    pub origin: Text,
    /// It is looked at and handed back or read from the card; it does not go into the box (核验).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shown_only: bool,
    /// For which answers; empty means always.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// Needed only in a case that no question asks about; the applicant judges. Empty when needed in any case.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub only_if: Text,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
    /// Where it was found, or what is open about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_note: String,
}

impl Material {
    /// How it is handed in at a terminal.
    pub fn place(&self) -> Place {
        match self.form {
            _ if self.shown_only => Place::Shown,
            MaterialForm::Electronic => Place::Electronic,
            MaterialForm::Paper
            | MaterialForm::PaperOrElectronic
            | MaterialForm::PaperAndElectronic
            | MaterialForm::Physical => Place::Box,
        }
    }

    /// Whether it may follow later.
    pub fn is_deferrable(&self) -> bool {
        self.necessity == Necessity::Deferrable
    }
}

/// How a material is handed in by somebody who stands at a terminal. Only [`Place::Box`] is something they do there;
/// that another material is not in the box says nothing about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Put into the box: anything on paper or physical that is not merely shown.
    #[default]
    Box,
    /// A file, which the window looks up or says how to send.
    Electronic,
    /// Looked at by the window, or read from the card.
    Shown,
}

/// On what a material comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialForm {
    /// 纸质.
    Paper,
    /// 电子.
    Electronic,
    /// 纸质或电子, as the applicant likes.
    PaperOrElectronic,
    /// 纸质和电子, both.
    PaperAndElectronic,
    /// 实物, such as an old card.
    Physical,
}

/// Whether a material may follow later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Necessity {
    /// 必要.
    Required,
    /// 容缺: the case may be accepted without it.
    Deferrable,
}

/// A field (字段) of the application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Unique in its item.
    pub code: String,
    /// What it asks.
    pub label: Text,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    #[serde(default = "yes")]
    pub required: bool,
    #[serde(default)]
    pub asked_at: AskedAt,
    /// What can be chosen, for [`FieldKind::Choice`]; may be empty when the printed form has the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "tight")]
    pub options: Vec<Choice>,
    /// Whether several options may be chosen. The value is then the codes joined with `+`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// Asked only for these answers; empty means always.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// How sure we are.
    #[serde(default)]
    pub mark: Mark,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A phone number.
    Phone,
    /// A civil date, `YYYY-MM-DD`.
    Date,
    /// A number, digits with at most one point.
    Number,
    /// One of the options.
    Choice,
    /// 统一社会信用代码 (GB 32100).
    OrgCode,
}

/// Where a field is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskedAt {
    /// On the terminal's screen: only what routing needs.
    Terminal,
    /// On the form in the envelope, keyed in by the window.
    #[default]
    Paper,
    /// By the window, when it works the case.
    Window,
}

/// The size of box that usually fits an item's paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeHint {
    /// A few sheets.
    Envelope,
    /// An A4 folder.
    #[default]
    A4,
    /// Drawings, thick folders.
    Large,
}

impl Catalogue {
    /// The item with this code.
    pub fn item(&self, code: &str) -> Option<&ServiceItem> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The department with this code.
    pub fn department(&self, code: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.code == code)
    }

    /// The items of a theme, in catalogue order.
    pub fn items_of_theme<'a>(&'a self, theme: &'a str) -> impl Iterator<Item = &'a ServiceItem> {
        self.items.iter().filter(move |item| item.themes.iter().any(|code| code == theme))
    }

    /// The items of a department, in catalogue order.
    pub fn items_of_department<'a>(&'a self, department: &'a str) -> impl Iterator<Item = &'a ServiceItem> {
        self.items.iter().filter(move |item| item.department == department)
    }

    /// All fields of an item: those of its groups, then its own.
    pub fn fields<'a>(&'a self, item: &'a ServiceItem) -> impl Iterator<Item = &'a Field> {
        fields(&self.field_groups, item)
    }
}

/// All fields of an item, those of the groups that it names first.
pub fn fields<'a>(groups: &'a [FieldGroup], item: &'a ServiceItem) -> impl Iterator<Item = &'a Field> {
    item.field_groups
        .iter()
        .filter_map(|code| groups.iter().find(|group| group.code == *code))
        .flat_map(|group| group.fields.iter())
        .chain(item.fields.iter())
}

impl ServiceItem {
    /// Whether anything an applicant sees of this item still needs a department's word.
    pub fn has_unconfirmed(&self) -> bool {
        self.marks().any(Mark::is_unconfirmed)
    }

    /// The mark of every statement but those of its fields.
    pub fn marks(&self) -> impl Iterator<Item = Mark> {
        [self.department_mark, self.kind_mark, self.case_kind_mark, self.fee.mark, self.result.mark, self.basis.mark]
            .into_iter()
            .chain(self.joint.iter().map(|joint| joint.mark))
            .chain(self.legal_limits.iter().map(|limit| limit.mark))
            .chain(self.promised_limits.iter().map(|limit| limit.mark))
            .chain(self.assisting.iter().map(|one| one.mark))
            .chain(self.conditions.iter().map(|condition| condition.mark))
            .chain(self.situations.iter().map(|situation| situation.mark))
            .chain(self.materials.iter().map(|material| material.mark))
    }
}

/// Reads a list and gives back the room that it grew into: a terminal keeps thousands of these for years.
fn tight<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(from)?;
    list.shrink_to_fit();
    Ok(list)
}
