//! All that can happen to a case: from where, to where, who may, what is needed, which notice it makes and what the
//! applicant is told.

use super::Standing;
use super::words::{CaseEvent, CaseState, Need, NoticeKind, Party};
use crate::role::Role;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// State before; `None` before the first event.
    pub from: Option<CaseState>,
    /// What happens.
    pub event: CaseEvent,
    /// State after.
    pub to: CaseState,
    /// Who may. A chief may all that a clerk may.
    pub by: &'static [Party],
    /// Only when.
    pub guard: Guard,
    /// What must be filled in.
    pub needs: &'static [Need],
    /// The notice it makes.
    pub notice: Option<NoticeKind>,
    /// What the applicant is told, Chinese and English.
    pub told: Option<(&'static str, &'static str)>,
}

/// When a row holds, besides its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Whenever the state is this.
    Always,
    /// No corrections were asked for before.
    FirstRound,
    /// Corrections were asked for before.
    LaterRound,
    /// The time was not extended before (art. 42 knows one extension).
    NotExtended,
    /// Papers that were to follow are not in yet.
    Owing,
    /// No papers are to follow.
    NothingOwed,
}

impl Guard {
    /// Whether it holds.
    pub fn holds(self, standing: &Standing) -> bool {
        match self {
            Self::Always => true,
            Self::FirstRound => standing.corrections == 0,
            Self::LaterRound => standing.corrections > 0,
            Self::NotExtended => !standing.extended,
            Self::Owing => standing.owing,
            Self::NothingOwed => !standing.owing,
        }
    }

    /// As the documents say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::FirstRound => "首次补正",
            Self::LaterRound => "已补正过",
            Self::NotExtended => "未延期过",
            Self::Owing => "尚有容缺材料",
            Self::NothingOwed => "没有容缺材料",
        }
    }
}

impl Transition {
    /// Whether someone of this role may cause it. `chiefs_decide`: in this hall chiefs may do what approvers may.
    pub fn staff_may(&self, role: Role, chiefs_decide: bool) -> bool {
        if role == Role::Chief && !chiefs_decide && self.by.contains(&Party::Approver) {
            return false;
        }
        self.by.iter().any(|party| role.parties().contains(party))
    }

    const fn when(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    const fn makes(mut self, notice: NoticeKind) -> Self {
        self.notice = Some(notice);
        self
    }

    const fn tells(mut self, zh: &'static str, en: &'static str) -> Self {
        self.told = Some((zh, en));
        self
    }
}

const fn row(from: CaseState, event: CaseEvent, to: CaseState, by: &'static [Party]) -> Transition {
    Transition { from: Some(from), event, to, by, guard: Guard::Always, needs: &[], notice: None, told: None }
}

const TERMINAL: &[Party] = &[Party::Terminal];
const CLERK: &[Party] = &[Party::Clerk];
const CHIEF: &[Party] = &[Party::Chief];
const DECIDES: &[Party] = &[Party::Approver, Party::Chief];
const SUPERVISES: &[Party] = &[Party::Supervisor, Party::Chief];
const CLOCK: &[Party] = &[Party::Clock];
/// By itself some days after the result was handed over, or earlier by hand.
const CLERK_OR_CLOCK: &[Party] = &[Party::Clerk, Party::Clock];
/// The clerk affirms at the desk; a terminal without the network reports what the clerk affirmed there.
const CLERK_OR_TERMINAL: &[Party] = &[Party::Clerk, Party::Terminal];

const fn received(from: CaseState) -> Transition {
    row(from, E::Received, S::Received, CLERK_OR_TERMINAL)
        .makes(N::Receipt)
        .tells("窗口已收到您的材料", "The window has your papers")
}

const fn granted(from: CaseState) -> Transition {
    row(from, E::Granted, S::DecidedGrant, DECIDES)
        .when(Guard::NothingOwed)
        .needs(&[Need::Document, Need::Disagreement])
        .makes(N::Grant)
        .tells("您的申请已获准予", "Your application was granted")
}

const fn denied(from: CaseState) -> Transition {
    row(from, E::Denied, S::DecidedDeny, DECIDES).needs(&[Need::Reason, Need::Disagreement]).makes(N::Denial).tells(
        "您的申请未获准予，决定书写明理由和救济途径",
        "Your application was denied; the decision names reasons and rights",
    )
}

const fn extended(at: CaseState) -> Transition {
    row(at, E::Extended, at, DECIDES)
        .when(Guard::NotExtended)
        .needs(&[Need::Days, Need::Reason])
        .makes(N::Extension)
        .tells("办理期限已延长，告知书写明理由", "The time was extended; the notice says why")
}

const fn special(from: CaseState) -> Transition {
    row(from, E::SpecialStarted, S::Special, CLERK)
        .needs(&[Need::Days, Need::Reason])
        .makes(N::Special)
        .tells("您的办件进入特别程序，所需时间不计入办理期限", "A special procedure begins; its time does not count")
}

const fn withdrawn(from: CaseState) -> Transition {
    row(from, E::Withdrawn, S::Withdrawn, CLERK)
        .needs(&[Need::InternalReason])
        .tells("已按您的申请撤件，请领回材料", "Withdrawn as you asked; please take your papers back")
}

const fn taken_back(from: CaseState, event: CaseEvent, to: CaseState) -> Transition {
    row(from, event, to, DECIDES).needs(&[Need::Reason]).makes(N::Withdrawal).tells(
        "原许可决定已撤回或撤销，决定书写明理由和救济途径",
        "The decision was taken back; the document names reasons and rights",
    )
}

const fn arrived(at: CaseState, to: CaseState) -> Transition {
    row(at, E::DeferredArrived, to, CLERK)
        .when(Guard::Owing)
        .tells("容缺材料已收齐", "The papers that were to follow are in")
}

const fn deferred_lapsed(from: CaseState) -> Transition {
    row(from, E::DeferredLapsed, S::Lapsed, CHIEF)
        .when(Guard::Owing)
        .needs(&[Need::Reason])
        .makes(N::Lapse)
        .tells("容缺材料逾期未补，办件已终止", "Papers did not follow in time: the case has ended")
}

use CaseEvent as E;
use CaseState as S;
use NoticeKind as N;

/// All that can happen. Within a state, the usual way on comes first.
///
/// Entries of a journal come in order, but a terminal may learn more after staff did: `Deposited` after
/// `DepositUnconfirmed` (the applicant affirmed it), and `Deposited` twice (reopened for something forgotten, or moved
/// to a bigger box).
///
/// Silence accepts only what the window has taken out: of paper still in a box nobody knows yet what it is. The case
/// stays red until it is received, and is then accepted as of the day the box was shut.
pub const TRANSITIONS: &[Transition] = &[
    Transition {
        from: None,
        event: E::Submitted,
        to: S::Submitted,
        by: TERMINAL,
        guard: Guard::Always,
        needs: &[],
        notice: None,
        told: None,
    },
    row(S::Submitted, E::Deposited, S::Deposited, TERMINAL),
    row(S::Submitted, E::DepositUnconfirmed, S::DepositUnconfirmed, TERMINAL),
    row(S::Submitted, E::DepositVoided, S::Voided, TERMINAL),
    received(S::Deposited),
    row(S::Deposited, E::Deposited, S::Deposited, TERMINAL),
    row(S::Deposited, E::DepositUnconfirmed, S::DepositUnconfirmed, TERMINAL),
    row(S::DepositUnconfirmed, E::DepositConfirmed, S::Deposited, CLERK),
    row(S::DepositUnconfirmed, E::DepositVoided, S::Voided, CLERK_OR_TERMINAL)
        .when(Guard::FirstRound)
        .needs(&[Need::InternalReason]),
    // The corrections are not there after all: they are still asked for.
    row(S::DepositUnconfirmed, E::DepositVoided, S::Correction, CLERK_OR_TERMINAL)
        .when(Guard::LaterRound)
        .needs(&[Need::InternalReason]),
    received(S::DepositUnconfirmed),
    row(S::DepositUnconfirmed, E::Deposited, S::Deposited, TERMINAL),
    row(S::DepositUnconfirmed, E::DepositUnconfirmed, S::DepositUnconfirmed, TERMINAL),
    row(S::Received, E::PreReviewStarted, S::PreReview, CLERK),
    withdrawn(S::Received),
    row(S::Received, E::DeemedAccepted, S::Accepted, CLOCK)
        .makes(N::Acceptance)
        .tells("您的申请已受理", "Your application is accepted"),
    row(S::PreReview, E::Accepted, S::Accepted, CLERK)
        .needs(&[Need::Findings])
        .makes(N::Acceptance)
        .tells("您的申请已受理", "Your application is accepted"),
    row(S::PreReview, E::AcceptedDeferred, S::AcceptedDeferred, CLERK)
        .needs(&[Need::Findings, Need::Days])
        .makes(N::DeferredAcceptance)
        .tells("您的申请已容缺受理，请在期限内补齐材料", "Accepted; please hand in the missing papers in time"),
    row(S::PreReview, E::CorrectionAsked, S::Correction, CLERK)
        .when(Guard::FirstRound)
        .needs(&[Need::Findings])
        .makes(N::Correction)
        .tells("材料需要补正，告知书一次列明了全部内容", "Papers need correcting; the notice lists everything"),
    row(S::PreReview, E::CorrectionAskedAgain, S::Correction, SUPERVISES)
        .when(Guard::LaterRound)
        .needs(&[Need::Findings, Need::InternalReason])
        .makes(N::Correction)
        .tells("材料仍需补正，告知书列明了全部内容", "Papers still need correcting; the notice lists everything"),
    row(S::PreReview, E::Refused, S::Refused, CLERK)
        .needs(&[Need::Reason, Need::Elsewhere])
        .makes(N::Refusal)
        .tells("不予受理，通知书写明理由和应向哪个机关申请", "Refused; the notice says why and where to apply"),
    row(S::PreReview, E::NotTaken, S::NotTaken, CLERK)
        .needs(&[Need::Reason])
        .makes(N::NotTaken)
        .tells("此事依法不需要行政许可，不受理", "The law asks no permit for this"),
    withdrawn(S::PreReview),
    row(S::PreReview, E::DeemedAccepted, S::Accepted, CLOCK)
        .makes(N::Acceptance)
        .tells("您的申请已受理", "Your application is accepted"),
    row(S::Correction, E::CorrectionReceived, S::Received, CLERK)
        .makes(N::Receipt)
        .tells("窗口已收到您的补正材料", "The window has your corrections"),
    row(S::Correction, E::Deposited, S::Deposited, TERMINAL),
    row(S::Correction, E::DepositUnconfirmed, S::DepositUnconfirmed, TERMINAL),
    row(S::Correction, E::CorrectionLapsed, S::Lapsed, CHIEF)
        .needs(&[Need::Reason])
        .makes(N::Lapse)
        .tells("逾期未补正，办件已终止", "Corrections did not come in time: the case has ended"),
    withdrawn(S::Correction),
    row(S::Accepted, E::WorkStarted, S::InProgress, CLERK),
    // 即办件: decided in the same minute.
    granted(S::Accepted),
    denied(S::Accepted),
    extended(S::Accepted),
    special(S::Accepted),
    withdrawn(S::Accepted),
    row(S::AcceptedDeferred, E::WorkStarted, S::InProgress, CLERK),
    arrived(S::AcceptedDeferred, S::Accepted),
    deferred_lapsed(S::AcceptedDeferred),
    denied(S::AcceptedDeferred),
    withdrawn(S::AcceptedDeferred),
    granted(S::InProgress),
    denied(S::InProgress),
    arrived(S::InProgress, S::InProgress),
    special(S::InProgress),
    extended(S::InProgress),
    row(S::InProgress, E::JointStarted, S::JointReview, CLERK),
    deferred_lapsed(S::InProgress),
    withdrawn(S::InProgress),
    row(S::JointReview, E::JointFinished, S::InProgress, CLERK).needs(&[Need::Opinions]),
    extended(S::JointReview),
    withdrawn(S::JointReview),
    row(S::Special, E::SpecialEnded, S::InProgress, CLERK)
        .tells("特别程序结束，办理期限继续计算", "The special procedure is over; the time goes on"),
    withdrawn(S::Special),
    row(S::DecidedGrant, E::ResultReady, S::ResultReady, CLERK_OR_TERMINAL)
        .needs(&[Need::Delivery])
        .tells("办理结果已备好，请领取", "Your result is ready"),
    taken_back(S::DecidedGrant, E::Recalled, S::Recalled),
    taken_back(S::DecidedGrant, E::Revoked, S::Revoked),
    row(S::DecidedDeny, E::ResultReady, S::ResultReady, CLERK_OR_TERMINAL)
        .needs(&[Need::Delivery])
        .tells("办理结果已备好，请领取", "Your result is ready"),
    row(S::ResultReady, E::Collected, S::Collected, CLERK_OR_TERMINAL)
        .needs(&[Need::Receiver])
        .makes(N::Delivery)
        .tells("办理结果已送达", "Your result was handed over"),
    row(S::Collected, E::Archived, S::Archived, CLERK_OR_CLOCK),
    taken_back(S::Collected, E::Recalled, S::Recalled),
    taken_back(S::Collected, E::Revoked, S::Revoked),
    row(S::NotTaken, E::Archived, S::Archived, CLERK),
    row(S::Refused, E::Archived, S::Archived, CLERK),
    row(S::Lapsed, E::Archived, S::Archived, CLERK),
    row(S::Withdrawn, E::Archived, S::Archived, CLERK),
    row(S::Recalled, E::Archived, S::Archived, CLERK),
    row(S::Revoked, E::Archived, S::Archived, CLERK),
];
