//! Draws views with no display and reads what was drawn.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod rules;
pub(crate) mod samples;

use std::cell::RefCell;
use std::rc::Rc;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery, TestingBackend, TestingBackendOptions};
use kiosk_journey::{Touch, View};
use kiosk_ui::{Screen, WindowSize};
use slint::platform::WindowEvent;
use slint::{ComponentHandle, PhysicalSize, Rgba8Pixel, SharedPixelBuffer};

/// A screen in memory.
pub(crate) struct Bench {
    pub(crate) screen: Screen,
    pub(crate) touches: Rc<RefCell<Vec<Touch>>>,
}

impl Bench {
    /// One a thread.
    pub(crate) fn new() -> Self {
        Self::with_size(1080, 1920)
    }

    pub(crate) fn with_size(width: u32, height: u32) -> Self {
        let options =
            TestingBackendOptions { mock_time: true, renderer_name: Some("software".into()), ..Default::default() };
        slint::platform::set_platform(Box::new(TestingBackend::new(options))).expect("one platform a thread");
        let touches = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&touches);
        let screen = Screen::new(WindowSize::Pixels { width, height }, move |touch| seen.borrow_mut().push(touch))
            .expect("a screen in memory");
        screen.app().show().expect("shown");
        let bench = Self { screen, touches };
        bench.resize(width, height);
        bench
    }

    /// Another display. The window in memory does not change its scale by itself as a real one does.
    fn resize(&self, width: u32, height: u32) {
        let window = self.screen.app().window();
        let size = PhysicalSize::new(width, height);
        window.set_size(size);
        let scale_factor = kiosk_ui::scale_for(size);
        window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor });
        window.dispatch_event(WindowEvent::Resized { size: size.to_logical(scale_factor) });
    }

    pub(crate) fn show(&self, view: &View) {
        self.screen.show(view);
        i_slint_backend_testing::mock_elapsed_time(std::time::Duration::from_millis(20));
    }

    pub(crate) fn picture(&self) -> SharedPixelBuffer<Rgba8Pixel> {
        self.screen.app().window().take_snapshot().expect("a picture")
    }

    /// Everything that can be touched.
    pub(crate) fn targets(&self) -> Vec<ElementHandle> {
        [AccessibleRole::Button, AccessibleRole::ListItem, AccessibleRole::Tab]
            .into_iter()
            .flat_map(|role| ElementQuery::from_root(self.screen.app()).match_accessible_role(role).find_all())
            .filter(|element| element.accessible_enabled() != Some(false))
            .collect()
    }

    /// The one target of this label.
    pub(crate) fn target(&self, label: &str) -> ElementHandle {
        let mut found: Vec<_> =
            self.targets().into_iter().filter(|element| element.accessible_label().as_deref() == Some(label)).collect();
        assert_eq!(found.len(), 1, "targets called {label:?}; there are {:?}", self.labels());
        found.remove(0)
    }

    pub(crate) fn labels(&self) -> Vec<String> {
        self.targets().iter().filter_map(ElementHandle::accessible_label).map(String::from).collect()
    }

    /// All texts.
    pub(crate) fn texts(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.screen.app()).match_inherits("Text").find_all()
    }

    /// What was touched since the last call.
    pub(crate) fn take_touches(&self) -> Vec<Touch> {
        self.touches.borrow_mut().drain(..).collect()
    }
}
