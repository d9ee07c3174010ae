//! A touch foil is turned with the picture: what lies under a finger is what the journey is told.

use std::rc::Rc;

use kiosk::config::Rotation;
use kiosk_journey::{Journey, JourneyConfig, Touch};
use kiosk_ui::{Screen, WindowSize};
use slint::platform::software_renderer::{
    MinimalSoftwareWindow, PremultipliedRgbaColor, RenderingRotation, RepaintBufferType,
};
use slint::platform::{Platform, WindowAdapter};
use slint::{ComponentHandle, PhysicalSize, PlatformError};

/// Of the picture. The panel's are these, or each other's.
const WIDTH: usize = 270;
const HEIGHT: usize = 480;

struct Machine(Rc<MinimalSoftwareWindow>);

impl Platform for Machine {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

struct Panel {
    width: usize,
    pixels: Vec<PremultipliedRgbaColor>,
}

/// The first page as Slint draws it on a panel that hangs so.
fn drawn(window: &MinimalSoftwareWindow, rotation: Rotation) -> Panel {
    let (turn, width) = match rotation {
        Rotation::None => (RenderingRotation::NoRotation, WIDTH),
        Rotation::Quarter => (RenderingRotation::Rotate90, HEIGHT),
        Rotation::Half => (RenderingRotation::Rotate180, WIDTH),
        Rotation::ThreeQuarters => (RenderingRotation::Rotate270, HEIGHT),
    };
    let mut pixels = vec![PremultipliedRgbaColor::default(); WIDTH * HEIGHT];
    window.request_redraw();
    assert!(window.draw_if_needed(|renderer| {
        renderer.set_rendering_rotation(turn);
        renderer.render(&mut pixels, width);
    }));
    Panel { width, pixels }
}

/// How many pixels of the panel are not those of the straight picture at the place to which `matrix` takes them.
fn strangers(straight: &Panel, turned: &Panel, matrix: [i8; 6]) -> usize {
    let height = turned.pixels.len() / turned.width;
    let place = |row: &[i8], x: f32, y: f32| {
        row.iter().zip([x, y, 1.0]).map(|(factor, along)| f32::from(*factor) * along).sum::<f32>()
    };
    let colour = |pixel: &PremultipliedRgbaColor| (pixel.red, pixel.green, pixel.blue);
    let of = |at: usize, all: usize| (at as f32 + 0.5) / all as f32;
    let unlike = |&(at, pixel): &(usize, &PremultipliedRgbaColor)| {
        let (x, y) = (of(at % turned.width, turned.width), of(at / turned.width, height));
        let (u, v) = (place(&matrix[..3], x, y), place(&matrix[3..], x, y));
        let there = (v * HEIGHT as f32) as usize * WIDTH + (u * WIDTH as f32) as usize;
        straight.pixels.get(there).map(colour) != Some(colour(pixel))
    };
    turned.pixels.iter().enumerate().filter(unlike).count()
}

#[test]
fn a_finger_on_a_turned_panel_touches_what_it_sees() {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
    slint::platform::set_platform(Box::new(Machine(window.clone()))).expect("one platform a thread");
    let size = WindowSize::Pixels { width: WIDTH as u32, height: HEIGHT as u32 };
    let screen = Screen::new(size, |_: Touch| {}).expect("a screen in memory");
    screen.app().show().expect("shown");
    window.set_size(PhysicalSize::new(WIDTH as u32, HEIGHT as u32));
    screen.show(&Journey::new(JourneyConfig::default()).view(std::time::Duration::ZERO));
    slint::platform::update_timers_and_animations();

    let straight = drawn(&window, Rotation::None);
    assert_eq!(strangers(&straight, &straight, Rotation::None.touch_matrix()), 0);
    // A glyph may be set a pixel beside where it was.
    let few = WIDTH * HEIGHT / 100;
    for rotation in Rotation::ALL {
        let turned = drawn(&window, rotation);
        for matrix in Rotation::ALL {
            let strangers = strangers(&straight, &turned, matrix.touch_matrix());
            let fits = matrix == rotation;
            assert_eq!(strangers <= few, fits, "{rotation:?} with the matrix of {matrix:?}: {strangers} pixels differ");
        }
    }
}
