//! What the audit records, and how it is said.

use hall_rules::joint::PartEvent;
use hall_rules::{CaseEvent, Text};
use kiosk_wire::entry::StaffRefusal;

use crate::case::{CallOutcome, MessageKind, RevealReason};
use crate::english::{coded, sentences_of};

coded! {
    /// Something that the audit records.
    Action, "Action":
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
    KeyRotated = "key_rotated", "更换数据密钥";
    KeyRetired = "key_retired", "停用数据密钥";
}

sentences_of! { StaffRefusal, "StaffRefusal":
    UnknownCard = "卡未登记";
    WrongPin = "PIN 不对";
    Locked = "PIN 错得太多，已锁定";
    WrongCode = "开柜码不对或用过了";
    RosterExpired = "终端的人员名单太旧";
}

coded! {
    /// A table of the statistics.
    Export, "Export":
    Days = "days", "逐日";
    Clocks = "clocks", "按时限";
    Cases = "cases", "逐件";
}

/// What an entry of the audit is about, beside its case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a parameter is named as the sentence names it")]
pub enum Object {
    /// A reason, or the name of a thing.
    Text { text: String },
    /// A card or PIN was refused at a terminal.
    Refused { why: StaffRefusal },
    /// A member of staff was refused at a terminal.
    RefusedOf { why: StaffRefusal, name: String },
    /// The step of a case.
    Step { event: CaseEvent },
    /// What a call came to.
    Call { outcome: CallOutcome },
    /// A message, and how often it was sent.
    Message { kind: MessageKind, round: u32 },
    /// Why a number was looked at in full.
    Reveal { reason: RevealReason },
    /// A compartment.
    Box { no: u16 },
    /// A compartment, and why.
    BoxFor { no: u16, reason: String },
    /// How many boxes.
    Boxes { count: u32 },
    /// How many cases were found.
    Found { count: u32 },
    /// Whose it was.
    TakenFrom { name: String },
    /// Whose it was, and why it was taken.
    TakenFromFor { name: String, reason: String },
    /// What was keyed in, by the names of the fields.
    Fields { names: Vec<Text> },
    /// The number of a file that was read.
    Attachment { n: u32 },
    /// The number of a file that was added, and its hash.
    AttachmentSum { n: u32, sum: String },
    /// The number of a document that was read.
    Notice { n: u32 },
    /// A department that was asked.
    Department { name: Text },
    /// A department and what it answered.
    Answer { name: Text, event: PartEvent },
    /// Which department is not asked any more, and why.
    DepartmentFor { name: Text, reason: String },
    /// A table of the statistics.
    Export { export: Export, days: u16 },
    /// An entry that was set aside.
    Entry { number: i64 },
    /// A journal, and where it forked.
    Fork { journal: String, seq: u64 },
    /// What the backend had of a journal.
    Rollback { had: u64 },
    /// Too many wrong passwords.
    Tries,
    /// The provider knows somebody whose account is closed.
    ProviderClosed,
    /// The provider knows somebody whom the hall does not.
    ProviderSubject,
    /// What the provider said was not believed.
    ProviderToken,
    /// By the provider of the city's accounts.
    Provider,
    /// What was imported.
    Catalogue { version: u64, count: u64 },
    /// Working days of a year, and their hash.
    Calendar { year: u16, sum: String },
    /// A generation of the backend's data.
    Generation { generation: u64 },
    /// A data key, by its number.
    DataKey { number: u64 },
}

sentences_of! { Object, "Object":
    Text { text } = "{text}";
    Refused { why } = "{why}";
    RefusedOf { why, name } = "{why}：{name}";
    Step { event } = "{event}";
    Call { outcome } = "{outcome}";
    Message { kind, round } = "{kind}，第 {round} 次发送";
    Reveal { reason } = "{reason}";
    Box { no } = "{no} 号柜";
    BoxFor { no, reason } = "{no} 号柜：{reason}";
    Boxes { count } = "{count} 个柜子";
    Found { count } = "找到 {count} 个";
    TakenFrom { name } = "原来是{name}";
    TakenFromFor { name, reason } = "原来是{name}：{reason}";
    Fields { names } = "{names}";
    Attachment { n } = "第 {n} 个附件";
    AttachmentSum { n, sum } = "第 {n} 个附件（SHA-256：{sum}）";
    Notice { n } = "第 {n} 份文书";
    Department { name } = "{name}";
    Answer { name, event } = "{name}：{event}";
    DepartmentFor { name, reason } = "{name}：{reason}";
    Export { export, days } = "{export}，{days} 天";
    Entry { number } = "第 {number} 条";
    Fork { journal, seq } = "从第 {seq} 条起（流水 {journal}）";
    Rollback { had } = "服务器已收到第 {had} 条之前的流水";
    Tries = "试错次数太多";
    ProviderClosed = "统一身份：账号已停用";
    ProviderSubject = "统一身份：这里没有对应的账号";
    ProviderToken = "统一身份：登录凭据验证不过";
    Provider = "用统一身份登录";
    Catalogue { version, count } = "版本 {version}，{count} 个事项";
    Calendar { year, sum } = "{year} 年（SHA-256：{sum}）";
    Generation { generation } = "第 {generation} 代数据";
    DataKey { number } = "{number} 号密钥";
}

#[cfg(test)]
mod tests {
    use hall_rules::Language;

    use super::*;
    use crate::Said;

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
