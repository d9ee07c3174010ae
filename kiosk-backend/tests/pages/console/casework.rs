//! Samples of what the window's work adds to a case. All fictional.

use hall_domain::case::fields::{Keyed, Keying};
use hall_domain::case::files::FileView;
use hall_domain::case::joint::answers::{PartCase, WaitingPart};
use hall_domain::case::joint::parts::PartView;
use hall_domain::case::notes::MandateView;
use hall_rules::joint::PartState;

use super::*;

fn department(n: u128) -> Text {
    match n {
        1 => Text::new("公安局", "Police"),
        2 => Text::new("消防救援大队", "Fire and Rescue"),
        _ => Text::new("自然资源局", "Natural Resources"),
    }
}

fn part(n: u128, state: PartState, days_left: i32, said: &str) -> PartView {
    let due = match state.is_in() {
        true => Due::None,
        false => Due::Running {
            kind: ClockKind::Joint,
            due: if days_left < 0 { date(2026, 11, 20) } else { date(2026, 11, 24) },
            days_left: Some(days_left),
            light: if days_left < 0 { Light::Red } else { Light::Yellow },
        },
    };
    PartView {
        id: id(800 + n),
        department: department(n),
        window: (n != 3).then(|| format!("{n}1号窗口")),
        days: 2,
        state,
        due,
        asked_ms: NOW - DAY,
        ended_ms: state.is_in().then_some(NOW - HOUR),
        by: state.is_in().then(|| "陈洁".to_owned()),
        said: said.into(),
        latest: true,
    }
}

const AGAINST: &str = "搭台的广场紧邻两所小学，开演正逢放学。\n建议改到 18:00 之后，并提供交通疏导方案。";

/// Three departments were asked; one has answered, one is late.
pub(super) fn asking() -> Casework {
    Casework {
        parts: vec![
            part(1, PartState::Disagreed, 0, AGAINST),
            part(2, PartState::Asked, 1, ""),
            part(3, PartState::Asked, -2, ""),
        ],
        may_recall: true,
        ..Casework::default()
    }
}

/// Whom the step would ask.
pub(super) fn to_ask() -> Casework {
    Casework { wanted: vec![(department(1), 2), (department(3), 2)], ..Casework::default() }
}

/// All have answered, one does not agree.
pub(super) fn all_in() -> Casework {
    let recalled = "该路段不涉及规划变更";
    Casework {
        parts: vec![
            part(1, PartState::Disagreed, 0, AGAINST),
            part(2, PartState::Agreed, 0, ""),
            part(3, PartState::Recalled, 0, recalled),
        ],
        ..Casework::default()
    }
}

/// The case of that: a decision must deal with it.
pub(super) fn disagreed() -> CaseView {
    let mut case = at(CaseState::InProgress, 0);
    for step in &mut case.steps {
        if matches!(step.event, CaseEvent::Granted | CaseEvent::Denied) {
            step.needs.push(Need::Disagreement);
        }
    }
    case
}

/// A case whose item names other departments.
pub(super) fn to_be_asked() -> CaseView {
    let mut case = at(CaseState::InProgress, 0);
    let (event, needs) = (CaseEvent::JointStarted, Vec::new());
    case.steps.push(StepView { event, needs, notice: None, told: None });
    case
}

/// What a department sees.
pub(super) fn part_case(waits: bool) -> PartCase {
    let case = case();
    PartCase {
        part: if waits { part(1, PartState::Asked, 1, "") } else { part(1, PartState::Disagreed, 0, AGAINST) },
        case: case.row.id,
        receipt: case.row.receipt,
        item: case.row.item_name,
        lead: Some("3号窗口 文化旅游".into()),
        applicant: case.applicant,
        materials: case.materials,
        answers: case.answers,
        files: files(),
        may_answer: waits,
    }
}

/// What waits for our answer.
pub(super) fn asked() -> Vec<WaitingPart> {
    let one = |n, days_left| WaitingPart {
        part: part(n, PartState::Asked, days_left, ""),
        receipt: format!("1010000{n:04}7"),
        item: Text::new("挖掘城市道路审批", "Digging up a city road"),
        lead: Some("7号窗口 城市管理".into()),
    };
    vec![one(1, -1), one(2, 1)]
}

/// What is late of a case that is over.
pub(super) fn late_parts(over: bool) -> Vec<(Text, Due)> {
    let one = part(1, PartState::Asked, -1, "");
    if over { vec![(one.department, one.due)] } else { Vec::new() }
}

fn files() -> Vec<FileView> {
    let file = |n, name: &str, size| FileView { n, name: name.into(), size, by: "王敏".into(), at_ms: NOW - HOUR };
    vec![file(9, "授权委托书.pdf", 318_204), file(11, "演出场所合格证明（正面）.jpg", 4_718_592)]
}

/// Everything that the window adds, as a chief sees it.
pub(super) fn worked(mandate: bool) -> Casework {
    Casework {
        keyed: Some((3, 8)),
        may_key: true,
        files: if mandate { files() } else { Vec::new() },
        may_attach: true,
        acts_for_another: true,
        mandate: mandate.then(|| MandateView {
            principal: "刘**".into(),
            number: "362***********0218".into(),
            scope: "办理营业性演出审批，领取批准文件".into(),
            file: Some(9),
            by: "王敏".into(),
            at_ms: NOW - HOUR,
        }),
        may_green: true,
        ..Casework::default()
    }
}

/// The same of a case that is closed.
pub(super) fn archived() -> Casework {
    Casework { keyed: Some((8, 8)), files: files(), may_export: true, ..Casework::default() }
}

/// The case of that, in the green channel, with a note.
pub(super) fn green_case() -> CaseView {
    let mut case = at(CaseState::InProgress, 0);
    case.row.green = true;
    case.timeline.push(line(Happening::GreenSet, HOUR, Some("李强"), Some("市重点项目")));
    let note = "申请人来电：演出时间可能改到周日。\n已请其书面确认。";
    case.timeline.push(line(Happening::NoteAdded, MINUTE, Some("王敏"), Some(note)));
    case
}

/// The fields of a form.
pub(super) fn keying(may_key: bool) -> Keying {
    let mut fields: Vec<_> = form().into_iter().map(|field| (field, None)).collect();
    if let Some((_, keyed)) = fields.first_mut() {
        *keyed = Some(Keyed {
            value: kiosk_wire::Personal::from("宜春市幸福演艺有限公司"),
            by: "王敏".into(),
            at_ms: NOW - HOUR,
        });
    }
    Keying {
        receipt: "101000000047".into(),
        item: Text::new("营业性演出审批", "Commercial performance permit"),
        seen: 7,
        fields,
        may_key,
    }
}

fn form() -> Vec<hall_rules::catalogue::Field> {
    use hall_rules::catalogue::{AskedAt, Choice, Field, FieldKind, Mark, When};
    let field = |code: &str, zh: &str, en: &str, kind, required, asked_at| Field {
        code: code.into(),
        label: Text::new(zh, en),
        kind,
        required,
        asked_at,
        options: Vec::new(),
        multiple: false,
        when: When::default(),
        mark: Mark::Sourced,
    };
    let option = |code: &str, zh: &str, en: &str| Choice {
        code: code.into(),
        label: Text::new(zh, en),
        leads_out: None,
        age: None,
    };
    let mut shows = field("kinds", "节目种类", "Kinds of show", FieldKind::Choice, true, AskedAt::Paper);
    shows.options = vec![option("a", "音乐", "Music"), option("b", "舞蹈", "Dance"), option("c", "曲艺", "Quyi")];
    let mut several = shows.clone();
    several.code = "parts".into();
    several.label = Text::new("节目内容", "What is performed");
    several.multiple = true;
    vec![
        field("name", "单位名称", "Organisation", FieldKind::Text, true, AskedAt::Paper),
        field("code", "统一社会信用代码", "Unified social credit code", FieldKind::OrgCode, true, AskedAt::Paper),
        field("phone", "联系人手机", "Contact's phone", FieldKind::Phone, true, AskedAt::Paper),
        field("date", "演出日期", "Date of the show", FieldKind::Date, true, AskedAt::Paper),
        shows,
        several,
        field("seats", "核定观众数", "Approved audience", FieldKind::Number, false, AskedAt::Window),
    ]
}

/// The page of that, good or with values that were not taken.
pub(super) fn fields_page(lang: Lang, good: bool) -> FieldsPage {
    let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let typed: &[(&str, &str)] = &[("code", "91330100799655058"), ("date", "下周五"), ("parts", "a+c")];
    let wrong: &[(&str, &str)] = &[
        ("code", lang.t("统一社会信用代码 18 位", "a unified social credit code has 18 characters")),
        ("date", lang.t("写成 2026-11-23 这样的日期", "a date such as 2026-11-23")),
    ];
    FieldsPage {
        shell: shell(lang, Here::Inbox, "/cases/1/fields"),
        case: case().row.id,
        keying: keying(true),
        typed: map(if good { &[] } else { typed }),
        wrong: map(if good { &[] } else { wrong }),
    }
}

/// One notice of each kind of usual length: its number and its page.
pub(super) fn every_notice() -> Vec<(String, String)> {
    use askama::Template;
    let finding = |n: usize| Finding {
        material: format!("与演出有关的各类材料之{n}（含文字、音像资料及有关证明的复印件）"),
        deferrable: true,
        verdict: Verdict::Wrong,
        reason: "份数不足；复印件没有与原件核对的签字".into(),
    };
    let form = Form {
        findings: (1..=3).map(finding).collect(),
        reason: "理由".repeat(30),
        days: Some(10),
        elsewhere: "省文化和旅游厅".into(),
        document: "赣文市演〔2026〕15号".into(),
        receiver: "申请人本人（刷证开柜）".into(),
        disagreement: "处理".repeat(20),
        ..Form::default()
    };
    let one = |kind: &NoticeKind| {
        let said = Said {
            event: CaseEvent::Received,
            applicant: "阿卜杜热合曼·艾力",
            item: "营业性演出审批（内地团体或个人）",
            receipt: "101000000047",
            office: "宜春市政务服务大厅",
            came: date(2026, 11, 23),
            complete: date(2026, 11, 23),
            today: date(2026, 11, 24),
            decide_by: Some(date(2026, 12, 1)),
            until: Some(date(2026, 12, 15)),
            form: &form,
            materials: &[],
        };
        let number = hall_rules::notice::number(*kind, 2026, 1234);
        let document = hall_rules::notice::compose(*kind, number.clone(), &said);
        (number, NoticePage { lang: Lang::ZH, case: "1".into(), document }.render().expect("renders"))
    };
    NoticeKind::ALL.iter().map(one).collect()
}
