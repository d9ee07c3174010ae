//! Sample values: every page with something on it, in both languages, for tests and for looking at.
//!
//! They fill the very structs of the pages, which are private, and so they are included by path and not linked.
//!
//! `CONSOLE_PAGES=DIR cargo test -p kiosk-backend console::samples` writes the pages into `DIR`, with `static/` beside
//! them, so that a browser can draw them from `file://` after a search and replace of the absolute paths.

mod aftercare;
mod browser;
mod casework;
mod machines;
mod notices;
mod pictures;
mod texts;
mod values;

use aftercare::*;
use casework::*;
use hall_domain::boxes::cabinet::CompartmentView;
use hall_domain::boxes::may::May;
use hall_domain::boxes::rounds::{Round, Stop};
use hall_domain::case::casework::Casework;
use hall_domain::case::clocks::{ClockView, Due};
use hall_domain::case::happening::Happening;
use hall_domain::case::inbox::{Choices, Counts, Filter};
use hall_domain::case::messages::write::MessageView;
use hall_domain::case::page::{CaseView, Collecting, NoticeView, SameView, StepView, TimelineRow};
use hall_domain::case::record::{AnswerRow, ApplicantView, MaterialPlace, MaterialRow, OrganisationView};
use hall_domain::case::rows::InboxRow;
use hall_domain::case::steps::Preview;
use hall_domain::figures::audit_page::{AuditPage, AuditRow};
use hall_domain::figures::callbacks::{CallNote, CallbackView};
use hall_domain::figures::escalations::Late;
use hall_domain::figures::gaps::CalendarGap;
use hall_domain::figures::statistics::{ClockFigure, Day, LockerUse, NamedTally, Statistics};
use hall_domain::figures::verify::Verified;
use hall_domain::ground::actor::Staff;
use hall_domain::ground::rotation::Sealing;
use hall_domain::people::accounts::AccountRow;
use hall_domain::terminals::list::KioskView;
use hall_domain::terminals::set_aside::SetAsideRow;
use hall_rules::case::{Need, NoticeKind, Standing, Transition};
use hall_rules::clock::{ClockKind, Light};
use hall_rules::notice::{Document, Form, Said};
use hall_rules::review::{Finding, Verdict, faults};
use hall_rules::{Calendar, CaseEvent, CaseState, Role, Text};
use hall_store::messages::MessageState;
use hall_store::saved_views::SavedView;
use hall_store::sessions::Listed;
use hall_store::supervision::Tally;
use hall_words::Reason;
use hall_words::audit::Object;
use hall_words::case::{CallOutcome, MessageKind, RevealReason};
use jiff::civil::date;
use jiff::tz::TimeZone;
use kiosk_wire::kiosk_api::{CompartmentReport, CompartmentState, DeviceReport, DeviceState, DoorState, Heartbeat};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily};
use kiosk_wire::{
    Code, CompartmentNo, DirectiveId, DirectiveOutcome, FaultCode, JournalId, KioskId, StaffCall, StaffId,
    SubmissionId, WindowId,
};
use machines::*;
use uuid::Uuid;
use values::*;

use super::aftercare_pages::{CallbacksPage, UncollectedPage};
use super::calendar::{self, CalendarPage};
use super::entered::Entered;
use super::frame::{CALL, Call, Here, Note, Shell, Tone};
use super::inbox_query::InboxQuery;
use super::joint::PartPage;
use super::keeping::KeptPage;
use super::keying::FieldsPage;
use super::labels::{CELL_STATES, Tab, cell_class};
use super::oidc;
use super::pages::{
    AccountPage, AccountsPage, AttentionPage, AuditView, CabinetPage, CasePage, ConfirmPage, InboxPage, KiosksPage,
    NoticePage, ProviderButton, RefusalPage, ShownPage, SignInPage, StatisticsPage, SupervisionPage,
};
use super::words::{Clock, Lang};

/// Every page with its file name.
pub(super) fn pages(lang: Lang) -> Vec<(&'static str, String)> {
    use askama::Template;
    let render = |page: &dyn askama::DynTemplate| page.dyn_render().expect("renders");
    let case_page_with = |case: CaseView, note: Option<Note>, more: Casework| {
        let mut shell = shell(lang, Here::Inbox, "/cases/1");
        shell.note = note;
        CasePage { shell, case, more, entered: Entered::default() }.render().expect("renders")
    };
    let case_page = |case: CaseView, note: Option<Note>| case_page_with(case, note, Casework::default());
    let inbox = |rows: Vec<InboxRow>| InboxPage {
        shell: shell(lang, Here::Inbox, "/inbox?show=new"),
        show: Tab::Cases(Filter::New),
        asked: InboxQuery::default(),
        choices: Choices {
            items: vec![("commercial-performance".into(), Text::new("营业性演出审批", "Commercial performances"))],
            windows: Vec::new(),
            kiosks: vec![(id(9).to_string(), "大厅1号机".into())],
            views: vec![SavedView { id: 1, name: "快到期的演出".into(), query: "show=work&light=soon".into() }],
        },
        query: String::new(),
        rows,
        parts: Vec::new(),
        older: Some("/inbox?show=new&after=50".into()),
        first: None,
        undo: Vec::new(),
    };
    let mut calling = inbox(rows());
    let mut called = kiosk(9, "大厅1号机", false);
    if let Some(beat) = &mut called.heartbeat {
        beat.devices.push(DeviceReport {
            call: Some(StaffCall::DoorLeftOpen { compartment: CompartmentNo(7) }),
            ..device(CALL, DeviceState::Degraded, "door 7 has been open for a minute", "go to the terminal")
        });
    }
    calling.shell.calls = Call::of(&called).into_iter().collect();
    let mut outside = shell(lang, Here::Elsewhere, "/sign-in");
    outside.me = None;
    let mut refused = outside.clone();
    refused.note = Some(Note {
        tone: Tone::Bad,
        title: lang.t("姓名或密码不对", "Name or password is wrong").into(),
        body: lang.t("再试一次；忘了密码请找管理员重设。", "Try again; if you forgot it, ask an administrator.").into(),
        code: Some(Code::SignInRefused.as_str()),
    });
    let either = outside.clone();
    let mut unmatched = outside.clone();
    let (title, body) =
        lang.problem(&Reason::ProviderSubject { subject: "7c1e0f52-8a1b-4c7e-9d20-3f8f0a6b52d1".into() }.into());
    unmatched.note = Some(Note { tone: Tone::Bad, title, body, code: Some(Code::SignInRefused.as_str()) });
    let way = |name: Option<&str>| ProviderButton {
        words: oidc::words(name, lang),
        href: "/sign-in/oidc?next=/inbox".into(),
    };
    let sign_in = |shell: Shell, name: &str, provider: Option<ProviderButton>| {
        render(&SignInPage { shell, name: name.into(), next: "/inbox".into(), provider })
    };
    let taken = Note {
        tone: Tone::Warn,
        title: lang.t("李强 正在取这个件", "李强 is collecting this").into(),
        body: String::new(),
        code: Some(Code::AlreadyBeingCollected.as_str()),
    };
    vec![
        ("sign-in", sign_in(outside, "", None)),
        ("sign-in-refused", sign_in(refused, "王敏", None)),
        ("sign-in-provider", sign_in(either, "", Some(way(Some("宜春政务通"))))),
        ("sign-in-provider-refused", sign_in(unmatched, "", Some(way(None)))),
        ("inbox", render(&inbox(rows()))),
        (
            "inbox-narrowed",
            render(&InboxPage {
                asked: InboxQuery { item: "commercial-performance".into(), ..InboxQuery::default() },
                undo: vec!["1".into()],
                ..inbox(rows())
            }),
        ),
        ("inbox-call", render(&calling)),
        ("inbox-empty", render(&InboxPage { older: None, ..inbox(vec![]) })),
        ("case-new", case_page(case(), None)),
        ("case-collecting", case_page(collecting(true), None)),
        ("case-taken", case_page(collecting(false), Some(taken))),
        ("case-unconfirmed", case_page(unconfirmed(), None)),
        ("case-untimed", case_page(untimed(), None)),
        ("case-received", case_page(at(CaseState::Received, 0), None)),
        ("case-pre-review", case_page(at(CaseState::PreReview, 0), None)),
        ("case-second-round", case_page(at(CaseState::PreReview, 1), None)),
        ("case-in-progress", case_page(at(CaseState::InProgress, 0), None)),
        ("case-decided", case_page(decided(), None)),
        ("case-loading", case_page(loading(), None)),
        ("case-messages", case_page(told(), None)),
        (
            "uncollected",
            render(&UncollectedPage { shell: shell(lang, Here::Inbox, "/uncollected"), rows: uncollected() }),
        ),
        (
            "uncollected-empty",
            render(&UncollectedPage { shell: shell(lang, Here::Inbox, "/uncollected"), rows: vec![] }),
        ),
        ("callbacks", render(&CallbacksPage { shell: shell(lang, Here::Callbacks, "/callbacks"), rows: callbacks() })),
        ("callbacks-empty", render(&CallbacksPage { shell: shell(lang, Here::Callbacks, "/callbacks"), rows: vec![] })),
        ("case-result-ready", case_page(at(CaseState::ResultReady, 0), None)),
        ("case-result-in-locker", case_page(in_locker(), None)),
        ("case-joint", case_page_with(at(CaseState::JointReview, 0), None, asking())),
        ("case-to-be-joint", case_page_with(to_be_asked(), None, to_ask())),
        ("case-disagreed", case_page_with(disagreed(), None, all_in())),
        ("case-worked", case_page_with(at(CaseState::PreReview, 0), None, worked(false))),
        ("case-green", case_page_with(green_case(), None, worked(true))),
        ("case-archived", case_page_with(at(CaseState::Archived, 0), None, archived())),
        ("fields", render(&fields_page(lang, true))),
        ("fields-wrong", render(&fields_page(lang, false))),
        (
            "joint",
            render(&PartPage {
                shell: shell(lang, Here::Inbox, "/joint/1"),
                one: part_case(true),
                typed: String::new(),
            }),
        ),
        (
            "joint-answered",
            render(&PartPage {
                shell: shell(lang, Here::Inbox, "/joint/1"),
                one: part_case(false),
                typed: String::new(),
            }),
        ),
        ("inbox-joint", render(&InboxPage { show: Tab::Joint, parts: asked(), older: None, ..inbox(Vec::new()) })),
        ("inbox-joint-empty", render(&InboxPage { show: Tab::Joint, older: None, ..inbox(Vec::new()) })),
        (
            "confirm",
            render(&ConfirmPage {
                shell: shell(lang, Here::Inbox, "/cases/1"),
                row: rows().swap_remove(3),
                choices: vec![Preview {
                    event: CaseEvent::CorrectionAsked,
                    document: Some(notice()),
                    told: Some(Text::new("材料需要补正，告知书一次列明了全部内容", "Papers need correcting")),
                }],
                fields: vec![("version".into(), "4".into())],
            }),
        ),
        (
            "phone",
            render(&ShownPage {
                shell: shell(lang, Here::Inbox, "/cases/1"),
                label: lang.t("电话", "Phone"),
                id: "phone",
                value: "13800135678".into(),
                back: "/cases/1".into(),
            }),
        ),
        (
            "kiosks",
            render(&KiosksPage {
                shell: shell(lang, Here::Kiosks, "/kiosks"),
                kiosks: vec![kiosk(9, "大厅1号机", false), kiosk(10, "北门2号机", true)],
                years: vec![2026],
                verified: Some(Verified { at_ms: NOW - 12 * HOUR, cases: 1234, events: 8101, ..Verified::default() }),
                sealing: Some(Sealing { newest: 2, older: vec![1], under_way: true }),
            }),
        ),
        (
            "calendar",
            render(&CalendarPage {
                shell: shell(lang, Here::Elsewhere, "/calendar"),
                known: vec![read_year()],
                text: calendar::beginning(2027),
                flaws: Calendar::from_files(&[("2027.toml", calendar::beginning(2027))]).expect_err("not filled in").0,
                read: None,
            }),
        ),
        (
            "calendar-read",
            render(&CalendarPage {
                shell: gaps(shell(lang, Here::Elsewhere, "/calendar")),
                known: Vec::new(),
                text: "year = 2026".into(),
                flaws: Vec::new(),
                read: Some(read_year()),
            }),
        ),
        (
            "kept",
            render(&KeptPage {
                shell: shell(lang, Here::Elsewhere, "/cases/1"),
                path: "/cases/1/notes".into(),
                fields: vec![("note".into(), "申请人来电".into())],
                written: vec!["申请人来电".into()],
                next: "/cases/1".into(),
            }),
        ),
        (
            "cabinet",
            render(&CabinetPage {
                shell: shell(lang, Here::Kiosks, "/kiosks/1"),
                kiosk: kiosk(9, "大厅1号机", false),
                cells: cells(),
                round: None,
            }),
        ),
        (
            "round",
            render(&CabinetPage {
                shell: shell(lang, Here::Kiosks, "/kiosks/1"),
                kiosk: kiosk(9, "大厅1号机", false),
                cells: cells(),
                round: Some(Round {
                    code: "482917".into(),
                    expires_ms: NOW + 20 * MINUTE,
                    stops: [(3, true), (7, false), (8, false)].map(|(no, shut)| stop(no, shut)).into(),
                }),
            }),
        ),
        (
            "attention",
            render(&AttentionPage {
                shell: shell(lang, Here::Attention, "/attention"),
                rows: vec![SetAsideRow {
                    id: 5,
                    kiosk: (KioskId(id(9)), "大厅1号机".into()),
                    journal: JournalId(id(70)),
                    seq: 1201,
                    kind: "paper_weighed".into(),
                    code: Code::EntryKindUnknown,
                    received_ms: NOW - HOUR,
                    looked_by: None,
                }],
            }),
        ),
        (
            "supervision",
            render(&SupervisionPage {
                shell: shell(lang, Here::Supervision, "/supervision"),
                late: late(),
                tallies: vec![
                    tally("营业性演出审批", "Commercial performance permit", 12, 3, 1),
                    tally("挖掘城市道路审批", "Digging up a city road", 4, 0, 0),
                ],
            }),
        ),
        (
            "statistics",
            render(&StatisticsPage { shell: shell(lang, Here::Statistics, "/statistics"), figures: figures() }),
        ),
        (
            "accounts",
            render(&AccountsPage {
                shell: administrator(shell(lang, Here::Accounts, "/accounts")),
                rows: accounts(),
                windows: vec!["3号窗口 文化旅游".into(), "5号窗口 教育".into()],
            }),
        ),
        ("account-new", render(&account_page(lang, false, Some("K7QM-2XHD-9RTB")))),
        ("account-own", render(&account_page(lang, true, None))),
        ("audit", render(&AuditView { shell: shell(lang, Here::Audit, "/audit"), audit: audit() })),
        (
            "refusal",
            render(&RefusalPage {
                shell: shell(lang, Here::Elsewhere, "/inbox"),
                title: lang.t("没有这个办件", "No such case").into(),
                body: lang
                    .t("可能编号不对，或它属于别的窗口。", "The address is wrong, or it belongs to another window.")
                    .into(),
                code: Code::NotFound.as_str(),
                back: "/inbox".into(),
                typed: vec!["缺第三页的签字，请申请人补签".into()],
                back_words: lang.t("回收件箱", "Back to the inbox"),
            }),
        ),
    ]
}

#[test]
fn every_page_is_whole_and_keeps_the_content_policy() {
    for lang in [Lang::ZH, Lang::EN] {
        for (name, html) in pages(lang) {
            assert!(html.contains(&format!("<html lang=\"{}\"", lang.tag())), "{name}");
            for forbidden in ["style=", "<style", "onclick", "hx-on", "javascript:", "hx-vals='js"] {
                assert!(!html.contains(forbidden), "{name} contains {forbidden}");
            }
            assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/static/").count(), "{name}");
            let forms = html.matches("method=\"post\"").count();
            assert_eq!(forms, html.matches("name=\"csrf\"").count(), "{name}: each form carries its token");
            if let Some(dir) = std::env::var_os("CONSOLE_PAGES") {
                let file = std::path::Path::new(&dir).join(format!("{name}-{}.html", lang.tag()));
                std::fs::write(file, html).expect("writes");
            }
        }
    }
}

/// What has no colour of its own is drawn black, and what is written on it cannot be read.
#[test]
fn every_state_of_a_box_has_its_colours() {
    let sheet = include_str!("../../../static/pages.css");
    for class in CELL_STATES.iter().map(cell_class) {
        for rule in [format!("\n.{class} {{"), format!("\n.chart rect.{class} {{")] {
            assert!(sheet.contains(&rule), "{rule}");
        }
    }
}

/// A notice, for paper.
pub(super) fn notice_page(lang: Lang) -> String {
    use askama::Template;
    NoticePage { lang, case: "1".into(), document: notice() }.render().expect("renders")
}

/// The same as it lies in the archive of a case.
pub(super) fn archived_notice_page() -> String {
    crate::archived::page(notice()).expect("renders")
}

/// The notice stands apart: it has no navigation and is Chinese in either language.
#[test]
fn a_notice_is_whole_and_keeps_the_content_policy() {
    let html = notice_page(Lang::ZH);
    for part in ["补字〔2026〕7号", "份数不足", "演出场所合格证明", "2026年12月15日", "id=\"print\""]
    {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("style=") && !html.contains("onclick"));
    if let Some(dir) = std::env::var_os("CONSOLE_PAGES") {
        let file = |name: &str| std::path::Path::new(&dir).join(name);
        std::fs::write(file("notice-zh-CN.html"), html).expect("writes");
        std::fs::write(file("archived-notice-zh-CN.html"), archived_notice_page()).expect("writes");
    }
}
