//! The kiosk's display: an X server without a screen, read and touched through X as a person would.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::damage::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::supervisor::{Process, Program};
use crate::wait::{PATIENCE, let_pass, until};
use crate::{Context, Error, Result};

/// An X display.
#[derive(Debug)]
pub struct Display {
    name: String,
    connection: RustConnection,
    root: Window,
    width: u16,
    height: u16,
    pointer: Mutex<()>,
    touches: AtomicU32,
    last_touch: Mutex<Option<Instant>>,
    server: Option<Process>,
}

/// A picture of a display, three bytes a pixel (red, green, blue), row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// The bytes.
    pub rgb: Vec<u8>,
}

/// A part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: u16,
    /// Upper edge.
    pub y: u16,
    /// Pixels a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Display {
    /// Starts Xvfb of that size on a display number that is free, logging to `log`.
    pub fn start(width: u16, height: u16, log: &Path) -> Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut server = Program::new("Xvfb", "Xvfb", log)
            .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset", "-dpi", "96"])
            .start()?;
        let number = server.wait_for_output("Xvfb to name its display", |output| {
            output.lines().find(|line| !line.is_empty() && line.chars().all(|c| c.is_ascii_digit())).map(str::to_owned)
        })?;
        let mut display = Self::connect(&format!(":{number}"))?;
        display.server = Some(server);
        Ok(display)
    }

    /// Uses a display that is there already.
    pub fn connect(name: &str) -> Result<Self> {
        let (connection, screen) =
            until("the X server to take connections", PATIENCE, || RustConnection::connect(Some(name)).ok())
                .context(name)?;
        let screen = connection.setup().roots.get(screen).context("the X server has no screen")?;
        let (root, width, height) = (screen.root, screen.width_in_pixels, screen.height_in_pixels);
        Ok(Self {
            name: name.to_owned(),
            connection,
            root,
            width,
            height,
            pointer: Mutex::new(()),
            touches: AtomicU32::new(0),
            last_touch: Mutex::new(None),
            server: None,
        })
    }

    /// Its name, for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size in pixels.
    pub fn size(&self) -> (u16, u16) {
        (self.width, self.height)
    }

    /// A picture of all of it.
    pub fn capture(&self) -> Result<Picture> {
        self.capture_area(Area { x: 0, y: 0, width: self.width, height: self.height })
    }

    /// A picture of a part of it.
    pub fn capture_area(&self, area: Area) -> Result<Picture> {
        let (x, y) = (signed(area.x), signed(area.y));
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, area.width, area.height, u32::MAX)
            .context("the picture")?
            .reply()
            .context("the picture")?;
        // Depth 24 comes as four bytes a pixel: blue, green, red, unused (little-endian server).
        let rgb = image.data.chunks_exact(4).flat_map(|bgrx| [bgrx[2], bgrx[1], bgrx[0]]).collect();
        Ok(Picture { width: area.width, height: area.height, rgb })
    }

    /// The colour of one pixel.
    pub fn pixel(&self, x: u16, y: u16) -> Result<[u8; 3]> {
        let picture = self.capture_area(Area { x, y, width: 1, height: 1 })?;
        picture.rgb.first_chunk().copied().context("an empty picture")
    }

    /// Touches for as long as a finger does: down, a moment, up.
    pub fn touch(&self, x: u16, y: u16) -> Result<()> {
        let _one_finger = self.pointer.lock().unwrap_or_else(PoisonError::into_inner);
        self.touches.fetch_add(1, Ordering::Relaxed);
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y)?;
        self.fake(BUTTON_PRESS_EVENT, 1, x, y)?;
        let_pass(Duration::from_millis(30));
        *self.last_touch.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.fake(BUTTON_RELEASE_EVENT, 1, x, y)
    }

    /// How often it was touched so far.
    pub fn touches(&self) -> u32 {
        self.touches.load(Ordering::Relaxed)
    }

    /// When the finger of the last touch was lifted.
    pub fn last_touch(&self) -> Option<Instant> {
        *self.last_touch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the finger down.
    pub fn press(&self, x: u16, y: u16) -> Result<()> {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y)?;
        self.fake(BUTTON_PRESS_EVENT, 1, x, y)
    }

    /// Moves the finger.
    pub fn drag(&self, x: u16, y: u16) -> Result<()> {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y)
    }

    /// Lifts the finger.
    pub fn release(&self, x: u16, y: u16) -> Result<()> {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y)?;
        self.fake(BUTTON_RELEASE_EVENT, 1, x, y)
    }

    fn fake(&self, event: u8, detail: u8, x: u16, y: u16) -> Result<()> {
        self.connection
            .xtest_fake_input(event, detail, x11rb::CURRENT_TIME, self.root, signed(x), signed(y), 0)
            .context("a touch")?
            .check()
            .context("a touch")
    }

    /// Watches for changes, on a connection of its own.
    pub fn watch(&self) -> Result<Changes> {
        let (connection, _) = RustConnection::connect(Some(&self.name)).context("watching the display")?;
        connection.damage_query_version(1, 1).context("DAMAGE")?.reply().context("DAMAGE")?;
        let id = connection.generate_id().context("DAMAGE")?;
        connection
            .damage_create(id, self.root, damage::ReportLevel::RAW_RECTANGLES)
            .context("DAMAGE")?
            .check()
            .context("DAMAGE")?;
        // The server begins by reporting all that is on the display as changed.
        let changes = Changes { connection };
        changes.drain()?;
        Ok(changes)
    }
}

/// What changes on a display, as it changes.
#[derive(Debug)]
pub struct Changes {
    connection: RustConnection,
}

impl Changes {
    /// Waits for the next change.
    pub fn wait(&self) -> Result<Area> {
        loop {
            let event = self.connection.wait_for_event().context("the display is gone")?;
            if let Some(area) = area_of(&event) {
                return Ok(area);
            }
        }
    }

    /// Everything that has changed since, without waiting.
    pub fn drain(&self) -> Result<Vec<Area>> {
        let mut areas = Vec::new();
        while let Some(event) = self.connection.poll_for_event().context("the display is gone")? {
            areas.extend(area_of(&event));
        }
        Ok(areas)
    }
}

fn area_of(event: &x11rb::protocol::Event) -> Option<Area> {
    if let x11rb::protocol::Event::DamageNotify(notice) = event {
        let (x, y) = (u16::try_from(notice.area.x).unwrap_or(0), u16::try_from(notice.area.y).unwrap_or(0));
        return Some(Area { x, y, width: notice.area.width, height: notice.area.height });
    }
    None
}

fn signed(value: u16) -> i16 {
    i16::try_from(value).unwrap_or(i16::MAX)
}

impl Picture {
    /// The colour of one pixel; black outside.
    pub fn pixel(&self, x: u16, y: u16) -> [u8; 3] {
        let at = (usize::from(y) * usize::from(self.width) + usize::from(x)) * 3;
        self.rgb.get(at..).and_then(|rest| rest.first_chunk().copied()).unwrap_or_default()
    }

    /// The smallest area in which two pictures of one size differ.
    pub fn difference(&self, other: &Self) -> Option<Area> {
        let row = usize::from(self.width) * 3;
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        for (y, (mine, theirs)) in self.rgb.chunks_exact(row).zip(other.rgb.chunks_exact(row)).enumerate() {
            if mine == theirs {
                continue;
            }
            let first = mine.iter().zip(theirs).position(|(a, b)| a != b).unwrap_or(0) / 3;
            let last = mine.iter().zip(theirs).rposition(|(a, b)| a != b).unwrap_or(0) / 3;
            (left, right, top, bottom) = (left.min(first), right.max(last), top.min(y), y);
        }
        let edge = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        (top != usize::MAX).then(|| Area {
            x: edge(left),
            y: edge(top),
            width: edge(right - left + 1),
            height: edge(bottom - top + 1),
        })
    }

    /// A part of it.
    pub fn crop(&self, area: Area) -> Self {
        let row = usize::from(self.width) * 3;
        let (from, length) = (usize::from(area.x) * 3, usize::from(area.width) * 3);
        let rows = self.rgb.chunks_exact(row).skip(usize::from(area.y)).take(usize::from(area.height));
        let rgb = rows.flat_map(|row| row.get(from..from + length).unwrap_or_default().iter().copied()).collect();
        Self { width: area.width, height: area.height, rgb }
    }

    /// As a PNG file's bytes.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, u32::from(self.width), u32::from(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().context("the picture's header")?;
        writer.write_image_data(&self.rgb).context("the picture's data")?;
        writer.finish().context("the picture's end")?;
        Ok(bytes)
    }

    /// Writes it as a PNG file.
    pub fn save(&self, path: &Path) -> Result<()> {
        std::fs::write(path, self.png()?).context(path.display())
    }

    /// Whether more than one colour is to be seen.
    pub fn shows_something(&self) -> bool {
        self.rgb.chunks_exact(3).any(|pixel| Some(pixel) != self.rgb.get(..3))
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

impl Display {
    /// Waits until the display has not changed for `quiet`.
    pub fn settle(&self, quiet: Duration) -> Result<Picture> {
        let mut last = self.capture()?;
        let mut since = Instant::now();
        until("the display to be still", PATIENCE, || {
            let Ok(now) = self.capture() else { return Some(Err(Error::new("the display is gone"))) };
            if now != last {
                (last, since) = (now, Instant::now());
            }
            (since.elapsed() >= quiet).then_some(Ok(()))
        })??;
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_starts_and_is_read_and_touched() {
        let folder = tempfile::tempdir().unwrap();
        let display = Display::start(320, 200, &folder.path().join("xvfb.log")).unwrap();
        let picture = display.capture().unwrap();
        assert_eq!((picture.width, picture.height, picture.rgb.len()), (320, 200, 320 * 200 * 3));
        assert!(!picture.shows_something());
        display.touch(10, 20).unwrap();
        let where_is = display.connection.query_pointer(display.root).unwrap().reply().unwrap();
        assert_eq!((where_is.root_x, where_is.root_y), (10, 20));
        assert!(picture.png().unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn the_difference_is_the_smallest_area() {
        let blank = Picture { width: 4, height: 3, rgb: vec![0; 36] };
        let mut dotted = blank.clone();
        dotted.rgb[(4 + 1) * 3] = 9;
        dotted.rgb[(8 + 2) * 3] = 9;
        assert_eq!(blank.difference(&blank), None);
        let area = Area { x: 1, y: 1, width: 2, height: 2 };
        assert_eq!(blank.difference(&dotted), Some(area));
        assert_eq!(dotted.crop(area).rgb, [9, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0]);
    }
}
