//! Rules of size and place, read from the element tree.

use i_slint_backend_testing::ElementHandle;

use super::Bench;

#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) name: String,
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    pub(crate) fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        let name = element.accessible_label().map(String::from).unwrap_or_default();
        Self { name, left: at.x, top: at.y, right: at.x + size.width, bottom: at.y + size.height }
    }

    pub(crate) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Free pixels between both; negative when they overlap.
    pub(crate) fn gap(&self, other: &Self) -> f32 {
        let across = (other.left - self.right).max(self.left - other.right);
        let down = (other.top - self.bottom).max(self.top - other.bottom);
        across.max(down)
    }

    pub(crate) fn contains(&self, other: &Self) -> bool {
        other.left >= self.left - 1.0
            && other.right <= self.right + 1.0
            && other.top >= self.top - 1.0
            && other.bottom <= self.bottom + 1.0
    }
}

/// Everything that holds of a page without an overlay.
pub(crate) fn page(bench: &Bench) -> Vec<String> {
    let targets: Vec<_> = bench.targets().iter().map(Area::of).collect();
    let texts: Vec<_> = bench.texts().iter().map(Area::of).collect();
    [targets_hold(&targets, false), texts_hold(&texts, &targets), texts_keep_apart(&texts)].concat()
}

/// Every target is within reach and large enough, and has a label; with `covered`, some lie under an overlay and may
/// be close to those above.
pub(crate) fn targets(bench: &Bench, covered: bool) -> Vec<String> {
    targets_hold(&bench.targets().iter().map(Area::of).collect::<Vec<_>>(), covered)
}

fn targets_hold(targets: &[Area], covered: bool) -> Vec<String> {
    let mut broken = Vec::new();
    for target in targets {
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
    if covered {
        return broken;
    }
    for (place, one) in targets.iter().enumerate() {
        for other in &targets[place + 1..] {
            if one.gap(other) < 11.5 {
                broken.push(format!("{:?} and {:?} are only {} apart", one.name, other.name, one.gap(other)));
            }
        }
    }
    broken
}

/// Whether a character is Chinese: of the script, or a mark that only Chinese writes.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// On an English page only names are Chinese: of persons, organisations and places, as they are written on cards and signs.
pub(crate) fn english(bench: &Bench, names: &[&str]) -> Vec<String> {
    let mut said: Vec<String> =
        bench.texts().iter().filter_map(ElementHandle::accessible_label).map(String::from).collect();
    said.extend(bench.labels());
    let without_names = |text: &String| names.iter().fold(text.clone(), |text, name| text.replace(name, ""));
    let broken = said.iter().filter(|text| without_names(text).contains(is_chinese));
    broken.map(|text| format!("{text:?} is not English")).collect()
}

/// No text leaves the screen or runs into a target that it does not belong to.
pub(crate) fn texts(bench: &Bench) -> Vec<String> {
    let targets: Vec<_> = bench.targets().iter().map(Area::of).collect();
    let texts: Vec<_> = bench.texts().iter().map(Area::of).collect();
    [texts_hold(&texts, &targets), texts_keep_apart(&texts)].concat()
}

fn texts_hold(texts: &[Area], targets: &[Area]) -> Vec<String> {
    let mut broken = Vec::new();
    for text in texts.iter().filter(|text| text.width() * text.height() > 1.0) {
        if text.left < 0.0 || text.right > 1080.5 || text.top < 0.0 || text.bottom > 1920.5 {
            broken.push(format!("{text:?} leaves the screen"));
        }
        for target in targets {
            if !target.contains(text) && text.gap(target) < -1.0 {
                broken.push(format!("{text:?} runs into {target:?}"));
            }
        }
    }
    broken
}

/// No text lies over another one.
fn texts_keep_apart(texts: &[Area]) -> Vec<String> {
    let mut broken = Vec::new();
    let texts: Vec<_> = texts.iter().filter(|text| text.width() * text.height() > 1.0).collect();
    for (place, one) in texts.iter().enumerate() {
        broken.extend(
            texts[place + 1..]
                .iter()
                .filter(|other| one.gap(other) < -2.0)
                .map(|other| format!("{one:?} and {other:?} lie over each other")),
        );
    }
    broken
}
