//! The working days of a year: what is known, and a page to import what was announced. What was read is shown before it
//! is taken, to be compared with the announcement; every flaw is named, and nothing typed is lost to one.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use hall_domain::terminals::import;
use hall_rules::calendar::Year;
use hall_rules::load::Flaw;
use hall_rules::{Calendar, Right};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use kiosk_wire::Code;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::frame::{Here, Note, Shell, Tone};
use super::session::{Posted, SignedIn};
use super::{Console, pages};
use crate::refused::Refused;

/// The days off that are law (全国年节及纪念日放假办法): an announcement has a line for each.
const HOLIDAYS: [&str; 7] = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];

/// A year as people compare it with the announcement.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) year: i16,
    pub(super) source: String,
    /// Days off in a row: first and last.
    pub(super) holidays: Vec<(Date, Date)>,
    /// Weekends that are worked.
    pub(super) makeup: Vec<Date>,
    /// Working days of the year.
    pub(super) works: usize,
}

impl Read {
    pub(super) fn of(calendar: &Calendar, number: i16, year: &Year) -> Self {
        let mut holidays: Vec<(Date, Date)> = Vec::new();
        for day in &year.holidays {
            match holidays.last_mut() {
                Some((_, last)) if last.tomorrow().is_ok_and(|next| next == *day) => *last = *day,
                _ => holidays.push((*day, *day)),
            }
        }
        let days = date(number, 1, 1).series(1.day()).take_while(|day| day.year() == number);
        Self {
            year: number,
            source: year.source.clone(),
            holidays,
            makeup: year.makeup_workdays.iter().copied().collect(),
            works: days.filter(|day| calendar.is_working_day(*day).unwrap_or(false)).count(),
        }
    }

    fn all(calendar: &Calendar) -> Vec<Self> {
        calendar.years().map(|(number, year)| Self::of(calendar, number, year)).collect()
    }
}

/// The calendar's page.
#[derive(Template)]
#[template(path = "calendar.html")]
pub(super) struct CalendarPage {
    pub(super) shell: Shell,
    /// The years that are known.
    pub(super) known: Vec<Read>,
    /// What was typed, or a beginning.
    pub(super) text: String,
    /// All that is wrong with it.
    pub(super) flaws: Vec<Flaw>,
    /// What was read of it, to be compared and taken.
    pub(super) read: Option<Read>,
}

impl CalendarPage {
    /// Names the text that was shown to whoever takes it.
    fn seen(&self) -> String {
        digest(&self.text)
    }

    /// What stands in a line that has a flaw.
    fn line(&self, flaw: &Flaw) -> &str {
        flaw.line.checked_sub(1).and_then(|at| self.text.lines().nth(at)).unwrap_or_default()
    }

    fn replaces(&self, read: &Read) -> bool {
        self.known.iter().any(|known| known.year == read.year)
    }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// What an announcement needs, with each day left to be filled in: what is not filled in is a flaw, never a guess.
pub(super) fn beginning(year: i16) -> String {
    let mut text = format!("year = {year}\nsource = \"国务院办公厅关于{year}年部分节假日安排的通知\"\n");
    for name in HOLIDAYS {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[holiday]]\nname = \"{name}\"\nfrom = \"{year}-__-__\"\nto = \"{year}-__-__\"\nmakeup_workdays = []\n"
        );
    }
    text
}

#[derive(Deserialize)]
pub(super) struct YearQuery {
    year: Option<i16>,
}

/// `GET /calendar`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<YearQuery>,
) -> Result<Response, Refused> {
    let calendar = console.app.calendar();
    let last = calendar.years().map(|(year, _)| year).max();
    let this_year = jiff::Timestamp::from_millisecond(console.app.now_ms())
        .map_or(2026, |now| console.app.zone().to_datetime(now).year());
    let year = asked.year.unwrap_or_else(|| last.map_or(this_year, |last| last.saturating_add(1)));
    show(&console, &me, beginning(year), Vec::new(), None, None).await
}

async fn show(
    console: &Console,
    me: &SignedIn,
    text: String,
    flaws: Vec<Flaw>,
    read: Option<Read>,
    note: Option<Note>,
) -> Result<Response, Refused> {
    let mut shell = console.shell(me, Here::Elsewhere).await?;
    "/calendar".clone_into(&mut shell.path);
    let status = if flaws.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    shell.note = note;
    let known = Read::all(&console.app.calendar());
    Ok(pages::respond(status, &CalendarPage { shell, known, text, flaws, read }))
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    text: String,
    /// Names the text that was shown as it was read; empty to have it read first.
    #[serde(default)]
    seen: String,
}

/// `POST /calendar`: reads what was typed, and takes it once it was shown as it was read.
pub(super) async fn import(
    State(console): State<Console>,
    me: SignedIn,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let lang = me.visitor.lang;
    let text = typed.text.replace("\r\n", "\n");
    let calendar = match Calendar::from_files(&[(lang.t("文件", "file"), text.as_str())]) {
        Ok(calendar) => calendar,
        Err(flaws) => {
            let title = lang.t("没有导入，什么也没有改", "Not imported; nothing was changed").to_owned();
            let body =
                lang.t("请改正下面列出的每一处，再核对一次。", "Mend each line below and check again.").to_owned();
            let note = Note { tone: Tone::Bad, title, body, code: Some(Code::InvalidValue.as_str()) };
            return show(&console, &me, text, flaws.0, None, Some(note)).await;
        }
    };
    if typed.seen == digest(&text) {
        let years = import::calendar_typed(&console.app, &me.actor, text).await?;
        let years: Vec<String> = years.iter().map(i16::to_string).collect();
        let note = Note {
            tone: Tone::Good,
            title: format!("{} {}", lang.t("已导入", "Imported:"), years.join(", ")),
            body: lang.t("所有办件的期限已重新计算。", "The ends of all cases were computed again.").to_owned(),
            code: None,
        };
        return show(&console, &me, String::new(), Vec::new(), None, Some(note)).await;
    }
    let read = Read::all(&calendar).pop();
    show(&console, &me, text, Vec::new(), read, None).await
}
