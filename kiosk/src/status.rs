//! What the running kiosk says of itself to `kiosk doctor`: the devices are its alone, nobody else can ask them.

use std::fs;
use std::path::Path;

use kiosk_wire::kiosk_api::DeviceReport;
use serde::{Deserialize, Serialize};

const FILE: &str = "status.json";

/// How the running kiosk is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// When it said so, wall clock, milliseconds since the epoch.
    pub at_ms: i64,
    /// Name of the page on the screen.
    pub screen: String,
    /// Every part.
    pub devices: Vec<DeviceReport>,
}

/// Writes it. Not synced: after a power cut nobody needs it.
pub fn write(folder: &Path, status: &Status) -> std::io::Result<()> {
    let fresh = folder.join("status.json.new");
    fs::write(&fresh, serde_json::to_vec(status)?)?;
    fs::rename(fresh, folder.join(FILE))
}

/// Reads it; `None` when there is none.
pub fn read(folder: &Path) -> Option<Status> {
    serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()
}
