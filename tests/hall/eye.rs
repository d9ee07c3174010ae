//! Looks at the kiosk's display and keeps what it sees, so that a page can follow along.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use e2e::display::{Area, Changes, Display, Picture};
use e2e::wait::let_pass;
use e2e::{Context as _, Result};
use tokio::sync::watch;

/// How many changes are remembered. Whoever is further behind gets a whole picture.
const REMEMBERED: usize = 200;

/// Sees each change of one display.
#[derive(Clone)]
pub(crate) struct Eye {
    seen: Arc<Mutex<Seen>>,
    news: watch::Receiver<u64>,
}

struct Seen {
    frame: u64,
    picture: Picture,
    changes: VecDeque<(u64, Area)>,
}

impl Eye {
    /// Begins to look at `display`.
    pub(crate) fn open(display: &str) -> Result<Self> {
        let display = Display::connect(display)?;
        let changes = display.watch()?;
        let picture = display.capture()?;
        let seen = Arc::new(Mutex::new(Seen { frame: 1, picture, changes: VecDeque::new() }));
        let (tell, news) = watch::channel(1);
        let theirs = Arc::clone(&seen);
        thread::Builder::new()
            .name("eye".into())
            .spawn(move || {
                // It ends with the display.
                let _display_gone = look(&display, &changes, &theirs, &tell);
            })
            .context("the thread that watches the display")?;
        Ok(Self { seen, news })
    }

    /// Waits until there is a frame after `have`.
    pub(crate) async fn wait_after(&mut self, have: u64) -> bool {
        self.news.wait_for(|frame| *frame > have).await.is_ok()
    }

    /// The smallest picture that covers what changed after frame `have`, where it belongs, and its frame.
    pub(crate) fn after(&self, have: u64) -> (u64, Area, Picture) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = Area { x: 0, y: 0, width: seen.picture.width, height: seen.picture.height };
        let known = seen.changes.front().is_some_and(|(first, _)| *first <= have + 1);
        let area = if known {
            seen.changes.iter().filter(|(frame, _)| *frame > have).map(|(_, area)| *area).reduce(cover)
        } else {
            None
        };
        let area = area.unwrap_or(whole);
        (seen.frame, area, seen.picture.crop(area))
    }
}

fn look(display: &Display, changes: &Changes, seen: &Mutex<Seen>, tell: &watch::Sender<u64>) -> Result<()> {
    loop {
        let first = changes.wait()?;
        // One drawing comes as several changes; what follows within a frame's time is taken together.
        let_pass(std::time::Duration::from_millis(16));
        let area = changes.drain()?.into_iter().fold(first, cover);
        let part = display.capture_area(area)?;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        paste(&mut seen.picture, area, &part);
        seen.frame += 1;
        let frame = seen.frame;
        seen.changes.push_back((frame, area));
        if seen.changes.len() > REMEMBERED {
            seen.changes.pop_front();
        }
        drop(seen);
        tell.send_replace(frame);
    }
}

fn paste(picture: &mut Picture, area: Area, part: &Picture) {
    let (row, from) = (usize::from(picture.width) * 3, usize::from(area.x) * 3);
    let length = usize::from(area.width) * 3;
    let rows = picture.rgb.chunks_exact_mut(row).skip(usize::from(area.y));
    for (target, source) in rows.zip(part.rgb.chunks_exact(length)) {
        if let Some(target) = target.get_mut(from..from + length) {
            target.copy_from_slice(source);
        }
    }
}

fn cover(a: Area, b: Area) -> Area {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let right = (a.x + a.width).max(b.x + b.width);
    let bottom = (a.y + a.height).max(b.y + b.height);
    Area { x, y, width: right - x, height: bottom - y }
}
