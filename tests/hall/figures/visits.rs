//! How whole visits go, one after the other: touches, doors, and how soon a clerk's browser knows.

use std::time::{Duration, Instant};

use e2e::desk::Desk;
use e2e::hand::Phone;
use e2e::wait::{PATIENCE, let_pass, now_ms, until, until_true};
use e2e::{Context as _, Error, Hall, Result};
use kiosk_wire::Fact;

use super::{Figure, memory_kb, ms, percentile};

/// Visits that are timed. Each fills a box; the locker has 24.
const VISITS: usize = 20;
/// Pages that listen beside the clerk's browser.
pub(super) const LISTENERS: usize = 49;

#[derive(Default)]
struct Times {
    /// From the last touch to the unlock frame on the bus.
    unlock: Vec<Duration>,
    /// From the door's closing to "you may leave" on X.
    leave: Vec<Duration>,
    /// From the commit to the row in the browser.
    row: Vec<Duration>,
    /// From the reader's "a card is here" to the page that greets its holder.
    identity: Vec<Duration>,
    /// Touches of each visit.
    touches: Vec<u32>,
}

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let mut hall = Hall::builder().paced_baud(9600).start()?;
    let desk = hall.desk(0)?;
    desk.inbox()?;
    let runtime = tokio::runtime::Runtime::new().context("a runtime")?;
    let listening = runtime.block_on(listen(&desk.browser.cookies()?, &hall.backend.url("/events")))?;
    desk.browser.script(
        "window.seen = {}; const look = () => document.querySelectorAll('tr[data-receipt]').forEach((row) => { \
         window.seen[row.dataset.receipt] ??= Date.now(); }); look(); \
         new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });",
    )?;
    let pid = hall.kiosk.pid().context("the kiosk does not run")?;
    let mut times = Times::default();
    let mut pss = Vec::new();
    for n in 0..VISITS {
        visit(&mut hall, &desk, n, &mut times)?;
        pss.push(memory_kb(pid, "smaps_rollup", "Pss"));
    }
    // A stream that the backend had ended would not have been listening.
    times.identity = hall.kiosk.screen_times("reading_card", "choose");
    let heard = listening.iter().filter(|listener| !listener.is_finished()).count();
    Ok(table(times, &pss, heard))
}

fn visit(hall: &mut Hall, desk: &Desk, n: usize, times: &mut Times) -> Result<()> {
    let cards = ["wang-xiuying", "li-jianguo", "zhao-min"];
    let card = cards.get(n % cards.len()).context("the deck")?;
    let phone = if n < cards.len() { Phone::New("13912345678") } else { Phone::Known };
    let before = hall.display.touches();
    let from = hall.kiosk.journal()?.last().map_or(1, |entry| entry.seq + 1);
    hall.swipe(card)?;
    // The touches are those of the shortest way, by tiles; typing the name's initials takes four more.
    hall.find_show_permit()?;
    hall.answer_until(phone, &["door"])?;
    let door = hall.wait_door()?;
    times.touches.push(hall.display.touches() - before);
    if let (Some((_, heard)), Some(touched)) = (hall.cabinet.last_unlock(), hall.display.last_touch()) {
        times.unlock.push(heard.saturating_duration_since(touched));
    }
    let_pass(Duration::from_millis(700 + 37 * u64::try_from(n).unwrap_or(0)));
    let shut = Instant::now();
    hall.cabinet.shut(door);
    // The pale green of the page's head; nothing else has it there.
    until_true("you may leave", PATIENCE, || {
        hall.display.pixel(30, 300).is_ok_and(|pixel| pixel == [0xdc, 0xec, 0xdf])
    })?;
    times.leave.push(shut.elapsed());
    let (receipt, committed_ms) = committed(hall, from)?;
    let script = format!("return window.seen['{receipt}'] ?? null");
    let seen_ms =
        until("the row in the browser", PATIENCE, || desk.browser.script(&script).ok()?.as_f64()).map_err(|error| {
            Error::new(format!("{error}: {:?} {:?}", desk.rows(), desk.browser.script("return window.seen")))
        })?;
    #[expect(clippy::cast_possible_truncation, reason = "JavaScript's milliseconds since the epoch are whole")]
    let seen_ms = seen_ms as i64;
    times.row.push(Duration::from_millis(u64::try_from(seen_ms - committed_ms).unwrap_or(0)));
    hall.leave()
}

/// The receipt number of the visit that began at `from`, and when its deposit was committed.
fn committed(hall: &Hall, from: u64) -> Result<(String, i64)> {
    let entries = hall.kiosk.journal()?;
    let mine = || entries.iter().filter(|entry| entry.seq >= from);
    let receipt = mine().find_map(|entry| {
        let Fact::SubmissionPrepared { receipt, .. } = &entry.header.fact else { return None };
        Some(receipt.to_string())
    });
    let at = mine().find(|entry| matches!(entry.header.fact, Fact::Deposited { .. }));
    let at_ms = at.map_or_else(now_ms, |entry| entry.header.at.wall_ms_utc);
    Ok((receipt.context("no submission was recorded")?, at_ms))
}

/// Opens the console's event stream as many times as there are other clerks.
pub(super) async fn listen(cookies: &str, events: &str) -> Result<Vec<tokio::task::JoinHandle<()>>> {
    let client = e2e::http::client()?;
    let mut listening = Vec::new();
    for _ in 0..LISTENERS {
        let request = client.get(events).header("cookie", cookies);
        let mut answer = request.send().await.context("the event stream")?;
        if !answer.status().is_success() {
            return Err(Error::new(format!("the event stream answered {}", answer.status())));
        }
        // Reads until the stream ends or the task is stopped.
        listening.push(tokio::spawn(async move { while let Ok(Some(_)) = answer.chunk().await {} }));
    }
    Ok(listening)
}

fn table(mut times: Times, pss: &[u64], listeners: usize) -> Vec<Figure> {
    let known = times.touches.iter().skip(3).copied().max().unwrap_or(0);
    let new = times.touches.iter().take(3).copied().max().unwrap_or(0);
    let unlock = percentile(&mut times.unlock, 99);
    let leave = percentile(&mut times.leave, 99);
    let (row, usual_row) = (percentile(&mut times.row, 99), percentile(&mut times.row, 50));
    let (early, late) = (pss.get(3).copied().unwrap_or(0), pss.last().copied().unwrap_or(0));
    let identity = percentile(&mut times.identity, 99);
    vec![
        Figure::new(
            "card PRESENT → identity, with its APDUs (card answers at once), p99",
            ms(identity),
            "<= 50 ms above the APDUs",
            identity <= Duration::from_millis(50),
        ),
        Figure::new("touches by tiles, 营业性演出审批, new phone, worst", new.to_string(), "<= 22", new <= 22),
        Figure::new("touches, the same, known phone, worst", known.to_string(), "<= 11", known <= 11),
        Figure::new(
            format!("last touch → durable → unlock heard, 9600 baud, p99 of {VISITS}"),
            ms(unlock),
            "<= 120 ms while polling",
            unlock <= Duration::from_millis(120),
        ),
        Figure::new("door shut → you may leave on X, p99", ms(leave), "<= 700 ms", leave <= Duration::from_millis(700)),
        Figure::new(
            format!("kiosk commit → row in Chromium beside {listeners} listeners, p99"),
            format!("{} (median {})", ms(row), ms(usual_row)),
            "<= 300 ms",
            row <= Duration::from_millis(300),
        ),
        Figure::new(
            format!("the kiosk's PSS after {VISITS} visits"),
            format!("{} MB", late / 1024),
            "<= 60 MB after 100",
            late / 1024 <= 60,
        ),
        Figure::beside(format!("  grown from visit 4 to {VISITS}"), format!("{} kB", late.saturating_sub(early))),
    ]
}
