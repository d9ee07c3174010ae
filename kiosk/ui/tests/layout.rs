//! Rules of size and place, read from the element tree of every page: what is needed can be reached and hit, nothing
//! lies over anything else.

mod common;

use common::{Bench, samples};
use i_slint_backend_testing::ElementHandle;
use kiosk_journey::{Language, TextSize};

#[derive(Clone, Debug)]
struct Area {
    name: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Area {
    fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        let name = element.accessible_label().map(String::from).unwrap_or_default();
        Self { name, left: at.x, top: at.y, right: at.x + size.width, bottom: at.y + size.height }
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Free pixels between both; negative when they overlap.
    fn gap(&self, other: &Self) -> f32 {
        let across = (other.left - self.right).max(self.left - other.right);
        let down = (other.top - self.bottom).max(self.top - other.bottom);
        across.max(down)
    }

    fn contains(&self, other: &Self) -> bool {
        other.left >= self.left - 1.0
            && other.right <= self.right + 1.0
            && other.top >= self.top - 1.0
            && other.bottom <= self.bottom + 1.0
    }
}

/// Runs a rule over every page in both languages and sizes and reports all that break it.
fn every_page(rule: impl Fn(&Bench, &samples::Sample, &mut Vec<String>)) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for language in [Language::Zh, Language::En] {
        for size in [TextSize::Normal, TextSize::Large] {
            for sample in samples::all(language, size) {
                bench.show(&sample.view);
                let mut found = Vec::new();
                rule(&bench, &sample, &mut found);
                broken.extend(found.into_iter().map(|what| format!("{} {language:?} {size:?}: {what}", sample.name)));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn targets_can_be_reached_and_hit() {
    every_page(|bench, sample, broken| {
        let targets: Vec<_> = bench.targets().iter().map(Area::of).collect();
        for target in &targets {
            if target.top < 780.0 {
                broken.push(format!("{:?} at y {} is out of reach from a wheelchair", target.name, target.top));
            }
            if target.width() < 72.0 || target.height() < 72.0 {
                broken.push(format!("{:?} is only {} x {}", target.name, target.width(), target.height()));
            }
            if target.left < 20.0 || target.right > 1060.0 || target.bottom > 1910.0 {
                broken.push(format!("{target:?} leaves the screen"));
            }
            if target.name.is_empty() {
                broken.push(format!("{target:?} has no label"));
            }
        }
        if sample.view.overlay.is_some() {
            return; // what is below is covered
        }
        for (place, one) in targets.iter().enumerate() {
            for other in &targets[place + 1..] {
                if one.gap(other) < 11.5 {
                    broken.push(format!("{:?} and {:?} are only {} apart", one.name, other.name, one.gap(other)));
                }
            }
        }
    });
}

#[test]
fn no_text_leaves_its_place() {
    every_page(|bench, sample, broken| {
        if sample.view.overlay.is_some() {
            return;
        }
        let targets: Vec<_> = bench.targets().iter().map(Area::of).collect();
        let texts: Vec<_> = bench.texts().iter().map(Area::of).filter(|text| text.width() * text.height() > 1.0).collect();
        for text in &texts {
            if text.left < 0.0 || text.right > 1080.5 || text.top < 0.0 || text.bottom > 1920.5 {
                broken.push(format!("{text:?} leaves the screen"));
            }
            for target in &targets {
                let inside = target.contains(text);
                if !inside && text.gap(target) < -1.0 {
                    broken.push(format!("{text:?} runs into {target:?}"));
                }
            }
        }
    });
}

#[test]
fn the_foot_bar_stands_still() {
    let bench = Bench::new();
    for sample in samples::all(Language::Zh, TextSize::Normal) {
        if sample.view.overlay.is_some() {
            continue;
        }
        bench.show(&sample.view);
        for target in bench.targets().iter().map(Area::of) {
            let centre = ((target.left + target.right) / 2.0).round();
            match target.name.as_str() {
                "返回" => assert_eq!(centre, 142.0, "{}", sample.name),
                "帮助" => assert_eq!(centre, 540.0, "{}", sample.name),
                "退出" => assert_eq!(centre, 938.0, "{}", sample.name),
                _ => continue,
            }
            assert_eq!(target.top, 1778.0, "{}", sample.name);
        }
    }
}
