//! Rules of size and place, read from the element tree of every page: what is needed can be reached and hit, nothing
//! lies over anything else.

mod common;

use common::rules::{self, Area};
use common::{Bench, samples};
use kiosk_journey::{Language, TextSize};

/// Runs a rule over every page in both languages and sizes and reports all that break it.
fn every_page(rule: impl Fn(&Bench, &samples::Sample) -> Vec<String>) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for language in [Language::Zh, Language::En] {
        for size in [TextSize::Normal, TextSize::Large] {
            for sample in samples::all(language, size) {
                bench.show(&sample.view);
                let found = rule(&bench, &sample);
                broken.extend(found.into_iter().map(|what| format!("{} {language:?} {size:?}: {what}", sample.name)));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn targets_can_be_reached_and_hit() {
    every_page(|bench, sample| rules::targets(bench, sample.view.overlay.is_some()));
}

#[test]
fn no_text_leaves_its_place() {
    every_page(|bench, sample| if sample.view.overlay.is_some() { Vec::new() } else { rules::texts(bench) });
}

/// Names that the samples have, and what is typed or chosen in Chinese.
const NAMES: &[&str] = &[
    "宜春市政务服务中心",
    "欧阳**",
    "欧**",
    "刘窗口",
    "文广旅局",
    "3号窗口 文化旅游",
    "2号大厅自助区",
    "临江市春之声演艺有限公司",
    "宜春之声",
    "中文",
];

#[test]
fn only_names_are_chinese_in_english() {
    every_page(|bench, sample| {
        // Candidates for characters are what is typed.
        if sample.view.language == Language::Zh || sample.name.starts_with("text") {
            return Vec::new();
        }
        rules::english(bench, NAMES)
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
                "返回" => assert_eq!(centre, 135.0, "{}", sample.name),
                "帮助" => assert_eq!(centre, 540.0, "{}", sample.name),
                "退出" => assert_eq!(centre, 945.0, "{}", sample.name),
                _ => continue,
            }
            assert_eq!(target.top, 1778.0, "{}", sample.name);
        }
    }
}
