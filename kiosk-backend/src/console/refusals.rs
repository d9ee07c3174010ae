//! What refusals and the audit say, in the reader's language.

use kiosk_wire::Code;

use super::words::Lang;

impl Lang {
    /// A refusal in this language: what happened, and what to do.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a code without words of its own keeps those it came with")]
    pub(super) fn problem(&self, refusal: &hall_domain::Refusal) -> (String, String) {
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
            Code::SignInRefused if problem.field.as_deref() == Some("oidc-subject") => match self {
                Self::Zh => (
                    "您的统一身份账号还没有和这里的账号对应".to_owned(),
                    format!(
                        "在此之前可以用密码登录。请把这个标识告诉管理员，由管理员填到您的账号里：{}",
                        problem.detail
                    ),
                ),
                Self::En => (
                    "No account here is yours yet".to_owned(),
                    format!(
                        "Until then sign in with your password. Tell an administrator this identifier, to be entered in your \
                         account: {}",
                        problem.detail
                    ),
                ),
            },
            Code::SignInRefused if problem.field.as_deref() == Some("oidc-state") => {
                said(("这次登录已经失效", "可能用时超过 10 分钟，或已经用过一次。请再按一次下面的按钮。"))
            }
            Code::SignInRefused if problem.field.as_deref() == Some("oidc-denied") => {
                said(("统一身份认证没有通过", "您可能取消了登录。请再试一次，或用密码登录。"))
            }
            Code::SignInRefused if problem.field.as_deref() == Some("oidc-token") => said((
                "统一身份认证的答复不可信，没有登录",
                "请再试一次；一直这样请告诉管理员查看服务器日志，在此之前可以用密码登录。",
            )),
            Code::SignInRefused if problem.field.as_deref() == Some("oidc-closed") => {
                said(("您在这里的账号已停用", "身份已核对，但账号不能再用。请找本大厅的管理员。"))
            }
            Code::ProviderUnavailable => said(("统一身份认证现在用不了", "请用密码登录；一直这样请告诉管理员。")),
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
            Code::InvalidValue if problem.field.as_deref() == Some("opinions") => {
                said(("还有部门没有答复", "请等全部答复；确实不需要的，写明原因撤回那个会办。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("file") => said((
                "附件没有收下",
                "只收 PDF、PNG、JPEG，最大 20 MB，一个办件最多 40 个；内容要完整。请重新扫描或另选文件。",
            )),
            Code::InvalidValue if problem.field.as_deref() == Some("file-name") => said((
                "附件没有收下：文件名和内容不符",
                "例如名字写着 .pdf，里面却是图片。请改成正确的名字（80 字以内），或另选文件。",
            )),
            Code::InvalidValue if problem.field.as_deref() == Some("note") => said(("备注没有记下", "1 到 500 字。")),
            Code::InvalidValue
                if matches!(
                    problem.field.as_deref(),
                    Some("principal" | "principal-number" | "scope" | "mandate-file")
                ) =>
            {
                said(("委托没有登记", "委托人和委托事项必须填写，各写一行；扫描件从附件里选。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("opinion") => {
                said(("意见没有写好", "不同意的请写明理由，500 字以内；决定书要对它作出说明。"))
            }
            Code::InvalidValue if problem.field.as_deref() == Some("disagreement") => {
                said(("会办中有不同意见", "请写明本机关怎样处理这个意见（200 字以内，一行），它会写入决定书。"))
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
            Code::InvalidValue if problem.field.as_deref() == Some("subject") => said((
                "统一身份标识没有存下",
                "照服务方给的 sub 原样填写，不含中文；别的账号占用着的，请先从那里去掉。",
            )),
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
            Code::MethodNotAllowed => said(("这个地址不能这样打开", "请从页面上的链接和按钮进入。")),
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
