//! The display without a display server: Slint draws into buffers of the kernel's and reads the touch foil by libinput.
//! What the screen hangs like comes from the environment (`SLINT_KMS_ROTATION`, `SLINT_DRM_OUTPUT`).

use i_slint_backend_linuxkms::BackendBuilder;
use slint::PlatformError;
use slint::platform::set_platform;

/// Takes the display itself, unless `DISPLAY` names an X server. Keys are left out: no page has a use for them, and the
/// backend ends the program at Ctrl-Alt-Del.
pub(crate) fn take() -> Result<(), PlatformError> {
    if std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
        return Ok(());
    }
    let builder = BackendBuilder::default()
        .with_renderer_name("software".to_owned())
        .with_libinput_event_hook(Box::new(|event| matches!(event, input::Event::Keyboard(_))));
    set_platform(Box::new(builder.build()?)).map_err(PlatformError::SetPlatformError)
}
