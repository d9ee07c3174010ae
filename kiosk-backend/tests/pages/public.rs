//! The public page with something on it, in both languages: for tests and for looking at.

use askama::Template as _;
use hall_domain::Refusal;
use hall_domain::case::progress::Progress;
use hall_rules::clock::ClockKind;
use hall_rules::{CaseState, Text};
use hall_words::Reason;
use jiff::civil::date;

use super::pages::{FormPage, NothingPage, StatePage, refused};
use crate::console::words::Lang;

fn progress(state: CaseState) -> Progress {
    Progress {
        receipt: "10101000000186".into(),
        state: state.text(),
        told: Text::new("您的申请已受理", "Your application was accepted"),
        due: Some((ClockKind::Promised, date(2026, 12, 7))),
        paused: false,
        next: None,
        reachable: true,
        locker: None,
        may_rate: false,
        rated: false,
        ticket: "00".repeat(40),
    }
}

/// Every page with its name.
pub(crate) fn pages(lang: Lang) -> Vec<(&'static str, String)> {
    let hall = || lang.t("宜春市政务服务大厅", "Yichun Government Service Hall").to_owned();
    let form = |receipt: &str, refusal: Option<Refusal>| {
        let refused = refusal.as_ref().map(|refusal| refused(lang, refusal));
        FormPage { hall: hall(), lang, receipt: receipt.into(), refused }.render().expect("renders")
    };
    let state =
        |progress: Progress, thanks| StatePage { hall: hall(), lang, progress, thanks }.render().expect("renders");
    let correction = Progress {
        told: Text::new(
            "材料需要补正，告知书一次列明了全部内容",
            "Papers need correcting; the notice lists everything",
        ),
        due: Some((ClockKind::Correction, date(2026, 12, 15))),
        next: Some(Text::new(
            "到大厅的自助终端刷身份证，看要补哪些材料，补好放进柜子；也可以到“3号窗口 文化旅游”补交",
            "Tap your ID card at a terminal of the hall: it lists what is missing and takes it. Or go to “3号窗口 文化旅游”",
        )),
        ..progress(CaseState::Correction)
    };
    let ready = Progress {
        told: Text::new("办理结果已备好，请领取", "The result is ready: please fetch it"),
        due: Some((ClockKind::Collection, date(2026, 12, 18))),
        next: Some(Text::new(
            "请带身份证到“大厅1号机”刷证领取，在7号柜",
            "Come to the terminal “大厅1号机” with your ID card: it opens box 7",
        )),
        ..progress(CaseState::ResultReady)
    };
    let done = |rated: bool| Progress {
        told: Text::new("办理结果已送达", "The result was handed over"),
        due: None,
        may_rate: !rated,
        rated,
        ..progress(CaseState::Collected)
    };
    vec![
        ("progress", form("", None)),
        ("progress-refused", form("10101000000186", Some(Reason::ProgressUnknown.into()))),
        ("nothing", NothingPage { hall: hall(), lang }.render().expect("renders")),
        ("progress-accepted", state(progress(CaseState::Accepted), false)),
        ("progress-unreachable", state(Progress { reachable: false, ..progress(CaseState::Accepted) }, false)),
        ("progress-correction", state(correction, false)),
        ("progress-ready", state(ready, false)),
        ("progress-rating", state(done(false), false)),
        ("progress-rated", state(done(true), true)),
    ]
}

/// `PUBLIC_PAGES=DIR cargo test -p kiosk-backend public::` writes the pages into `DIR`, for looking at.
#[test]
fn every_page_is_whole_and_has_no_script_and_no_style_of_its_own() {
    for lang in [Lang::ZH, Lang::EN] {
        for (name, html) in pages(lang) {
            assert!(html.contains(&format!("<html lang=\"{}\"", lang.tag())), "{name}");
            for forbidden in ["<script", "style=", "<style", "onclick", "hx-", "<img"] {
                assert!(!html.contains(forbidden), "{name} contains {forbidden}");
            }
            if let Some(dir) = std::env::var_os("PUBLIC_PAGES") {
                let file = std::path::Path::new(&dir).join(format!("{name}-{}.html", lang.tag()));
                std::fs::write(file, html).expect("writes");
            }
        }
    }
}
