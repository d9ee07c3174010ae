//! How soon every other console shows that somebody moved a case.

use std::path::Path;
use std::time::Duration;

use e2e::backend::Backend;
use e2e::binaries::sources;
use e2e::browser::Browser;
use e2e::desk::Desk;
use e2e::hall::STAFF;
use e2e::peer::Peer;
use e2e::wait::{PATIENCE, until};
use e2e::{Context as _, Error, Result};
use kiosk_wire::entry::{Authority, Header};
use kiosk_wire::{CompartmentNo, DirectiveId, Envelope, Fact, StaffId, SubmissionId};
use uuid::Uuid;

use super::visits::{LISTENERS, listen};
use super::{Figure, ms, percentile};

/// Cases that are moved on, one after the other.
const CASES: u16 = 40;
/// Remembers when the page first showed a case in a state.
const WATCH: &str = "window.seen = {}; const look = () => document.querySelectorAll('tr[data-receipt]').forEach((row) => { \
    window.seen[`${row.dataset.receipt} ${row.dataset.state}`] ??= Date.now(); }); look(); \
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });";

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let runtime = tokio::runtime::Runtime::new().context("a runtime")?;
    let folder = tempfile::tempdir().context("a folder")?;
    let mut backend = Backend::create(folder.path(), &folder.path().join("log"), "")?;
    backend.import_catalogue(&sources().join("assets/catalogue"))?;
    backend.import_calendar(&sources().join("assets/calendar/2026.toml"))?;
    let [watcher, worker, ..] = &STAFF;
    backend.add_window(watcher.window, "0571-8812 0001")?;
    backend.add_member(watcher)?;
    backend.add_member(worker)?;
    backend.start()?;
    let watching = Desk::sign_in(browser(folder.path(), "watching")?, &backend, watcher)?;
    let working = Desk::sign_in(browser(folder.path(), "working")?, &backend, worker)?;
    watching.inbox()?;
    let listening = runtime.block_on(listen(&watching.browser.cookies()?, &backend.url("/events")))?;
    watching.browser.script(WATCH)?;
    let mut peer = runtime.block_on(Peer::enrol(&backend, "bench"))?;
    let item = runtime.block_on(peer.item())?;
    let staff = staff_id(&backend, worker.name)?;
    let mut times = Vec::new();
    for no in 1..=CASES {
        let mut entries = peer.deposit(&item, no);
        let (submission, receipt) = submission_of(&entries)?;
        entries.extend(collected(&mut peer, submission, CompartmentNo(no), staff));
        runtime.block_on(peer.push(entries))?;
        seen(&watching, &receipt, "received")?;
        working.open_case(&receipt)?;
        let press = "document.querySelector('#step-pre_review_started').click(); return Date.now()";
        let pressed = working.browser.script(press)?.as_f64().context("the time of the press")?;
        let shown = seen(&watching, &receipt, "pre_review")?;
        times.push(Duration::from_secs_f64((shown - pressed).max(0.0) / 1000.0));
        working.wait_state("pre_review")?;
    }
    let heard = listening.iter().filter(|listener| !listener.is_finished()).count();
    let (p99, usual) = (percentile(&mut times, 99), percentile(&mut times, 50));
    Ok(vec![Figure::new(
        format!("a clerk's press → the state on another console beside {heard} of {LISTENERS}, p99"),
        format!("{} (median {})", ms(p99), ms(usual)),
        "<= 300 ms",
        p99 <= Duration::from_millis(300),
    )])
}

fn browser(folder: &Path, name: &str) -> Result<Browser> {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).context(folder.display())?;
    Browser::start(&folder)
}

/// When the page showed the case in that state, in milliseconds since the epoch.
fn seen(desk: &Desk, receipt: &str, state: &str) -> Result<f64> {
    let script = format!("return window.seen['{receipt} {state}'] ?? null");
    let what = format!("{receipt} as {state} on the other console");
    until(&what, PATIENCE, || desk.browser.script(&script).ok()?.as_f64())
}

fn staff_id(backend: &Backend, name: &str) -> Result<StaffId> {
    let id = backend.database()?.query_row("SELECT id FROM staff WHERE name = ?1", [name], |row| row.get(0));
    Ok(StaffId(Uuid::from_bytes(id.context(name)?)))
}

fn submission_of(entries: &[Envelope]) -> Result<(SubmissionId, String)> {
    let found = entries.iter().find_map(|entry| {
        let header: Header = serde_json::from_str(&entry.header).ok()?;
        let Fact::SubmissionPrepared { submission, receipt, .. } = header.fact else { return None };
        Some((submission, receipt.to_string()))
    });
    found.ok_or_else(|| Error::new("a deposit begins with a submission"))
}

/// The clerk opened the box, shut it and says it is empty.
fn collected(peer: &mut Peer, id: SubmissionId, compartment: CompartmentNo, staff: StaffId) -> [Envelope; 3] {
    let submission = Some(id);
    let authority = Authority::Directive { directive: DirectiveId(Uuid::now_v7()) };
    [
        peer.write(Fact::CollectionIntended { submission, compartment, staff, authority }),
        peer.write(Fact::CollectionClosed { submission, compartment, staff, opening_seen: true }),
        peer.write(Fact::EmptinessAffirmed { submission, compartment, staff }),
    ]
}
