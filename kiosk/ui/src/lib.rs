//! The terminal's screens: looks and wording, no rules.
//!
//! [`Screen`] draws a [`kiosk_journey::View`] and hands every touch back as a [`kiosk_journey::Touch`]; it decides
//! nothing. Pages are under `slint/pages`, one for each state of the journey. Chinese is the source language of every
//! text, English is bundled from `lang/`.
//!
//! ```text
//! let screen = Screen::new(WindowSize::Fullscreen, move |touch| events.send(touch))?;
//! let handle = screen.handle();           // for the runner's thread: handle.update(view)
//! screen.show(&first_view);               // before the loop: the first frame
//! screen.run_event_loop()?;               // until handle.quit()
//! ```

mod adapter;
#[cfg(feature = "kms")]
mod kms;
mod screen;

#[expect(
    unreachable_pub,
    unused_qualifications,
    clippy::todo,
    clippy::unwrap_used,
    reason = "written by the Slint compiler; see slint/app.slint"
)]
mod generated;

#[doc(hidden)]
pub use generated::{App, Frames, Session, ShowAnswering, ShowLocker};
#[doc(hidden)]
pub use screen::scale_for;
pub use screen::{Screen, ScreenError, ScreenHandle, WindowSize};
