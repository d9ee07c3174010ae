//! A year whose working days nobody has announced yet, played from the first of December to the tenth of January: what
//! is known stays known everywhere, what is not is told, and the first visible work is to import the year.

use axum::http::StatusCode;
use hall_domain::boxes::uncollected;
use hall_domain::case::clocks::Due;
use hall_domain::case::joint::answers;
use hall_domain::case::{page, silence};
use hall_domain::figures::{callbacks, escalations};
use hall_rules::Role;
use hall_rules::clock::ClockKind;
use jiff::civil::{Date, date};
use kiosk_wire::SubmissionId;

use crate::steps::goes;
use test_hall::{Left, NAME, Office, Visitor};

const DAY_MS: i64 = 86_400_000;

/// Goes on to ten o'clock of a day; the law's jobs run on the way as they do each minute.
fn go_to(hall: &Office, day: Date) {
    loop {
        let now = jiff::Timestamp::from_millisecond(hall.app.now_ms()).expect("a time");
        let today = hall.app.zone().to_datetime(now).date();
        hall.runtime.block_on(async {
            silence::tick(&hall.app).await.expect("clocks");
            answers::tick(&hall.app).await.expect("parts");
            callbacks::tick(&hall.app).await.expect("call-backs");
            escalations::tick(&hall.app).await.expect("what is late");
            uncollected::tick(&hall.app).await.expect("reminders");
        });
        if today == day {
            return;
        }
        assert!(today < day, "time goes forward");
        hall.app.clock().advance(DAY_MS);
    }
}

fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(jiff::Span::new().days(1)).take_while(move |day| *day <= to)
}

/// What a list and a program are told of a case's clock.
fn due(hall: &Office, id: SubmissionId) -> (Due, serde_json::Value) {
    let case = hall.runtime.block_on(page::case(&hall.app, &hall.actor("李强"), id)).expect("reads");
    let json = serde_json::to_value(&case).expect("json");
    (case.row.due, json)
}

/// A case of which only the promised day lies in a year that is known: accepted on this day.
fn accepted(hall: &mut Office, no: u16) -> SubmissionId {
    let id = hall.deposit(no, NAME, true);
    let case = hall.take_out(id, no, "王敏");
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    id
}

fn gap(page: &str) -> Option<(i16, usize)> {
    let (_, rest) = page.split_once("data-calendar-gap=\"")?;
    let (year, rest) = rest.split_once('"')?;
    let (_, rest) = rest.split_once("data-cases=\"")?;
    Some((year.parse().ok()?, rest.split_once('"')?.0.parse().ok()?))
}

fn gap_for(hall: &Office, name: &str) -> Option<(i16, usize)> {
    let mut browser = hall.signed_in(name);
    let first = browser.get("/");
    let page = browser.get(first.location()).body;
    assert!(page.matches("data-calendar-gap").count() <= 1, "{page}");
    gap(&page)
}

#[test]
fn the_unknown_year_from_the_first_of_december_to_the_tenth_of_january() {
    let mut hall = Office::open();
    hall.leaves(Left::Logged("a clock has no end"));
    hall.hire("管理员", Role::Administrator);
    hall.hire("督查员", Role::Supervisor);
    hall.hire("维护员", Role::Technician);
    go_to(&hall, date(2026, 11, 30));
    for name in ["王敏", "李强", "督查员", "管理员", "维护员"] {
        assert_eq!(gap_for(&hall, name), None, "{name}: not announced, and not needed yet");
    }
    // The first of December: those who can import it are asked to; nobody else is bothered.
    go_to(&hall, date(2026, 12, 1));
    for (name, asked) in [("王敏", false), ("李强", true), ("督查员", false), ("管理员", true), ("维护员", false)]
    {
        assert_eq!(gap_for(&hall, name), asked.then_some((2027, 0)), "{name}");
    }
    // Deposited on the 21st, and never collected.
    go_to(&hall, date(2026, 12, 21));
    let lying = hall.deposit(8, NAME, true);
    let watch = |hall: &Office, id: SubmissionId, over: bool, day: Date| {
        let (shown, json) = due(hall, id);
        let Due::Running { due: last, light, days_left, .. } = shown else { panic!("{day}: {shown:?}") };
        assert_eq!(light.code() == "red", over, "{day}: {shown:?}");
        let today_known = day.year() == 2026;
        assert_eq!(days_left.is_some(), today_known, "{day}: only the number of days is left out");
        assert_eq!(json["row"]["due"]["days_left"].is_null(), !today_known, "{day}");
        assert_eq!(json["row"]["due"]["light"], light.code(), "{day}");
        // The case's own page says the same, and so does every list.
        let class = if over { "over" } else { "" };
        let mut chief = hall.signed_in("李强");
        let page = chief.get(&format!("/cases/{id}")).body;
        assert!(page.contains(&format!("data-light=\"{class}")), "{day}: {page}");
        assert!(!page.contains("id=\"no-end\""), "{day}");
        let shown_day = format!("{}月{}日", last.month(), last.day());
        assert!(page.contains(&shown_day), "{day}: {page}");
        let list = chief.get("/inbox?show=all").body;
        let row = list.split_once(&format!("data-case=\"{id}\"")).expect("a row").1;
        let row = row.split_once("</tr>").expect("its end").0;
        assert!(row.contains(&format!("data-light=\"{class}")), "{day}: {row}");
        assert!(row.contains(&shown_day) && !row.contains("缺工作日历"), "{day}: {row}");
        if over {
            assert!(chief.get("/inbox?show=attention").body.contains(&format!("data-case=\"{id}\"")), "{day}");
            assert!(chief.get("/inbox?show=all&light=over").body.contains(&format!("data-case=\"{id}\"")), "{day}");
            let supervision = chief.get("/supervision").body;
            let late = supervision.split_once(&format!("data-late=\"{id}\" data-over=\"true\"")).expect("is told").1;
            let late = late.split_once("</tr>").expect("its end").0;
            assert!(late.contains("light--over") && !late.contains("缺工作日历"), "{day}: {late}");
        }
    };
    let due_of_lying = date(2026, 12, 28);
    for day in days(date(2026, 12, 22), date(2026, 12, 29)) {
        go_to(&hall, day);
        watch(&hall, lying, day > due_of_lying, day);
    }
    // The promised day is known, the three days of the law are not.
    let promised = accepted(&mut hall, 7);
    let (shown, json) = due(&hall, promised);
    let Due::Running { kind: ClockKind::Promised, due: promised_day, days_left: Some(_), .. } = shown else {
        panic!("{shown:?}")
    };
    assert_eq!(promised_day, date(2026, 12, 30));
    assert_eq!(json["row"]["due"]["due"], promised_day.to_string());
    assert_eq!(gap_for(&hall, "王敏"), None, "no list lacks an end");
    let legal = json["clocks"].as_array().expect("clocks").iter().find(|clock| clock["kind"] == "legal").cloned();
    assert_eq!(legal.expect("runs")["due"], serde_json::Value::Null);
    for day in days(date(2026, 12, 29), date(2026, 12, 31)) {
        go_to(&hall, day);
        watch(&hall, lying, true, day);
        watch(&hall, promised, day > promised_day, day);
    }
    assert_eq!(gap_for(&hall, "王敏"), None);
    for day in days(date(2027, 1, 1), date(2027, 1, 4)) {
        go_to(&hall, day);
        watch(&hall, lying, true, day);
        watch(&hall, promised, true, day);
        assert_eq!(gap_for(&hall, "王敏"), Some((2027, 0)), "{day}: the present year is everybody's business");
    }
    // One that came in the year that is not known has no end: it is counted, shown, and comes after all that has one.
    go_to(&hall, date(2027, 1, 5));
    let new = hall.deposit(9, NAME, true);
    assert_eq!(due(&hall, new).0, Due::CalendarMissing);
    for day in days(date(2027, 1, 5), date(2027, 1, 10)) {
        go_to(&hall, day);
        watch(&hall, lying, true, day);
        watch(&hall, promised, true, day);
        assert_eq!(gap_for(&hall, "王敏"), Some((2027, 1)), "{day}");
    }
    let mut clerk = hall.signed_in("王敏");
    let list = clerk.get("/inbox?show=new").body;
    assert!(list.find(&lying.to_string()) < list.find(&new.to_string()), "{list}");
    assert!(clerk.get("/inbox?show=attention").body.contains(&format!("data-case=\"{new}\"")));
    drop(clerk);
    // What the law does by silence waits for the calendar where it must, and only there.
    hall.open_and_shut(new, 9, "王敏");
    assert_eq!(due(&hall, new).0, Due::CalendarMissing);
    imports(&hall, lying, new);
}

/// An imagined year: its real one is not announced.
fn imagined(holiday: &str) -> String {
    format!(
        "year = 2027\nsource = \"test\"\n\n[[holiday]]\nname = \"元旦\"\nfrom = {holiday}\nto = 2027-01-03\nmakeup_workdays = []\n"
    )
}

fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("what was shown");
    rest.split('"').next().expect("its end").to_owned()
}

/// What stands in the page's field of many lines.
fn text_in(page: &str) -> String {
    let field = page.split_once("<textarea").and_then(|(_, rest)| rest.split_once('>')).expect("a field").1;
    let text = field.split_once("</textarea>").expect("its end").0;
    text.trim_start_matches('\n').replace("&#34;", "\"").replace("&#39;", "'")
}

/// The page that imports the year.
fn imports(hall: &Office, lying: SubmissionId, new: SubmissionId) {
    let mut chief = hall.signed_in("李强");
    let page = chief.get("/inbox").body;
    assert!(page.contains("href=\"/calendar?year=2027\" data-import=\"2027\""), "{page}");
    let page = chief.get("/calendar?year=2027").body;
    assert!(page.contains("国务院办公厅关于2027年") && page.contains("data-known=\"2026\""), "{page}");
    // Nothing is filled in by a guess: as it stands it has a flaw for each day that is missing.
    let page = chief.post("/calendar", &[("text", &text_in(&page))]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.body.matches("<li data-line=").count(), 14, "{}", page.body);
    assert!(page.body.contains("元旦") && page.body.contains("2027-__-__"), "what was typed stands there still");
    // Every flaw is named at once, in the reader's language, and nothing was changed.
    let bad = imagined("2027-01-04").replace("source = \"test\"", "source = \"\"");
    let page = chief.post("/calendar", &[("text", &bad)]).body;
    assert!(page.contains("结束的日子早于 from") && page.contains("这里是空的"), "{page}");
    assert_eq!(gap(&page), Some((2027, 1)));
    // Right, it is shown as it was read; only then is it taken.
    let good = imagined("2027-01-01").replace('\n', "\r\n");
    let page = chief.post("/calendar", &[("text", &good)]).body;
    assert!(page.contains("id=\"read\"") && page.contains("1月1日") && page.contains("260"), "{page}");
    assert_eq!(gap(&page), Some((2027, 1)), "nothing is imported yet");
    let shown = seen(&page);
    let other = imagined("2027-01-02");
    let page = chief.post("/calendar", &[("text", &other), ("seen", &shown)]).body;
    assert!(page.contains("id=\"read\"") && page.contains("1月2日"), "another text is shown before it is taken");
    let page = chief.post("/calendar", &[("text", &good), ("seen", &shown)]).body;
    assert!(page.contains("已导入 2027"), "{page}");
    assert_eq!((gap(&page), gap_for(hall, "王敏")), (None, None));
    assert!(hall.audit().contains(&"calendar_imported".to_owned()));
    let ends = |id| match due(hall, id).0 {
        Due::Running { due, days_left, .. } => (due, days_left),
        other @ (Due::Paused | Due::CalendarMissing | Due::None) => panic!("{other:?}"),
    };
    assert_eq!(ends(new), (date(2027, 1, 12), Some(2)));
    assert_eq!(ends(lying), (date(2026, 12, 28), Some(-8)), "what was known did not move");
    for name in ["王敏", "督查员", "维护员"] {
        let mut browser: Visitor<'_> = hall.signed_in(name);
        assert_eq!(browser.get("/calendar").status, StatusCode::FORBIDDEN, "{name}");
        assert_eq!(browser.post("/calendar", &[("text", &good), ("seen", &shown)]).status, StatusCode::FORBIDDEN);
    }
}

/// A deposit dated by a clock that was far off hangs on a year that nobody will announce: the bar must not send anybody
/// to import another one.
#[test]
fn the_bar_names_the_year_that_a_clock_hangs_on() {
    let mut hall = Office::open();
    hall.leaves(Left::Logged("a clock has no end"));
    for (no, day) in [(7, date(1970, 3, 3)), (8, date(2042, 3, 3))] {
        let at = hall.app.zone().to_timestamp(day.at(10, 0, 0, 0)).expect("a time");
        let off = at.as_millisecond() - hall.app.now_ms();
        hall.app.clock().advance(off);
        let id = hall.deposit(no, NAME, true);
        hall.app.clock().advance(-off);
        assert_eq!(due(&hall, id).0, Due::CalendarMissing, "{day}");
    }
    let mut chief = hall.signed_in("李强");
    let page = chief.get("/inbox").body;
    for year in [1970, 2042] {
        assert!(page.contains(&format!("data-calendar-gap=\"{year}\" data-cases=\"1\"")), "{page}");
        assert!(!page.contains(&format!("data-import=\"{year}\"")), "{page}");
    }
    assert!(page.contains("核对时钟") && !page.contains("data-calendar-gap=\"2027\""), "{page}");
}
