//! What the kiosk's memory comes to after many visits, with a city's whole catalogue.

use e2e::hand::{FIRST_TILE, QUIT};
use e2e::{Context as _, Hall, Result};

use super::screen::use_large_catalogue;
use super::{Figure, memory_kb};

/// A busy day.
const DAY: usize = 100;
/// Some weeks.
const WEEKS: usize = 1_000;

pub(crate) fn after_a_day() -> Result<Vec<Figure>> {
    let pss = visit_until(&[DAY])?;
    Ok(vec![after(DAY, pss[0])])
}

pub(crate) fn after_weeks() -> Result<Vec<Figure>> {
    let pss = visit_until(&[DAY, WEEKS])?;
    let grown = i64::try_from(pss[1]).unwrap_or(0) - i64::try_from(pss[0]).unwrap_or(0);
    Ok(vec![
        after(DAY, pss[0]),
        Figure::new(format!("  grown until visit {WEEKS}"), format!("{grown} kB"), "<= 1 MB", grown <= 1024),
    ])
}

fn after(visits: usize, kb: u64) -> Figure {
    let what = format!("the kiosk's PSS after {visits} visits, 2,340 items");
    Figure::new(what, format!("{:.1} MB", kb as f64 / 1024.0), "<= 60 MB", kb <= 60 * 1024)
}

/// Kilobytes of PSS after so many visits: card, theme, department, item, guide, quit.
fn visit_until(marks: &[usize]) -> Result<Vec<u64>> {
    let mut hall = Hall::builder().start()?;
    use_large_catalogue(&mut hall)?;
    hall.kiosk.start()?;
    hall.kiosk.wait_screen(&["idle"])?;
    let pid = hall.kiosk.pid().context("the kiosk does not run")?;
    let mut pss = Vec::new();
    for n in 1..=marks.iter().copied().max().unwrap_or(0) {
        visit(&mut hall, n).context(format!("visit {n}"))?;
        if marks.contains(&n) {
            pss.push(memory_kb(pid, "smaps_rollup", "Pss"));
        }
    }
    Ok(pss)
}

fn visit(hall: &mut Hall, n: usize) -> Result<()> {
    let cards = ["wang-xiuying", "li-jianguo", "zhao-min"];
    hall.swipe(cards[n % cards.len()])?;
    // Theme, department, item: the page's name stays the same until the guide is shown.
    for _ in 0..6 {
        hall.touch_and_look(FIRST_TILE)?;
        if hall.kiosk.screen() == "guide" {
            break;
        }
    }
    hall.kiosk.wait_screen(&["guide"])?;
    hall.touch_on(QUIT)?;
    hall.kiosk.wait_screen(&["idle"]).map(drop)
}
