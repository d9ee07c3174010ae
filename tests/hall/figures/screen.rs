//! How fast the kiosk's screen is, seen from X, with a city's whole catalogue of 2,340 items.

use std::fs;
use std::time::{Duration, Instant};

use e2e::display::{Changes, Display};
use e2e::hand::{GUIDE, LANGUAGE, Place, SEARCH_TAB, letter};
use e2e::wait::{let_pass, until_true};
use e2e::{Context as _, Hall, Result};

use super::{Figure, memory_kb, ms, percentile};

/// Items that a city has (published by Yichun).
const ITEMS: usize = 2_340;
/// Starts that are timed.
const STARTS: usize = 10;
/// Touches that are timed, of each kind.
const TOUCHES: usize = 30;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let mut hall = Hall::builder().start()?;
    use_large_catalogue(&mut hall)?;
    let mut figures = vec![first_frame(&mut hall)?];
    hall.kiosk.wait_screen(&["idle"])?;
    // Devices report within their first seconds, and the idle page shows it.
    hall.display.settle(Duration::from_secs(3))?;
    figures.push(stillness(&hall.display)?);
    figures.push(page_change(&hall)?);
    figures.push(pressed(&mut hall)?);
    let pid = hall.kiosk.pid().context("the kiosk does not run")?;
    let pss_mb = memory_kb(pid, "smaps_rollup", "Pss") / 1024;
    figures.push(Figure::beside("the kiosk's PSS now, 2,340 items", format!("{pss_mb} MB")));
    figures.push(Figure::beside("a Chromium kiosk page (2026-11-23)", "1.2 s to paint, 399 MB"));
    Ok(figures)
}

/// Stops the kiosk and gives it a city's whole catalogue; the backend would give it its own again, so it is cut off.
pub(super) fn use_large_catalogue(hall: &mut Hall) -> Result<()> {
    hall.wait_synced()?;
    hall.kiosk.stop();
    hall.cable.cut(true);
    let catalogue = serde_json::to_string(&hall_rules::generate::generate(ITEMS)).context("the large catalogue")?;
    let file = hall.kiosk.data().join("catalogue.cache");
    fs::write(&file, format!("\"bench\"\n{catalogue}")).context(file.display())
}

/// From the start of the process to the first pixel on X.
fn first_frame(hall: &mut Hall) -> Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        hall.kiosk.stop();
        until_true("a dark display", Duration::from_secs(5), || {
            hall.display.capture().is_ok_and(|picture| !picture.shows_something())
        })?;
        let start = Instant::now();
        hall.kiosk.start()?;
        until_true("the first frame", Duration::from_secs(10), || {
            hall.display.pixel(540, 20).is_ok_and(|pixel| pixel != [0; 3])
        })?;
        times.push(start.elapsed());
        hall.kiosk.wait_screen(&["idle"])?;
    }
    let median = percentile(&mut times, 50);
    let worst = percentile(&mut times, 100);
    let found = format!("{} (worst {})", ms(median), ms(worst));
    let what = format!("kiosk exec → first frame, {ITEMS} items, median of {STARTS}");
    Ok(Figure::new(what, found, "<= 250 ms", median <= Duration::from_millis(250)))
}

/// What the idle page draws when nothing happens.
fn stillness(display: &Display) -> Result<Figure> {
    let changes = display.watch()?;
    let_pass(Duration::from_secs(10));
    let drawn = changes.drain()?.len();
    let found = format!("{drawn} drawings in 10 s");
    Ok(Figure::new("idle page, nothing changes", found, "draws nothing", drawn == 0))
}

/// The language button of the idle page: everything on the page is drawn anew.
fn page_change(hall: &Hall) -> Result<Figure> {
    let changes = hall.display.watch()?;
    let mut times = Vec::new();
    for n in 0..TOUCHES {
        settled(&changes)?;
        // There and back again between the idle page and the guide, by way of the language in between.
        let place = if n % 2 == 0 { LANGUAGE } else { GUIDE };
        hall.display.press(place.0, place.1)?;
        settled(&changes)?;
        let start = Instant::now();
        hall.display.release(place.0, place.1)?;
        changes.wait()?;
        times.push(start.elapsed());
        if place == GUIDE {
            settled(&changes)?;
            hall.touch(e2e::hand::BACK)?;
        }
    }
    let p99 = percentile(&mut times, 99);
    Ok(Figure::new(
        "release → first changed pixel, page change, p99",
        ms(p99),
        "<= 100 ms",
        p99 <= Duration::from_millis(100),
    ))
}

/// The pressed state of a key of the search page, which is reached without a card.
fn pressed(hall: &mut Hall) -> Result<Figure> {
    hall.touch_on(GUIDE)?;
    hall.touch_on(SEARCH_TAB)?;
    hall.kiosk.wait_screen(&["search"])?;
    let keys: Vec<Place> = "qwertyuiop".chars().map(letter).collect();
    let changes = hall.display.watch()?;
    let mut times = Vec::new();
    for place in keys.iter().cycle().take(TOUCHES) {
        settled(&changes)?;
        let start = Instant::now();
        hall.display.press(place.0, place.1)?;
        changes.wait()?;
        times.push(start.elapsed());
        // Let go beside the key: nothing is typed, and the next press finds the page as it was.
        settled(&changes)?;
        hall.display.release(540, 700)?;
    }
    let p99 = percentile(&mut times, 99);
    Ok(Figure::new(
        "press → first changed pixel, pressed key, p99",
        ms(p99),
        "<= 33 ms",
        p99 <= Duration::from_millis(33),
    ))
}

/// Waits until nothing was drawn for longer than the guard against double touches lasts.
fn settled(changes: &Changes) -> Result<()> {
    loop {
        let_pass(Duration::from_millis(330));
        if changes.drain()?.is_empty() {
            return Ok(());
        }
    }
}
