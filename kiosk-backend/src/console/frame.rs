//! What surrounds every page: who is here, in which language, and what became of the last press.

use hall_domain::case::inbox::Counts;
use hall_domain::figures::gaps::CalendarGap;
use hall_domain::figures::verify::Verified;
use hall_domain::ground::actor::Staff;
use hall_domain::ground::clock::Doubt;
use hall_domain::terminals::list::KioskView;
use hall_rules::Right;
use hall_rules::case::Party;
use hall_store::jobs::Stuck;
use hall_words::case::MessageFault;
use kiosk_wire::StaffCall;

use super::words::{Clock, Lang};
use crate::certificates;

/// Which entry of the navigation is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Inbox,
    Kiosks,
    Attention,
    Audit,
    Supervision,
    Callbacks,
    Statistics,
    Accounts,
    Elsewhere,
}

/// A terminal calls staff: somebody pressed Help, a door stands open, and the like.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) kiosk: String,
    pub(super) kiosk_id: String,
    /// Why, by its code; and as the terminal says it, for codes that this build does not know.
    code: Option<StaffCall>,
    text: String,
    pub(super) since_ms: i64,
}

/// The part of a heartbeat by which a terminal calls staff.
pub(super) const CALL: &str = "call";

impl Call {
    /// The call of a terminal that is still heard of.
    pub(super) fn of(kiosk: &KioskView) -> Option<Self> {
        let beat = kiosk.heartbeat.as_ref().filter(|_| !kiosk.unseen && kiosk.revoked_ms.is_none())?;
        let call = beat.devices.iter().find(|device| device.part == CALL)?;
        Some(Self {
            kiosk: kiosk.name.clone(),
            kiosk_id: kiosk.id.to_string(),
            code: call.call,
            text: call.last_error.clone(),
            since_ms: call.since_ms,
        })
    }

    /// Why.
    pub(super) fn why(&self, lang: &Lang) -> String {
        self.code.map_or_else(|| self.text.clone(), |code| lang.said(&code))
    }
}

/// What surrounds every page.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) lang: Lang,
    pub(super) clock: Clock,
    /// The hall's name.
    pub(super) hall: String,
    pub(super) me: Option<Staff>,
    /// Goes into every form.
    pub(super) csrf: String,
    /// How much there is to do: unread cases for the badge, entries set aside for chiefs.
    pub(super) counts: Counts,
    /// Terminals that call staff now.
    pub(super) calls: Vec<Call>,
    /// Why the time is in doubt.
    pub(super) clock_doubt: Option<Doubt>,
    /// What does not go out, for those who can do something.
    pub(super) stuck: Vec<Stuck>,
    /// The server's certificate, when it ends soon or its files do not fit: for those who can do something.
    pub(super) certificate: Option<certificates::State>,
    /// Years whose working days are missing, as far as they are the reader's business.
    pub(super) calendar_gaps: Vec<CalendarGap>,
    /// How long the session still lasts if its owner does nothing, in seconds.
    pub(super) lasts_s: i64,
    /// What the last look at the whole database found, where that is the reader's business and not well.
    pub(super) broken: Option<Verified>,
    pub(super) here: Here,
    /// Path and query of this page, for coming back to it.
    pub(super) path: String,
    /// What became of the last press.
    pub(super) note: Option<Note>,
}

impl Shell {
    /// Why what follows from time alone waits, and what to do.
    pub(super) fn doubt(&self, doubt: &Doubt) -> String {
        let waits = self.t(
            "到期的事（默许受理、提醒）先停下。请管理员核对服务器的时间。",
            " What follows from time alone (acceptance by silence, reminders) waits. The administrator must check the server's time.",
        );
        let what = match doubt {
            Doubt::Departs(by) => {
                let way = if *by > 0 { self.t("快了", "ahead by") } else { self.t("慢了", "behind by") };
                let jumped = self.t("服务器的时钟突然", "The server's clock is suddenly");
                let unbelieved = self.t("，暂不采用；", " and is not believed.");
                format!("{jumped} {way} {}{unbelieved}", self.clock.span(by.abs() / 1000))
            }
            Doubt::Unconfirmed => self
                .t(
                    "服务器的时间刚跳变过，或停机较久，还没有终端的时钟与它一致；",
                    "The server's time jumped, or it was off for long, and no terminal's clock agrees with it yet.",
                )
                .to_owned(),
        };
        what + waits
    }

    /// The one of two wordings that this page's language wants.
    pub(super) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.t(zh, en)
    }

    pub(super) fn is(&self, here: Here) -> bool {
        self.here == here
    }

    /// Whether the reader's role gives them a right, by its code: templates offer what is theirs.
    pub(super) fn may(&self, right: Right) -> bool {
        self.me.as_ref().is_some_and(|me| me.role.may(right))
    }

    /// Whether the reader acts as a clerk: a chief does too.
    pub(super) fn is_clerk(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.role.parties().contains(&Party::Clerk))
    }

    /// What does not go out, why, and what is to be done.
    pub(super) fn stuck_words(&self, stuck: &Stuck) -> String {
        let count = stuck.count;
        let cause = self.lang.message_cause(&stuck.cause);
        let what = match (stuck.target.strip_prefix("webhook:"), self.lang) {
            (None, Lang::ZH) => format!("有 {count} 条短信发不出去：{cause}。"),
            (None, Lang::EN) => format!("{count} messages do not go out: {cause}."),
            (Some(name), Lang::ZH) => format!("有 {count} 件通知送不到 {name}：{cause}。"),
            (Some(name), Lang::EN) => format!("{count} events do not reach {name}: {cause}."),
        };
        let then = if stuck.given_up {
            self.t(
                "已不再自动重试：处理好后请在服务器上运行 kiosk-backend jobs retry。",
                " They are not tried again by themselves: mend it, then run `kiosk-backend jobs retry` on the server.",
            )
        } else {
            self.t("会自动再试。", " They are tried again by themselves.")
        };
        format!("{what}{then}")
    }

    /// How the certificate's bar begins: days left, or what is wrong.
    pub(super) fn certificate_words(&self, state: &certificates::State) -> String {
        let left = match state.days_left(self.clock.now_ms) {
            Some(0) => self
                .t("服务器证书今天到期或已经到期，", "The server's certificate ends today or has ended. ")
                .to_owned(),
            Some(days) => match self.lang {
                Lang::ZH => format!("服务器证书还有 {days} 天到期，"),
                Lang::EN => format!("The server's certificate ends in {days} days. "),
            },
            None => String::new(),
        };
        let flaw = match &state.flaw {
            Some(flaw) => match self.lang {
                Lang::ZH => format!("新的证书文件用不上，仍在用旧的（{flaw}）。"),
                Lang::EN => format!("Its new files do not fit, and the old one is still in use ({flaw}). "),
            },
            None => String::new(),
        };
        let then = self.t(
            "到期后所有终端和工作台都连不上。请更换 [tls] 的两个文件，不用重启。",
            "At its end every terminal and console is cut off. Renew the two files of [tls]; no restart is needed.",
        );
        format!("{left}{flaw}{then}")
    }

    /// The names of my windows, joined.
    pub(super) fn windows(&self) -> String {
        let names: Vec<&str> = self.me.iter().flat_map(|me| &me.windows).map(|(_, name)| name.as_str()).collect();
        names.join(self.t("、", ", "))
    }
}

/// So often tried, somebody should know that something does not go out: about a quarter of an hour.
const MANY_TRIES: u32 = 10;

/// Whether somebody must do something for what does not go out.
pub(super) fn wants_attention(stuck: &Stuck) -> bool {
    let is_ours = MessageFault::read(&stuck.cause).is_some_and(|(fault, _)| fault.is_ours());
    stuck.given_up || is_ours || stuck.tries >= MANY_TRIES
}

/// How a note looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Warn,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
        }
    }
}

/// One message above a page: what happened, and what to do next.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) body: String,
    /// The code of a refusal, shown small for whoever is phoned about it.
    pub(super) code: Option<&'static str>,
}
