//! A reader over TOML with spans that goes on after a flaw, so that an editor sees all of them at once.

use std::cell::RefCell;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::flaws::{Flaw, Said};
use crate::text::Text;

/// One file being read, and what was found wrong in it.
pub(super) struct File<'f> {
    path: &'f str,
    /// Byte offset of each line's start.
    lines: Vec<usize>,
    flaws: RefCell<Vec<Flaw>>,
}

impl<'f> File<'f> {
    pub(super) fn new(path: &'f str, text: &str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, lines, flaws: RefCell::default() }
    }

    /// Notes a flaw at a byte offset.
    pub(super) fn flaw(&self, at: usize, field: &str, what: impl Into<Said>) {
        let line = self.lines.partition_point(|&start| start <= at);
        let (file, field) = (self.path.to_owned(), field.to_owned());
        self.flaws.borrow_mut().push(Flaw { file, line, field, what: what.into().0 });
    }

    pub(super) fn has_flaws(&self) -> bool {
        !self.flaws.borrow().is_empty()
    }

    pub(super) fn into_flaws(self) -> Vec<Flaw> {
        self.flaws.into_inner()
    }

    /// Parses `text`; syntax errors are noted.
    pub(super) fn parse<'t>(&self, text: &'t str) -> Spanned<DeTable<'t>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let said = error.message();
            let zh = format!("这里不是 TOML 格式（{said}）；写法见 https://toml.io");
            self.flaw(at, "", Text::new(zh, format!("this is not TOML: {said}; see https://toml.io")));
        }
        table
    }
}

/// A value and the byte offset where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

/// A table being read. Keys are taken one by one; [`Table::end`] notes those nobody asked for.
pub(super) struct Table<'r> {
    file: &'r File<'r>,
    table: &'r DeTable<'r>,
    span: Range<usize>,
    path: String,
    taken: RefCell<Vec<&'static str>>,
}

impl<'r> Table<'r> {
    pub(super) fn root(file: &'r File<'r>, table: &'r Spanned<DeTable<'r>>) -> Self {
        Self { file, table: table.get_ref(), span: 0..0, path: String::new(), taken: RefCell::default() }
    }

    fn child(&self, value: &'r Spanned<DeValue<'r>>, path: String) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Self { file: self.file, table, span: value.span(), path, taken: RefCell::default() })
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                self.wrong_type(value, &path, ("一个表", "a table"));
                None
            }
        }
    }

    /// Path of a key of this table within the file.
    pub(super) fn field(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Notes a flaw about `key`, at its value or, when it is missing, at the table.
    pub(super) fn flaw(&self, key: &str, what: impl Into<Said>) {
        let at = self.table.get(key).map_or(self.span.start, |value| value.span().start);
        self.file.flaw(at, &self.field(key), what);
    }

    /// Notes a flaw at a byte offset.
    pub(super) fn flaw_at(&self, at: usize, field: &str, what: impl Into<Said>) {
        self.file.flaw(at, field, what);
    }

    fn wrong_type(&self, value: &Spanned<DeValue<'_>>, path: &str, (zh, en): (&str, &str)) {
        let found = value.get_ref().type_str();
        let en = format!("write {en} here, not {} {found}", article(found));
        self.file.flaw(value.span().start, path, Text::new(format!("这里要写{zh}，现在写的是 {found}"), en));
    }

    fn take(&self, key: &'static str) -> Option<&'r Spanned<DeValue<'r>>> {
        self.taken.borrow_mut().push(key);
        self.table.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn need<T>(&self, key: &'static str, found: Option<T>, example: &str) -> Option<T> {
        if found.is_none() && !self.has(key) {
            let en = format!("this is missing; add `{example}`");
            self.flaw(key, Text::new(format!("缺这一项；请加上 `{example}`"), en));
        }
        found
    }

    /// A text; `None` when missing or not a text. An empty or untrimmed text is a flaw.
    pub(super) fn optional_str(&self, key: &'static str) -> Option<At<&'r str>> {
        let value = self.take(key)?;
        self.str_of(value, &self.field(key))
    }

    pub(super) fn str(&self, key: &'static str, example: &str) -> Option<At<&'r str>> {
        self.need(key, self.optional_str(key), example)
    }

    fn str_of(&self, value: &'r Spanned<DeValue<'r>>, path: &str) -> Option<At<&'r str>> {
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(value, path, ("带引号的文字", "a text in quotes"));
            return None;
        };
        if text.trim().is_empty() {
            let en = "this text is empty; fill it in or delete the line";
            self.file.flaw(at, path, Text::new("这里是空的；请填写，或者删掉这一行", en));
        } else if text.trim() != text || text.contains(['\n', '\r', '\t']) {
            let en = "no spaces at the ends and no line breaks or tabs, please";
            self.file.flaw(at, path, Text::new("两端不要有空格，中间不要换行或制表符", en));
        }
        Some(At { at, value: text })
    }

    /// A bilingual text: `"中文"`, or `{ zh = "中文", en = "English" }`.
    pub(super) fn optional_text(&self, key: &'static str) -> Option<Text> {
        let value = self.take(key)?;
        if value.get_ref().is_str() {
            return self.str_of(value, &self.field(key)).map(|text| Text::zh(text.value));
        }
        let table = self.child(value, self.field(key))?;
        let zh = table.str("zh", "zh = \"…\"");
        let en = table.optional_str("en");
        table.end();
        zh.map(|zh| Text::new(zh.value, en.map_or("", |en| en.value)))
    }

    pub(super) fn text(&self, key: &'static str) -> Text {
        self.need(key, self.optional_text(key), &format!("{key} = {{ zh = \"…\", en = \"…\" }}")).unwrap_or_default()
    }

    pub(super) fn optional_integer(&self, key: &'static str, range: Range<u32>) -> Option<u32> {
        let value = self.take(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(value, &self.field(key), ("一个整数", "a whole number"));
            return None;
        };
        match u32::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            Ok(_) | Err(_) => {
                let (least, most) = (range.start, range.end - 1);
                let en = format!("this must be {least} to {most}");
                self.flaw(key, Text::new(format!("要在 {least} 到 {most} 之间"), en));
                None
            }
        }
    }

    pub(super) fn integer(&self, key: &'static str, range: Range<u32>) -> u32 {
        let start = range.start;
        self.need(key, self.optional_integer(key, range), &format!("{key} = {start}")).unwrap_or(start)
    }

    pub(super) fn bool(&self, key: &'static str, otherwise: bool) -> bool {
        let Some(value) = self.take(key) else { return otherwise };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(value, &self.field(key), ("true 或 false", "true or false"));
            otherwise
        })
    }

    pub(super) fn optional_date(&self, key: &'static str) -> Option<Date> {
        let value = self.take(key)?;
        self.date_of(value, &self.field(key))
    }

    pub(super) fn date(&self, key: &'static str) -> Option<Date> {
        self.need(key, self.optional_date(key), &format!("{key} = 2026-01-31"))
    }

    fn date_of(&self, value: &Spanned<DeValue<'_>>, path: &str) -> Option<Date> {
        let date = match value.get_ref().as_datetime() {
            Some(toml::value::Datetime { date: Some(date), time: None, offset: None }) => {
                let part = |n: u8| i8::try_from(n).unwrap_or(0);
                i16::try_from(date.year).ok().and_then(|year| Date::new(year, part(date.month), part(date.day)).ok())
            }
            Some(_) | None => None,
        };
        if date.is_none() {
            let en = "write a date such as 2026-01-31, without quotes";
            self.file.flaw(value.span().start, path, Text::new("请写成 2026-01-31 这样的日期，不加引号", en));
        }
        date
    }

    pub(super) fn dates(&self, key: &'static str) -> Vec<At<Date>> {
        self.array(key)
            .filter_map(|(at, path)| {
                let start = at.span().start;
                self.date_of(at, &path).map(|value| At { at: start, value })
            })
            .collect()
    }

    pub(super) fn strs(&self, key: &'static str) -> Vec<At<&'r str>> {
        self.array(key).filter_map(|(value, path)| self.str_of(value, &path)).collect()
    }

    pub(super) fn strings(&self, key: &'static str) -> Vec<String> {
        self.strs(key).into_iter().map(|text| text.value.to_owned()).collect()
    }

    fn array(&self, key: &'static str) -> impl Iterator<Item = (&'r Spanned<DeValue<'r>>, String)> {
        let path = self.field(key);
        let values = self.take(key).and_then(|value| {
            let array = value.get_ref().as_array();
            if array.is_none() {
                self.wrong_type(value, &path, ("[ ] 里的一列", "a list in [ ]"));
            }
            array
        });
        values.into_iter().flat_map(|array| array.iter()).enumerate().map(move |(n, v)| (v, format!("{path}[{n}]")))
    }

    /// The tables of a list of tables.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Self> {
        self.array(key).filter_map(|(value, path)| self.child(value, path)).collect()
    }

    pub(super) fn optional_table(&self, key: &'static str) -> Option<Self> {
        let value = self.take(key)?;
        self.child(value, self.field(key))
    }

    pub(super) fn table(&self, key: &'static str, example: &str) -> Option<Self> {
        self.need(key, self.optional_table(key), example)
    }

    /// All keys of this table with their lists of texts, whatever they are called.
    pub(super) fn lists_by_key(&self) -> Vec<(At<&'r str>, Vec<At<&'r str>>)> {
        let mut lists = Vec::new();
        for (key, value) in self.table {
            let path = self.field(key.get_ref());
            let Some(array) = value.get_ref().as_array() else {
                self.wrong_type(value, &path, ("一列选项代码，如 [\"a\"]", "a list of option codes, such as [\"a\"],"));
                continue;
            };
            let texts = array.iter().enumerate().filter_map(|(n, v)| self.str_of(v, &format!("{path}[{n}]"))).collect();
            lists.push((At { at: key.span().start, value: key.get_ref().as_ref() }, texts));
        }
        lists
    }

    /// One of a fixed list of words.
    pub(super) fn optional_word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.optional_str(key)?;
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, value)| *value);
        if found.is_none() {
            self.flaw(
                key,
                format!("\"{}\" is not known here; write {}", text.value, one_of(words.iter().map(|w| w.0))),
            );
        }
        found
    }

    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let example = words.first().map_or("", |(word, _)| word);
        self.need(key, self.optional_word(key, words), &format!("{key} = \"{example}\""))
    }

    /// Notes the keys nobody asked for.
    pub(super) fn end(&self) {
        let taken = self.taken.borrow();
        for key in self.table.keys().filter(|key| !taken.iter().any(|taken| taken == key.get_ref())) {
            let field = self.field(key.get_ref());
            let known = taken.join(", ");
            let en = format!("this key is not known here; known are {known}");
            let what = Text::new(format!("这里没有这一项；可以写的是 {known}"), en);
            self.file.flaw(key.span().start, &field, what);
        }
    }
}

/// `"a", "b" or "c"`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("\"{word}\"")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Parses one file and reads it with `reader`; `None` when it is not TOML at all.
pub(super) fn read<T>(
    path: &str,
    text: &str,
    flaws: &mut Vec<Flaw>,
    reader: impl FnOnce(&Table<'_>) -> T,
) -> Option<T> {
    let file = File::new(path, text);
    let root = file.parse(text);
    let found = if file.has_flaws() {
        None
    } else {
        let table = Table::root(&file, &root);
        let found = reader(&table);
        table.end();
        Some(found)
    };
    flaws.extend(file.into_flaws());
    found
}
