//! Calendar files: one for a year.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use super::reader::Table;
use super::{CatalogueFlaws, Flaw, read};
use crate::calendar::Year;

/// Reads calendar files.
pub(crate) fn read_calendar<P: AsRef<str>, T: AsRef<str>>(
    files: &[(P, T)],
) -> Result<BTreeMap<i16, Year>, CatalogueFlaws> {
    let mut years = BTreeMap::new();
    let mut flaws: Vec<Flaw> = Vec::new();
    for (path, text) in files {
        read(path.as_ref(), text.as_ref(), &mut flaws, |table| {
            let (number, year) = read_year(table);
            if years.insert(number, year).is_some() {
                table.flaw("year", format!("the year {number} is in another file too; delete one of them"));
            }
        });
    }
    if flaws.is_empty() { Ok(years) } else { Err(CatalogueFlaws::sorted(flaws)) }
}

fn read_year(table: &Table<'_>) -> (i16, Year) {
    let number = i16::try_from(table.integer("year", 2000..10_000)).unwrap_or_default();
    let source = table.str("source", "source = \"国办发明电〔…〕…号\"").map_or("", |text| text.value).to_owned();
    let mut year = Year { source, holidays: BTreeSet::new(), makeup_workdays: BTreeSet::new() };
    let holidays = table.tables("holiday");
    if holidays.is_empty() {
        table.flaw("holiday", "a year without holidays would count every weekday; add [[holiday]] entries");
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
                table.flaw_at(day.at, &field, format!("{} is not in {number}; it belongs in another file", day.value));
            } else if !matches!(day.value.weekday(), Weekday::Saturday | Weekday::Sunday) {
                table.flaw_at(
                    day.at,
                    &field,
                    format!("{} is no Saturday or Sunday; check the announcement", day.value),
                );
            } else if !year.makeup_workdays.insert(day.value) {
                table.flaw_at(day.at, &field, format!("{} is listed twice; delete one", day.value));
            }
        }
        holiday.end();
    }
    for day in year.makeup_workdays.intersection(&year.holidays) {
        table.flaw("holiday", format!("{day} is both a day off and worked; check the announcement"));
    }
    (number, year)
}

fn add_holidays(year: &mut Year, holiday: &Table<'_>, number: i16, from: Date, to: Date) {
    if from.year() != number || to.year() != number {
        holiday
            .flaw("from", format!("this holiday is not within {number}; put each year's days into that year's file"));
    } else if to < from {
        holiday.flaw("to", "this is before `from`; swap them");
    } else {
        for day in from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to) {
            if !year.holidays.insert(day) {
                holiday.flaw("from", format!("{day} is in another holiday too; delete one"));
            }
        }
    }
}
