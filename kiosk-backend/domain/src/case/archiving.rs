//! Cases whose result was handed over are archived by themselves after a while: nothing is left to do that a clerk would
//! have to press.

use hall_rules::{CaseEvent, CaseState};
use hall_store as store;
use hall_store::StoreResult;

use crate::case::happening::Happened;
use crate::case::history;
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;

/// The most in one transaction.
const AT_ONCE: u32 = 100;

const DAY_MS: i64 = 86_400_000;

/// Archives what was handed over so many days ago, and since then nothing happened to it; never, where the setting is 0.
pub async fn tick(hall: &Hall) -> StoreResult<()> {
    let (moment, days) = (Moment::of(hall), hall.settings().archive_after_days);
    if days == 0 {
        return Ok(());
    }
    let before_ms = moment.now_ms - i64::from(days) * DAY_MS;
    let over =
        move |connection: &_| store::cases::unchanged_since(connection, CaseState::Collected, before_ms, AT_ONCE);
    let over = hall.store().read(over).await?;
    if over.is_empty() {
        return Ok(());
    }
    let archive = move |tx: &mut store::Tx<'_>| {
        for id in over {
            history::append(tx, &moment, id, &Happened::by_itself(CaseEvent::Archived, moment.now_ms))?;
        }
        Ok(())
    };
    hall.store().write_alone(archive).await
}
