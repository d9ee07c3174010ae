//! Values of the domain as words, chips and lights. Every function names every value: a new one does not compile until
//! it has its words.

use hall_rules::clock::Light;
use hall_rules::{CaseState, Role};
use kiosk_wire::kiosk_api::{CompartmentState, DeviceState, DoorState};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily};
use kiosk_wire::{Code, DirectiveOutcome};

use super::words::Lang;
use crate::domain::views::{Due, Filter, Happening, InboxRow};

impl Lang {
    /// Class of a case's chip and the word in it. Someone on the way shows before the state does.
    pub(super) fn chip(&self, row: &InboxRow) -> (&'static str, &'static str) {
        if row.state == CaseState::Deposited && row.collecting.is_some() {
            return ("moving", self.t("正在取件", "Being collected"));
        }
        (chip_class(row.state), self.pair(row.state.words()))
    }

    /// Class of a deadline light and its words: never colour alone, always word and number.
    pub(super) fn light(&self, due: &Due) -> (&'static str, String) {
        match due {
            Due::None => ("none", "—".to_owned()),
            Due::CalendarMissing => ("soon", self.t("缺工作日历", "calendar missing").to_owned()),
            Due::Paused => ("none", self.t("⏸ 暂停计时", "⏸ clock stands still").to_owned()),
            Due::Running { days_left, light, .. } => {
                let words = match *days_left {
                    ..0 => self.over(days_left.unsigned_abs()),
                    0 => self.t("今天到期", "due today").to_owned(),
                    days => self.left(days),
                };
                (light_class(light), words)
            }
        }
    }

    fn left(&self, days: i32) -> String {
        match self {
            Self::Zh => format!("剩 {days} 个工作日"),
            Self::En => format!("{days} working day{} left", if days == 1 { "" } else { "s" }),
        }
    }

    fn over(&self, days: u32) -> String {
        match self {
            Self::Zh => format!("已超 {days} 个工作日"),
            Self::En => format!("{days} working day{} over", if days == 1 { "" } else { "s" }),
        }
    }

    /// A saved view of the inbox.
    pub(super) fn filter(&self, filter: &Filter) -> &'static str {
        match filter {
            Filter::New => self.t("新件", "New"),
            Filter::Work => self.t("待办理", "To work on"),
            Filter::Waiting => self.t("等候中", "Waiting"),
            Filter::Mine => self.t("我的", "Mine"),
            Filter::Attention => self.t("需留意", "Attention"),
            Filter::All => self.t("全部", "All"),
        }
    }

    /// The one of two wordings of the rules.
    pub(super) fn pair(&self, (zh, en): (&'static str, &'static str)) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// What happened to a case.
    pub(super) fn happening(&self, what: &Happening) -> &'static str {
        match what {
            Happening::Case(event) => self.pair(event.words()),
            Happening::DepositIntended => self.t("为存件开柜", "Box opened for the deposit"),
            Happening::DepositReopened => self.t("申请人再次开柜补放", "Opened again by the applicant"),
            Happening::DepositMoved => self.t("换到另一个柜子", "Moved to another box"),
            Happening::CollectionArmed => self.t("去取件", "On the way to the box"),
            Happening::CollectionAnswered => self.t("终端答复取件", "The terminal answered"),
            Happening::CollectionCancelled => self.t("不取了", "Did not collect"),
            Happening::CollectionOpened => self.t("为取件开柜", "Box opened for staff"),
            Happening::CollectionClosed => self.t("取件后柜门已关", "Shut again by staff"),
            Happening::EmptinessAffirmed => self.t("确认柜子已取空", "Box affirmed empty"),
            Happening::OpenedFromDesk => self.t("负责人从桌面开柜", "Opened from the desk by a chief"),
            Happening::CompartmentSetAside => self.t("柜子停用", "Box taken out of service"),
            Happening::ReturnedToService => self.t("柜子恢复使用", "Box returned to service"),
        }
    }

    /// The word in a happening's note, when it is one of ours; staff's own words stay as they are.
    pub(super) fn reason<'a>(&self, note: &'a str) -> &'a str {
        match note {
            "interrupted" => self.t("存件时终端中断", "the terminal stopped during the deposit"),
            "opening_not_seen" => self.t("没有看到柜门打开过", "no opening of the door was seen"),
            "line_lost" => self.t("门开着时锁控板失去联系", "the lock board was lost while the door was open"),
            "too_small" => self.t("放不下", "it did not fit"),
            "door_stuck" => self.t("柜门打不开", "the door did not open"),
            "found_something" => self.t("柜里有别的东西", "something was in it"),
            "identity" => self.t("核对身份", "check identity"),
            "keying" => self.t("录入系统", "key it in"),
            "enquiry" => self.t("答复询问", "answer an enquiry"),
            "unconfirmed" => self.t("存件待核实", "deposit to be checked"),
            "forced" => self.t("柜门被强行打开", "the door was forced"),
            "unknown" => self.t("柜内情况不明", "its content is unknown"),
            "no_door_opened" => self.t("没有柜门能打开", "no door opened"),
            "taken_back" => self.t("申请人全部拿回", "the applicant took everything back"),
            "armed" => self.t("已为您留好", "ready for you"),
            "done" => self.t("已办", "done"),
            "expired" => self.t("已过期", "expired"),
            "old_generation" => self.t("服务器恢复过备份，指令作废", "void: the server was restored from a backup"),
            "no_longer_true" => self.t("柜里已经不是这个件", "another case or nothing is in that box now"),
            "no_such_compartment" => self.t("没有这个柜子或已停用", "no such box, or out of service"),
            "line_down" => self.t("锁控板不通", "the line to the lock board is down"),
            "disarmed" => self.t("已取消", "cancelled"),
            "not_understood" => self.t("终端版本太旧，看不懂", "the terminal is too old to know this"),
            other => other,
        }
    }

    /// What a terminal's answer to *collect* means for the clerk; nothing when all is well.
    pub(super) fn refused(&self, outcome: &DirectiveOutcome) -> Option<&'static str> {
        Some(match outcome {
            DirectiveOutcome::Armed | DirectiveOutcome::Done | DirectiveOutcome::Disarmed => return None,
            DirectiveOutcome::Expired => self.t(
                "指令到终端时已过期，请再按一次“去取件”。",
                "It reached the terminal too late: press Collect again.",
            ),
            DirectiveOutcome::OldGeneration => self.t(
                "服务器恢复过备份，请再按一次“去取件”。",
                "The server was restored from a backup: press Collect again.",
            ),
            DirectiveOutcome::NoLongerTrue => self.t(
                "终端说：这个柜子里已不是这个件。请到柜前核对。",
                "The terminal says another case, or none, is in that box: go and look.",
            ),
            DirectiveOutcome::NoSuchCompartment => self.t(
                "终端说：没有这个柜子，或它已停用。",
                "The terminal says this box does not exist or is out of service.",
            ),
            DirectiveOutcome::DoorStuck => self.t(
                "柜门没有打开。请到柜前看看，或请负责人处理。",
                "The door did not open: go and look, or ask a chief.",
            ),
            DirectiveOutcome::LineDown => {
                self.t("锁控板不通，请联系维护人员。", "The lock board does not answer: call the technician.")
            }
            DirectiveOutcome::NotUnderstood | DirectiveOutcome::Unknown => self.t(
                "终端看不懂这个指令，可能需要升级。",
                "The terminal does not know this request: it may need an update.",
            ),
        })
    }

    /// A family of documents.
    pub(super) fn document(&self, family: &DocumentFamily) -> &'static str {
        match family {
            DocumentFamily::ResidentNumber => self.t("公民身份号码", "ID number"),
            DocumentFamily::ForeignResidentOld => self.t("外国人永久居留证号", "Foreign permanent resident no."),
            DocumentFamily::TravelDocument => self.t("旅行证件号", "Travel document no."),
        }
    }

    /// How far the card's reading can be trusted, and what that means.
    pub(super) fn assurance(&self, assurance: &Assurance) -> &'static str {
        match assurance {
            Assurance::SamVerified => self.t("身份证，已由安全模块核验", "ID card, verified by the security module"),
            Assurance::ChipVerified => self.t("证件芯片已核验", "the document's chip proved itself"),
            Assurance::ReadOnly => {
                self.t("只读卡，收件时请核对本人证件", "read only: check the person's ID at the window")
            }
        }
    }

    /// For whom the applicant acts.
    pub(super) fn acting_for(&self, acting_for: &ActingFor) -> &'static str {
        match acting_for {
            ActingFor::Oneself => self.t("本人", "themself"),
            ActingFor::AnotherPerson => self.t("受他人委托（核对委托书）", "another person (check the mandate)"),
            ActingFor::Organisation => self.t("单位（核对授权）", "an organisation (check the authority)"),
        }
    }

    /// Words of a box's state on the map.
    pub(super) fn compartment(&self, state: &CompartmentState) -> &'static str {
        match state {
            CompartmentState::Free => self.t("空闲", "Free"),
            CompartmentState::Reserved => self.t("正在存件", "Deposit under way"),
            CompartmentState::Paper => self.t("有件", "Holds paper"),
            CompartmentState::ToBeConfirmed => self.t("待确认取空", "To be confirmed"),
            CompartmentState::SetAside => self.t("停用", "Out of service"),
        }
    }

    /// One letter that tells a box's state without colour.
    pub(super) fn letter(&self, state: &CompartmentState) -> &'static str {
        match state {
            CompartmentState::Free => self.t("空", "F"),
            CompartmentState::Reserved => self.t("存", "D"),
            CompartmentState::Paper => self.t("件", "P"),
            CompartmentState::ToBeConfirmed => self.t("核", "C"),
            CompartmentState::SetAside => self.t("停", "X"),
        }
    }

    /// Class and word of a device's state.
    pub(super) fn device(&self, state: &DeviceState) -> (&'static str, &'static str) {
        match state {
            DeviceState::Starting => ("off", self.t("启动中", "starting")),
            DeviceState::Ok => ("ok", self.t("正常", "well")),
            DeviceState::Degraded => ("limited", self.t("受限", "limited")),
            DeviceState::Lost => ("bad", self.t("失联", "lost")),
            DeviceState::Fault => ("bad", self.t("故障", "fault")),
            DeviceState::Absent => ("off", self.t("未安装", "not fitted")),
        }
    }

    /// Why a terminal calls staff. It says so in English, with a box's number in it.
    pub(super) fn call(&self, why: &str) -> String {
        let number: String = why.chars().filter(char::is_ascii_digit).collect();
        let pattern = if number.is_empty() { why.to_owned() } else { why.replacen(&number, "#", 1) };
        let zh = match (self, pattern.as_str()) {
            (Self::En, _) => return why.to_owned(),
            (Self::Zh, "somebody pressed Help") => "有人按了“帮助”",
            (Self::Zh, "door # has been open for a minute") => "#号柜门开着超过一分钟",
            (Self::Zh, "doors were open when the terminal started") => "终端启动时有柜门开着",
            (Self::Zh, "door # did not open") => "#号柜门打不开",
            (Self::Zh, "an applicant found something in box #") => "群众在#号柜里发现了东西",
            (Self::Zh, "nobody knows whether paper is in box #") => "#号柜里有没有材料待核实",
            (Self::Zh, "paper was put in and cannot be recorded") => "材料放进去了，但记录存不下",
            (Self::Zh, "the lock board is lost while door # is open") => "#号柜门开着时锁控板失去联系",
            (Self::Zh, "a card was left on the reader") => "有卡忘在读卡器上",
            (Self::Zh, _) => return why.to_owned(),
        };
        zh.replacen('#', &number, 1)
    }

    /// A part of a terminal; one this build does not know keeps its own name.
    pub(super) fn part<'a>(&self, part: &'a str) -> &'a str {
        match part {
            "reader" => self.t("读卡器", "Card reader"),
            "locker" => self.t("存件柜", "Locker"),
            "journal" => self.t("流水", "Journal"),
            "clock" => self.t("时钟", "Clock"),
            "disk" => self.t("磁盘", "Disk"),
            "backend" => self.t("服务器连接", "Server"),
            "printer" => self.t("打印机", "Printer"),
            other => other,
        }
    }

    /// A box's size; one this build does not know keeps its own name.
    pub(super) fn size<'a>(&self, size: &'a str) -> &'a str {
        match size {
            "envelope" => self.t("信封", "envelope"),
            "small" => self.t("小号", "small"),
            "medium" => self.t("中号", "medium"),
            "large" => self.t("大号", "large"),
            other => other,
        }
    }

    /// A role, where it is worth saying.
    pub(super) fn role(&self, role: &Role) -> Option<&'static str> {
        (*role != Role::Clerk).then(|| self.pair(role.words()))
    }

    /// Why an entry was set aside.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other codes set nothing aside")]
    pub(super) fn set_aside(&self, code: &Code) -> String {
        match code {
            Code::EntryKindUnknown => self
                .t(
                    "服务器不认识这种流水，可能需要升级服务器",
                    "a kind this server does not know: it may need an update",
                )
                .to_owned(),
            Code::EntryImplausible => self
                .t(
                    "与已知情况不符，例如没有申报的存件",
                    "it contradicts what is known, such as a deposit without a submission",
                )
                .to_owned(),
            Code::PayloadUnreadable => {
                self.t("申报内容缺失或读不出", "the submission's content is missing or unreadable").to_owned()
            }
            Code::ItemUnknown => {
                self.t("目录里没有这个事项或版本", "the catalogue never had this item or version").to_owned()
            }
            Code::UnknownVersion => {
                self.t("终端写的版本比服务器新", "written by a newer version than this server's").to_owned()
            }
            Code::EntryCorrupt => {
                self.t("校验不符，内容可能损坏", "its hash does not match: it may be damaged").to_owned()
            }
            other => other.as_str().to_owned(),
        }
    }
}

/// Class of a state's chip.
fn chip_class(state: CaseState) -> &'static str {
    use CaseState as S;
    match state {
        S::Deposited => "new",
        S::DepositUnconfirmed | S::Correction | S::Special => "doubt",
        S::PreReview | S::InProgress | S::JointReview => "moving",
        S::Received | S::Accepted | S::AcceptedDeferred | S::DecidedGrant | S::ResultReady | S::Collected => "done",
        S::Submitted
        | S::DecidedDeny
        | S::NotTaken
        | S::Refused
        | S::Lapsed
        | S::Withdrawn
        | S::Recalled
        | S::Revoked
        | S::Voided
        | S::Archived => "over",
    }
}

/// Class of a light.
pub(super) fn light_class(light: &Light) -> &'static str {
    match light {
        Light::Green => "calm",
        Light::Yellow => "soon",
        Light::Red => "over",
    }
}

/// Class of a box's state on the map.
pub(super) fn cell_class(state: &CompartmentState) -> &'static str {
    match state {
        CompartmentState::Free => "is-free",
        CompartmentState::Reserved => "is-reserved",
        CompartmentState::Paper => "is-paper",
        CompartmentState::ToBeConfirmed => "is-confirm",
        CompartmentState::SetAside => "is-aside",
    }
}

/// All states of a box, in the legend's order.
pub(super) const CELL_STATES: [CompartmentState; 5] = [
    CompartmentState::Free,
    CompartmentState::Reserved,
    CompartmentState::Paper,
    CompartmentState::ToBeConfirmed,
    CompartmentState::SetAside,
];

/// Whether a door is seen open.
pub(super) fn is_open(door: &DoorState) -> bool {
    *door == DoorState::Open
}

/// Whether a door is not seen at all.
pub(super) fn is_unseen(door: &DoorState) -> bool {
    *door == DoorState::Unknown
}

/// The saved views, in the tabs' order.
pub(super) const FILTERS: [Filter; 6] =
    [Filter::New, Filter::Work, Filter::Waiting, Filter::Mine, Filter::Attention, Filter::All];

/// A saved view's name in an address.
pub(super) fn filter_key(filter: &Filter) -> &'static str {
    match filter {
        Filter::New => "new",
        Filter::Work => "work",
        Filter::Waiting => "waiting",
        Filter::Mine => "mine",
        Filter::Attention => "attention",
        Filter::All => "all",
    }
}

impl Lang {
    /// A refusal in this language: what happened, and what to do.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a code without words of its own keeps those it came with")]
    pub(super) fn problem(&self, refusal: &crate::problem::Refusal) -> (String, String) {
        let problem = &refusal.problem;
        let said = |zh: (&str, &str)| match self {
            Self::Zh => (zh.0.to_owned(), zh.1.to_owned()),
            Self::En => (problem.title.clone(), problem.detail.clone()),
        };
        match problem.code {
            // The detail is the colleague's name.
            Code::AlreadyBeingCollected => match self {
                Self::Zh => {
                    (format!("{} 正在取这个件", problem.detail), "请不要重复去取；要紧时请负责人接手。".to_owned())
                }
                Self::En => (
                    format!("{} is collecting this", problem.detail),
                    "There is no need to go too. If it is urgent, ask a chief to take over.".to_owned(),
                ),
            },
            Code::CaseClaimed => match self {
                Self::Zh => (
                    format!("{} 正在办这个件", problem.detail),
                    "可以看，不能动；要紧时请负责人接手。过一会儿没有动作，认领会自动到期。".to_owned(),
                ),
                Self::En => (
                    format!("{} is working on this case", problem.detail),
                    "You can read it. If it is urgent ask a chief to take over; the claim ends by itself.".to_owned(),
                ),
            },
            Code::TooManyTries => {
                let minutes = refusal.retry_after_s.unwrap_or(60).div_ceil(60);
                match self {
                    Self::Zh => ("试错次数太多".to_owned(), format!("请 {minutes} 分钟后再试，或请管理员帮忙。")),
                    Self::En => (problem.title.clone(), problem.detail.clone()),
                }
            }
            Code::SignInRefused if problem.field.as_deref() == Some("old") => {
                said(("现在的密码不对", "请再写一次；忘了请找管理员重设。"))
            }
            Code::SignInRefused => said(("姓名或密码不对", "请再试一次；忘了密码或账号停用，请找管理员。")),
            Code::WrongState => said(("现在不能这样做", "办件的情况和您看到的不一样了，下面是现在的样子。")),
            Code::StalePage => said(("页面旧了", "别人刚刚动过这个办件，下面是现在的样子，请看过再按。")),
            Code::KioskOffline => {
                said(("终端已有一分钟没有联系", "网络断开时，可以到终端刷工作卡、输密码，直接打开本窗口的柜子。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("compartment") => {
                said(("柜号写得不一样，没有开柜", "请看着页面上的柜号再写一遍。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("findings") => {
                said(("材料还没有核对好", "请逐项选“合格、缺少、不符合”，缺少或不符合的写明问题，再按一次。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("days") => {
                said(("工作日天数不对", "请填写天数；延长期限最多 10 个工作日。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("password") => {
                said(("新密码不能用", "至少 8 个字，和旧的不同，两遍要写得一样。"))
            }
            Code::InvalidValue if matches!(problem.field.as_deref(), Some("name" | "role" | "window")) => {
                said(("账号没有新增", "姓名 1 到 64 个字且没有重名；岗位和窗口从列表里选。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("account") => {
                said(("不能停用自己的账号", "请找另一位管理员。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("view") => {
                said(("这个视图没有存下", "名称 1 到 20 个字，每人最多存 12 个。"))
            }
            Code::InvalidValue if problem.field.as_deref().is_some_and(|field| field != "reason") => {
                said(("有一项没有填好", "请把这一步要求的内容填完整，每项一行。"))
            }
            Code::InvalidValue => {
                said(("填写的内容不对", "请写明原因（200 字以内，一行），不要写申请人的姓名或号码。"))
            }
            Code::Forbidden => {
                said(("您的岗位不能做这件事", "什么也没有改变。请找有这项权限的同事；各岗位的权限见工作手册。"))
            }
            Code::NotFound => said(("没有找到", "可能地址不对，或它属于别的窗口。")),
            Code::CsrfMismatch => said(("页面太旧，没有执行", "请回到页面重新打开后再按一次。")),
            Code::MalformedBody | Code::BodyTooLarge => said(("表单内容读不出", "请回到页面重新填写。")),
            Code::StoreUnavailable => said(("服务器现在无法保存", "请稍后再试；一直这样请告诉管理员检查磁盘。")),
            Code::Internal => match self {
                Self::Zh => {
                    ("服务器出错了".to_owned(), format!("请再试一次；一直这样请把这段话告诉管理员：{}", problem.detail))
                }
                Self::En => (problem.title.clone(), problem.detail.clone()),
            },
            _ => (problem.title.clone(), problem.detail.clone()),
        }
    }

    /// Who did something, where that is no name.
    pub(super) fn who<'a>(&self, who: &'a str) -> &'a str {
        match who {
            "command line" => self.t("服务器命令行", "command line"),
            "unknown" => self.t("（未登录）", "(not signed in)"),
            name => name,
        }
    }

    /// What somebody did, as the audit says it.
    pub(super) fn action<'a>(&self, action: &'a str) -> &'a str {
        match action {
            "case_opened" => self.t("终端申报立案", "case opened by a terminal"),
            "case_looked" => self.t("查看办件", "looked at a case"),
            "phone_revealed" => self.t("查看电话", "looked at a phone number"),
            "number_revealed" => self.t("查看证件号码", "looked at an ID number"),
            "searched" => self.t("查找", "searched"),
            "collect_armed" => self.t("去取件", "went to collect"),
            "round_begun" => self.t("开始一轮取件", "began a round of collection"),
            "collect_taken_over" => self.t("接手取件", "took over a collection"),
            "collect_cancelled" => self.t("取消取件", "cancelled a collection"),
            "emptiness_affirmed" => self.t("确认柜子取空", "affirmed a box empty"),
            "deposit_confirmed" => self.t("核实材料在柜里", "confirmed a deposit"),
            "deposit_voided" => self.t("核实没有材料，作废", "voided a deposit"),
            "case_claimed" => self.t("认领办件", "claimed a case"),
            "case_released" => self.t("放回办件", "gave a case back"),
            "claim_taken_over" => self.t("接手办件", "took over a case"),
            "escalation_seen" => self.t("督办已阅", "saw that a case is late"),
            "exported" => self.t("导出统计表", "took a table out"),
            "case_stepped" => self.t("办件流转", "moved a case on"),
            "notice_read" => self.t("查看文书", "read a notice"),
            "opened_now" => self.t("从桌面开柜", "opened a box from the desk"),
            "returned_to_service" => self.t("柜子恢复使用", "returned a box to service"),
            "set_aside_looked" => self.t("处理待处理记录", "dealt with an entry set aside"),
            "signed_in" => self.t("登录", "signed in"),
            "sign_in_refused" => self.t("登录被拒", "sign-in refused"),
            "terminal_refused" => self.t("终端拒绝开柜", "refused at a terminal"),
            "door_forced" => self.t("柜门被强行打开", "door forced"),
            "technician_opened" => self.t("维护人员开柜", "opened by a technician"),
            "rolled_back" => self.t("终端数据回退", "terminal rolled back"),
            "journal_forked" => self.t("流水分叉", "journal forked"),
            "kiosk_added" => self.t("登记终端", "terminal added"),
            "kiosk_enrolled" => self.t("终端注册", "terminal enrolled"),
            "kiosk_revoked" => self.t("注销终端", "terminal revoked"),
            "staff_added" => self.t("新增人员", "staff added"),
            "staff_disabled" => self.t("停用账号", "account closed"),
            "password_changed" => self.t("修改自己的密码", "changed their password"),
            "password_reset" => self.t("重设密码", "password reset"),
            "account_unlocked" => self.t("解除试错限制", "account unlocked"),
            "session_ended" => self.t("结束登录", "session ended"),
            "window_added" => self.t("新增窗口", "window added"),
            "catalogue_imported" => self.t("导入事项目录", "catalogue imported"),
            "calendar_imported" => self.t("导入工作日历", "calendar imported"),
            "restored" => self.t("从备份恢复", "restored from a backup"),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_said_in_the_readers_language() {
        assert_eq!(Lang::Zh.call("door 12 has been open for a minute"), "12号柜门开着超过一分钟");
        assert_eq!(Lang::Zh.call("somebody pressed Help"), "有人按了“帮助”");
        assert_eq!(Lang::En.call("door 12 did not open"), "door 12 did not open");
        assert_eq!(Lang::Zh.call("something newer"), "something newer", "words of a newer terminal stay as they are");
    }
}
