//! Calling staff: a line in the heartbeat, which the console shows at once, for some minutes.

use std::time::Duration;

use kiosk_journey::Input;
use kiosk_wire::StaffCall;
use kiosk_wire::kiosk_api::{DeviceReport, DeviceState};

use super::Runner;
use crate::clock;
use crate::sync::beat::CALL;

/// How long a call stands when nobody ends it.
const STANDS: Duration = Duration::from_secs(300);

/// A call that stands.
#[derive(Debug)]
pub(super) struct Call {
    what: StaffCall,
    since_ms: i64,
    until: Duration,
    heard: bool,
}

impl Call {
    /// As the heartbeat tells it.
    pub(super) fn report(&self) -> DeviceReport {
        DeviceReport {
            part: CALL.to_owned(),
            state: DeviceState::Degraded,
            since_ms: self.since_ms,
            last_error: words(self.what),
            advice: "go to the terminal".to_owned(),
            fault: None,
            call: Some(self.what),
        }
    }
}

impl Runner {
    pub(super) fn call_staff(&mut self, what: StaffCall) {
        tracing::warn!(call = words(what), "staff called");
        self.call = Some(Call { what, since_ms: clock::wall_ms(), until: self.clock.now() + STANDS, heard: false });
    }

    pub(super) fn call_was_heard(&mut self, since_ms: i64) {
        let call = self.call.as_mut().filter(|call| call.since_ms == since_ms && !call.heard);
        if let Some(call) = call {
            call.heard = true;
            self.tell(Input::StaffCallReceived);
        }
    }

    pub(super) fn end_old_call(&mut self) {
        let now = self.clock.now();
        self.call.take_if(|call| call.until <= now);
    }
}

fn words(what: StaffCall) -> String {
    match what {
        StaffCall::Help => "somebody pressed Help".into(),
        StaffCall::DoorLeftOpen { compartment } => format!("door {compartment} has been open for a minute"),
        StaffCall::DoorsOpenAtBoot => "doors were open when the terminal started".into(),
        StaffCall::DoorStuck { compartment } => format!("door {compartment} did not open"),
        StaffCall::FoundSomething { compartment } => format!("an applicant found something in box {compartment}"),
        StaffCall::Unconfirmed { compartment } => format!("nobody knows whether paper is in box {compartment}"),
        StaffCall::RecordFailed => "paper was put in and cannot be recorded".into(),
        StaffCall::LineLost { compartment } => format!("the lock board is lost while door {compartment} is open"),
        StaffCall::CardLeft => "a card was left on the reader".into(),
    }
}
