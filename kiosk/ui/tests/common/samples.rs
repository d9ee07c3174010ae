//! A view of every page, with fictional people and long words.

use kiosk_journey::*;

/// A named view: `name` is the picture's file name.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) view: View,
}

/// A page that belongs to nobody's visit. Step and foot bar are always the journey's.
fn view(screen: Screen) -> View {
    View::of(screen, None)
}

/// A page in the middle of somebody's visit.
fn visit(screen: Screen) -> View {
    View::of(screen, Some(PersonLine { name: "欧阳**".into(), number: "110***********1234".into() }))
}

pub(crate) fn idle() -> IdleView {
    IdleView {
        hall_name: "宜春市政务服务中心".into(),
        reads_cards: true,
        reads_chips: true,
        starting: false,
        no_deposit: None,
        free_boxes: 18,
        waiting: 0,
        waiting_since: None,
        open_doors: vec![],
        card_left: false,
        has_guide: true,
        finds: true,
        paper: PartState::Absent,
    }
}

fn window(zh: bool) -> Option<WindowLine> {
    let name = words(zh, "5号窗口（文广旅局）", "Window 5 (文广旅局)");
    Some(WindowLine { name, phone: Some("0795-3998512".into()) })
}

fn staff_place(zh: bool) -> String {
    words(zh, "一楼大门右边服务台，电话 0795-3998500", "Desk on the right of the entrance, phone 0795-3998500")
}

fn words(zh: bool, chinese: &str, english: &str) -> String {
    if zh { chinese } else { english }.to_owned()
}

pub(crate) fn phone(typed: &str, check: PhoneCheck) -> Screen {
    Screen::Phone(PhoneView { known: None, typed: typed.into(), check })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only the page of choices has a place for errands")]
fn with_errands(screen: Screen) -> Screen {
    match screen {
        Screen::Choose(view) => Screen::Choose(TilesView { errands: 2, ..view }),
        other => other,
    }
}

fn tiles(zh: bool, size: TextSize) -> Vec<Sample> {
    let group = |id: &str, chinese: &str, english: &str, items| Tile {
        id: id.into(),
        title: words(zh, chinese, english),
        plain: String::new(),
        icon: String::new(),
        items: Some(items),
    };
    let item = |id: &str, chinese: &str, english: &str, plain: [&str; 2]| Tile {
        id: id.into(),
        title: words(zh, chinese, english),
        plain: words(zh, plain[0], plain[1]),
        icon: String::new(),
        items: None,
    };
    let groups = vec![
        group("performance", "演出文化", "Shows and culture", 4),
        group("road", "道路交通", "Roads and traffic", 5),
        group("business", "开店经营", "Running a business", 6),
        group("food", "食品餐饮", "Food and catering", 3),
        group("home", "住房房产", "Housing", 4),
        group("family", "婚育户籍", "Family and household", 3),
        group("social", "社保医保", "Social insurance", 3),
        group("land", "工程建设", "Building works", 2),
    ];
    let items = vec![
        item(
            "show",
            "营业性演出审批",
            "Commercial performance permit",
            ["办收费的演出、演唱会", "Paid shows and concerts"],
        ),
        item(
            "agency",
            "演出经纪机构设立审批",
            "Setting up a performance agency",
            ["成立演出经纪公司", "Start an agency for performers"],
        ),
        item(
            "net",
            "互联网上网服务营业场所经营单位设立审批",
            "Setting up an internet café",
            ["开网吧", "Open an internet café"],
        ),
        item(
            "ktv",
            "歌舞娱乐场所设立审批",
            "Setting up a dance hall or karaoke",
            ["开歌厅、舞厅", "Open a karaoke bar or dance hall"],
        ),
        item(
            "troupe",
            "文艺表演团体设立审批",
            "Setting up a performing troupe",
            ["成立剧团、乐团", "Start a theatre company or band"],
        ),
    ];
    let choose = |by, within: &str, tiles, pages| {
        Screen::Choose(TilesView {
            by,
            within: within.into(),
            tiles,
            paging: Paging { page: 1, pages },
            signed_in: true,
            errands: 0,
        })
    };
    let hit = |runs: &[(&str, bool)], plain: &str| Hit {
        id: "show".into(),
        title: runs.iter().map(|(text, matched)| ((*text).to_owned(), *matched)).collect(),
        plain: plain.into(),
    };
    let search = |typed: &str, hits: Vec<Hit>, found, pages| {
        Screen::Search(SearchView {
            typed: typed.into(),
            hits,
            paging: Paging { page: 1, pages },
            found,
            keys_abc: false,
            signed_in: true,
        })
    };
    let hits = if zh {
        vec![
            hit(&[("营业性演", true), ("出审批", false)], "办收费的演出、演唱会"),
            hit(&[("营业性演", true), ("出变更审批", false)], "改时间、地点、演员"),
            hit(&[("涉外", false), ("营业性演", true), ("出审批", false)], "有外国演员的演出"),
            hit(&[("举办香港、澳门特别行政区的文艺表演团体参加的", false), ("营业性演", true), ("出审批", false)], ""),
            hit(&[("演出经纪机构从事", false), ("营业性演", true), ("出备案", false)], ""),
        ]
    } else {
        vec![
            hit(&[("Commercial performance permit", false)], "Paid shows and concerts"),
            hit(&[("Commercial performance: change of permit", false)], "Change of time, place, cast"),
            hit(&[("Commercial performance with foreign artists", false)], ""),
            hit(&[("Commercial performances joined by troupes from Hong Kong or Macao", false)], ""),
            hit(&[("Performance agency: filing", false)], ""),
        ]
    };
    let _ = size;
    vec![
        Sample { name: "choose_theme", view: visit(choose(ChooseBy::Theme, "", groups.clone(), 1)) },
        Sample {
            name: "choose_theme_errands",
            view: visit(with_errands(choose(ChooseBy::Theme, "", groups.clone(), 1))),
        },
        Sample {
            name: "choose_department",
            view: View { offline: true, ..visit(choose(ChooseBy::Department, "", groups, 2)) },
        },
        Sample {
            name: "choose_item",
            view: visit(choose(ChooseBy::Theme, &words(zh, "演出文化", "Shows and culture"), items, 2)),
        },
        Sample { name: "search_empty", view: visit(search("", hits[..3].to_vec(), 0, 1)) },
        Sample { name: "search", view: visit(search("yyxy", hits, 7, 2)) },
        Sample { name: "search_none", view: visit(search("qqqz", vec![], 0, 1)) },
    ]
}

fn guide(zh: bool, size: TextSize) -> GuideView {
    let line = |section, chinese: &str, english: &str, unconfirmed| GuideLine {
        section,
        text: words(zh, chinese, english),
        place: Place::Box,
        unconfirmed,
    };
    let mut lines = vec![
        line(
            GuideSection::Conditions,
            "1. 演出内容不违反《营业性演出管理条例》第二十五条",
            "1. The content does not break article 25 of the regulations",
            false,
        ),
        line(
            GuideSection::Conditions,
            "2. 有合格的演出场所和安全、消防批准文件",
            "2. A suitable venue with safety and fire approvals",
            false,
        ),
        line(GuideSection::PromisedLimit, "3个工作日", "3 working days", false),
        line(GuideSection::Fee, "不收费", "Free", false),
        line(GuideSection::Result, "营业性演出准予许可决定", "Decision permitting the performance", true),
        line(GuideSection::Materials, "营业性演出申请登记表", "Application form", false),
        line(GuideSection::Materials, "演出节目单、演员名单", "Programme and cast list", false),
        line(GuideSection::MaterialsDepending, "外国演员的身份证明", "Identity papers of foreign artists", false),
    ];
    if size == TextSize::Large || !zh {
        lines.truncate(4);
    }
    GuideView {
        item: words(zh, "营业性演出审批", "Commercial performance permit"),
        plain: words(zh, "办收费的演出、演唱会", "Paid shows and concerts"),
        department: words(zh, "宜春市文化广电新闻出版旅游局", "Culture, Broadcasting and Tourism Bureau"),
        lines,
        paging: Paging { page: 1, pages: 2 },
        has_unconfirmed: true,
        signed_in: true,
        same: None,
    }
}

/// Five materials, as the list says: some are files.
const COUNT: MaterialCount = MaterialCount { in_box: 3, electronic: 2, shown: 0 };

fn materials(zh: bool, size: TextSize) -> Vec<MaterialRow> {
    let row = |number, chinese: &str, english: &str| MaterialRow {
        number,
        name: words(zh, chinese, english),
        originals: 1,
        copies: 0,
        deferrable: false,
        place: Place::Box,
        only_if: String::new(),
        unconfirmed: false,
    };
    let mut rows = vec![
        row(1, "营业性演出申请登记表", "Application form"),
        MaterialRow {
            copies: 2,
            ..row(2, "与演出场所签订的协议或者场所同意的函件", "Agreement with the venue, or its letter of consent")
        },
        MaterialRow {
            copies: 1,
            originals: 0,
            deferrable: true,
            unconfirmed: true,
            ..row(3, "演员名单及身份证明", "Cast list and identity papers")
        },
        MaterialRow {
            place: Place::Electronic,
            originals: 0,
            ..row(4, "演出节目的视听资料", "Recordings of the programme")
        },
    ];
    if size == TextSize::Large {
        rows.truncate(if zh { 3 } else { 2 });
    }
    rows
}

fn wrong_age(zh: bool, another: bool, ages: Ages) -> Screen {
    Screen::WrongAge(WrongAgeView {
        item: words(zh, "高龄津贴申领", "Old-age Allowance"),
        ages,
        another,
        window: window(zh),
    })
}

fn options(zh: bool) -> Vec<OptionRow> {
    [
        ("inside", "在正规剧场里演出", "In a licensed theatre"),
        ("outside", "在公园、广场等露天场地演出", "In a park, square or other open place"),
        ("both", "都有", "Both"),
    ]
    .iter()
    .map(|(id, chinese, english)| OptionRow {
        id: (*id).into(),
        label: words(zh, chinese, english),
        chosen: *id == "inside",
    })
    .collect()
}

fn item_pages(zh: bool, size: TextSize) -> Vec<Sample> {
    let item = || words(zh, "营业性演出审批", "Commercial performance permit");
    let acting = ["oneself", "another_person", "organisation"]
        .iter()
        .map(|id| OptionRow { id: (*id).into(), label: String::new(), chosen: false })
        .collect();
    let question = |asks, options| Screen::Situation(QuestionView { asks, options, multiple: false, item: item() });
    vec![
        Sample { name: "guide", view: visit(Screen::Guide(guide(zh, size))) },
        Sample {
            name: "guide_same_case",
            view: visit(Screen::Guide(GuideView {
                lines: guide(zh, size).lines.into_iter().take(3).collect(),
                same: Some(SameCase { receipt: "10101000000141".into(), state: words(zh, "已存件", "handed in") }),
                ..guide(zh, size)
            })),
        },
        Sample {
            name: "guide_without_card",
            view: view(Screen::Guide(GuideView { signed_in: false, ..guide(zh, size) })),
        },
        Sample { name: "acting_for", view: visit(question(Asks::ActingFor, acting)) },
        Sample {
            name: "situation",
            view: visit(question(
                Asks::Words(words(zh, "演出在哪里举行？", "Where will the show take place?")),
                options(zh),
            )),
        },
        Sample {
            name: "situation_multiple",
            view: visit(Screen::Situation(QuestionView {
                asks: Asks::Words(words(zh, "参加演出的有哪些人？", "Who takes part?")),
                options: options(zh),
                multiple: true,
                item: item(),
            })),
        },
        Sample {
            name: "not_here",
            view: visit(Screen::NotHere {
                item: item(),
                go: words(
                    zh,
                    "有外国演员参加的演出，要到3号窗口办，因为需要当面核对护照",
                    "Shows with foreign artists are handled at window 3, where passports are looked at",
                ),
            }),
        },
        Sample { name: "wrong_age", view: visit(wrong_age(zh, true, Ages { from: 80, to: None })) },
        Sample { name: "wrong_age_ends", view: visit(wrong_age(zh, false, Ages { from: 16, to: Some(59) })) },
        Sample {
            name: "materials",
            view: visit(Screen::Materials(MaterialsView {
                item: item(),
                rows: materials(zh, size),
                count: COUNT,
                paging: Paging { page: 1, pages: 2 },
                prints: true,
            })),
        },
        Sample {
            name: "missing",
            view: visit(Screen::Missing(MissingView {
                item: item(),
                rows: materials(zh, size),
                count: COUNT,
                paging: Paging { page: 1, pages: 2 },
                window: window(zh),
                paper: PrintState::Printed,
            })),
        },
        Sample { name: "no_box", view: visit(Screen::NoBox { why: NoDeposit::Full, window: window(zh) }) },
    ]
}

fn answers(zh: bool, size: TextSize) -> Vec<Sample> {
    let field =
        |label: &str, input, problem| Screen::Field(FieldView { label: label.into(), input, optional: false, problem });
    let row = |id: &str, label, value: &str| CheckRow {
        id: (!id.is_empty()).then(|| id.to_owned()),
        label,
        value: value.into(),
    };
    let fixed = vec![row("", CheckLabel::Applicant, "欧**")];
    let rows = [
        row("item", CheckLabel::Item, &words(zh, "营业性演出审批", "Commercial performance permit")),
        row("materials", CheckLabel::Materials(COUNT), ""),
        row("phone", CheckLabel::Phone, "138****1234"),
        row("question:acting_for", CheckLabel::ActingFor, "organisation"),
        row(
            "field:organisation:name",
            CheckLabel::Words(words(zh, "单位名称", "Name of the organisation")),
            "临江市春之声演艺有限公司",
        ),
        row(
            "field:organisation:code",
            CheckLabel::Words(words(zh, "统一社会信用代码", "Unified social credit code")),
            "91330100799655058B",
        ),
        row(
            "question:q1",
            CheckLabel::Words(words(zh, "演出在哪里举行？", "Where will the show take place?")),
            &words(zh, "在正规剧场里演出", "In a licensed theatre"),
        ),
    ];
    // In large text the journey leaves the last ones to a further page.
    let fit = match (size, zh) {
        (TextSize::Normal, _) => rows.len(),
        (TextSize::Large, true) => 4,
        (TextSize::Large, false) => 3,
    };
    let turned = Screen::Check(CheckView {
        fixed: fixed.clone(),
        rows: rows[..fit.min(6)].to_vec(),
        paging: Paging { page: 1, pages: 2 },
    });
    let pages = if fit == rows.len() { 1 } else { 2 };
    let check = Screen::Check(CheckView { fixed, rows: rows[..fit].to_vec(), paging: Paging { page: pages, pages } });
    let text = TextView {
        label: words(zh, "演出的名称", "Name of the show"),
        text: "宜春之声".into(),
        letters: "yinyue".into(),
        candidates: ["音乐会", "音乐", "因约", "引越", "银月", "阴"].map(String::from).to_vec(),
        keys_abc: false,
        optional: true,
        problem: None,
    };
    // A further page: names are written with any of them.
    let characters = "音阴银引因印饮隐饵吟尹殷瘾淫茵姻寅龈垠荫蚓胤氤铟喑堙夤狺霪鄞湮茚吲洇崟訚酳慭愔骃闉骎𬤇𬘡";
    let more = TextView {
        letters: "yin".into(),
        candidates: characters.chars().map(String::from).chain(["阴阳".into(), "饮用".into()]).collect(),
        ..text.clone()
    };
    vec![
        Sample { name: "phone", view: visit(phone("138 1234 5", PhoneCheck::Incomplete(3))) },
        Sample { name: "phone_good", view: visit(phone("138 1234 5678", PhoneCheck::Good)) },
        Sample { name: "phone_wrong", view: visit(phone("12", PhoneCheck::WrongStart)) },
        Sample {
            name: "phone_known",
            view: visit(Screen::Phone(PhoneView {
                known: Some("138****1234".into()),
                typed: String::new(),
                check: PhoneCheck::Empty,
            })),
        },
        Sample {
            name: "field_date",
            view: visit(field(
                &words(zh, "哪一天演出？", "On which day is the show?"),
                FieldInput::Date("2026 02 3".into()),
                Some(FieldProblem::Impossible),
            )),
        },
        Sample {
            name: "field_options",
            view: visit(field(
                &words(zh, "演出场地在哪个区？", "In which district is the venue?"),
                FieldInput::Options { rows: options(zh), multiple: false },
                None,
            )),
        },
        Sample {
            name: "field_org_code",
            view: visit(field(
                &words(zh, "统一社会信用代码", "Unified social credit code"),
                FieldInput::OrgCode("9136 0902 MA35".into()),
                None,
            )),
        },
        Sample { name: "text", view: visit(Screen::Text(text)) },
        Sample { name: "text_more", view: visit(Screen::Text(more)) },
        Sample { name: "check_turned", view: visit(turned) },
        Sample { name: "check", view: visit(check) },
        Sample {
            name: "box_size",
            view: visit(Screen::BoxSize(BoxSizeView {
                sizes: [("envelope", 6), ("A4", 11), ("large", 1)]
                    .map(|(id, free)| BoxSizeRow { id: id.into(), free, chosen: false })
                    .to_vec(),
            })),
        },
    ]
}

pub(crate) fn door(phase: DoorPhase) -> DoorView {
    DoorView {
        compartment: 12,
        purpose: DoorPurpose::Deposit,
        phase,
        instead_of: None,
        can_bigger: false,
        no_larger: false,
        can_found: false,
        can_say_in: false,
        cabinet: (1..=24).map(|no| CabinetCell { no, size: "A4".into() }).collect(),
    }
}

pub(crate) fn done(zh: bool) -> DoneView {
    DoneView {
        receipt: "1101202600000178".into(),
        qr: Qr::Progress("https://hall.linjiang.example/p/1101202600000178".into()),
        compartment: 12,
        item: words(zh, "营业性演出审批", "Commercial performance permit"),
        organisation: String::new(),
        materials: COUNT,
        made_at: "2026-11-23 14:02".into(),
        answer_by: Some("2026-11-30".into()),
        window: window(zh),
        has_phone: true,
        offline: false,
        unconfirmed: None,
        can_reopen: true,
        reopen_failed: false,
        paper: PrintState::Printed,
    }
}

fn locker(zh: bool) -> Vec<Sample> {
    let door_page = |phase| visit(Screen::Door(door(phase)));
    let at_door = door_page(DoorPhase::Open);
    vec![
        // The page before says which step it is.
        Sample { name: "saving", view: View { step: at_door.step, ..visit(Screen::Saving { opens: true }) } },
        Sample { name: "saving_shut", view: View { step: at_door.step, ..visit(Screen::Saving { opens: false }) } },
        Sample {
            name: "door_opening_other",
            view: visit(Screen::Door(DoorView { instead_of: Some(11), ..door(DoorPhase::Opening { attempt: 1 }) })),
        },
        Sample {
            name: "door_open",
            view: visit(Screen::Door(DoorView { can_bigger: true, can_found: true, ..door(DoorPhase::Open) })),
        },
        Sample {
            name: "door_reminder",
            view: visit(Screen::Door(DoorView { can_bigger: true, can_found: true, ..door(DoorPhase::Reminder) })),
        },
        Sample {
            name: "door_no_larger",
            view: visit(Screen::Door(DoorView { no_larger: true, can_found: true, ..door(DoorPhase::Open) })),
        },
        Sample { name: "door_staff_called", view: door_page(DoorPhase::StaffCalled) },
        Sample {
            name: "door_not_opening",
            view: visit(Screen::Door(DoorView { can_say_in: true, ..door(DoorPhase::Opening { attempt: 2 }) })),
        },
        Sample { name: "door_shut_for_bigger", view: door_page(DoorPhase::ShutForBigger) },
        Sample { name: "door_shut_for_other", view: door_page(DoorPhase::ShutForOther) },
        Sample { name: "door_not_seen", view: door_page(DoorPhase::NotSeen) },
        Sample { name: "ask_paper_in", view: visit(Screen::AskPaperIn { compartment: 12 }) },
        Sample { name: "record_failed", view: visit(Screen::RecordFailed { paper_in: None, window: window(zh) }) },
        Sample { name: "record_failed_inside", view: visit(Screen::RecordFailed { paper_in: Some(12), window: None }) },
        Sample { name: "not_deposited", view: visit(Screen::NotDeposited { window: window(zh) }) },
        Sample { name: "done", view: visit(Screen::Done(done(zh))) },
        Sample {
            name: "done_for_organisation",
            view: visit(Screen::Done(DoneView {
                organisation: "临江市春之声演艺有限公司".into(), ..done(zh)
            })),
        },
        Sample {
            name: "done_offline",
            view: View {
                offline: true,
                ..visit(Screen::Done(DoneView {
                    offline: true,
                    answer_by: None,
                    has_phone: false,
                    can_reopen: false,
                    paper: PrintState::Failed,
                    qr: Qr::Number("1101202600000178".into()),
                    ..done(zh)
                }))
            },
        },
        Sample {
            name: "done_unconfirmed",
            view: visit(Screen::Done(DoneView {
                unconfirmed: Some(UnconfirmedReason::OpeningNotSeen),
                reopen_failed: true,
                can_reopen: false,
                paper: PrintState::None,
                qr: Qr::Number("1101202600000178".into()),
                ..done(zh)
            })),
        },
    ]
}

fn errands(zh: bool, size: TextSize) -> Vec<Sample> {
    let row = |id: &str, chinese: &str, english: &str, state: (&str, &str), todo| ErrandRow {
        id: id.into(),
        item: words(zh, chinese, english),
        organisation: String::new(),
        receipt: "1101202600000178".into(),
        state: words(zh, state.0, state.1),
        todo,
    };
    let result = row(
        "1",
        "营业性演出审批",
        "Commercial performance permit",
        ("待取件", "Result ready"),
        Some(TodoView::PickUp { compartment: 12 }),
    );
    let result = ErrandRow { organisation: "临江市春之声演艺有限公司".into(), ..result };
    let correct = row(
        "2",
        "食品经营许可（新办、变更、延续、补办、注销）",
        "Food business licence (new, change, renewal, replacement, cancellation)",
        ("待补正", "Waiting for corrections"),
        Some(TodoView::Correct { missing: 3 }),
    );
    let elsewhere = row(
        "3",
        "教师资格认定",
        "Teacher qualification",
        ("待取件", "Result ready"),
        Some(TodoView::PickUpElsewhere { kiosk: "2号大厅自助区".into() }),
    );
    let running = row("4", "社会保障卡申领", "Social security card", ("办理中", "In progress"), None);
    let line = |chinese: &str, english: &str, reason: (&str, &str), originals, copies| MissingLine {
        name: words(zh, chinese, english),
        reason: words(zh, reason.0, reason.1),
        originals,
        copies,
    };
    let view = |row: ErrandRow, told: (&str, &str), missing| ErrandView {
        row,
        told: words(zh, told.0, told.1),
        due: Some("2026-12-03".into()),
        missing,
        paging: Paging { page: 1, pages: 1 },
        blocked: false,
        window: window(zh),
    };
    let missing = vec![
        line("食品经营许可证申请书", "Application form", ("缺少签字或盖章", "not signed or stamped"), 1, 0),
        line(
            "与食品经营相适应的主要设备设施布局、操作流程图",
            "Plan of equipment and operation",
            ("未提交", "not handed in"),
            1,
            1,
        ),
        line("食品安全管理制度文本", "Food safety rules", ("复印件不清晰", "the copy is illegible"), 0, 2),
    ];
    let told = ("材料需要补正，告知书一次列明了全部内容", "Papers need correcting; the notice lists everything");
    let running_told = ("您的申请已受理", "Your application is accepted");
    let ready = ("办理结果已备好，请领取", "Your result is ready");
    let corrected = view(correct.clone(), told, missing);
    let mut all = vec![result.clone(), correct, elsewhere.clone()];
    // In large text the journey leaves the last ones to a further page.
    if size == TextSize::Large || !zh {
        all.pop();
    }
    let pad = StaffPadView {
        name: String::new(),
        typed: 4,
        of: 6,
        checking: false,
        refused: Some(StaffRefusal::WrongCode),
        tries_left: Some(4),
    };
    vec![
        Sample {
            name: "errands",
            view: visit(Screen::Errands(ErrandsView { rows: all, paging: Paging { page: 1, pages: 2 } })),
        },
        Sample { name: "errand_result", view: visit(Screen::Errand(view(result, ready, vec![]))) },
        Sample { name: "errand_elsewhere", view: visit(Screen::Errand(view(elsewhere, ready, vec![]))) },
        Sample { name: "errand_running", view: visit(Screen::Errand(view(running, running_told, vec![]))) },
        Sample { name: "errand_correct", view: visit(Screen::Errand(corrected.clone())) },
        Sample { name: "errand_blocked", view: visit(Screen::Errand(ErrandView { blocked: true, ..corrected })) },
        Sample { name: "pickup_code", view: visit(Screen::PickupCode(pad)) },
        Sample {
            name: "pickup_door",
            view: visit(Screen::PickupDoor(DoorView { purpose: DoorPurpose::PickUp, ..door(DoorPhase::Open) })),
        },
        Sample { name: "ask_taken", view: visit(Screen::AskTaken { compartment: 12 }) },
        Sample { name: "pickup_failed", view: visit(Screen::PickupFailed { compartment: 12, window: window(zh) }) },
        Sample { name: "rate", view: visit(Screen::Rate { rated: None }) },
        Sample { name: "rated", view: visit(Screen::Rate { rated: Some(5) }) },
    ]
}

fn staff() -> Vec<Sample> {
    let pad =
        |of| StaffPadView { name: "刘窗口".into(), typed: 3, of, checking: false, refused: None, tries_left: None };
    let row = |compartment: u16, kind, receipt: &str| StaffBoxRow {
        id: compartment.to_string(),
        compartment,
        receipt: (!receipt.is_empty()).then(|| receipt.to_owned()),
        kind,
    };
    let rows = vec![
        row(9, StaffDoorKind::Load, "1101202600000144"),
        row(7, StaffDoorKind::Armed, "1101202600000178"),
        row(12, StaffDoorKind::Paper, "1101202600000186"),
        row(3, StaffDoorKind::ToBeConfirmed, "1101202600000097"),
        row(21, StaffDoorKind::SetAside, ""),
    ];
    let results =
        vec![row(0, StaffDoorKind::LoadNoRoom, "1101202600000144"), row(5, StaffDoorKind::Result, "1101202600000129")];
    let boxes = |rows, stuck| {
        Screen::StaffBoxes(StaffBoxesView {
            name: "刘窗口".into(),
            rows,
            paging: Paging { page: 1, pages: 1 },
            stuck,
            record_failed: false,
        })
    };
    let opened = |purpose| Screen::StaffDoor(DoorView { purpose, ..door(DoorPhase::Open) });
    let affirm = |opening_seen, receipt: Option<&str>| Screen::StaffAffirm {
        compartment: 7,
        receipt: receipt.map(str::to_owned),
        opening_seen,
        loading: false,
    };
    vec![
        Sample {
            name: "staff_pin",
            view: view(Screen::StaffPin(StaffPadView {
                refused: Some(StaffRefusal::WrongPin),
                tries_left: Some(3),
                ..pad(6)
            })),
        },
        Sample { name: "staff_code", view: view(Screen::StaffCode(pad(6))) },
        Sample { name: "staff_boxes", view: view(boxes(rows, None)) },
        Sample { name: "staff_boxes_results", view: view(boxes(results, None)) },
        Sample { name: "staff_boxes_none", view: view(boxes(vec![], Some(7))) },
        Sample { name: "staff_door", view: view(opened(DoorPurpose::Collect)) },
        Sample { name: "staff_loading", view: view(opened(DoorPurpose::Load)) },
        Sample {
            name: "staff_affirm_loaded",
            view: view(Screen::StaffAffirm {
                compartment: 9,
                receipt: Some("1101202600000144".into()),
                opening_seen: true,
                loading: true,
            }),
        },
        Sample { name: "staff_affirm", view: view(affirm(true, Some("1101202600000178"))) },
        Sample { name: "staff_affirm_unseen", view: view(affirm(false, None)) },
        Sample { name: "staff_locked", view: view(Screen::StaffRefused { why: StaffRefusal::Locked }) },
        Sample { name: "staff_unknown_card", view: view(Screen::StaffRefused { why: StaffRefusal::UnknownCard }) },
        Sample { name: "staff_roster_expired", view: view(Screen::StaffRefused { why: StaffRefusal::RosterExpired }) },
    ]
}

fn outside(zh: bool) -> Vec<Sample> {
    let out = |why| View { staff_place: staff_place(zh), ..view(Screen::OutOfService { why, detail: String::new() }) };
    let trouble = |problem| view(Screen::CardProblem { problem });
    let idle_view = |idle| view(Screen::Idle(idle));
    vec![
        Sample { name: "starting", view: view(Screen::Starting) },
        Sample {
            name: "not_enrolled",
            view: view(Screen::NotEnrolled {
                command: "kiosk enrol --config /etc/kiosk.toml --backend https://hall.example --code CODE".into(),
            }),
        },
        Sample { name: "out_of_service_revoked", view: out(OutOfServiceReason::Revoked) },
        Sample { name: "out_of_service_forked", view: out(OutOfServiceReason::JournalForked) },
        Sample { name: "out_of_service_damaged", view: out(OutOfServiceReason::JournalDamaged) },
        Sample {
            name: "out_of_service_broken",
            view: view(Screen::OutOfService {
                why: OutOfServiceReason::Broken,
                detail: "data_dir-not-writable".into(),
            }),
        },
        Sample { name: "shut_doors", view: view(Screen::ShutDoors { doors: vec![3, 7] }) },
        Sample { name: "idle", view: idle_view(idle()) },
        Sample {
            name: "idle_offline",
            view: View {
                offline: true,
                ..idle_view(IdleView {
                    waiting: 3,
                    waiting_since: Some("2026-11-23 09:41".into()),
                    finds: false,
                    ..idle()
                })
            },
        },
        Sample { name: "idle_no_chips", view: idle_view(IdleView { reads_chips: false, ..idle() }) },
        Sample { name: "idle_reader_down", view: idle_view(IdleView { reads_cards: false, ..idle() }) },
        Sample {
            name: "idle_full",
            view: idle_view(IdleView { no_deposit: Some(NoDeposit::Full), free_boxes: 0, ..idle() }),
        },
        Sample { name: "idle_paper_out", view: idle_view(IdleView { paper: PartState::Failed, ..idle() }) },
        Sample { name: "idle_card_left", view: idle_view(IdleView { card_left: true, ..idle() }) },
        Sample { name: "idle_open_doors", view: idle_view(IdleView { open_doors: vec![3], ..idle() }) },
        Sample { name: "reading_card", view: view(Screen::ReadingCard { travel_document: false }) },
        Sample { name: "card_taken_too_soon", view: trouble(CardProblem::TakenTooSoon) },
        Sample { name: "card_unknown", view: trouble(CardProblem::UnknownCard) },
        Sample { name: "card_expired", view: trouble(CardProblem::Expired) },
        Sample { name: "card_wrong_check_digit", view: trouble(CardProblem::WrongCheckDigit) },
        Sample { name: "card_no_answer", view: trouble(CardProblem::NoAnswer) },
        Sample { name: "card_reader_lost", view: trouble(CardProblem::ReaderLost) },
    ]
}

fn documents() -> Vec<Sample> {
    let part = |part, typed: &str, problem| DocumentView {
        part,
        typed: typed.into(),
        problem,
        misread: false,
        card_there: true,
        changing: false,
        keys_abc: false,
    };
    let check = |state, card_there| {
        view(Screen::DocumentCheck(DocumentCheckView {
            number: "L898902C3".into(),
            birth: "1974-08-12".into(),
            expiry: "2032-04-15".into(),
            state,
            card_there,
        }))
    };
    let page = |part| view(Screen::Document(part));
    vec![
        Sample { name: "reading_document", view: view(Screen::ReadingCard { travel_document: true }) },
        Sample { name: "document_number", view: page(part(DocumentPart::Number, "L8989", None)) },
        Sample {
            name: "document_number_lifted",
            view: page(DocumentView { card_there: false, keys_abc: true, ..part(DocumentPart::Number, "", None) }),
        },
        Sample { name: "document_birth", view: page(part(DocumentPart::Birth, "1974-08", None)) },
        Sample {
            name: "document_birth_wrong",
            view: page(part(DocumentPart::Birth, "1974-02-31", Some(DocumentProblem::NoSuchDay))),
        },
        Sample {
            name: "document_expiry",
            view: page(DocumentView { changing: true, ..part(DocumentPart::Expiry, "2032-04-15", None) }),
        },
        Sample {
            name: "document_expiry_wrong",
            view: page(part(DocumentPart::Expiry, "1932-04-15", Some(DocumentProblem::BeforeBirth))),
        },
        Sample { name: "document_refused", view: check(DocumentState::Refused, true) },
        Sample { name: "document_refused_lifted", view: check(DocumentState::Refused, false) },
        Sample { name: "document_misread", view: check(DocumentState::Misread, true) },
        Sample { name: "document_put_back", view: check(DocumentState::Given, false) },
        Sample { name: "document_compare", view: check(DocumentState::Given, true) },
    ]
}

fn finding(zh: bool) -> Vec<Sample> {
    let number = |typed: &str, problem| {
        let whole = typed.len() == 14;
        view(Screen::FindNumber(FindNumberView { typed: typed.into(), whole, problem, scans: true }))
    };
    let last = |typed: &str, letters, refused| {
        view(Screen::FindLastFour(FindLastFourView {
            receipt: "10101000000186".into(),
            typed: typed.into(),
            whole: typed.len() == 4,
            letters,
            keys_abc: false,
            asking: false,
            refused,
        }))
    };
    let progress = |state: (&str, &str), told: (&str, &str)| ProgressView {
        receipt: "10101000000186".into(),
        state: words(zh, state.0, state.1),
        told: words(zh, told.0, told.1),
        due: None,
        paused: false,
        next: String::new(),
        here: None,
    };
    let correct = ProgressView {
        due: Some((words(zh, "请您在这天之前补交", "Bring what is missing by"), "2026-12-15".into())),
        next: words(
            zh,
            "到大厅的自助终端刷身份证，看要补哪些材料，补好放进柜子；也可以到“3号窗口 文化旅游”补交",
            "Tap your ID card at a terminal of the hall: it lists what is missing and takes it. Or go to “3号窗口 文化旅游”",
        ),
        ..progress(
            ("待补正", "Waiting for corrections"),
            ("材料需要补正，告知书一次列明了全部内容", "Papers need correcting; the notice lists everything"),
        )
    };
    let running = ProgressView {
        due: Some((words(zh, "最迟答复是否受理", "Accepted or not by"), "2026-11-30".into())),
        ..progress(("已收件", "Received by the window"), ("窗口已收到您的材料", "The window has your papers"))
    };
    let here = ProgressView {
        due: Some((words(zh, "请您在这天之前领取", "Fetch it by"), "2026-12-18".into())),
        here: Some(12),
        ..progress(("待取件", "Result ready"), ("办理结果已备好，请领取", "The result is ready: please fetch it"))
    };
    let paused = ProgressView {
        paused: true,
        ..progress(("特别程序", "Special procedure"), ("正在专家评审", "Experts review it"))
    };
    vec![
        Sample { name: "find_number", view: number("101010", None) },
        Sample { name: "find_number_other_code", view: number("", Some(FindProblem::NotAReceipt)) },
        Sample { name: "find_number_wrong", view: number("10101000000187", Some(FindProblem::WrongNumber)) },
        Sample { name: "find_last_four", view: last("002X", false, false) },
        Sample { name: "find_last_four_letters", view: last("2C", true, false) },
        Sample { name: "find_last_four_refused", view: last("", false, true) },
        Sample { name: "find_offline", view: view(Screen::FindFailed { why: FindFailure::Offline }) },
        Sample { name: "find_too_many", view: view(Screen::FindFailed { why: FindFailure::TooMany }) },
        Sample { name: "find_no_answer", view: view(Screen::FindFailed { why: FindFailure::NoAnswer }) },
        Sample { name: "progress_running", view: view(Screen::Progress(running)) },
        Sample { name: "progress_correct", view: view(Screen::Progress(correct)) },
        Sample { name: "progress_here", view: view(Screen::Progress(here)) },
        Sample { name: "progress_paused", view: view(Screen::Progress(paused)) },
    ]
}

fn overlays(zh: bool) -> Vec<Sample> {
    let over = |overlay| View { overlay: Some(overlay), ..visit(phone("138 1234 5", PhoneCheck::Incomplete(3))) };
    vec![
        Sample { name: "overlay_still_there", view: over(Overlay::StillThere { seconds_left: 23 }) },
        Sample { name: "overlay_help", view: over(Overlay::Help { received: true }) },
        Sample {
            name: "overlay_help_unheard",
            view: View { staff_place: staff_place(zh), ..over(Overlay::Help { received: false }) },
        },
        Sample { name: "overlay_another_person", view: over(Overlay::AnotherPerson) },
    ]
}

/// Every page, in one language and size.
pub(crate) fn all(language: Language, size: TextSize) -> Vec<Sample> {
    let zh = language == Language::Zh;
    let mut samples = outside(zh);
    samples.extend(documents());
    samples.extend(finding(zh));
    samples.extend(tiles(zh, size));
    samples.extend(item_pages(zh, size));
    samples.extend(answers(zh, size));
    samples.extend(locker(zh));
    samples.extend(errands(zh, size));
    samples.extend(staff());
    samples.extend(overlays(zh));
    for sample in &mut samples {
        sample.view.language = language;
        sample.view.text_size = size;
    }
    samples
}
