//! What the audit records, and how it is said.

use hall_rules::Language;
use kiosk_wire::entry::StaffRefusal;

use crate::english::{self, one_sentence};
use crate::say::{Said, fill};

/// A row: the action, its code in the audit, and its Chinese.
macro_rules! actions {
    ($($name:ident = $code:literal, $zh:literal;)+) => {
        /// Something that the audit records.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $zh] $name,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As the audit keeps it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The action with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.code() == code)
            }
        }

        sentences_of! { Action, "Action": $($name = $zh;)+ }
    };
}

/// How the variants of an enum are said.
macro_rules! sentences_of {
    ($type:ident, $catalogue:literal: $($name:ident = $zh:literal;)+) => {
        impl Said for $type {
            fn said(&self, language: Language) -> String {
                let [sentence] = match self {
                    $(Self::$name => one_sentence!(concat!($catalogue, "::", stringify!($name)), $zh),)+
                };
                fill(sentence, &[], language)
            }
        }

        const _: () = {
            let all = [$(one_sentence!(concat!($catalogue, "::", stringify!($name)), $zh)),+];
            assert!(
                english::count_of(concat!($catalogue, "::")) == all.len(),
                concat!("po/en.po has a text of ", $catalogue, " that is none"),
            );
        };
    };
}

actions! {
    CaseOpened = "case_opened", "终端申报立案";
    CaseLooked = "case_looked", "查看办件";
    PhoneRevealed = "phone_revealed", "查看电话";
    NumberRevealed = "number_revealed", "查看证件号码";
    Searched = "searched", "查找";
    CollectArmed = "collect_armed", "去取件";
    RoundBegun = "round_begun", "开始一轮取件";
    CollectTakenOver = "collect_taken_over", "接手取件";
    CollectCancelled = "collect_cancelled", "取消取件";
    LoadingArmed = "loading_armed", "去放结果";
    EmptinessAffirmed = "emptiness_affirmed", "确认柜子取空";
    DepositConfirmed = "deposit_confirmed", "核实材料在柜里";
    DepositVoided = "deposit_voided", "核实没有材料，作废";
    CaseClaimed = "case_claimed", "认领办件";
    CaseReleased = "case_released", "放回办件";
    ClaimTakenOver = "claim_taken_over", "接手办件";
    EscalationSeen = "escalation_seen", "督办已阅";
    CalledBack = "called_back", "记下回访";
    Exported = "exported", "导出统计表";
    CaseStepped = "case_stepped", "办件流转";
    MessageRepeated = "message_repeated", "重发短信";
    NoticeRead = "notice_read", "查看文书";
    PartLooked = "part_looked", "查看会办件";
    PartAnswered = "part_answered", "答复会办";
    PartRecalled = "part_recalled", "撤回会办";
    FieldsLooked = "fields_looked", "查看录入的表格";
    FieldsKeyed = "fields_keyed", "录入表格";
    NoteAdded = "note_added", "写内部备注";
    FileAttached = "file_attached", "添加附件";
    FileRead = "file_read", "下载附件";
    MandateChecked = "mandate_checked", "登记代办委托";
    GreenSet = "green_set", "转入绿色通道";
    GreenEnded = "green_ended", "退出绿色通道";
    CaseExported = "case_exported", "导出归档包";
    OpenedNow = "opened_now", "从桌面开柜";
    ReturnedToService = "returned_to_service", "柜子恢复使用";
    SetAsideLooked = "set_aside_looked", "处理待处理记录";
    SignedIn = "signed_in", "登录";
    SignInRefused = "sign_in_refused", "登录被拒";
    TerminalRefused = "terminal_refused", "终端拒绝开柜";
    DoorForced = "door_forced", "柜门被强行打开";
    TechnicianOpened = "technician_opened", "维护人员开柜";
    RolledBack = "rolled_back", "终端数据回退";
    JournalForked = "journal_forked", "流水分叉";
    KioskAdded = "kiosk_added", "登记终端";
    KioskEnrolled = "kiosk_enrolled", "终端注册";
    KioskRevoked = "kiosk_revoked", "注销终端";
    StaffAdded = "staff_added", "新增人员";
    StaffDisabled = "staff_disabled", "停用账号";
    StaffCardSet = "staff_card_set", "设定工作卡";
    StaffCardTaken = "staff_card_taken", "收回工作卡";
    PasswordChanged = "password_changed", "修改自己的密码";
    PasswordReset = "password_reset", "重设密码";
    SubjectSet = "subject_set", "设定统一身份标识";
    AccountUnlocked = "account_unlocked", "解除试错限制";
    SessionEnded = "session_ended", "结束登录";
    WindowAdded = "window_added", "新增窗口";
    CatalogueImported = "catalogue_imported", "导入事项目录";
    CalendarImported = "calendar_imported", "导入工作日历";
    Restored = "restored", "从备份恢复";
}

sentences_of! { StaffRefusal, "StaffRefusal":
    UnknownCard = "卡未登记";
    WrongPin = "PIN 不对";
    Locked = "PIN 错得太多，已锁定";
    WrongCode = "取件码不对或用过了";
    RosterExpired = "终端的人员名单太旧";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_words_of_its_own_in_both_languages() {
        for language in [Language::Zh, Language::En] {
            let mut said: Vec<String> = Action::ALL.iter().map(|action| action.said(language)).collect();
            said.sort();
            said.dedup();
            assert_eq!(said.len(), Action::ALL.len(), "{language:?}");
        }
        for action in Action::ALL {
            assert_eq!(Action::from_code(action.code()), Some(*action));
        }
    }
}
