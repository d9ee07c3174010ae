//! The window and the threads around it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use i_slint_backend_winit::winit::event::WindowEvent as WinitEvent;
use i_slint_backend_winit::{EventResult, WinitWindowAccessor as _};
use kiosk_journey::{Touch, View};
use slint::platform::WindowEvent;
use slint::{Color, ComponentHandle, LogicalSize, PhysicalSize, Weak, Window};

use crate::adapter;
use crate::generated::{Act, App, Frames};

/// Width and height that every page is designed for, in logical pixels.
pub(crate) const DESIGN: (f32, f32) = (1080.0, 1920.0);

/// How large the window is. Whatever it is, the pages are scaled to fit and centred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowSize {
    /// The whole display, without a frame.
    #[default]
    Fullscreen,
    /// Physical pixels, for a desk: `540x960` shows everything at half size.
    Pixels { width: u32, height: u32 },
}

impl std::str::FromStr for WindowSize {
    type Err = ScreenError;

    /// Reads `540x960`.
    fn from_str(text: &str) -> Result<Self, ScreenError> {
        let size = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
        match size {
            Some((width @ 200..=8000, height @ 200..=8000)) => Ok(Self::Pixels { width, height }),
            _ => Err(ScreenError::WindowSize(text.to_owned())),
        }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The display cannot be opened.
    #[error(
        "the display cannot be opened: {0}; with DISPLAY set an X server must run there; without it a screen must be \
         connected that no other program draws on, and the user be in the groups video and input"
    )]
    Display(#[from] slint::PlatformError),
    /// The main loop is not running (any more).
    #[error("the screen's main loop cannot be reached: {0}")]
    EventLoop(#[from] slint::EventLoopError),
    /// A size that is none.
    #[error("window size {0:?} is not like 540x960, with 200 to 8000 pixels a side")]
    WindowSize(String),
}

/// The screen. Lives on the main thread.
pub struct Screen {
    app: App,
    shared: Arc<Shared>,
    drawn: Rc<RefCell<adapter::Drawn>>,
}

#[derive(Default)]
struct Shared {
    /// The newest view that was not drawn yet.
    next: Mutex<Option<View>>,
    frames: AtomicU64,
}

impl Screen {
    /// Opens the window, showing nothing yet. `on_touch` is called on the main thread and must not wait.
    ///
    /// # Errors
    /// [`ScreenError::Display`] when there is no display.
    pub fn new(size: WindowSize, on_touch: impl Fn(Touch) + 'static) -> Result<Self, ScreenError> {
        #[cfg(feature = "kms")]
        crate::kms::take()?;
        let app = App::new()?;
        let drawn = Rc::new(RefCell::new(adapter::Drawn::default()));
        {
            let drawn = Rc::clone(&drawn);
            app.global::<Act>().on_touch(move |action, number, text| {
                let touch = adapter::touch(&drawn.borrow(), action, number, &text);
                if let Some(touch) = touch {
                    on_touch(touch);
                }
            });
        }
        let weak = app.as_weak();
        app.on_resized(move || fit(&weak));
        match size {
            WindowSize::Fullscreen => {
                app.window().set_size(LogicalSize::new(DESIGN.0, DESIGN.1));
                app.window().set_fullscreen(true);
            }
            WindowSize::Pixels { width, height } => app.window().set_size(PhysicalSize::new(width, height)),
        }
        let mut to_fill = size == WindowSize::Fullscreen;
        app.window().on_winit_window_event(move |window, event| {
            if std::mem::take(&mut to_fill) {
                fill_display(window);
            }
            watch(window, event)
        });

        let shared = Arc::new(Shared::default());
        let counting = Arc::clone(&shared);
        app.global::<Frames>().on_drawn(move |_| {
            counting.frames.fetch_add(1, Ordering::Relaxed);
            Color::default()
        });
        Ok(Self { app, shared, drawn })
    }

    /// Draws a view. Only what differs from the former view is touched.
    pub fn show(&self, view: &View) {
        self.drawn.borrow_mut().show(&self.app, view);
        draw_soon(self.app.window());
    }

    /// For other threads.
    pub fn handle(&self) -> ScreenHandle {
        let drawn = Rc::downgrade(&self.drawn);
        DRAWN.with(|cell| *cell.borrow_mut() = drawn);
        ScreenHandle { app: self.app.as_weak(), shared: Arc::clone(&self.shared) }
    }

    /// Shows the window and serves it until [`ScreenHandle::quit`].
    ///
    /// # Errors
    /// [`ScreenError::Display`] when the display goes away.
    pub fn run_event_loop(&self) -> Result<(), ScreenError> {
        self.app.show()?;
        slint::run_event_loop_until_quit()?;
        self.app.hide()?;
        Ok(())
    }

    /// The root component, for this crate's tests.
    #[doc(hidden)]
    pub fn app(&self) -> &App {
        &self.app
    }
}

thread_local! {
    /// What the main thread's screen has drawn, for closures that come from other threads.
    static DRAWN: RefCell<std::rc::Weak<RefCell<adapter::Drawn>>> = const { RefCell::new(std::rc::Weak::new()) };
}

/// Reaches the screen from any thread.
#[derive(Clone)]
pub struct ScreenHandle {
    app: Weak<App>,
    shared: Arc<Shared>,
}

impl ScreenHandle {
    /// Draws a view soon. When views come faster than the screen draws, only the newest is drawn.
    ///
    /// # Errors
    /// [`ScreenError::EventLoop`] when the main loop has ended.
    pub fn update(&self, view: View) -> Result<(), ScreenError> {
        let waiting = self.shared.next.lock().unwrap_or_else(PoisonError::into_inner).replace(view);
        if waiting.is_some() {
            return Ok(()); // its turn is already queued
        }
        let shared = Arc::clone(&self.shared);
        let queued = self.app.upgrade_in_event_loop(move |app| {
            let next = shared.next.lock().unwrap_or_else(PoisonError::into_inner).take();
            let drawn = DRAWN.with(|cell| cell.borrow().upgrade());
            if let (Some(view), Some(drawn)) = (next, drawn) {
                drawn.borrow_mut().show(&app, &view);
                draw_soon(app.window());
            }
        });
        if queued.is_err() {
            self.shared.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        Ok(queued?)
    }

    /// Ends [`Screen::run_event_loop`].
    ///
    /// # Errors
    /// [`ScreenError::EventLoop`] when the main loop has ended already.
    pub fn quit(&self) -> Result<(), ScreenError> {
        Ok(slint::quit_event_loop()?)
    }

    /// Has one pixel drawn anew, which looks as before.
    ///
    /// # Errors
    /// [`ScreenError::EventLoop`] when the main loop has ended.
    pub fn want_frame(&self) -> Result<(), ScreenError> {
        Ok(self.app.upgrade_in_event_loop(|app| {
            let frames = app.global::<Frames>();
            frames.set_wanted(frames.get_wanted().wrapping_add(1));
        })?)
    }

    /// How many of those frames were drawn, the window's first among them; for a watchdog. One that is drawn shows that
    /// the one before it was presented: where no display server runs, the display's own answer is waited for between.
    pub fn frames(&self) -> u64 {
        self.shared.frames.load(Ordering::Relaxed)
    }
}

/// Looks at what the display server tells before Slint does.
fn watch(window: &Window, event: &WinitEvent) -> EventResult {
    #[expect(clippy::wildcard_enum_match_arm, reason = "events of a foreign crate, most of which mean nothing here")]
    match event {
        WinitEvent::MouseInput { .. } | WinitEvent::Touch(_) => draw_soon(window),
        // The scale follows from the window's size alone, see `fit`.
        WinitEvent::ScaleFactorChanged { .. } => return EventResult::PreventDefault,
        _ => {}
    }
    EventResult::Propagate
}

/// Draws as soon as what is queued has been dealt with. By itself Slint waits for a sixtieth of a second first, to draw
/// no more often than that; here a drawing follows a finger or a new view, and those are few.
fn draw_soon(window: &Window) {
    window.with_winit_window(|window| window.request_redraw());
}

/// Takes the whole display. Full screen is a wish that only a window manager grants; a kiosk needs none.
fn fill_display(window: &Window) {
    window.with_winit_window(|window| {
        let monitor = window.current_monitor().or_else(|| window.available_monitors().next());
        if let Some(monitor) = monitor
            && window.inner_size() != monitor.size()
        {
            window.set_outer_position(monitor.position());
            // `None` means that the answer comes as an event, as it does on X.
            let _ = window.request_inner_size(monitor.size());
        }
    });
}

/// Chooses the scale at which a page of 1080 x 1920 just fits the window.
fn fit(app: &Weak<App>) {
    let Some(app) = app.upgrade() else { return };
    let window = app.window();
    let size = window.size();
    if size.width == 0 || size.height == 0 {
        return;
    }
    let wanted = scale_for(size);
    if (window.scale_factor() - wanted).abs() > 0.001 {
        window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: wanted });
        window.dispatch_event(WindowEvent::Resized { size: size.to_logical(wanted) });
    }
}

/// The scale at which a page just fits a display, for this crate's tests.
#[doc(hidden)]
pub fn scale_for(size: PhysicalSize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a display has no more than some thousand pixels a side")]
    let (width, height) = (size.width as f32, size.height as f32);
    (width / DESIGN.0).min(height / DESIGN.1)
}
