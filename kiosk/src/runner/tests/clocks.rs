//! After a power cut, without the network: whatever the clock on the wall shows then, nobody is locked out by it.

use hardware::cards::{Assurance, CardEvent, Date, Document, Identity, Secret, Sex, Uid, ValidTo};

use kiosk_wire::kiosk_api::CalendarYear;

use super::*;

const DAY: i64 = 86_400_000;
/// 1970, nine days behind, right, 2042.
const WALLS: [i64; 4] = [-56 * 365 * DAY, -9 * DAY, 0, 15 * 365 * DAY];

/// A terminal that last heard its backend `ago_ms` ago, in another boot of its machine, and whose wall clock is off.
fn bench(ago_ms: i64, wall_by_ms: i64) -> Bench {
    let folder = Bench::new().folder;
    let kept = serde_json::json!({
        "machine_boot": "another", "boottime_ms": 1, "server_ms": crate::clock::wall_ms() - ago_ms, "rank": "witnessed",
    });
    std::fs::write(folder.path().join("server-time.json"), kept.to_string()).expect("written");
    let clock = Clock::recalling(folder.path());
    clock.turn(wall_by_ms);
    let mut bench = Bench::under(folder, clock);
    bench.all_closed();
    bench
}

fn lays_a_staff_card(bench: &mut Bench) {
    bench.happens(Event::Card(0, CardEvent::CardPresent));
    bench.happens(Event::Card(0, CardEvent::UidOnly(Uid::new(&[4, 1, 2, 3]).expect("a serial number"))));
}

fn ten_days_from(issued_ms: i64) -> Roster {
    Roster { issued_ms, expires_ms: issued_ms + 10 * DAY, ..roster("2468") }
}

#[test]
fn card_and_pin_open_boxes_for_the_ten_days_of_the_roster() {
    for wall in WALLS {
        let mut bench = bench(3_600_000, wall);
        bench.runner.take_roster(ten_days_from(crate::clock::wall_ms() - DAY));
        lays_a_staff_card(&mut bench);
        assert_eq!(bench.page(), "staff_pin", "{wall}");
        assert!(!bench.facts().iter().any(|fact| matches!(fact, Fact::StaffRefused { .. })));
    }
}

#[test]
fn and_no_longer_as_soon_as_that_is_certain() {
    // By what was kept; by a wall clock that agreed with the backend when it was last heard; by time that passed since.
    for (ago, wall, passes) in [(0, -9 * DAY, 0), (11 * DAY, 0, 0), (11 * DAY, 15 * 365 * DAY, 12 * DAY)] {
        let mut bench = bench(ago, wall);
        let issued = crate::clock::wall_ms() - ago - if ago == 0 { 10 * DAY + 1_000 } else { 0 };
        bench.runner.take_roster(ten_days_from(issued));
        bench.runner.clock.pass(Duration::from_millis(u64::try_from(passes).expect("later")));
        lays_a_staff_card(&mut bench);
        assert_eq!(bench.page(), "staff_refused", "{ago} {wall}");
    }
}

#[test]
fn a_code_for_a_box_is_good_without_the_network_too() {
    for wall in WALLS {
        let mut bench = bench(3_600_000, wall);
        bench.deposit(11, 3);
        let order = DirectiveOrder::ArmCollection {
            submission: submission(11),
            compartment: CompartmentNo(3),
            code_hash: String::new(),
        };
        let id = bench.order_until(100, crate::clock::wall_ms() + 600_000, order);
        assert_eq!(bench.answer(id), Some(DirectiveOutcome::Armed), "{wall}");
    }
}

fn card(last_day: Date) -> Identity {
    Identity {
        document: Document::ResidentId,
        assurance: Assurance::SamVerified,
        authenticity: None,
        name: Secret::new("测试".to_owned()),
        foreign_name: None,
        number: Secret::new("11010519491231002X".to_owned()),
        sex: Sex::Female,
        ethnicity: None,
        birth: None,
        address: None,
        issuer: None,
        valid_from: None,
        valid_to: ValidTo::Date(last_day),
        permit_number: None,
        nationality: None,
    }
}

#[test]
fn a_valid_card_is_taken_whatever_year_the_clock_shows_and_one_that_ran_out_is_not() {
    for wall in WALLS {
        for (last_day, taken) in [(Date::new(2032, 1, 31), true), (Date::new(2025, 1, 31), false)] {
            let mut bench = bench(3_600_000, wall);
            bench.happens(Event::Card(0, CardEvent::CardPresent));
            bench.happens(Event::Card(0, CardEvent::CardRead(Box::new(card(last_day.expect("a day"))))));
            assert_eq!(bench.page() != "card_problem", taken, "{wall}: {}", bench.page());
        }
    }
}

/// What the item is for is asked of whoever's birthday may have been or not: a card tells an age only when it is the same at
/// every time that it may be.
#[test]
fn an_age_is_told_only_where_no_clock_makes_it_another() {
    let born = |days_ago: i64, years: i16| {
        let day = jiff::Timestamp::from_millisecond(crate::clock::wall_ms() - days_ago * DAY).expect("a time");
        let day = Hall::default().day(day);
        let date = Date::new(to(day.year() - years), to(day.month()), to(day.day()));
        translate::applicant(&Identity { birth: date, ..card(Date::new(2032, 1, 31).expect("a day")) })
    };
    // Forty years ago, and a hundred days: whatever the wall shows within days of now, it is forty.
    for wall in [0, -9 * DAY, 9 * DAY] {
        assert_eq!(bench(3_600_000, wall).runner.age(&born(100, 40)), Some(40), "{wall}");
    }
    // Forty five days ago: by a wall nine days behind they are thirty-nine.
    assert_eq!(bench(3_600_000, 0).runner.age(&born(5, 40)), Some(40));
    assert_eq!(bench(3_600_000, -9 * DAY).runner.age(&born(5, 40)), None);
    // A birth date that the card does not tell, or that lies ahead, is no age.
    let unborn = translate::applicant(&card(Date::new(2032, 1, 31).expect("a day")));
    assert_eq!(bench(3_600_000, 0).runner.age(&unborn), None);
    assert_eq!(bench(3_600_000, 0).runner.age(&born(-400, 0)), None);
}

fn to<T: TryFrom<i64>>(number: impl Into<i64>) -> T {
    T::try_from(number.into()).ok().expect("in range")
}

#[test]
fn the_page_of_terminals_and_the_doctor_name_the_clock() {
    for (wall, words) in [(WALLS[0], "which cannot be"), (WALLS[3], "2041"), (WALLS[1], "behind the backend's")] {
        let bench = bench(3_600_000, wall);
        if wall == WALLS[1] {
            bench.runner.clock.hear(crate::clock::wall_ms());
        }
        let (state, flaw) = bench.runner.clock.report();
        assert!(state != kiosk_wire::kiosk_api::DeviceState::Ok && flaw.error.contains(words), "{}", flaw.error);
        assert!(flaw.advice.contains("timedatectl") && flaw.code.is_some());
    }
    let bench = bench(3_600_000, 0);
    bench.runner.clock.hear(crate::clock::wall_ms());
    bench.runner.clock.hear(crate::clock::wall_ms() + 20 * DAY);
    let (_, flaw) = bench.runner.clock.report();
    assert!(flaw.error.contains("19 days ahead") || flaw.error.contains("20 days ahead"), "{}", flaw.error);
    assert!(flaw.advice.contains("backend's machine"));
}

/// A year as if it had been announced.
fn imagined(year: i16) -> CalendarYear {
    let text = format!(
        "year = {year}\nsource = \"test\"\n\n[[holiday]]\nname = \"元旦\"\nfrom = {year}-01-01\nto = {year}-01-03\n\
         makeup_workdays = []\n"
    );
    CalendarYear { year, text }
}

fn settings(year: CalendarYear) -> Event {
    signed_settings(&HallSettings { calendar: vec![year], ..HallSettings::default() }, Purpose::Settings, &hall_key())
}

#[test]
fn a_receipt_of_december_names_the_day_once_the_hall_has_told_next_year() {
    // 2026-12-29 10:00 in the hall: the fifth working day lies in January.
    let december = 1_798_509_600_000_i64;
    let folder = Bench::new().folder;
    let clock = Clock::start();
    clock.hear(december);
    let mut bench = Bench::under(folder, clock);
    let answer_by = |bench: &Bench| bench.runner.receipt(ReceiptNumber("1".into())).answer_by;
    assert_eq!(answer_by(&bench), None, "no day is guessed");
    bench.happens(settings(imagined(2027)));
    assert!(answer_by(&bench).is_some_and(|day| day.starts_with("2027-01-")), "{:?}", answer_by(&bench));
    // Nonsense takes nothing away.
    let bad = CalendarYear { year: 2027, text: "year =".into() };
    bench.happens(settings(bad));
    assert!(answer_by(&bench).is_some());
}
