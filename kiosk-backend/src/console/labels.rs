//! Values of the domain as words, chips and lights. Every function names every value: a new one does not compile until
//! it has its words.

use std::borrow::Cow;

use hall_domain::case::clocks::Due;
use hall_domain::case::happening::Happening;
use hall_domain::case::inbox::Filter;
use hall_domain::case::record::MaterialPlace;
use hall_domain::case::rows::InboxRow;
use hall_rules::clock::Light;
use hall_rules::{CaseState, Role};
use jiff::civil::Date;
use kiosk_wire::kiosk_api::{CompartmentState, DeviceState, DoorState};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily, DocumentSignature};
use kiosk_wire::{Code, DirectiveOutcome};

use super::words::Lang;

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
            Due::Running { due, days_left, light, .. } => {
                let words = match (*days_left, light) {
                    (Some(days @ ..0), _) => self.over(days.unsigned_abs()),
                    (Some(0), _) => self.t("今天到期", "due today").to_owned(),
                    (Some(days), _) => self.left(days),
                    (None, Light::Red) => self.since(*due),
                    (None, Light::Yellow | Light::Green) => self.until(*due),
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

    /// What is over while nobody can say by how many working days.
    fn since(&self, due: Date) -> String {
        match self {
            Self::Zh => format!("已超期，最迟 {}月{}日", due.month(), due.day()),
            Self::En => format!("overdue, was due {due}"),
        }
    }

    fn until(&self, due: Date) -> String {
        match self {
            Self::Zh => format!("最迟 {}月{}日", due.month(), due.day()),
            Self::En => format!("due {due}"),
        }
    }

    /// A tab of the inbox.
    pub(super) fn tab(&self, tab: &Tab) -> &'static str {
        match tab {
            Tab::Cases(Filter::New) => self.t("新件", "New"),
            Tab::Cases(Filter::Work) => self.t("待办理", "To work on"),
            Tab::Joint => self.t("会办", "To answer"),
            Tab::Cases(Filter::Waiting) => self.t("等候中", "Waiting"),
            Tab::Cases(Filter::Mine) => self.t("我的", "Mine"),
            Tab::Cases(Filter::Attention) => self.t("需留意", "Attention"),
            Tab::Cases(Filter::All) => self.t("全部", "All"),
        }
    }

    /// The one of two wordings of the rules.
    pub(super) fn pair(&self, (zh, en): (&'static str, &'static str)) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Where a material is. Nothing of it says that somebody did not bring it: nobody was asked that.
    pub(super) fn place(&self, place: &MaterialPlace) -> &'static str {
        match place {
            MaterialPlace::Box => self.t("申请人已放入柜", "put into the box, the applicant says"),
            MaterialPlace::Electronic => self.t("电子材料，不放柜", "electronic, not in the box"),
            MaterialPlace::Shown => self.t("窗口查看，不放柜", "shown at the window, not in the box"),
            MaterialPlace::NotInBox => self.t("不在柜里", "not in the box"),
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
            Happening::CorrectionPrepared => self.t("申请人来补交材料", "Corrections brought to a terminal"),
            Happening::CorrectionVoided => self.t("补正材料没有存入", "Corrections were not put in"),
            Happening::LoadingArmed => self.t("去放结果", "On the way with the result"),
            Happening::LoadingOpened => self.t("为放结果开柜", "Box opened for the result"),
            Happening::LoadingVoided => self.t("结果没有放入", "The result was not put in"),
            Happening::PickupOpened => self.t("申请人刷证，为领取开柜", "Box opened for the applicant"),
            Happening::PickupAffirmed => self.t("申请人确认都取走了", "The applicant took everything"),
            Happening::ResultRecovered => self.t("结果取回窗口", "The result went back to the window"),
            Happening::Rated => self.t("申请人已评价", "The applicant rated"),
            Happening::OpenedFromDesk => self.t("负责人从桌面开柜", "Opened from the desk by a chief"),
            Happening::CompartmentSetAside => self.t("柜子停用", "Box taken out of service"),
            Happening::PartAnswered => self.t("会办部门答复", "A department answered"),
            Happening::FieldsKeyed => self.t("录入表格", "Fields keyed in"),
            Happening::NoteAdded => self.t("内部备注", "Internal note"),
            Happening::FileAttached => self.t("添加附件", "A file was attached"),
            Happening::MandateChecked => self.t("登记代办委托", "A mandate was checked"),
            Happening::GreenSet => self.t("转入绿色通道", "Put into the green channel"),
            Happening::TimeSettled => {
                self.t("终端时钟已核准，时间已更正", "The terminal's clock is known now: times put right")
            }
            Happening::GreenEnded => self.t("退出绿色通道", "Taken out of the green channel"),
            Happening::PartRecalled => self.t("撤回会办", "A question to a department was recalled"),
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

    /// What became of a travel document's signature, and what that asks of the window.
    pub(super) fn signature(&self, signature: &DocumentSignature) -> &'static str {
        match signature {
            DocumentSignature::Verified => self.t("签名有效", "signature verified"),
            DocumentSignature::Copied => self.t("芯片是复制的，不是原件", "the chip is a copy of another"),
            DocumentSignature::Unverified => self
                .t("签发机关不在信任名单里，请核对证件", "signed by an authority not trusted here: check the document"),
            DocumentSignature::Failed => {
                self.t("签名无效，芯片内容可能被改过", "the signature does not hold: the chip may be forged")
            }
            DocumentSignature::Unknown => self.t("签名情况不明，请核对证件", "signature unknown: check the document"),
        }
    }

    /// Whether somebody has made or changed the chip who may not.
    pub(super) fn is_forgery(&self, signature: &DocumentSignature) -> bool {
        matches!(signature, DocumentSignature::Copied | DocumentSignature::Failed)
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
            CompartmentState::Result => self.t("待申请人领取", "Holds a result"),
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
            CompartmentState::Result => self.t("果", "R"),
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
    pub(super) fn part<'a>(&self, part: &'a str) -> Cow<'a, str> {
        // Of several readers each has a number behind its name.
        if let Some(number) = part.strip_prefix("reader-") {
            return format!("{} {number}", self.part("reader")).into();
        }
        Cow::Borrowed(match part {
            "reader" => self.t("读卡器", "Card reader"),
            "locker" => self.t("存件柜", "Locker"),
            "journal" => self.t("流水", "Journal"),
            "clock" => self.t("时钟", "Clock"),
            "disk" => self.t("磁盘", "Disk"),
            "backend" => self.t("服务器连接", "Server"),
            "printer" => self.t("打印机", "Printer"),
            "scanner" => self.t("扫码器", "Scanner"),
            other => other,
        })
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
        CompartmentState::Result => "is-result",
        CompartmentState::ToBeConfirmed => "is-confirm",
        CompartmentState::SetAside => "is-aside",
    }
}

/// All states of a box, in the legend's order.
pub(super) const CELL_STATES: [CompartmentState; 6] = [
    CompartmentState::Free,
    CompartmentState::Reserved,
    CompartmentState::Paper,
    CompartmentState::Result,
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

/// A tab of the inbox: cases, or what other windows' cases ask of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Cases(Filter),
    Joint,
}

/// The tabs in their order: first what I am to do.
pub(super) const TABS: [Tab; 7] = [
    Tab::Cases(Filter::New),
    Tab::Cases(Filter::Work),
    Tab::Joint,
    Tab::Cases(Filter::Waiting),
    Tab::Cases(Filter::Mine),
    Tab::Cases(Filter::Attention),
    Tab::Cases(Filter::All),
];

/// A tab's name in an address.
pub(super) fn tab_key(tab: &Tab) -> &'static str {
    match tab {
        Tab::Joint => "joint",
        Tab::Cases(Filter::New) => "new",
        Tab::Cases(Filter::Work) => "work",
        Tab::Cases(Filter::Waiting) => "waiting",
        Tab::Cases(Filter::Mine) => "mine",
        Tab::Cases(Filter::Attention) => "attention",
        Tab::Cases(Filter::All) => "all",
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
