//! Calendar files: one for a year.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use super::flaws::{CatalogueFlaws, Flaw};
use super::reader::{Table, read};
use crate::calendar::{Calendar, Year};
use crate::text::Text;

impl Calendar {
    /// Reads calendar files, `(path, text)` each, one for a year. All flaws are reported, not only the first.
    pub fn from_files<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> Result<Self, CatalogueFlaws> {
        let mut years = BTreeMap::new();
        let mut flaws: Vec<Flaw> = Vec::new();
        for (path, text) in files {
            read(path.as_ref(), text.as_ref(), &mut flaws, |table| {
                let (number, year) = read_year(table);
                if years.insert(number, year).is_some() {
                    let en = format!("the year {number} is in another file too; delete one of them");
                    table.flaw("year", Text::new(format!("另一个文件里也有 {number} 年；请删掉一个"), en));
                }
            });
        }
        if flaws.is_empty() { Ok(Self::of(years)) } else { Err(CatalogueFlaws::sorted(flaws)) }
    }
}

fn read_year(table: &Table<'_>) -> (i16, Year) {
    let number = i16::try_from(table.integer("year", 2000..10_000)).unwrap_or_default();
    let source = table.str("source", "source = \"国办发明电〔…〕…号\"").map_or("", |text| text.value).to_owned();
    let mut year = Year { source, holidays: BTreeSet::new(), makeup_workdays: BTreeSet::new() };
    let holidays = table.tables("holiday");
    if holidays.is_empty() {
        let en = "a year without holidays would count every weekday; add [[holiday]] entries";
        table.flaw("holiday", Text::new("一年里没有节假日，会把每个周一到周五都算成工作日；请加上 [[holiday]]", en));
    }
    for holiday in &holidays {
        let _name = holiday.str("name", "name = \"春节\"");
        let (from, to) = (holiday.date("from"), holiday.date("to"));
        if let (Some(from), Some(to)) = (from, to) {
            add_holidays(&mut year, holiday, number, from, to);
        }
        for day in holiday.dates("makeup_workdays") {
            let field = holiday.field("makeup_workdays");
            if day.value.year() != number {
                let en = format!("{} is not in {number}; it belongs in another file", day.value);
                let zh = format!("{} 不在 {number} 年；请写到那一年的文件里", day.value);
                table.flaw_at(day.at, &field, Text::new(zh, en));
            } else if !matches!(day.value.weekday(), Weekday::Saturday | Weekday::Sunday) {
                let en = format!("{} is no Saturday or Sunday; check the announcement", day.value);
                let zh = format!("{} 不是周六或周日；请核对通知", day.value);
                table.flaw_at(day.at, &field, Text::new(zh, en));
            } else if !year.makeup_workdays.insert(day.value) {
                let en = format!("{} is listed twice; delete one", day.value);
                table.flaw_at(day.at, &field, Text::new(format!("{} 写了两次；请删掉一个", day.value), en));
            }
        }
        holiday.end();
    }
    for day in year.makeup_workdays.intersection(&year.holidays) {
        let en = format!("{day} is both a day off and worked; check the announcement");
        table.flaw("holiday", Text::new(format!("{day} 既放假又上班；请核对通知"), en));
    }
    (number, year)
}

fn add_holidays(year: &mut Year, holiday: &Table<'_>, number: i16, from: Date, to: Date) {
    if from.year() != number || to.year() != number {
        let en = format!("this holiday is not within {number}; put each year's days into that year's file");
        holiday.flaw("from", Text::new(format!("这个假期不全在 {number} 年里；每年的日子写到那一年的文件里"), en));
    } else if to < from {
        holiday.flaw("to", Text::new("结束的日子早于 from；请对调", "this is before `from`; swap them"));
    } else {
        for day in from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to) {
            if !year.holidays.insert(day) {
                let en = format!("{day} is in another holiday too; delete one");
                holiday.flaw("from", Text::new(format!("{day} 在另一个假期里也有；请删掉一个"), en));
            }
        }
    }
}
