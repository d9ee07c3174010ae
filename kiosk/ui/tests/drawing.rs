//! What is drawn, and when: nothing while nothing changes, and no more than what changed.

mod common;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use common::samples;
use i_slint_backend_testing::ElementHandle;
use kiosk_journey::{Language, TextSize, Touch, View};
use kiosk_ui::{Screen, WindowSize};
use slint::platform::software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType};
use slint::platform::{Platform, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, PhysicalSize, PlatformError};

const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1920;

/// A display that says what was drawn on it, as the one of X does with its damage.
struct Panel {
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
    screen: Screen,
    pixels: Vec<PremultipliedRgbaColor>,
}

struct Machine {
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
}

impl Platform for Machine {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.now.get()
    }
}

impl Panel {
    /// One a thread.
    fn new() -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let now = Rc::new(Cell::new(Duration::ZERO));
        slint::platform::set_platform(Box::new(Machine { window: window.clone(), now: now.clone() }))
            .expect("one platform a thread");
        let size = WindowSize::Pixels { width: WIDTH, height: HEIGHT };
        let screen = Screen::new(size, |_: Touch| {}).expect("a screen in memory");
        screen.app().show().expect("shown");
        window.set_size(PhysicalSize::new(WIDTH, HEIGHT));
        Self { window, now, screen, pixels: vec![Default::default(); (WIDTH * HEIGHT) as usize] }
    }

    /// Shows a page and lets it come to rest.
    fn show(&mut self, view: &View) {
        self.screen.show(view);
        assert_ne!(self.pass(Duration::from_secs(1)), [], "nothing was drawn");
    }

    /// Lets time go by in steps of a frame's time or more; says how much was drawn meanwhile: width and height.
    fn pass(&mut self, time: Duration) -> Vec<(u32, u32)> {
        let mut drawn = Vec::new();
        let step = (time / 60).max(Duration::from_millis(16));
        let end = self.now.get() + time;
        while self.now.get() < end {
            self.now.set(self.now.get() + step);
            slint::platform::update_timers_and_animations();
            let pixels = &mut self.pixels;
            self.window.draw_if_needed(|renderer| {
                let size = renderer.render(pixels, WIDTH as usize).bounding_box_size();
                if size.width > 0 && size.height > 0 {
                    drawn.push((size.width, size.height));
                }
            });
        }
        drawn
    }

    fn press(&self, label: &str) {
        let key = ElementHandle::find_by_accessible_label(self.screen.app(), label).next().expect("a key");
        let (at, size) = (key.absolute_position(), key.size());
        let position = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
        self.screen.app().window().dispatch_event(WindowEvent::PointerMoved { position });
        let button = PointerEventButton::Left;
        self.screen.app().window().dispatch_event(WindowEvent::PointerPressed { position, button });
    }
}

fn sample(name: &str) -> View {
    let mut samples = samples::all(Language::Zh, TextSize::Normal).into_iter();
    samples.find(|sample| sample.name == name).expect("a sample").view
}

#[test]
fn a_page_that_does_not_change_is_not_drawn() {
    let mut panel = Panel::new();
    for name in ["idle", "search", "door_open", "done"] {
        let view = sample(name);
        panel.show(&view);
        assert_eq!(panel.pass(Duration::from_secs(60)), [], "{name} draws by itself");
        // The journey counts what it told; the page shows nothing of that.
        panel.screen.show(&View { revision: view.revision + 1, ..view });
        assert_eq!(panel.pass(Duration::from_secs(1)), [], "{name} is drawn anew although it looks the same");
    }
}

#[test]
fn a_frame_counts_when_it_is_drawn_and_not_before() {
    let mut panel = Panel::new();
    let handle = panel.screen.handle();
    assert_eq!(handle.frames(), 0, "nothing was drawn yet");
    panel.show(&sample("idle"));
    assert_eq!(handle.frames(), 1, "the first one");
    panel.pass(Duration::from_secs(60));
    assert_eq!(handle.frames(), 1, "nobody asked for more");

    panel.screen.app().global::<kiosk_ui::Frames>().set_wanted(1);
    panel.now.set(panel.now.get() + Duration::from_secs(60));
    slint::platform::update_timers_and_animations();
    assert_eq!(handle.frames(), 1, "the loop goes round, and nothing is drawn");
    let drawn = panel.pass(Duration::from_secs(1));
    assert!(matches!(drawn[..], [(1..=2, 1..=2)]), "not one pixel, rounded outward: {drawn:?}");
    assert_eq!(handle.frames(), 2);
}

#[test]
fn a_pressed_key_draws_itself_alone() {
    let mut panel = Panel::new();
    panel.show(&sample("search"));
    panel.press("Q");
    let drawn = panel.pass(Duration::from_millis(100));
    assert!(matches!(drawn[..], [(width, height)] if width <= 100 && height <= 110), "{drawn:?}");
}
