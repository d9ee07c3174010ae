//! How fast the backend takes submissions, beside raw inserts of the same rows in the same run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::backend::Backend;
use e2e::binaries::sources;
use e2e::peer::Peer;
use e2e::{Context as _, Error, Result};
use kiosk_wire::Envelope;
use rusqlite::Connection;

use super::{Figure, memory_kb, ms, percentile};

/// Clients at once, as many as the comparison that was measured on such a machine had.
const CLIENTS: usize = 32;
/// Submissions of each client.
const EACH: usize = 250;
/// Entries of one terminal's backlog after an outage.
const BACKLOG: usize = 10_000;
/// Entries in one request of a backlog: what the terminal sends.
const BATCH: usize = 512;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let runtime = tokio::runtime::Runtime::new().context("a runtime")?;
    let folder = tempfile::tempdir().context("a folder")?;
    let mut backend = Backend::create(folder.path(), &folder.path().join("log"), "")?;
    backend.import_catalogue(&sources().join("assets/catalogue"))?;
    backend.import_calendar(&sources().join("assets/calendar/2026.toml"))?;
    backend.add_window("综合窗口1", "0571-8812 0001")?;
    backend.start()?;
    let pid = backend.pid().context("the backend does not run")?;
    runtime.block_on(async {
        let mut figures = submissions(&backend, pid, folder.path()).await?;
        figures.push(backlog(&backend).await?);
        Ok(figures)
    })
}

async fn submissions(backend: &Backend, pid: u32, folder: &std::path::Path) -> Result<Vec<Figure>> {
    let mut clients = Vec::new();
    for n in 0..CLIENTS {
        clients.push((Peer::enrol(backend, &format!("bench {n}")).await?, Vec::with_capacity(EACH)));
    }
    let (first, _) = clients.first().context("there are clients")?;
    let item = first.item().await?;
    // Made beforehand: the same two cores would otherwise hash and sign while the backend is measured. One of each in
    // turn, so that ids and times grow in the order they are sent, as they do in a hall.
    for k in 1..=EACH {
        for (peer, deposits) in &mut clients {
            deposits.push(peer.deposit(&item, u16::try_from(k).unwrap_or(1)));
        }
    }
    let start = Instant::now();
    let send = |(peer, deposits)| tokio::spawn(send(Arc::new(peer), deposits));
    let running: Vec<_> = clients.into_iter().map(send).collect();
    let mut times = Vec::new();
    for client in running {
        times.extend(client.await.context("a client")??);
    }
    let rate = per_second(CLIENTS * EACH, start.elapsed());
    let rss_mb = memory_kb(pid, "status", "VmRSS") / 1024;
    let cases = backend.cases()?.len();
    if cases != CLIENTS * EACH {
        return Err(Error::new(format!("{cases} cases came of {} submissions", CLIENTS * EACH)));
    }
    let raw = raw_inserts(backend, folder)?;
    let p99 = percentile(&mut times, 99);
    let ratio = rate / raw;
    Ok(vec![
        Figure::new("submissions taken, 32 clients, WAL FULL", format!("{rate:.0}/s"), ">= 1,000/s", rate >= 1000.0),
        Figure::new("  the same, p99 of a request", ms(p99), "<= 50 ms", p99 <= Duration::from_millis(50)),
        Figure::new("  the backend's resident memory after it", format!("{rss_mb} MB"), "<= 60 MB", rss_mb <= 60),
        Figure::beside("  raw inserts of the same rows, one commit each", format!("{raw:.0}/s")),
        Figure::new("  ratio to raw inserts", format!("{ratio:.2}"), ">= 0.40", ratio >= 0.4),
        Figure::beside("  ODK Central on PostgreSQL, 32 clients (2026-11-23)", "225/s, p99 195 ms, 330 MB"),
    ])
}

async fn send(peer: Arc<Peer>, deposits: Vec<Vec<Envelope>>) -> Result<Vec<Duration>> {
    let token = peer.token();
    let mut times = Vec::with_capacity(deposits.len());
    for deposit in deposits {
        let start = Instant::now();
        let answer = peer.send_with(&token, &deposit).await?;
        if !answer.status().is_success() {
            return Err(Error::new(format!("a submission was answered with {}", answer.status())));
        }
        // The answer counts as received when its body is.
        answer.bytes().await.context("an answer")?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// Copies every row that the intake made into an empty database of the same shape, one submission a commit.
fn raw_inserts(backend: &Backend, folder: &std::path::Path) -> Result<f64> {
    const TABLES: [&str; 5] = ["entries", "cases", "case_events", "audit", "jobs"];
    let source = backend.database()?;
    let raw = Connection::open(folder.join("raw.db")).context("raw.db")?;
    raw.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").context("raw.db")?;
    let mut tables = Vec::new();
    for table in TABLES {
        let mut all = source.prepare(&format!("SELECT * FROM {table}")).context(table)?;
        let columns = all.column_count();
        let marks = vec!["?"; columns].join(", ");
        let names = (0..columns).map(|n| format!("c{n}")).collect::<Vec<_>>().join(", ");
        raw.execute_batch(&format!("CREATE TABLE {table} ({names})")).context(table)?;
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|n| row.get(n)).collect::<rusqlite::Result<Vec<_>>>();
        let rows: Vec<Vec<rusqlite::types::Value>> =
            all.query_map([], row).context(table)?.collect::<rusqlite::Result<_>>().context(table)?;
        tables.push((format!("INSERT INTO {table} VALUES ({marks})"), rows));
    }
    let submissions = CLIENTS * EACH;
    let start = Instant::now();
    for n in 0..submissions {
        raw.execute_batch("BEGIN IMMEDIATE").context("raw.db")?;
        for (insert, rows) in &tables {
            let mut statement = raw.prepare_cached(insert).context("raw.db")?;
            let (from, to) = (rows.len() * n / submissions, rows.len() * (n + 1) / submissions);
            for row in rows.get(from..to).unwrap_or_default() {
                statement.execute(rusqlite::params_from_iter(row)).context("raw.db")?;
            }
        }
        raw.execute_batch("COMMIT").context("raw.db")?;
    }
    Ok(per_second(submissions, start.elapsed()))
}

async fn backlog(backend: &Backend) -> Result<Figure> {
    let mut peer = Peer::enrol(backend, "bench backlog").await?;
    let item = peer.item().await?;
    let mut entries = Vec::with_capacity(BACKLOG);
    while entries.len() < BACKLOG {
        entries.extend(peer.deposit(&item, 1));
    }
    let start = Instant::now();
    for batch in entries.chunks(BATCH) {
        peer.push(batch.to_vec()).await?;
    }
    let took = start.elapsed();
    let what = format!("a backlog of 10,000 entries taken, {BATCH} a request");
    Ok(Figure::new(what, format!("{:.2} s", took.as_secs_f64()), "<= 5 s", took <= Duration::from_secs(5)))
}

#[expect(clippy::cast_precision_loss, reason = "a count of thousands")]
fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
