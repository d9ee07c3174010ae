//! Examples of answers, made from the very types, so that the document cannot drift from what is sent. All fictional.

use hall_domain::boxes::cabinet::CompartmentView;
use hall_domain::boxes::may::May;
use hall_domain::boxes::rounds::{Round, Stop};
use hall_domain::case::casework::Casework;
use hall_domain::case::clocks::{ClockView, Due};
use hall_domain::case::fields::{Keyed, Keying};
use hall_domain::case::files::FileView;
use hall_domain::case::happening::Happening;
use hall_domain::case::inbox::{Counts, Inbox};
use hall_domain::case::joint::answers::{PartCase, Waiting, WaitingPart};
use hall_domain::case::joint::parts::PartView;
use hall_domain::case::messages::write::MessageView;
use hall_domain::case::notes::MandateView;
use hall_domain::case::page::{CaseView, Collecting, NoticeView, StepView, TimelineRow};
use hall_domain::case::record::{AnswerRow, ApplicantView, MaterialPlace, MaterialRow, OrganisationView};
use hall_domain::case::rows::InboxRow;
use hall_domain::case::steps::Preview;
use hall_domain::figures::audit_page::{AuditPage, AuditRow};
use hall_domain::figures::callbacks::{CallNote, CallbackView};
use hall_domain::figures::escalations::Late;
use hall_domain::figures::statistics::{ClockFigure, Day, LockerUse, Statistics};
use hall_domain::ground::actor::Staff;
use hall_domain::terminals::list::KioskView;
use hall_domain::terminals::set_aside::SetAsideRow;
use hall_rules::case::{Need, NoticeKind};
use hall_rules::catalogue::{AskedAt, Field, FieldKind, Mark, When};
use hall_rules::clock::{ClockKind, Light};
use hall_rules::joint::PartState;
use hall_rules::notice::Document;
use hall_rules::{CaseEvent, CaseState, Role, Text};
use jiff::civil::date;
use kiosk_wire::kiosk_api::{CompartmentState, DoorState};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily};
use kiosk_wire::{Code, CompartmentNo, DirectiveId, JournalId, KioskId, Personal, StaffId, SubmissionId, WindowId};
use uuid::Uuid;

use super::casework::FormView;
use super::handlers::{Opened, Revealed};

const ID: Uuid = Uuid::from_u128(0x0194_0000_0000_7000_8000_0000_0000_0001);
const WHEN: i64 = 1_795_399_200_000;

fn text(zh: &str, en: &str) -> Text {
    Text::new(zh, en)
}

pub(super) fn session() -> Opened {
    let staff = Staff {
        id: StaffId(ID),
        name: "李梅".into(),
        role: Role::Clerk,
        windows: vec![(WindowId(ID), "3号窗口".into())],
        disabled: false,
        has_card: true,
        must_change: false,
    };
    Opened { token: "64 hex digits".into(), ends_ms: WHEN, staff }
}

pub(super) fn counts() -> Counts {
    Counts {
        new: 3,
        work: 4,
        joint: 1,
        waiting: 2,
        mine: 1,
        attention: 0,
        all: 40,
        unread: 2,
        set_aside: 0,
        callbacks: 0,
        uncollected: 0,
        late: 0,
    }
}

fn row() -> InboxRow {
    InboxRow {
        id: SubmissionId(ID),
        receipt: "10101000000186".into(),
        item: "commercial-performance".into(),
        item_name: text("营业性演出审批", "Commercial performance permit"),
        department: "culture".into(),
        window: Some((WindowId(ID), "3号窗口".into())),
        applicant: "张**".into(),
        organisation: Some("宜春市幸福超市有限公司".into()),
        kiosk: (KioskId(ID), "大厅东侧".into()),
        compartment: Some(CompartmentNo(7)),
        state: CaseState::Deposited,
        deposited_ms: Some(WHEN),
        due: Due::Running {
            kind: ClockKind::Acceptance,
            due: date(2026, 11, 30),
            days_left: Some(5),
            light: Light::Green,
        },
        collecting: Some("李梅".into()),
        held: None,
        green: false,
        changed_ms: WHEN,
        unread: true,
    }
}

pub(super) fn inbox() -> Inbox {
    Inbox { rows: vec![row()], next: Some(50) }
}

pub(super) fn case() -> CaseView {
    CaseView {
        row: row(),
        item_version: 1,
        version: 4,
        applicant: Some(ApplicantView {
            name: "张**".into(),
            document: DocumentFamily::ResidentNumber,
            number: "110***********002X".into(),
            assurance: Assurance::SamVerified,
            signature: None,
            acting_for: ActingFor::Organisation,
            organisation: Some(OrganisationView {
                name: "宜春市幸福超市有限公司".into(),
                code: Some("91330100799655058B".into()),
            }),
            phone: Some("138****5678".into()),
        }),
        materials: vec![MaterialRow {
            name: "申请表".into(),
            english: Some("Application form".into()),
            originals: 1,
            copies: 0,
            deferrable: false,
            brought: true,
            place: MaterialPlace::Box,
            faults: hall_rules::review::faults(1, 0),
        }],
        answers: vec![AnswerRow { question: text("谁办理", "Who applies"), answer: text("本人", "Oneself") }],
        timeline: vec![TimelineRow {
            at_ms: WHEN,
            latest_ms: Some(WHEN),
            recorded_ms: WHEN,
            what: Happening::Case(CaseEvent::Deposited),
            staff: Some("李梅".into()),
            kiosk: Some("大厅东侧".into()),
            compartment: Some(CompartmentNo(7)),
            note: Some("done".into()),
        }],
        collecting: Some(Collecting {
            directive: DirectiveId(ID),
            staff: StaffId(ID),
            staff_name: "李梅".into(),
            since_ms: WHEN,
            expires_ms: WHEN,
            code: Some("123456".into()),
            answer: Some(kiosk_wire::DirectiveOutcome::Armed),
            shut: false,
        }),
        doubt: Some("interrupted".into()),
        between_ms: Some((WHEN, WHEN)),
        received: Some(("李梅".into(), WHEN)),
        terminals: vec![(KioskId(ID), "大厅一号终端".into())],
        pickup_code: None,
        may: May { collect: true, ..May::default() },
        steps: vec![StepView {
            event: CaseEvent::Refused,
            needs: vec![Need::Reason, Need::Elsewhere],
            notice: Some(NoticeKind::Refusal),
            told: Some(text("不予受理", "Refused")),
        }],
        corrections: 0,
        clocks: vec![ClockView {
            kind: ClockKind::Acceptance,
            days: 5,
            working: true,
            used: Some(1),
            due: Some(date(2026, 11, 30)),
            light: Some(Light::Green),
            runs: true,
            paused: false,
        }],
        same_person: vec![hall_domain::case::page::SameView {
            id: SubmissionId(Uuid::from_u128(8)),
            receipt: "101010000008".into(),
            state: CaseState::Deposited,
            deposited_ms: Some(1_795_399_200_000),
        }],
        messages: vec![MessageView {
            id: 1,
            kind: Some(hall_words::case::MessageKind::Accepted),
            state: hall_store::messages::MessageState::Unknown,
            round: 1,
            made_ms: WHEN,
            changed_ms: WHEN,
            cause: Some("the gateway stayed silent".into()),
        }],
        notices: vec![NoticeView {
            n: 1,
            kind: NoticeKind::Receipt,
            number: "收字〔2026〕1号".into(),
            made_ms: WHEN,
            by: Some("李梅".into()),
        }],
    }
}

pub(super) fn notice() -> Document {
    Document {
        title: "受理通知书".into(),
        number: "受字〔2026〕1号".into(),
        addressee: "张三".into(),
        opening: vec!["现将有关事项告知如下：".into()],
        list: vec![("申请表".into(), "缺少：未提交".into())],
        closing: vec!["本机关决定受理。".into()],
        office: "政务服务大厅".into(),
        date: "2026年11月23日".into(),
        missing: vec![],
    }
}

fn part_view() -> PartView {
    PartView {
        id: ID,
        department: text("公安局", "Public security bureau"),
        window: Some("9号窗口".into()),
        days: 2,
        state: PartState::Asked,
        due: Due::Running { kind: ClockKind::Joint, due: date(2026, 11, 25), days_left: Some(2), light: Light::Green },
        asked_ms: WHEN,
        ended_ms: Some(WHEN),
        by: Some("钱进".into()),
        said: "请限定时段".into(),
        latest: true,
    }
}

fn file_view() -> FileView {
    FileView { n: 9, name: "授权委托书.pdf".into(), size: 318_204, by: "李梅".into(), at_ms: WHEN }
}

pub(super) fn casework() -> Casework {
    Casework {
        wanted: vec![(text("公安局", "Public security bureau"), 2)],
        parts: vec![part_view()],
        keyed: Some((3, 8)),
        files: vec![file_view()],
        mandate: Some(MandateView {
            principal: "刘**".into(),
            number: "362***********0218".into(),
            scope: "办理营业性演出审批".into(),
            file: Some(9),
            by: "李梅".into(),
            at_ms: WHEN,
        }),
        ..Casework::default()
    }
}

pub(super) fn preview() -> Vec<Preview> {
    vec![Preview {
        event: CaseEvent::Accepted,
        document: Some(notice()),
        told: Some(text("您的申请已受理", "Your application was accepted")),
    }]
}

pub(super) fn fields() -> FormView {
    let field = Field {
        code: "org_name".into(),
        label: text("单位名称", "Organisation"),
        kind: FieldKind::Text,
        required: true,
        asked_at: AskedAt::Paper,
        options: Vec::new(),
        multiple: false,
        when: When::default(),
        mark: Mark::Sourced,
    };
    let keyed =
        Keyed { value: Personal::from("江西春台文化传播有限公司"), by: "李梅".into(), at_ms: WHEN };
    FormView::from(Keying {
        receipt: "10101000000186".into(),
        item: text("营业性演出审批", "Commercial performance permit"),
        seen: 7,
        fields: vec![(field, Some(keyed))],
        may_key: true,
    })
}

pub(super) fn waiting() -> Waiting {
    let asked = WaitingPart {
        part: part_view(),
        receipt: "10101000000186".into(),
        item: text("挖掘城市道路审批", "Digging up a city road"),
        lead: Some("7号窗口".into()),
    };
    Waiting { rows: vec![asked], next: Some(50) }
}

pub(super) fn part() -> PartCase {
    let CaseView { applicant, materials, answers, .. } = case();
    PartCase {
        part: part_view(),
        case: SubmissionId(ID),
        receipt: "10101000000186".into(),
        item: text("挖掘城市道路审批", "Digging up a city road"),
        lead: Some("7号窗口".into()),
        applicant,
        materials,
        answers,
        files: vec![file_view()],
        may_answer: true,
    }
}

pub(super) fn round() -> Option<Round> {
    let stop = Stop {
        case: SubmissionId(ID),
        receipt: "10101000000186".into(),
        item: text("营业性演出审批", "Commercial performance permit"),
        no: CompartmentNo(7),
        shut: false,
        answer: Some(kiosk_wire::DirectiveOutcome::Armed),
    };
    Some(Round { code: "123456".into(), expires_ms: WHEN, stops: vec![stop] })
}

pub(super) fn uncollected() -> Vec<InboxRow> {
    vec![row()]
}

fn call_due() -> Due {
    Due::Running { kind: ClockKind::Callback, due: date(2026, 12, 14), days_left: Some(15), light: Light::Green }
}

pub(super) fn late() -> Vec<Late> {
    let parts = vec![(text("公安局", "Public security bureau"), part_view().due)];
    vec![Late { row: row(), over: true, since_ms: WHEN, parts, callback: Some((2, call_due())) }]
}

pub(super) fn callbacks() -> Vec<CallbackView> {
    let note = CallNote {
        at_ms: WHEN,
        staff: "周正".into(),
        outcome: Some(hall_words::case::CallOutcome::Unreachable),
        words: "没人接".into(),
    };
    vec![CallbackView {
        row: row(),
        level: 2,
        made_ms: WHEN,
        due: call_due(),
        closed_ms: Some(WHEN),
        notes: vec![note],
    }]
}

pub(super) fn statistics() -> Statistics {
    let clock = ClockFigure { kind: ClockKind::Acceptance, ended: 12, in_time: 11, median_used: 1, median_limit: 5 };
    Statistics {
        span: 30,
        days: vec![Day { date: date(2026, 11, 23), came: 12, decided: 9 }],
        clocks: vec![clock],
        one_visit: (9, 8),
        median_pickup_min: Some(18),
        ratings: [0, 1, 0, 3, 5],
        callbacks: (1, 1, 1),
        lockers: vec![LockerUse { name: "大厅东侧".into(), boxes: vec![(CompartmentState::Free, 17)] }],
        measured: (12, false),
    }
}

pub(super) fn revealed() -> Revealed {
    Revealed { value: Personal::from("13812345678") }
}

pub(super) fn kiosks() -> Vec<KioskView> {
    vec![KioskView {
        id: KioskId(ID),
        name: "大厅东侧".into(),
        receipt_prefix: "101".into(),
        enrolled_ms: Some(WHEN),
        revoked_ms: None,
        seen_ms: Some(WHEN),
        unseen: false,
        heartbeat: None,
        heartbeat_ms: Some(WHEN),
        journal_next: Some(5),
        forked: false,
    }]
}

pub(super) fn cabinet() -> Vec<CompartmentView> {
    vec![CompartmentView {
        no: CompartmentNo(7),
        size: "A4".into(),
        state: CompartmentState::Paper,
        door: DoorState::Closed,
        since_ms: Some(WHEN),
        case: Some((SubmissionId(ID), "10101000000186".into())),
    }]
}

pub(super) fn set_aside() -> Vec<SetAsideRow> {
    vec![SetAsideRow {
        id: 1,
        kiosk: (KioskId(ID), "大厅东侧".into()),
        journal: JournalId(ID),
        seq: 9,
        kind: "face_scanned".into(),
        code: Code::EntryKindUnknown,
        received_ms: WHEN,
        looked_by: Some("赵敏".into()),
    }]
}

pub(super) fn audit() -> AuditPage {
    let row = AuditRow {
        seq: 12,
        at_ms: WHEN,
        who: "李梅".into(),
        action: "case_looked".into(),
        case: Some((SubmissionId(ID), "10101000000186".into())),
        reason: String::new(),
        object: None,
        from: "192.0.2.7".into(),
    };
    AuditPage { rows: vec![row], next: Some(12), head: "64 hex digits".into(), head_seq: 12 }
}
