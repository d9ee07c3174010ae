//! What moved a case, read from its events: each at the time that is known of it by now.

use hall_rules::CaseEvent;
use hall_rules::clock::Past;
use jiff::Timestamp;
use rusqlite::Row;

use crate::StoreResult;
use crate::columns::u64_at;

/// The word of the event by which the times of earlier ones became known: its note is `[[n, milliseconds], …]`.
pub(crate) const TIME_SETTLED: &str = "time_settled";

/// What moved a case's state, oldest first, each at the time that is known of it by now.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub past: Vec<Past>,
    /// The event of each.
    ns: Vec<u64>,
}

/// What [`History::read`] wants of `case_events e`, as the first five columns.
macro_rules! history_columns {
    () => {
        "e.n, e.kind, e.at_ms, e.days, CASE e.kind WHEN 'time_settled' THEN e.note END"
    };
}
pub(crate) use history_columns;

impl History {
    /// Takes in a row that begins with [`history_columns`], each after the one before it; answers its number.
    pub(crate) fn read(&mut self, row: &Row<'_>) -> StoreResult<u64> {
        let n = u64_at(row, 0)?;
        let kind = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        // Others only tell: who is on the way, which door was opened.
        if let Some(event) = CaseEvent::from_code(kind) {
            let at = Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::UNIX_EPOCH);
            self.past.push(Past { event, at, days: row.get(3)? });
            self.ns.push(n);
        } else if kind == TIME_SETTLED {
            self.settle(&times(row.get::<_, Option<String>>(4)?.as_deref()));
        }
        Ok(n)
    }

    /// Takes in that these events were at these times, in milliseconds since the epoch.
    pub fn settle(&mut self, times: &[(u64, i64)]) {
        for (past, n) in self.past.iter_mut().zip(&self.ns) {
            if let Some((_, ms)) = times.iter().find(|(known, _)| known == n) {
                past.at = Timestamp::from_millisecond(*ms).unwrap_or(past.at);
            }
        }
    }
}

/// Gives a case's events, all of them and in order, the times that became known later.
pub(crate) fn settle<E>(
    events: &mut [E],
    parts: impl for<'e> Fn(&'e mut E) -> (&'e String, &'e Option<String>, &'e mut i64),
) {
    let mut known = Vec::new();
    for event in events.iter_mut() {
        let (kind, note, _) = parts(event);
        if kind == TIME_SETTLED {
            known.extend(times(note.as_deref()));
        }
    }
    for (n, ms) in known {
        let event = n.checked_sub(1).and_then(|at| events.get_mut(usize::try_from(at).ok()?));
        if let Some(event) = event {
            *parts(event).2 = ms;
        }
    }
}

fn times(note: Option<&str>) -> Vec<(u64, i64)> {
    note.and_then(|note| serde_json::from_str(note).ok()).unwrap_or_default()
}
