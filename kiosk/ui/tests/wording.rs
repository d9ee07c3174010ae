//! Both languages are complete, short and of one size upwards; colours keep their contrast. Read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "slint") {
                found.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("slint"), &mut found);
    assert!(found.len() > 10);
    found
}

/// Text up to the closing quote.
fn quoted(text: &str) -> &str {
    let end = text.char_indices().scan(false, |escaped, (at, c)| {
        let was = std::mem::replace(escaped, c == '\\' && !*escaped);
        Some((at, c == '"' && !was))
    });
    &text[..end.filter(|(_, quote)| *quote).map(|(at, _)| at).next().expect("a closing quote")]
}

fn source_texts() -> BTreeSet<String> {
    let marker = "@tr(\"";
    sources()
        .iter()
        .flat_map(|(_, text)| {
            text.match_indices(marker).map(|(at, _)| quoted(&text[at + marker.len()..]).to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

fn english() -> BTreeMap<String, String> {
    let po = fs::read_to_string(root().join("lang/en/LC_MESSAGES/kiosk-ui.po")).expect("the English texts");
    let mut pairs = BTreeMap::new();
    let mut id = None;
    for line in po.lines() {
        if let Some(text) = line.strip_prefix("msgid \"") {
            id = Some(quoted(text).to_owned());
        } else if let Some(text) = line.strip_prefix("msgstr \"")
            && let Some(id) = id.take()
        {
            pairs.insert(id, quoted(text).to_owned());
        }
    }
    pairs.remove("");
    pairs
}

fn places(text: &str) -> BTreeSet<&str> {
    ["{0}", "{1}", "{2}", "{}"].into_iter().filter(|place| text.contains(place)).collect()
}

#[test]
fn every_text_is_there_in_english_with_its_numbers() {
    let english = english();
    let source = source_texts();
    assert!(source.len() > 200);
    for text in &source {
        let translation = english.get(text).unwrap_or_else(|| panic!("no English for {text:?}"));
        assert!(!translation.trim().is_empty(), "empty English for {text:?}");
        assert_eq!(places(text), places(translation), "{text:?} and {translation:?} show different numbers");
        assert!(
            !translation.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "Chinese in the English of {text:?}"
        );
    }
    for text in english.keys() {
        assert!(source.contains(text), "{text:?} is not on any page any more");
    }
}

#[test]
fn no_text_is_written_past_the_translation() {
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let code =
                line.split("//").next().unwrap_or_default().replace("\"中文\"", "").replace("\"政务服务自助终端\"", "");
            let rest: String =
                code.split("@tr(\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
            if code.contains("@tr") {
                continue;
            }
            assert!(
                !rest.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                "{path}:{}: a Chinese text that cannot be switched",
                number + 1
            );
        }
    }
}

/// Nothing that a person must read ends in "…": it is set in as many lines as it takes, and lists are turned.
#[test]
fn no_text_is_cut() {
    let mut cut = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if line.contains("elide") {
                cut.push(format!("{path}:{}: a text that ends in …", number + 1));
            }
        }
        for block in text.split("Text {").skip(1).map(block) {
            let property =
                |name: &str| block.split([';', '\n']).find_map(|part| part.trim().strip_prefix(name)).map(str::trim);
            let said = property("text:").unwrap_or_default();
            let (bound, wraps) = (property("width:").is_some(), property("wrap:").is_some());
            if bound && !wraps && !NARROW.contains(&said) {
                cut.push(format!("{path}: {said:?} has a width and one line only"));
            }
        }
    }
    assert!(cut.is_empty(), "{}", cut.join("\n"));
}

/// Up to the brace that closes what was opened before.
fn block(text: &str) -> &str {
    let mut depth = 1;
    let closes = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    };
    &text[..text.find(closes).unwrap_or(text.len())]
}

/// Numbers, and few words of the screens' own beside them: one line holds them at any length they can have.
const NARROW: &[&str] = &[
    "root.box.compartment == 0 ? \"—\" : root.box.compartment",
    "ShowLocker.door.compartment",
    "@tr(\"号柜\")",
    "ShowAnswering.phone.known",
    "root.seconds",
    "@tr(\"秒后结束\")",
    "@tr(\"第{0}步，共{1}步\", Session.step, Session.steps)",
    "@tr(\"第 {0} / {1} 页\", root.page, root.pages)",
];

#[test]
fn chinese_texts_are_plain_and_use_chinese_marks() {
    for text in source_texts() {
        for jargon in ["错误", "异常", "失败", "超时", "系统", "数据"] {
            assert!(!text.contains(jargon), "{text:?} says {jargon}");
        }
        let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(!chinese || !text.contains([',', '?', '!', ';']), "{text:?} has Latin punctuation");
    }
}

#[test]
fn no_text_is_smaller_than_30_px() {
    for (path, text) in sources() {
        for line in text.lines().filter(|line| line.contains("font-size") || line.contains("text-size")) {
            for word in line.split(|c: char| !c.is_ascii_alphanumeric()) {
                if let Some(size) = word.strip_suffix("px").and_then(|number| number.parse::<u32>().ok()) {
                    assert!(size == 0 || size >= 30, "{path}: {line}");
                }
            }
        }
    }
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_keep_their_contrast() {
    let theme = fs::read_to_string(root().join("slint/theme.slint")).expect("the theme");
    let colour = |name: &str| {
        let marker = format!("<color> {name}: #");
        let at = theme.find(&marker).unwrap_or_else(|| panic!("no colour {name}")) + marker.len();
        theme[at..at + 6].to_owned()
    };
    for ground in ["paper", "sheet", "rail", "accent-pale", "good-pale", "attention-pale"] {
        for ink in ["ink", "ink-soft", "accent"] {
            let ratio = contrast(&colour(ink), &colour(ground));
            assert!(ratio >= 7.0, "{ink} on {ground} is only {ratio:.1}:1");
        }
    }
    for ground in ["accent", "accent-deep", "good", "attention", "stop"] {
        let ratio = contrast(&colour("on-accent"), &colour(ground));
        assert!(ratio >= 7.0, "on-accent on {ground} is only {ratio:.1}:1");
    }
    for (ink, ground) in [
        ("good", "good-pale"),
        ("attention", "attention-pale"),
        ("stop", "stop-pale"),
        ("good", "paper"),
        ("attention", "paper"),
        ("stop", "paper"),
    ] {
        let ratio = contrast(&colour(ink), &colour(ground));
        assert!(ratio >= 7.0, "{ink} on {ground} is only {ratio:.1}:1");
    }
    for ground in ["paper", "sheet", "rail"] {
        let ratio = contrast(&colour("edge"), &colour(ground));
        assert!(ratio >= 4.5, "edges on {ground} are only {ratio:.1}:1");
    }
}
