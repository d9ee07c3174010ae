//! The sample values themselves. All fictional.

use outside::people::{ORGANISATION, ORGANISATION_CODE};

use super::*;

/// 2026-11-23 15:00 in Shanghai.
pub(super) const NOW: i64 = 1_795_417_200_000;
pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub(super) fn clerk() -> Staff {
    Staff {
        id: StaffId(id(1)),
        name: "王敏".into(),
        role: Role::Chief,
        windows: vec![(WindowId(id(3)), "3号窗口 文化旅游".into())],
        disabled: false,
        has_card: true,
        must_change: false,
    }
}

pub(super) fn shell(lang: Lang, here: Here, path: &str) -> Shell {
    Shell {
        lang,
        clock: Clock { now_ms: NOW, zone: TimeZone::fixed(jiff::tz::offset(8)), lang },
        hall: lang.t("宜春市政务服务大厅", "Yichun Government Service Hall").into(),
        me: Some(clerk()),
        csrf: "0".repeat(64),
        counts: Counts {
            new: 4,
            work: 6,
            joint: 2,
            waiting: 3,
            mine: 1,
            attention: 2,
            all: 37,
            unread: 3,
            set_aside: 2,
            late: 3,
            callbacks: 2,
            uncollected: 1,
        },
        calls: Vec::new(),
        clock_doubt: None,
        stuck: Vec::new(),
        certificate: None,
        calendar_gaps: Vec::new(),
        lasts_s: 14_400,
        broken: None,
        here,
        path: path.into(),
        note: None,
    }
}

pub(super) fn row(n: u128, item: (&str, &str), person: &str, no: Option<u16>, state: CaseState) -> InboxRow {
    InboxRow {
        id: SubmissionId(id(100 + n)),
        receipt: format!("1010000{n:04}7"),
        item: format!("WHLY-{n:03}"),
        item_name: Text::new(item.0, item.1),
        department: "whly".into(),
        window: Some((WindowId(id(3)), "3号窗口 文化旅游".into())),
        applicant: person.into(),
        organisation: None,
        kiosk: (KioskId(id(9)), "大厅1号机".into()),
        compartment: no.map(CompartmentNo),
        state,
        deposited_ms: Some(NOW - 4 * MINUTE),
        due: running(date(2026, 11, 30), 5),
        collecting: None,
        held: None,
        green: n == 5,
        changed_ms: NOW - 4 * MINUTE,
        unread: false,
    }
}

pub(super) fn running(due: jiff::civil::Date, days_left: i32) -> Due {
    let light = match days_left {
        ..0 => Light::Red,
        0..2 => Light::Yellow,
        _ => Light::Green,
    };
    Due::Running { kind: ClockKind::Acceptance, due, days_left: Some(days_left), light }
}

pub(super) fn rows() -> Vec<InboxRow> {
    let show = ("营业性演出审批", "Commercial performance permit");
    let road = ("挖掘城市道路审批", "Digging up a city road");
    vec![
        InboxRow {
            due: running(date(2026, 11, 19), -2),
            deposited_ms: Some(NOW - 9 * DAY),
            ..row(1, ("食品经营许可（新办）", "Food business licence (new)"), "赵*", Some(3), CaseState::Deposited)
        },
        InboxRow {
            due: running(date(2026, 11, 24), 1),
            deposited_ms: Some(NOW - 6 * DAY),
            collecting: Some("李强".into()),
            ..row(2, road, "欧***", Some(14), CaseState::Deposited)
        },
        InboxRow {
            unread: true,
            deposited_ms: Some(NOW - 2 * HOUR),
            ..row(3, show, "陈*", Some(21), CaseState::DepositUnconfirmed)
        },
        InboxRow {
            unread: true,
            organisation: Some(ORGANISATION.into()),
            ..row(4, show, "张**", Some(7), CaseState::Deposited)
        },
        InboxRow {
            unread: true,
            deposited_ms: Some(NOW - 8_000),
            ..row(5, road, "刘**", Some(8), CaseState::Deposited)
        },
        InboxRow {
            deposited_ms: Some(NOW - 3 * HOUR),
            ..row(6, ("文艺表演团体设立审批", "Founding a performing group"), "周*", None, CaseState::Received)
        },
    ]
}

pub(super) fn line(what: Happening, ago: i64, staff: Option<&str>, note: Option<&str>) -> TimelineRow {
    TimelineRow {
        latest_ms: None,
        at_ms: NOW - ago,
        recorded_ms: NOW - ago + 200,
        what,
        staff: staff.map(str::to_owned),
        kiosk: staff.is_none().then(|| "大厅1号机".to_owned()),
        compartment: (what != Happening::Case(CaseEvent::Submitted)).then_some(CompartmentNo(7)),
        note: note.map(str::to_owned),
    }
}

pub(super) fn material(name: &str, originals: u8, copies: u8, place: MaterialPlace) -> MaterialRow {
    MaterialRow {
        name: name.into(),
        english: None,
        originals,
        copies,
        deferrable: false,
        brought: place == MaterialPlace::Box,
        place,
        faults: faults(originals, copies),
    }
}

/// A fresh deposit.
pub(super) fn case() -> CaseView {
    let row = rows().swap_remove(3);
    CaseView {
        row,
        item_version: 3,
        version: 4,
        applicant: Some(ApplicantView {
            name: "张**".into(),
            document: DocumentFamily::ResidentNumber,
            number: "362***********0218".into(),
            assurance: Assurance::SamVerified,
            signature: None,
            acting_for: ActingFor::Organisation,
            organisation: Some(OrganisationView { name: ORGANISATION.into(), code: Some(ORGANISATION_CODE.into()) }),
            phone: Some("138****5678".into()),
        }),
        materials: vec![
            material("营业性演出申请表", 1, 0, MaterialPlace::Box),
            material("与演出有关的各类合同书复印件", 0, 2, MaterialPlace::Box),
            material("演员名单和节目内容材料（含文字、音像资料）", 1, 1, MaterialPlace::Electronic),
            MaterialRow { deferrable: true, ..material("演出场所合格证明", 0, 1, MaterialPlace::Box) },
            material("身份证", 1, 0, MaterialPlace::Shown),
        ],
        answers: vec![
            AnswerRow {
                question: Text::new("演出地点在哪里？", "Where is the performance?"),
                answer: Text::new("室内剧场", "An indoor theatre"),
            },
            AnswerRow {
                question: Text::new("有没有外国演员？", "Are there performers from abroad?"),
                answer: Text::new("没有", "No"),
            },
        ],
        timeline: vec![
            line(Happening::Case(CaseEvent::Submitted), 6 * MINUTE, None, None),
            line(Happening::DepositIntended, 5 * MINUTE, None, None),
            line(Happening::Case(CaseEvent::Deposited), 4 * MINUTE, None, None),
        ],
        collecting: None,
        doubt: None,
        between_ms: None,
        terminals: vec![],
        pickup_code: None,
        received: None,
        may: May { collect: true, open_now: true, reveal: true, claim: true, ..May::default() },
        steps: Vec::new(),
        corrections: 0,
        clocks: vec![
            clock(ClockKind::Pickup, 1, 0, date(2026, 11, 24), Light::Green),
            clock(ClockKind::Acceptance, 5, 0, date(2026, 11, 30), Light::Green),
        ],
        notices: Vec::new(),
        messages: Vec::new(),
        same_person: vec![SameView {
            id: SubmissionId(id(77)),
            receipt: "101010000008".into(),
            state: CaseState::Deposited,
            deposited_ms: Some(NOW - HOUR),
        }],
    }
}

/// The terminal's clock was not known when the paper came.
pub(super) fn untimed() -> CaseView {
    let mut case = case();
    case.between_ms = Some((NOW - 3 * DAY, NOW - 4 * MINUTE));
    for line in &mut case.timeline {
        (line.at_ms, line.latest_ms) = (NOW - 3 * DAY, Some(NOW - 4 * MINUTE));
    }
    case
}

pub(super) fn collecting(mine: bool) -> CaseView {
    let mut case = case();
    case.same_person.clear();
    case.row.collecting = Some(if mine { "王敏".into() } else { "李强".into() });
    case.collecting = Some(Collecting {
        directive: DirectiveId(id(50)),
        staff: StaffId(id(if mine { 1 } else { 2 })),
        staff_name: if mine { "王敏".into() } else { "李强".into() },
        since_ms: NOW - MINUTE,
        expires_ms: NOW + 14 * MINUTE,
        code: mine.then(|| "482917".to_owned()),
        answer: Some(DirectiveOutcome::Armed),
        shut: false,
    });
    case.timeline.push(line(Happening::CollectionArmed, MINUTE, Some(if mine { "王敏" } else { "李强" }), None));
    case.may = May { cancel: mine, take_over: !mine, ..May::default() };
    case
}

pub(super) fn unconfirmed() -> CaseView {
    let mut case = case();
    case.row = InboxRow { applicant: "张**".into(), ..rows().swap_remove(2) };
    case.timeline.pop();
    case.doubt = Some("opening_not_seen".into());
    case.timeline.push(line(
        Happening::Case(CaseEvent::DepositUnconfirmed),
        3 * MINUTE,
        None,
        Some("opening_not_seen"),
    ));
    case.timeline.push(line(Happening::CompartmentSetAside, 3 * MINUTE, None, Some("unconfirmed")));
    case.may = May { collect: true, settle: true, ..May::default() };
    case
}

pub(super) fn received() -> CaseView {
    let mut case = case();
    case.same_person.clear();
    case.row.state = CaseState::Received;
    case.received = Some(("王敏".into(), NOW - MINUTE));
    case.row.compartment = None;
    case.timeline.push(line(Happening::EmptinessAffirmed, MINUTE, Some("王敏"), None));
    case.timeline.push(line(Happening::Case(CaseEvent::Received), MINUTE, Some("王敏"), None));
    case.may = May::default();
    case
}

pub(super) fn clock(kind: ClockKind, days: u16, used: u16, due: jiff::civil::Date, light: Light) -> ClockView {
    let (used, due) = (Some(used), Some(due));
    ClockView { kind, days, working: true, used, due, light: Some(light), runs: true, paused: false }
}

/// What a chief can do with a case in this state, where no other department is asked; what is ticked first, as on the
/// page of a case that was only received.
pub(super) fn steps_in(state: CaseState, corrections: u16) -> Vec<StepView> {
    let standing = Standing { state: Some(state), corrections, ..Standing::default() };
    let view = |row: &Transition| StepView {
        event: row.event,
        needs: row.needs.iter().copied().filter(|need| *need != Need::Disagreement).collect(),
        notice: row.notice,
        told: row.told.map(|(zh, en)| Text::new(zh, en)),
    };
    let alone = |event| !matches!(event, CaseEvent::JointStarted | CaseEvent::JointFinished);
    let may = |row: &&Transition| row.staff_may(Role::Chief, true) && alone(row.event);
    let here: Vec<&Transition> = standing.rows().filter(may).collect();
    let then = standing.implied().map(|(_, then)| then);
    let further = then.iter().flat_map(Standing::rows).filter(may);
    let mut all: Vec<&Transition> = further.filter(|row| here.iter().all(|own| own.event != row.event)).collect();
    all.splice(if state == CaseState::Received { all.len()..all.len() } else { 0..0 }, here);
    all.into_iter().map(view).collect()
}

pub(super) fn at(state: CaseState, corrections: u16) -> CaseView {
    let mut case = received();
    case.row.state = state;
    case.corrections = corrections;
    case.steps = steps_in(state, corrections);
    case.notices = vec![NoticeView {
        n: 1,
        kind: NoticeKind::Receipt,
        number: "收字〔2026〕118号".into(),
        made_ms: NOW - MINUTE,
        by: Some("王敏".into()),
    }];
    case
}

/// Decided: the result can go into a locker.
pub(super) fn decided() -> CaseView {
    let mut case = at(CaseState::DecidedGrant, 0);
    case.terminals = vec![(case.row.kiosk.0, case.row.kiosk.1.clone()), (KioskId(id(31)), "二楼自助区".into())];
    case.may = May { load: true, ..May::default() };
    case
}

/// I am on the way with the result.
pub(super) fn loading() -> CaseView {
    let mut case = decided();
    case.collecting = collecting(true).collecting;
    case.may = May { cancel: true, ..May::default() };
    case
}

/// The result lies in a box.
pub(super) fn in_locker() -> CaseView {
    let mut case = at(CaseState::ResultReady, 0);
    case.row.compartment = Some(CompartmentNo(6));
    case.pickup_code = Some("730152".into());
    case.may = May { collect: true, ..May::default() };
    case
}

/// A one-time notice of two faults.
pub(super) fn notice() -> Document {
    let finding = |material: &str, verdict, reason: &str| Finding {
        material: material.into(),
        deferrable: false,
        verdict,
        reason: reason.into(),
    };
    let findings = vec![
        finding("营业性演出申请表", Verdict::Fine, ""),
        finding("与演出有关的各类合同书复印件", Verdict::Wrong, "份数不足；应交 2 份，只有 1 份"),
        finding("演出场所合格证明", Verdict::Missing, "未提交"),
    ];
    let said = Said {
        event: CaseEvent::CorrectionAsked,
        applicant: "张三丰",
        item: "营业性演出审批（内地团体或个人）",
        receipt: "101000000047",
        office: "宜春市政务服务大厅",
        came: date(2026, 11, 23),
        complete: date(2026, 11, 23),
        today: date(2026, 11, 24),
        decide_by: None,
        until: Some(date(2026, 12, 15)),
        form: &Form { findings, ..Form::default() },
        materials: &[],
    };
    let number = hall_rules::notice::number(NoticeKind::Correction, 2026, 7);
    hall_rules::notice::compose(NoticeKind::Correction, number, &said)
}

pub(super) fn audit() -> AuditPage {
    let row = |seq: i64, action: &str, object: Option<Object>| AuditRow {
        seq,
        at_ms: NOW - (90 - seq) * 7 * MINUTE,
        who: "王敏".into(),
        action: action.into(),
        case: Some((SubmissionId(id(104)), "101000000047".into())),
        reason: String::new(),
        object,
        from: "10.1.3.27".into(),
    };
    AuditPage {
        rows: vec![
            row(87, "number_revealed", Some(Object::Reveal { reason: RevealReason::Identity })),
            row(86, "message_repeated", Some(Object::Message { kind: MessageKind::Accepted, round: 2 })),
            row(85, "case_looked", None),
        ],
        next: Some(85),
        head: "9f".repeat(32),
        head_seq: 87,
    }
}

/// The same page for an administrator.
pub(super) fn administrator(mut shell: Shell) -> Shell {
    shell.me = Some(Staff { name: "何静".into(), role: Role::Administrator, windows: Vec::new(), ..clerk() });
    shell
}

/// An administrator is told of the certificate, and of messages that do not go out.
pub(super) fn ends_soon(mut shell: Shell) -> Shell {
    let flaw = Some("keys may not be consistent: KeyMismatch".into());
    shell.certificate = Some(crate::certificates::State { ends_ms: NOW + 9 * DAY, flaw });
    shell.stuck = vec![hall_store::jobs::Stuck {
        target: "sms".into(),
        cause: "the gateway wants to be paid: isv.AMOUNT_NOT_ENOUGH".into(),
        count: 12,
        tries: 3,
        given_up: false,
    }];
    shell
}

pub(super) fn accounts() -> Vec<AccountRow> {
    let row = |n, name: &str, role, tries, code_until_ms| AccountRow {
        staff: Staff { id: StaffId(id(n)), name: name.into(), role, has_card: n % 2 == 1, ..clerk() },
        sessions: 1,
        tries,
        code_until_ms,
        subject: (n == 3).then(|| "7c1e0f52-zhaoyan".into()),
    };
    vec![
        row(1, "王敏", Role::Clerk, None, None),
        row(2, "李强", Role::Chief, None, None),
        row(3, "赵燕", Role::Approver, Some(6), None),
        row(4, "周明", Role::Supervisor, None, Some(NOW + DAY)),
    ]
}

pub(super) fn account_page(lang: Lang, own: bool, code: Option<&str>) -> AccountPage {
    let session = |short: &str, ago| Listed {
        short: short.into(),
        address: "10.1.3.27".into(),
        started_ms: NOW - ago,
        used_ms: NOW - ago / 3,
    };
    let mut account = accounts().swap_remove(2);
    let mut shell = shell(lang, if own { Here::Elsewhere } else { Here::Accounts }, "/accounts/1");
    if own {
        account.staff.clone_from(&clerk());
    } else {
        shell = ends_soon(administrator(shell));
    }
    AccountPage {
        shell,
        account,
        sessions: vec![session("a1", 3 * HOUR), session("b2", HOUR)],
        this: "b2".into(),
        own,
        by_provider: true,
        code: code.map(str::to_owned),
    }
}

/// A case whose applicant was told, with each fate that a message can have.
pub(super) fn told() -> CaseView {
    use MessageState as S;
    let mut case = in_locker();
    case.row.due =
        Due::Running { kind: ClockKind::Collection, due: date(2026, 12, 18), days_left: Some(19), light: Light::Green };
    let message = |(n, (kind, state, cause)): (i64, (MessageKind, S, Option<&str>))| MessageView {
        id: n,
        kind: Some(kind),
        state,
        round: if state == S::Sent { 2 } else { 1 },
        made_ms: NOW - DAY,
        changed_ms: NOW - 3 * HOUR,
        cause: cause.map(str::to_owned),
    };
    let fates = [
        (MessageKind::Accepted, S::Delivered, None),
        (MessageKind::Correction, S::Sent, None),
        (MessageKind::Decided, S::Unknown, Some("the gateway stayed silent")),
        (MessageKind::ResultReady, S::Failed, Some("the gateway could not deliver it: MK:0001")),
        (MessageKind::Reminder, S::Queued, Some("the gateway has no time: 503 Service Unavailable")),
    ];
    case.messages = (1..).zip(fates).map(message).collect();
    case
}

/// A year as it is shown before it is taken.
pub(super) fn read_year() -> calendar::Read {
    let text = include_str!("../../../../assets/calendar/2026.toml");
    let calendar = Calendar::from_files(&[("2026.toml", text)]).expect("a calendar");
    let (number, year) = calendar.years().next().expect("a year");
    calendar::Read::of(&calendar, number, year)
}

/// Bars of years that are missing, of each kind.
pub(super) fn gaps(shell: Shell) -> Shell {
    let gap = |year, cases, plausible| CalendarGap { year, cases, plausible, is_now: false };
    let broken = Some(Verified { at_ms: NOW - 12 * HOUR, count: 3, ..Verified::default() });
    Shell { broken, calendar_gaps: vec![gap(1970, 1, false), gap(2027, 12, true), gap(2028, 0, true)], ..shell }
}
