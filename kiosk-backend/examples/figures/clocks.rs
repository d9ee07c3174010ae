//! How long a calendar that came anew takes, which computes the clock of every open case again; half of them wait in
//! the locker, half are at work under their item's limits.

use std::fs;
use std::time::Instant;

use hall_domain::terminals::import;

use test_hall::{CALENDAR, MONDAY, Office, assets};

use super::{MANY, Result, cpu_ms, ms};

/// One more day off, so that the end of every clock moves.
const DAY_OFF: &str = "
[[holiday]]
name = \"one more\"
from = 2026-11-24
to = 2026-11-24
makeup_workdays = []
";

#[expect(clippy::print_stdout, reason = "it is what the figures are for")]
pub(crate) fn print(hall: &Office) -> Result<()> {
    let sqlite = hall.sqlite();
    // What the windows' steps would have left behind.
    for (n, event) in [(4, "received"), (5, "pre_review_started"), (6, "accepted"), (7, "work_started")] {
        sqlite.execute(
            "INSERT INTO case_events (case_id, n, kind, at_ms, recorded_ms)
             SELECT id, ?1, ?2, ?3, ?3 FROM cases WHERE rowid % 2 = 1",
            rusqlite::params![n, event, MONDAY],
        )?;
    }
    sqlite.execute("UPDATE cases SET state = 'in_progress', version = 7 WHERE rowid % 2 = 1", [])?;
    let calendar = fs::read_to_string(assets().join(CALENDAR))? + DAY_OFF;
    let file = tempfile::NamedTempFile::with_suffix(".toml")?;
    fs::write(file.path(), calendar)?;
    let (began, busy) = (Instant::now(), cpu_ms()?);
    import::calendar_file(&hall.app, file.path())?;
    let (took, busy) = (ms(began.elapsed()), cpu_ms()? - busy);
    let moved = "SELECT COUNT(*) FROM cases WHERE due_clock IN ('acceptance', 'promised') AND due_date IS NOT NULL";
    let moved: u32 = sqlite.query_row(moved, [], |row| row.get(0))?;
    println!(
        "clocks of {MANY} open cases computed again: {took:.0} ms ({busy:.0} ms of CPU), {moved} of them run on   reach: <= 2,000 ms"
    );
    Ok(())
}
