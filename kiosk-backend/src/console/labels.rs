//! Values of the domain as words, chips and lights. Every function names every value: a new one does not compile until
//! it has its words.

use hall_domain::case::clocks::Due;
use hall_domain::case::happening::Happening;
use hall_domain::case::inbox::Filter;
use hall_domain::case::record::{MaterialPlace, MaterialRow};
use hall_domain::case::rows::InboxRow;
use hall_rules::clock::Light;
use hall_rules::{CaseEvent, CaseState, Role};
use hall_words::case::Satisfaction;
use hall_words::{Said, machine};
use jiff::civil::Date;
use kiosk_wire::entry::{MoveReason, SetAsideReason, UnconfirmedReason, VoidReason};
use kiosk_wire::kiosk_api::{CompartmentState, DeviceReport, DeviceState, DoorState};
use kiosk_wire::submission::{ActingFor, Assurance, DocumentFamily, DocumentSignature};
use kiosk_wire::{Code, DirectiveOutcome};
use serde::de::DeserializeOwned;

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
        match *self {
            Self::ZH => format!("剩 {days} 个工作日"),
            Self::EN => format!("{days} working day{} left", if days == 1 { "" } else { "s" }),
        }
    }

    fn over(&self, days: u32) -> String {
        match *self {
            Self::ZH => format!("已超 {days} 个工作日"),
            Self::EN => format!("{days} working day{} over", if days == 1 { "" } else { "s" }),
        }
    }

    /// What is over while nobody can say by how many working days.
    fn since(&self, due: Date) -> String {
        match *self {
            Self::ZH => format!("已超期，最迟 {}月{}日", due.month(), due.day()),
            Self::EN => format!("overdue, was due {due}"),
        }
    }

    fn until(&self, due: Date) -> String {
        match *self {
            Self::ZH => format!("最迟 {}月{}日", due.month(), due.day()),
            Self::EN => format!("due {due}"),
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
        match *self {
            Self::ZH => zh,
            Self::EN => en,
        }
    }

    /// What a material is called. Who reads English sees the Chinese name where the catalogue has no other.
    pub(super) fn material<'a>(&self, line: &'a MaterialRow) -> &'a str {
        self.t(&line.name, line.english.as_deref().unwrap_or(&line.name))
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

    /// A happening's note: what a terminal says by a word is said in words, what people wrote stays as it is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "few happenings have a word for a note")]
    pub(super) fn note(&self, what: &Happening, note: &str) -> String {
        match what {
            Happening::DepositMoved => self.word::<MoveReason>(note),
            Happening::Case(CaseEvent::DepositUnconfirmed) | Happening::CollectionClosed => self.doubt(note),
            Happening::Case(CaseEvent::DepositVoided) | Happening::CorrectionVoided => self.word::<VoidReason>(note),
            Happening::CollectionAnswered => self.word::<DirectiveOutcome>(note),
            Happening::CompartmentSetAside => self.word::<SetAsideReason>(note),
            _ => note.to_owned(),
        }
    }

    /// Why nobody knows whether the paper is in the box.
    pub(super) fn doubt(&self, word: &str) -> String {
        self.word::<UnconfirmedReason>(word)
    }

    /// A word as it was sent and kept, if it is one of these.
    fn word<T: Said + DeserializeOwned>(&self, word: &str) -> String {
        serde_json::from_value::<T>(word.into()).map_or_else(|_| word.to_owned(), |read| self.said(&read))
    }

    /// A level of the rating.
    pub(super) fn level(&self, level: &u8) -> String {
        Satisfaction::of(*level).map(|level| self.said(&level)).unwrap_or_default()
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
            DocumentSignature::Unverified => self.t(
                "无法核验签名（签发机关不在信任名单里，或终端读不懂），不代表证件有问题，请核对证件",
                "the signature could not be verified (its authority is not in the trust list, or the terminal cannot \
                 read it); that says nothing against the document: check it",
            ),
            DocumentSignature::Failed => self.t(
                "芯片内容与签名不符，可能被改过",
                "the chip's data are not those that were signed: it may be forged",
            ),
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

    /// What is wrong with a part, and what to do about it: by its code, or as the terminal says it.
    pub(super) fn flaw(&self, part: &DeviceReport) -> (String, String) {
        let Some(code) = &part.fault else { return (part.last_error.clone(), part.advice.clone()) };
        let [what, advice] = machine::fault(code, self.language());
        // It stays to be read when the part is well again; then there is nothing to do.
        (what, if part.advice.is_empty() { String::new() } else { advice })
    }

    /// A part of a terminal.
    pub(super) fn part(&self, name: &str) -> String {
        machine::part(name, self.language())
    }

    /// A box's size.
    pub(super) fn size(&self, size: &str) -> String {
        machine::box_size(size, self.language())
    }

    /// A role, where it is worth saying.
    pub(super) fn role(&self, role: &Role) -> Option<&'static str> {
        (*role != Role::Clerk).then(|| self.pair(role.words()))
    }

    /// Why an entry was set aside.
    pub(super) fn set_aside(&self, code: &Code) -> String {
        machine::set_aside(*code, self.language()).unwrap_or_else(|| code.to_string())
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
