//! Heartbeats: how the terminal is, every 15 seconds and soon after it changed.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kiosk_wire::kiosk_api::{Heartbeat, HeartbeatAnswer};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Context, News};
use crate::clock;
use crate::files;

/// Time between two heartbeats.
const PERIOD: Duration = Duration::from_secs(15);
/// Shortest time between two heartbeats.
const SHORTEST: Duration = Duration::from_millis(500);

/// Name of the part by which a heartbeat calls staff to the terminal.
pub const CALL: &str = "call";

/// Beats for ever.
pub(super) async fn run(context: &Arc<Context>, mut heartbeats: watch::Receiver<Heartbeat>) {
    loop {
        let began = Instant::now();
        beat(context, heartbeats.borrow_and_update().clone()).await;
        match timeout_at(began + PERIOD, heartbeats.changed()).await {
            Ok(Ok(())) => sleep_until(began + SHORTEST).await,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
    }
}

async fn beat(context: &Arc<Context>, mut heartbeat: Heartbeat) {
    heartbeat.wall_ms_utc = clock::wall_ms();
    heartbeat.clock = Some(context.client.clock().stamp());
    heartbeat.uptime_s = context.client.clock().now().as_secs();
    heartbeat.disk_free_bytes = files::free_bytes(&context.folder).unwrap_or(0);
    let unsent = *context.unsent.lock().unwrap_or_else(PoisonError::into_inner);
    heartbeat.unsent_deposits = unsent.deposits;
    let waits_ms = unsent.oldest_ms.map(|oldest| heartbeat.wall_ms_utc.saturating_sub(oldest));
    heartbeat.oldest_unsent_s = waits_ms.and_then(|ms| u64::try_from(ms / 1_000).ok());
    let journal = context.positions.borrow().journal;
    heartbeat.journal = Some(journal);
    heartbeat.journal_head = context.positions.borrow().head;
    let answered = context.client.post::<_, HeartbeatAnswer>("/kiosk/v1/heartbeat", &heartbeat).await;
    context.note(&answered);
    if let Ok(answer) = answered {
        context.client.clock().hear(answer.server_ms);
        context.tell(News::Generation(answer.generation));
        context.lacking.send_replace(Some((journal, answer.next)));
        if let Some(call) = heartbeat.devices.iter().find(|part| part.part == CALL) {
            context.tell(News::CallHeard { since_ms: call.since_ms });
        }
    }
}
