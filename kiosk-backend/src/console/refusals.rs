//! What refusals and the audit say, in the reader's language.

use hall_domain::Refusal;

use super::words::Lang;

impl Lang {
    /// A refusal in this language: what happened, and what to do.
    pub(super) fn problem(&self, refusal: &Refusal) -> (String, String) {
        refusal.reason.said(self.language())
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
            "part_looked" => self.t("查看会办件", "opened their part of a case"),
            "part_answered" => self.t("答复会办", "answered for their department"),
            "part_recalled" => self.t("撤回会办", "recalled a question to a department"),
            "fields_looked" => self.t("查看录入的表格", "opened the keyed fields"),
            "fields_keyed" => self.t("录入表格", "keyed in fields"),
            "note_added" => self.t("写内部备注", "wrote an internal note"),
            "file_attached" => self.t("添加附件", "attached a file"),
            "file_read" => self.t("下载附件", "read an attachment"),
            "mandate_checked" => self.t("登记代办委托", "checked a mandate"),
            "green_set" => self.t("转入绿色通道", "put a case into the green channel"),
            "green_ended" => self.t("退出绿色通道", "took a case out of the green channel"),
            "case_exported" => self.t("导出归档包", "took out the archive of a case"),
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
            "subject_set" => self.t("设定统一身份标识", "set who somebody is at the city's provider"),
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
