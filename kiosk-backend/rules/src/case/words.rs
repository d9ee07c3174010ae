//! The words of a case: its states, what can happen to it, the notices it makes. One table for each, so that a word
//! cannot lack its code, its Chinese or its English.

use serde::{Deserialize, Serialize};

/// Makes an enum whose values have a code (as in JSON and in the database) and a text in two languages.
macro_rules! words {
    (
        $(#[$doc:meta])* $name:ident, $one:literal;
        $($(#[$about:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its code, as in JSON.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            #[doc = concat!("The ", $one, " with this code.")]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.code() == code)
            }

            /// In both languages.
            pub const fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en),)+ }
            }

            /// As screens say it.
            pub fn text(self) -> $crate::text::Text {
                let (zh, en) = self.words();
                $crate::text::Text::new(zh, en)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($code),+] })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// State of a case.
    CaseState, "state";
    /// Prepared at the terminal, paper not yet in a box.
    Submitted = "submitted", "待存件", "Waiting for the paper";
    /// The paper is in a box.
    Deposited = "deposited", "已存件", "Paper in the locker";
    /// Nobody knows whether the paper is in the box.
    DepositUnconfirmed = "deposit_unconfirmed", "存件待核实", "Deposit to be checked";
    /// The window has the paper.
    Received = "received", "已收件", "Received by the window";
    /// The window goes through the materials.
    PreReview = "pre_review", "预审中", "In pre-review";
    /// The applicant was told, once, everything that is missing.
    Correction = "correction", "待补正", "Waiting for corrections";
    /// Accepted: the promised and the legal time run.
    Accepted = "accepted", "已受理", "Accepted";
    /// Accepted with papers of the second rank to follow.
    AcceptedDeferred = "accepted_deferred", "容缺受理", "Accepted, papers to follow";
    /// The department examines it.
    InProgress = "in_progress", "办理中", "In progress";
    /// Other departments examine it at the same time.
    JointReview = "joint_review", "并联审批", "Joint review";
    /// Hearing, test, expert review and the like: the clock stands still.
    Special = "special", "特别程序", "Special procedure";
    /// Decided for the applicant.
    DecidedGrant = "decided_grant", "准予许可", "Granted";
    /// Decided against the applicant.
    DecidedDeny = "decided_deny", "不予许可", "Denied";
    /// The result waits for the applicant.
    ResultReady = "result_ready", "待取件", "Result ready";
    /// The applicant has the result.
    Collected = "collected", "已取件", "Result handed over";
    /// No permit is needed for this.
    NotTaken = "not_taken", "不受理", "Not taken";
    /// Another body's matter, or the law forbids to take it.
    Refused = "refused", "不予受理", "Refused";
    /// Corrections or papers that were to follow did not come in time.
    Lapsed = "lapsed", "逾期未补", "Lapsed";
    /// The applicant took the application back.
    Withdrawn = "withdrawn", "已撤件", "Withdrawn";
    /// The office took the decision back because things changed.
    Recalled = "recalled", "已撤回", "Recalled";
    /// The office annulled a decision that should not have been made.
    Revoked = "revoked", "已撤销", "Revoked";
    /// It ended with no paper handed in.
    Voided = "voided", "已作废", "Void";
    /// Done, nothing can happen any more.
    Archived = "archived", "已归档", "Archived";
}

words! {
    /// What happened to a case, as far as its state is concerned.
    CaseEvent, "event";
    /// The terminal prepared it.
    Submitted = "submitted", "在终端提交申报", "Submitted at the terminal";
    /// The terminal saw the door open and close: the paper is in.
    Deposited = "deposited", "材料已存入柜中", "Paper put into the box";
    /// The terminal cannot say whether the paper is in.
    DepositUnconfirmed = "deposit_unconfirmed", "存件情况待核实", "Deposit to be checked";
    /// Staff looked: the paper is there.
    DepositConfirmed = "deposit_confirmed", "核实：材料在柜里", "Checked: the paper is there";
    /// It ended with certainly nothing in a box: the terminal or staff say so.
    DepositVoided = "deposit_voided", "没有存入材料，作废", "No paper handed in: void";
    /// A clerk took the paper and affirmed the box empty.
    Received = "received", "窗口已收件", "Received by the window";
    /// A clerk began to go through the materials.
    PreReviewStarted = "pre_review_started", "开始预审", "Start the pre-review";
    /// All is there and in form.
    Accepted = "accepted", "受理", "Accept";
    /// What matters is there; papers of the second rank follow.
    AcceptedDeferred = "accepted_deferred", "容缺受理", "Accept, papers to follow";
    /// The office said nothing in time: the law accepts for it.
    DeemedAccepted = "deemed_accepted", "逾期未告知，视为受理", "Accepted by silence";
    /// The applicant is told at once and in full what is missing.
    CorrectionAsked = "correction_asked", "一次性告知补正", "Ask for corrections, once";
    /// Told a second time: a breach of telling once, for a supervisor's reason.
    CorrectionAskedAgain = "correction_asked_again", "再次告知补正", "Ask for corrections again";
    /// All corrections came in.
    CorrectionReceived = "correction_received", "补正材料已收齐", "Corrections came in";
    /// The applicant's time for corrections is over.
    CorrectionLapsed = "correction_lapsed", "逾期未补正，终止", "End it: no corrections came";
    /// No permit is needed.
    NotTaken = "not_taken", "不受理", "Do not take: no permit needed";
    /// Another body's matter, or the law forbids to take it.
    Refused = "refused", "不予受理", "Refuse to accept";
    /// The papers that were to follow came in.
    DeferredArrived = "deferred_arrived", "容缺材料已补齐", "Papers that were to follow came in";
    /// The papers that were to follow did not come in time.
    DeferredLapsed = "deferred_lapsed", "容缺材料逾期未补，终止", "End it: papers to follow did not come";
    /// The department began to examine it.
    WorkStarted = "work_started", "转入办理", "Start the work";
    /// Other departments were asked.
    JointStarted = "joint_started", "开始并联审批", "Start the joint review";
    /// All of them answered.
    JointFinished = "joint_finished", "并联审批完成", "Joint review is done";
    /// The clock stops for a hearing, a test and the like.
    SpecialStarted = "special_started", "启动特别程序（暂停计时）", "Start a special procedure (clock stops)";
    /// The clock goes on.
    SpecialEnded = "special_ended", "特别程序结束（恢复计时）", "Special procedure is over (clock goes on)";
    /// The time was extended, once.
    Extended = "extended", "延长办理期限", "Extend the time";
    /// Decided for the applicant.
    Granted = "granted", "准予许可", "Grant";
    /// Decided against the applicant.
    Denied = "denied", "不予许可", "Deny";
    /// The result waits for the applicant, or is on its way.
    ResultReady = "result_ready", "结果已备好", "The result is ready";
    /// The applicant has the result.
    Collected = "collected", "申请人已领取", "The applicant has the result";
    /// The applicant took the application back.
    Withdrawn = "withdrawn", "申请人撤件", "Withdrawn by the applicant";
    /// The office took the decision back because things changed.
    Recalled = "recalled", "撤回决定", "Recall the decision";
    /// The office annulled the decision.
    Revoked = "revoked", "撤销决定", "Revoke the decision";
    /// Done and filed.
    Archived = "archived", "办结归档", "Close and archive";
}

words! {
    /// A paper the law wants in writing, with a date and a number (行政许可法 art. 32, 38, 42, 44, 45).
    NoticeKind, "kind of notice";
    /// What the window received.
    Receipt = "receipt", "申请材料收件凭证", "Receipt of materials";
    /// Accepted (art. 32 item 5).
    Acceptance = "acceptance", "受理通知书", "Notice of acceptance";
    /// Accepted with papers to follow.
    DeferredAcceptance = "deferred_acceptance", "容缺受理通知书", "Notice of acceptance, papers to follow";
    /// Everything that is missing, told once (art. 32 item 4).
    Correction = "correction", "补正材料一次性告知书", "One-time notice of corrections";
    /// No permit is needed (art. 32 item 1).
    NotTaken = "not_taken", "不受理告知书", "Notice that no permit is needed";
    /// Not this office's (art. 32 item 2).
    Refusal = "refusal", "不予受理通知书", "Notice of refusal to accept";
    /// The corrections or the papers to follow did not come: the case ends.
    Lapse = "lapse", "终止办理告知书", "Notice that the case has ended";
    /// The clock stands still, and for how long (art. 45).
    Special = "special", "特别程序告知书", "Notice of a special procedure";
    /// More time is needed, and why (art. 42).
    Extension = "extension", "延长办理期限告知书", "Notice of extension";
    /// Granted (art. 38, 44).
    Grant = "grant", "准予行政许可决定书", "Decision to grant";
    /// Denied, with reasons and rights (art. 38).
    Denial = "denial", "不予行政许可决定书", "Decision to deny";
    /// A decision was recalled (art. 8) or revoked (art. 69).
    Withdrawal = "withdrawal", "撤回（撤销）行政许可决定书", "Decision to recall or revoke";
    /// The result was handed over.
    Delivery = "delivery", "送达回证", "Proof of delivery";
}

words! {
    /// What must be filled in for a step.
    Need, "field";
    /// Each material ticked as fine, missing or wrong.
    Findings = "findings", "逐项核对材料", "Each material checked";
    /// Why; the applicant reads it.
    Reason = "reason", "理由（申请人会看到）", "Reason (the applicant reads it)";
    /// Why; only staff read it.
    InternalReason = "internal_reason", "原因（只有工作人员看得到）", "Reason (only staff see it)";
    /// Which body takes it instead.
    Elsewhere = "elsewhere", "应向哪个机关申请", "Which body to apply to";
    /// How many working days.
    Days = "days", "工作日天数", "Working days";
    /// Number of the document that is issued.
    Document = "document", "证件或批文编号", "Number of the document issued";
    /// How the result goes to the applicant.
    Delivery = "delivery", "送达方式", "Way of delivery";
    /// Who took the result.
    Receiver = "receiver", "谁领取", "Who took it";
    /// Every assisting department has answered, or was recalled.
    Opinions = "opinions", "各会办部门均已答复", "All departments have answered";
    /// How the decision deals with a department that did not agree; only when one did not.
    Disagreement = "disagreement", "对会办不同意见的处理（有不同意见时必填，写入决定书）", "How the disagreement is dealt with (where there is one; it stands in the decision)";
}

words! {
    /// Who may cause an event.
    Party, "party";
    /// The terminal's journal.
    Terminal = "terminal", "终端", "Terminal";
    /// Staff of the case's window.
    Clerk = "clerk", "窗口人员", "Clerk";
    /// The window's chief, who supervises.
    Chief = "chief", "负责人", "Chief";
    /// Whoever decides.
    Approver = "approver", "审批人", "Approver";
    /// Whoever watches over every window.
    Supervisor = "supervisor", "督查", "Supervisor";
    /// The law, when a time has passed.
    Clock = "clock", "期限届满", "Time limit";
}

impl CaseState {
    /// Status code of the national exchange set for construction approvals (BLZT), where the state has one of its own;
    /// the last one said stays otherwise.
    pub fn national_code(self) -> Option<u8> {
        match self {
            Self::Deposited | Self::Received | Self::PreReview => Some(1),
            Self::Withdrawn | Self::Voided => Some(2),
            Self::Accepted | Self::AcceptedDeferred => Some(3),
            Self::NotTaken => Some(4),
            Self::Refused => Some(5),
            Self::Correction => Some(6),
            Self::InProgress | Self::JointReview => Some(8),
            Self::Special => Some(9),
            Self::DecidedGrant => Some(11),
            Self::DecidedDeny => Some(13),
            Self::Recalled => Some(14),
            Self::Revoked => Some(15),
            Self::Submitted
            | Self::DepositUnconfirmed
            | Self::ResultReady
            | Self::Collected
            | Self::Lapsed
            | Self::Archived => None,
        }
    }

    /// Whether nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Voided | Self::Archived)
    }

    /// Whether the paper is or may be in a box.
    pub fn in_box(self) -> bool {
        matches!(self, Self::Deposited | Self::DepositUnconfirmed)
    }

    /// Whether the office has not yet said that it takes the case.
    pub fn before_acceptance(self) -> bool {
        matches!(
            self,
            Self::Submitted
                | Self::Deposited
                | Self::DepositUnconfirmed
                | Self::Received
                | Self::PreReview
                | Self::Correction
        )
    }

    /// Whether it is accepted and not yet decided.
    pub fn at_work(self) -> bool {
        matches!(self, Self::Accepted | Self::AcceptedDeferred | Self::InProgress | Self::JointReview | Self::Special)
    }
}
