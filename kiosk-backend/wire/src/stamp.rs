//! When something happened, as well as the terminal knows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// When something happened. A terminal's wall clock is a claim; `boot_id` and `mono_ms` order entries of one boot and
/// give exact intervals whatever the wall clock does, and `server_offset_ms` is what the terminal last learnt of the
/// backend's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stamp {
    /// The terminal's wall clock, milliseconds since the Unix epoch, UTC.
    pub wall_ms_utc: i64,
    /// Made anew by each start of the kiosk process.
    pub boot_id: Uuid,
    /// Milliseconds of monotonic time since that start.
    pub mono_ms: u64,
    /// Backend clock minus terminal clock in milliseconds, when a backend has been heard since the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_offset_ms: Option<i64>,
}

impl Stamp {
    /// The best estimate of the true time: the wall clock corrected by the backend's when that is known.
    pub fn best_ms_utc(&self) -> i64 {
        self.wall_ms_utc.saturating_add(self.server_offset_ms.unwrap_or(0))
    }
}
