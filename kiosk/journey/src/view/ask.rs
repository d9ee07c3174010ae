//! What the pages show from choosing to checking.

use hall_rules::age::Ages;
use hall_rules::catalogue::Place;

use super::{Paging, WindowLine};
use crate::terms::PrintState;

/// Tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilesView {
    pub by: ChooseBy,
    /// What is being narrowed: name of the theme or department; empty on the first level.
    pub within: String,
    /// At most 8.
    pub tiles: Vec<Tile>,
    /// Place in the list.
    pub paging: Paging,
    /// Whether a card was read. Without one this only reads the guide.
    pub signed_in: bool,
    /// How many cases this person has: [`crate::Act::MyErrands`] shows them.
    pub errands: u16,
}

/// By what the tiles are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChooseBy {
    /// Life event.
    Theme,
    Department,
}

/// One tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// To choose it.
    pub id: String,
    /// Name.
    pub title: String,
    /// One plain line; may be empty.
    pub plain: String,
    /// Name of an icon; may be empty.
    pub icon: String,
    /// How many items lie behind it; `None` for an item itself.
    pub items: Option<u16>,
}

/// Search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchView {
    /// What was typed.
    pub typed: String,
    /// At most 5.
    pub hits: Vec<Hit>,
    /// Place in the list.
    pub paging: Paging,
    /// How many were found.
    pub found: u16,
    /// Keys in alphabetical order instead of QWERTY.
    pub keys_abc: bool,
    /// Whether a card was read.
    pub signed_in: bool,
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// To choose it.
    pub id: String,
    /// The name in runs: text and whether it matched.
    pub title: Vec<(String, bool)>,
    /// One plain line; may be empty.
    pub plain: String,
}

/// An item's guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideView {
    /// Item name.
    pub item: String,
    /// One plain line; may be empty.
    pub plain: String,
    /// Department name.
    pub department: String,
    /// Lines of this page.
    pub lines: Vec<GuideLine>,
    /// Place in the guide.
    pub paging: Paging,
    /// Some of it is not confirmed by the department.
    pub has_unconfirmed: bool,
    /// Whether a card was read: the primary button then begins; without one, the page asks for the card.
    pub signed_in: bool,
    /// They have a case for it already, and [`crate::Act::MyErrands`] shows it.
    pub same: Option<SameCase>,
}

/// A case of this person for the item whose guide is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameCase {
    /// Its number.
    pub receipt: String,
    /// Its state in a word or two; empty when only this terminal knows of it, and its result lies here.
    pub state: String,
}

/// One line of a guide. Consecutive lines of one section share one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideLine {
    /// Under which heading.
    pub section: GuideSection,
    /// What it says.
    pub text: String,
    /// How it is handed in, of a material; [`Place::Box`] of anything else.
    pub place: Place,
    /// Not confirmed by the department.
    pub unconfirmed: bool,
}

/// Headings of a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuideSection {
    /// 受理条件.
    Conditions,
    /// 承诺办结时限.
    PromisedLimit,
    /// 法定办结时限.
    LegalLimit,
    /// 收费.
    Fee,
    /// 结果.
    Result,
    /// 申请材料; those that depend on answers are marked as such by [`GuideSection::MaterialsDepending`].
    Materials,
    /// 视情况需要的材料.
    MaterialsDepending,
}

/// One question with options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionView {
    /// What is asked.
    pub asks: Asks,
    pub options: Vec<OptionRow>,
    /// Several may be chosen; the primary button goes on.
    pub multiple: bool,
    /// Item name.
    pub item: String,
}

/// What a question asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// 为谁办理. Option ids: `oneself`, `another_person`, `organisation`; labels are the screen's wording.
    ActingFor,
    /// The item's own question, in words.
    Words(String),
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionRow {
    /// To choose it.
    pub id: String,
    /// What it says; empty for [`Asks::ActingFor`].
    pub label: String,
    /// Chosen before.
    pub chosen: bool,
}

/// An item for people of another age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongAgeView {
    /// Item name.
    pub item: String,
    /// Whom it is for.
    pub ages: Ages,
    /// One can apply here for somebody else; else the primary button ends.
    pub another: bool,
    /// Whom to ask.
    pub window: Option<WindowLine>,
}

/// The exact materials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialsView {
    /// Item name.
    pub item: String,
    /// Rows of this page.
    pub rows: Vec<MaterialRow>,
    /// How many materials in all.
    pub count: MaterialCount,
    /// Place in the list. The primary button is alive on every page.
    pub paging: Paging,
    /// [`crate::Act::SomethingMissing`] prints the list.
    pub prints: bool,
}

/// How many materials there are, in two groups: what is put into the box, and what is handed in another way. Materials,
/// check and done page and the receipt all say this count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MaterialCount {
    /// Put into the box.
    pub in_box: u16,
    /// Files: the window says how to send them.
    pub electronic: u16,
    /// To be shown to the window.
    pub shown: u16,
}

impl MaterialCount {
    /// Counts.
    pub fn of(places: impl IntoIterator<Item = Place>) -> Self {
        let mut count = Self::default();
        for place in places {
            let group = match place {
                Place::Box => &mut count.in_box,
                Place::Electronic => &mut count.electronic,
                Place::Shown => &mut count.shown,
            };
            *group = group.saturating_add(1);
        }
        count
    }

    /// What is not put into the box.
    pub fn elsewhere(self) -> u16 {
        self.electronic.saturating_add(self.shown)
    }
}

/// One material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialRow {
    /// From 1.
    pub number: u16,
    pub name: String,
    pub originals: u8,
    pub copies: u8,
    /// May follow later.
    pub deferrable: bool,
    /// How it is handed in. Rows come in groups: first what goes into the box.
    pub place: Place,
    /// Needed only in this case; empty when always.
    pub only_if: String,
    /// Not confirmed by the department.
    pub unconfirmed: bool,
}

/// What is still missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingView {
    /// Item name.
    pub item: String,
    /// The list to take home.
    pub rows: Vec<MaterialRow>,
    /// How many materials in all.
    pub count: MaterialCount,
    /// Place in the list.
    pub paging: Paging,
    /// Whom to ask.
    pub window: Option<WindowLine>,
    /// The printed list.
    pub paper: PrintState,
}

/// Phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneView {
    /// A number known from before, masked; the primary button takes it. The pad is not shown then.
    pub known: Option<String>,
    /// What was typed, grouped 3-4-4.
    pub typed: String,
    /// How it stands.
    pub check: PhoneCheck,
}

/// How a typed phone number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhoneCheck {
    /// Nothing typed.
    Empty,
    /// So far so good: this many digits to go.
    Incomplete(u8),
    /// Mobile numbers begin with 13 to 19.
    WrongStart,
    /// Complete and well formed.
    Good,
}

/// A choice, date or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// What is asked.
    pub label: String,
    /// How it is answered.
    pub input: FieldInput,
    /// May be skipped.
    pub optional: bool,
    /// Why it cannot be taken as typed; `None` while typing.
    pub problem: Option<FieldProblem>,
}

/// How a field is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldInput {
    /// Options; `Choose(id)`.
    Options {
        /// The options.
        rows: Vec<OptionRow>,
        /// Several may be chosen.
        multiple: bool,
    },
    /// Number pad; typed as `YYYY-MM-DD`, grouped.
    Date(String),
    /// Number pad.
    Number(String),
    /// Number pad: a phone number.
    Phone(String),
    /// Letters and digits: 18 characters, grouped.
    OrgCode(String),
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldProblem {
    /// Nothing was given.
    Empty,
    /// Too short or not complete.
    Incomplete,
    /// Not a possible value (no such day, wrong check digit …).
    Impossible,
}

/// Free text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextView {
    /// What is asked.
    pub label: String,
    /// Text taken so far.
    pub text: String,
    /// Letters typed and not yet turned into characters.
    pub letters: String,
    /// Candidates: at most 6 above the keys, or at most 50 of one or two characters in their place.
    pub candidates: Vec<String>,
    /// Keys in alphabetical order.
    pub keys_abc: bool,
    /// May be skipped.
    pub optional: bool,
    /// Nothing was given though it must be.
    pub problem: Option<FieldProblem>,
}

/// Check your answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckView {
    /// The first ones, which cannot be changed: on every page, above what must be reached.
    pub fixed: Vec<CheckRow>,
    pub rows: Vec<CheckRow>,
    /// Place in the list.
    pub paging: Paging,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// To change it; `None` when it cannot be changed.
    pub id: Option<String>,
    pub label: CheckLabel,
    /// Its value, masked where personal; empty when nothing was given.
    pub value: String,
}

/// What a check row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckLabel {
    /// Applicant (value masked).
    Applicant,
    Item,
    /// For whom; the value is the option's id (see [`Asks::ActingFor`]).
    ActingFor,
    /// Materials; the value is empty.
    Materials(MaterialCount),
    /// Phone (value masked; empty when skipped).
    Phone,
    /// Size of box; the value is its code.
    BoxSize,
    /// A question or field, in words.
    Words(String),
}
