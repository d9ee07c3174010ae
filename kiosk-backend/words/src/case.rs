//! What is said of a case: messages, call-backs, ratings, what an applicant does next, and why something came about.

use std::fmt::Display;

use hall_rules::Text;
use hall_rules::clock::ClockKind;
use kiosk_wire::entry::{MoveReason, SetAsideReason, UnconfirmedReason, VoidReason};
use kiosk_wire::{CompartmentNo, DirectiveOutcome};

use crate::english::{coded, one_sentence, sentences_of};

coded! {
    /// What a message to an applicant tells.
    MessageKind, "MessageKind":
    Accepted = "accepted", "已受理";
    Correction = "correction", "需要补正";
    Decided = "decided", "已有决定";
    ResultReady = "result_ready", "结果可领取";
    Express = "express", "结果已寄出";
    Reminder = "reminder", "提醒领取";
    Recovered = "recovered", "结果转到窗口";
}

coded! {
    /// Why a message did not go out, or why nobody knows. The longer of two that begin alike comes first.
    MessageFault, "MessageFault":
    Silent = "the gateway stayed silent", "短信网关没有答复";
    Undelivered = "the gateway could not deliver it", "短信网关没有送到";
    NewCode = "the gateway refused with a code that is not known here", "短信网关拒收，代码不认识，请告诉管理员；先自动再试";
    RefusedWith = "the gateway refused with", "短信网关拒收：";
    Refused = "the gateway refused", "短信网关拒收";
    NoSuchNumber = "the gateway says that the number gets no messages", "短信网关说这个号码收不到短信，请打电话";
    Limited = "the gateway takes no more for now", "短信网关限量，稍后自动再发";
    Unpaid = "the gateway wants to be paid", "短信费用不足，请管理员充值，到账后自动发出";
    Unapproved = "the gateway does not take template, signature or wording", "短信模板、签名或内容没有通过，请管理员核对，改好后自动发出";
    Setup = "the gateway does not take how it is asked", "短信网关的接入设置不对，请管理员核对，改好后自动发出";
    Busy = "the gateway has no time", "短信网关忙";
    Stranger = "the gateway does not know us", "短信网关不认本厅的密钥，请管理员核对，改好后自动发出";
    Failed = "the gateway failed", "短信网关出错";
    NoLine = "the line failed", "连不上短信网关";
    BrokeOff = "the line broke off", "与短信网关的连接中断";
    Misread = "the answer", "短信网关的答复看不懂";
    Stopped = "the server stopped while it was being sent", "发送时服务器中断";
}

impl MessageFault {
    /// Whether nothing goes out until somebody of the hall mends something.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Unpaid | Self::Unapproved | Self::Setup | Self::Stranger)
    }

    /// As it is kept, with what else was said.
    pub fn kept(self, more: impl Display) -> String {
        format!("{}{more}", self.code())
    }

    /// What was kept, and what else was said.
    pub fn read(kept: &str) -> Option<(Self, &str)> {
        Self::ALL.iter().find_map(|fault| Some((*fault, kept.strip_prefix(fault.code())?)))
    }
}

coded! {
    /// What a call to somebody who rated badly came to.
    CallOutcome, "CallOutcome":
    Unreachable = "unreachable", "没有联系上，再打";
    UnderWay = "under_way", "已联系，正在整改";
    Settled = "settled", "已整改，申请人满意";
    Explained = "explained", "已说明，申请人理解";
    Unsettled = "unsettled", "已尽力，申请人仍不满意";
}

coded! {
    /// A level of the rating, from the best down, as GB/T 39734-2020 words them.
    Satisfaction, "Satisfaction":
    Five = "5", "非常满意";
    Four = "4", "满意";
    Three = "3", "基本满意";
    Two = "2", "不满意";
    One = "1", "非常不满意";
}

impl Satisfaction {
    /// As it is sent and kept: 5 is the best.
    pub fn number(self) -> u8 {
        match self {
            Self::Five => 5,
            Self::Four => 4,
            Self::Three => 3,
            Self::Two => 2,
            Self::One => 1,
        }
    }

    /// The level of this number.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.number() == number)
    }
}

coded! {
    /// Why somebody looks at a number in full, as the page offers it.
    RevealReason, "RevealReason":
    Identity = "identity", "核对身份";
    Keying = "keying", "录入系统";
    Enquiry = "enquiry", "答复询问";
}

sentences_of! { MoveReason, "MoveReason":
    TooSmall = "放不下";
    DoorStuck = "柜门打不开";
    FoundSomething = "柜里有别的东西";
}

sentences_of! { UnconfirmedReason, "UnconfirmedReason":
    Interrupted = "存件时终端中断";
    OpeningNotSeen = "没有看到柜门打开过";
    LineLost = "门开着时锁控板失去联系";
}

sentences_of! { VoidReason, "VoidReason":
    NoDoorOpened = "没有柜门能打开";
    TakenBack = "申请人全部拿回";
}

sentences_of! { SetAsideReason, "SetAsideReason":
    DoorStuck = "柜门打不开";
    FoundSomething = "柜里有别的东西";
    Unconfirmed = "存件待核实";
    Forced = "柜门被强行打开";
    Unknown = "柜内情况不明";
}

sentences_of! { DirectiveOutcome, "DirectiveOutcome":
    Armed = "已为您留好";
    Done = "已办";
    Expired = "已过期";
    OldGeneration = "服务器恢复过备份，指令作废";
    NoLongerTrue = "柜里已经不是这个件";
    NoSuchCompartment = "没有这个柜子或已停用";
    DoorStuck = "柜门打不开";
    LineDown = "锁控板不通";
    Disarmed = "已取消";
    NotUnderstood = "终端版本太旧，看不懂";
    Unknown = "终端的答复看不懂";
}

/// A place to hand something in or to fetch it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a parameter is named as the sentence names it")]
pub enum Counter {
    /// A window of the hall.
    Window { name: String },
    /// Where no window works the case.
    ServiceDesk,
}

sentences_of! { Counter, "Counter":
    Window { name } = "“{name}”";
    ServiceDesk = "大厅服务台";
}

/// What an applicant does next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a parameter is named as the sentence names it")]
pub enum NextStep {
    /// Fetch the result from a box.
    FromBox { terminal: String, no: CompartmentNo },
    /// Fetch the result from a window.
    FromWindow { counter: Counter },
    /// Wait for the parcel.
    FromParcel { carrier: String, tracking: String },
    /// Bring corrections.
    Correct { counter: Counter },
    /// Bring the papers that were to follow.
    Supplement { counter: Counter },
    /// Fetch the papers back.
    FetchPapers { counter: Counter },
    /// Wait until the window has looked.
    AwaitCheck { counter: Counter },
}

sentences_of! { NextStep, "NextStep":
    FromBox { terminal, no } = "请带身份证到“{terminal}”刷证领取，在{no}号柜";
    FromWindow { counter } = "请带身份证到{counter}领取";
    FromParcel { carrier, tracking } = "已由{carrier}寄出，单号 {tracking}";
    Correct { counter } = "到大厅的自助终端刷身份证，看要补哪些材料，补好放进柜子；也可以到{counter}补交";
    Supplement { counter } = "按通知书在期限内把材料补交到{counter}";
    FetchPapers { counter } = "带身份证到{counter}领回材料";
    AwaitCheck { counter } = "窗口正在核实材料是否放好；急着知道，请到{counter}问";
}

/// Rows of clocks of which an applicant is told the last day.
macro_rules! last_days {
    (untold: $($untold:ident)|+; $($name:ident = $zh:literal;)+) => {
        /// Whose time a clock counts and what for, as its applicant is told; nothing of those between offices: the
        /// applicant waits for the whole, not for one department's answer, nor for a supervisor.
        pub fn last_day(clock: ClockKind) -> Option<Text> {
            let [sentence] = match clock {
                $(ClockKind::$name => one_sentence!(concat!("LastDay::", stringify!($name)), $zh, []),)+
                $(ClockKind::$untold)|+ => return None,
            };
            Some(Text::new(sentence.zh, sentence.en))
        }

        const _: () = assert!(
            crate::english::count_of("LastDay::") == [$(stringify!($name)),+].len(),
            "po/en.po has a text of LastDay that is none",
        );
    };
}

last_days! {
    untold: Joint | Callback;
    Pickup = "窗口最迟取件日";
    Acceptance = "最迟答复是否受理";
    Correction = "请您在这天之前补交";
    Promised = "承诺办结日";
    Legal = "最迟办结日";
    Issue = "结果最迟备好日";
    Collection = "请您在这天之前领取";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_of_a_message_is_read_again() {
        for fault in MessageFault::ALL {
            assert_eq!(MessageFault::read(&fault.kept(": 503")), Some((*fault, ": 503")));
        }
        assert_eq!(MessageFault::read("something else"), None);
    }

    #[test]
    fn levels_are_the_numbers_of_the_standard() {
        let numbers: Vec<u8> = Satisfaction::ALL.iter().map(|level| level.number()).collect();
        assert_eq!(numbers, [5, 4, 3, 2, 1]);
        assert!(Satisfaction::ALL.iter().all(|level| level.number().to_string() == level.code()));
        assert_eq!((Satisfaction::of(4), Satisfaction::of(0)), (Some(Satisfaction::Four), None));
    }
}
