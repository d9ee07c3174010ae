//! That a device's thread goes round.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Grows with every turn of the thread that owns a device, whatever the device answers. The longest turn is a paper on a
/// slow serial line: well under two minutes. One that stands still for longer waits for a driver that never comes back.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// One more turn.
    pub fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many turns there were.
    pub fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
