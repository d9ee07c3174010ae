//! What stories keep for somebody to look at.

use std::path::PathBuf;
use std::time::Duration;

use crate::hall::Hall;

/// Keeps a picture of the kiosk's screen in the folder that `PAPER_PICTURES` names, if it names one.
///
/// # Panics
/// When there is such a folder and the picture cannot be made.
#[expect(clippy::unwrap_used, reason = "a story that unwraps says where it failed")]
pub fn keep_screen(name: &str, hall: &Hall) {
    if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
        hall.display.settle(Duration::from_millis(800)).unwrap();
        hall.display.capture().unwrap().save(&PathBuf::from(folder).join(format!("{name}.png"))).unwrap();
    }
}
