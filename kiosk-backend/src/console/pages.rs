//! The templates: one struct a page, filled with what the domain answered.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use hall_domain::Refusal;
use hall_domain::boxes::cabinet::CompartmentView;
use hall_domain::boxes::rounds::Round;
use hall_domain::case::casework::Casework;
use hall_domain::case::clocks::Due;
use hall_domain::case::inbox::{Choices, Filter};
use hall_domain::case::joint::answers;
use hall_domain::case::page::{CaseView, StepView};
use hall_domain::case::rows::InboxRow;
use hall_domain::case::steps::Preview;
use hall_domain::figures::audit_page::AuditPage;
use hall_domain::figures::escalations::Late;
use hall_domain::figures::statistics::{NamedTally, SPANS, Statistics};
use hall_domain::people::accounts::AccountRow;
use hall_domain::terminals::list::KioskView;
use hall_domain::terminals::set_aside::SetAsideRow;
use hall_rules::case::Need;
use hall_rules::joint::PartState;
use hall_rules::notice::Document;
use hall_rules::review::Verdict;
use hall_rules::{CaseEvent, CaseState, Right, Role};
use hall_store::cases::MOST_COUNTED;
use hall_store::sessions::Listed;
use hall_words::case::Satisfaction;
use kiosk_wire::kiosk_api::CompartmentState;

use super::charts;
use super::entered::Entered;
use super::frame::{CALL, Call, Here, Shell};
use super::inbox_query::InboxQuery;
use super::labels::{CELL_STATES, TABS, Tab, cell_class, is_open, is_unseen, light_class, tab_key};
use super::words::{Lang, bytes, grouped};
use crate::refused::Refused;

/// Sign-in.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub(super) shell: Shell,
    pub(super) name: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// The way to the city's provider of accounts, where there is one.
    pub(super) provider: Option<ProviderButton>,
}

/// A button that leads to the city's provider of accounts.
pub(super) struct ProviderButton {
    pub(super) words: String,
    pub(super) href: String,
}

/// The inbox.
#[derive(Template)]
#[template(path = "inbox.html")]
pub(super) struct InboxPage {
    pub(super) shell: Shell,
    pub(super) show: Tab,
    /// What the address asks for.
    pub(super) asked: InboxQuery,
    /// What it can be narrowed to.
    pub(super) choices: Choices,
    pub(super) query: String,
    pub(super) rows: Vec<InboxRow>,
    /// Instead of cases, in [`Tab::Joint`]: what other windows' cases ask of us.
    pub(super) parts: Vec<answers::WaitingPart>,
    pub(super) older: Option<String>,
    /// Not the first page: a link back to it.
    pub(super) first: Option<String>,
    /// Cases that were just claimed together, to give back.
    pub(super) undo: Vec<String>,
}

impl InboxPage {
    /// This view's first page.
    pub(super) fn here(&self) -> String {
        self.tab(&self.show)
    }

    /// Another view with the same narrowing.
    fn tab(&self, tab: &Tab) -> String {
        format!("/inbox?{}", self.asked.query(tab_key(tab)))
    }

    /// The number as a tab says it.
    fn counted(&self, tab: &Tab) -> String {
        let count = self.count(tab);
        if count >= MOST_COUNTED { format!("{}+", MOST_COUNTED - 1) } else { count.to_string() }
    }

    fn is_saved(&self) -> bool {
        let query = self.asked.query(tab_key(&self.show));
        self.choices.views.iter().any(|view| view.query == query)
    }

    fn count(&self, tab: &Tab) -> u32 {
        match tab {
            Tab::Joint => self.shell.counts.joint,
            Tab::Cases(Filter::New) => self.shell.counts.new,
            Tab::Cases(Filter::Work) => self.shell.counts.work,
            Tab::Cases(Filter::Waiting) => self.shell.counts.waiting,
            Tab::Cases(Filter::Mine) => self.shell.counts.mine,
            Tab::Cases(Filter::Attention) => self.shell.counts.attention,
            Tab::Cases(Filter::All) => self.shell.counts.all,
        }
    }

    /// Class of a tab's number: what wants a person stands out, and so does what others wait for.
    fn count_class(&self, tab: &Tab) -> &'static str {
        match tab {
            Tab::Cases(Filter::Attention) if self.count(tab) > 0 => "n n--warn",
            Tab::Joint if self.count(tab) > 0 => "n n--asked",
            Tab::Joint | Tab::Cases(_) => "n",
        }
    }
}

/// The last day of a running clock.
pub(super) fn due_date(due: &Due) -> Option<&jiff::civil::Date> {
    match due {
        Due::Running { due, .. } => Some(due),
        Due::CalendarMissing | Due::Paused | Due::None => None,
    }
}

/// One case.
#[derive(Template)]
#[template(path = "case.html")]
pub(super) struct CasePage {
    pub(super) shell: Shell,
    pub(super) case: CaseView,
    /// What the window's work adds.
    pub(super) more: Casework,
    /// What was refused.
    pub(super) entered: Entered,
}

impl CasePage {
    fn is_over(&self) -> bool {
        self.case.row.state == CaseState::Voided
    }

    /// Whether who is on the way brings the result, and does not fetch paper.
    fn is_loading(&self) -> bool {
        hall_domain::boxes::may::decided(self.case.row.state)
    }

    /// Whether the materials are to be ticked: then one form leads to whatever follows.
    fn reviews(&self) -> bool {
        self.case.steps.iter().any(|step| self.in_review(step))
    }

    fn in_review(&self, step: &StepView) -> bool {
        step.needs.contains(&Need::Findings)
    }

    fn may_defer(&self) -> bool {
        self.case.materials.iter().any(|line| line.deferrable)
    }

    fn second_round(&self) -> bool {
        self.case.steps.iter().any(|step| step.event == CaseEvent::CorrectionAskedAgain)
    }

    /// One press is enough: nothing to fill in, nothing on paper, and not the end.
    fn is_direct(&self, step: &StepView) -> bool {
        step.needs.is_empty() && step.notice.is_none() && step.event != CaseEvent::Archived
    }

    /// Whether it is the usual way on: what only delays, holds or ends a case never is, also when nothing else can be done
    /// now; nor what only says that a clerk has begun, or what a clerk may while others decide.
    fn is_usual(&self, first: &bool, step: &StepView) -> bool {
        use CaseEvent as E;
        let unusual = matches!(
            step.event,
            E::Extended
                | E::Withdrawn
                | E::SpecialStarted
                | E::PreReviewStarted
                | E::WorkStarted
                | E::JointStarted
                | E::DeferredLapsed
                | E::CorrectionLapsed
        );
        *first && !unusual
    }

    /// Whom the case waits for, where it is not who looks at it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "elsewhere it waits for who looks at it, or for nobody")]
    fn waits_for(&self) -> Option<&'static str> {
        use CaseState as S;
        let decides = self.case.steps.iter().any(|step| matches!(step.event, CaseEvent::Granted | CaseEvent::Denied));
        let (zh, en) = match self.case.row.state {
            S::Accepted | S::InProgress if !decides => (
                "已交审批人，等作出决定；这里没有必须办的事。",
                "It lies with whoever decides; nothing must be done here.",
            ),
            S::AcceptedDeferred => ("等申请人补齐容缺的材料。", "The applicant brings the papers that follow."),
            S::Correction => ("等申请人补正。", "The applicant brings what is missing."),
            S::JointReview => ("等会办部门答复。", "The departments that were asked answer."),
            S::Special => (
                "特别程序中，期限停着；结束后按“特别程序结束”。",
                "The clock stands still; say so when the procedure is over.",
            ),
            S::ResultReady => ("等申请人领取结果。", "The applicant fetches the result."),
            S::Collected => {
                ("结果已送达，过几天自动归档。", "The result was handed over; the case is archived by itself.")
            }
            _ => return None,
        };
        Some(self.shell.t(zh, en))
    }

    fn is_me(&self, staff: &kiosk_wire::StaffId) -> bool {
        self.shell.me.as_ref().is_some_and(|me| me.id == *staff)
    }
}

/// Bytes as people say them: KB below a megabyte.
pub(super) fn file_size(size: &u64) -> String {
    if *size < 1 << 20 { format!("{} KB", size.div_ceil(1024)) } else { bytes(size) }
}

/// Class of a part's chip.
pub(super) fn part_class(state: &PartState) -> &'static str {
    match state {
        PartState::Asked => "moving",
        PartState::Agreed => "done",
        PartState::Disagreed => "doubt",
        PartState::Silent | PartState::Recalled => "over",
    }
}

/// A code in two groups of three, as people read it aloud.
fn spaced(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((front, back)) => format!("{front} {back}"),
        None => code.to_owned(),
    }
}

/// The verdicts, in the order of the form.
const VERDICTS: &[Verdict] = Verdict::ALL;

/// The field of the form by which a need is filled.
fn input_name(need: &Need) -> &'static str {
    if *need == Need::InternalReason { "reason" } else { need.code() }
}

fn input_length(need: &Need) -> u16 {
    if matches!(need, Need::Reason | Need::InternalReason | Need::Disagreement) { 200 } else { 100 }
}

/// What a step would do, to be confirmed.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) shell: Shell,
    pub(super) row: InboxRow,
    pub(super) choices: Vec<Preview>,
    /// What was filled in, to be handed on.
    pub(super) fields: Vec<(String, String)>,
}

/// One notice, for paper.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage {
    pub(super) lang: Lang,
    pub(super) case: String,
    pub(super) document: Document,
}

/// A phone number or ID number, revealed: the part of a page that replaces the masked one.
#[derive(Template)]
#[template(path = "parts/shown.html")]
pub(super) struct ShownPart {
    pub(super) id: &'static str,
    pub(super) value: String,
}

/// The same as a page of its own, for a browser without scripts.
#[derive(Template)]
#[template(path = "shown.html")]
pub(super) struct ShownPage {
    pub(super) shell: Shell,
    pub(super) label: &'static str,
    pub(super) id: &'static str,
    pub(super) value: String,
    pub(super) back: String,
}

/// The boxes of one terminal.
#[derive(Template)]
#[template(path = "cabinet.html")]
pub(super) struct CabinetPage {
    pub(super) shell: Shell,
    pub(super) kiosk: KioskView,
    pub(super) cells: Vec<CompartmentView>,
    /// The reader's round here, if one is under way.
    pub(super) round: Option<Round>,
}

impl CabinetPage {
    /// How many boxes hold paper of a case that the reader sees.
    fn mine(&self) -> usize {
        self.cells.iter().filter(|cell| cell.state == CompartmentState::Paper && cell.case.is_some()).count()
    }

    /// The first box that is still to be opened.
    fn next(&self, round: &Round) -> Option<kiosk_wire::CompartmentNo> {
        round.stops.iter().find(|stop| !stop.shut).map(|stop| stop.no)
    }

    fn free(&self) -> usize {
        self.cells.iter().filter(|cell| cell.state == CompartmentState::Free).count()
    }

    fn any_aside(&self) -> bool {
        self.cells.iter().any(|cell| cell.state == CompartmentState::SetAside)
    }
}

/// All terminals.
#[derive(Template)]
#[template(path = "kiosks.html")]
pub(super) struct KiosksPage {
    pub(super) shell: Shell,
    pub(super) kiosks: Vec<KioskView>,
    /// The years whose working days are known here.
    pub(super) years: Vec<i16>,
    /// What the last look at the whole database found.
    pub(super) verified: Option<hall_domain::figures::verify::Verified>,
    /// While there are older data keys.
    pub(super) sealing: Option<hall_domain::ground::rotation::Sealing>,
}

/// How a terminal's card looks.
fn kiosk_class(kiosk: &KioskView) -> &'static str {
    use kiosk_wire::kiosk_api::DeviceState as S;
    if kiosk.revoked_ms.is_some() {
        return "revoked";
    }
    if kiosk.unseen || kiosk.forked {
        return "lost";
    }
    let limited = kiosk
        .heartbeat
        .iter()
        .flat_map(|beat| &beat.devices)
        .any(|device| matches!(device.state, S::Degraded | S::Lost | S::Fault));
    if limited { "limited" } else { "well" }
}

/// From how many seconds of difference a terminal's clock is worth a word.
const CLOCK_OFF_S: i64 = 60;

/// By how many seconds the terminal's clock is ahead of ours, when that is worth a word.
fn clock_off(kiosk: &KioskView) -> Option<i64> {
    let off = (kiosk.heartbeat.as_ref()?.wall_ms_utc - kiosk.heartbeat_ms?) / 1000;
    (off.abs() >= CLOCK_OFF_S).then_some(off)
}

/// A length in seconds for [`super::words::Clock::span`].
fn seconds(count: &u64) -> i64 {
    i64::try_from(*count).unwrap_or(i64::MAX)
}

/// Journal entries that wait for a person.
#[derive(Template)]
#[template(path = "attention.html")]
pub(super) struct AttentionPage {
    pub(super) shell: Shell,
    pub(super) rows: Vec<SetAsideRow>,
}

/// The audit.
#[derive(Template)]
#[template(path = "audit.html")]
pub(super) struct AuditView {
    pub(super) shell: Shell,
    pub(super) audit: AuditPage,
}

/// Everyone's account.
#[derive(Template)]
#[template(path = "accounts.html")]
pub(super) struct AccountsPage {
    pub(super) shell: Shell,
    pub(super) rows: Vec<AccountRow>,
    /// Names of all windows.
    pub(super) windows: Vec<String>,
}

/// One account: one's own, or another's for who manages them.
#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct AccountPage {
    pub(super) shell: Shell,
    pub(super) account: AccountRow,
    pub(super) sessions: Vec<Listed>,
    /// The name of this browser's session.
    pub(super) this: String,
    pub(super) own: bool,
    /// Whether there is a provider of accounts at which somebody can be known.
    pub(super) by_provider: bool,
    /// A one-time code that was just made: shown once.
    pub(super) code: Option<String>,
}

/// What is late, and counts by window and item.
#[derive(Template)]
#[template(path = "supervision.html")]
pub(super) struct SupervisionPage {
    pub(super) shell: Shell,
    pub(super) late: Vec<Late>,
    pub(super) tallies: Vec<NamedTally>,
}

/// Figures of a time, with pictures.
#[derive(Template)]
#[template(path = "statistics.html")]
pub(super) struct StatisticsPage {
    pub(super) shell: Shell,
    pub(super) figures: Statistics,
}

impl StatisticsPage {
    fn came(&self) -> u32 {
        self.figures.days.iter().map(|day| day.came).sum()
    }

    fn decided(&self) -> u32 {
        self.figures.days.iter().map(|day| day.decided).sum()
    }

    /// Per cent, rounded down: 100 is said only when it is true.
    fn one_visit(&self) -> u32 {
        self.figures.one_visit.1 * 100 / self.figures.one_visit.0.max(1)
    }

    fn volume(&self) -> String {
        charts::volume(self.shell.lang, &self.figures.days)
    }

    fn clocks(&self) -> String {
        charts::clocks(self.shell.lang, &self.figures.clocks)
    }

    fn lockers(&self) -> String {
        charts::lockers(self.shell.lang, &self.figures.lockers)
    }
}

/// A page that says why there is no page.
#[derive(Template)]
#[template(path = "refusal.html")]
pub(super) struct RefusalPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) code: &'static str,
    pub(super) back: String,
    pub(super) back_words: &'static str,
    /// What was written into the form that was refused.
    pub(super) typed: Vec<String>,
}

/// Renders a page with a status.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(cause) => Refused(Refusal::internal(&cause)).into_response(),
    }
}
