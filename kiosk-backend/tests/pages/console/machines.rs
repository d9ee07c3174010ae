//! Samples of terminals and their boxes. All fictional.

use super::*;

pub(super) fn device(part: &str, state: DeviceState, last_error: &str, advice: &str) -> DeviceReport {
    DeviceReport {
        part: part.into(),
        state,
        since_ms: NOW - 5 * HOUR,
        last_error: last_error.into(),
        advice: advice.into(),
        fault: None,
        call: None,
    }
}

pub(super) fn kiosk(n: u128, name: &str, unseen: bool) -> KioskView {
    KioskView {
        id: KioskId(id(n)),
        name: name.into(),
        receipt_prefix: format!("1{n:02}"),
        enrolled_ms: Some(NOW - 30 * DAY),
        revoked_ms: None,
        seen_ms: Some(if unseen { NOW - 7 * MINUTE } else { NOW - 9_000 }),
        unseen,
        heartbeat: Some(Heartbeat {
            software: "0.1.0".into(),
            uptime_s: 401_000,
            journal: Some(JournalId(id(70))),
            journal_head: 1342,
            unsent_deposits: u32::from(unseen) * 2,
            oldest_unsent_s: unseen.then_some(400),
            free_compartments: 16,
            disk_free_bytes: 21_474_836_480,
            wall_ms_utc: NOW - 9_000,
            clock: None,
            devices: vec![
                device("reader", DeviceState::Ok, "", ""),
                if unseen {
                    DeviceReport {
                        fault: Some(FaultCode::BoardsSilent { port: "/dev/ttyS1".into(), boards: "1".into() }),
                        ..device("locker", DeviceState::Lost, "lock board 1 does not answer", "check its supply")
                    }
                } else {
                    device("locker", DeviceState::Ok, "", "")
                },
                device("journal", DeviceState::Ok, "", ""),
                device("clock", DeviceState::Ok, "", ""),
                device("printer", DeviceState::Absent, "", ""),
            ],
            compartments: cells()
                .into_iter()
                .map(|cell| CompartmentReport { no: cell.no, size: cell.size, state: cell.state, door: cell.door })
                .collect(),
        }),
        heartbeat_ms: Some(NOW - 9_000),
        journal_next: Some(1343),
        forked: false,
    }
}

pub(super) fn cells() -> Vec<CompartmentView> {
    (1..=24)
        .map(|no| {
            let (state, case) = match no {
                3 | 7 | 8 => (CompartmentState::Paper, Some((SubmissionId(id(100)), format!("1010000{no:04}7")))),
                6 => (CompartmentState::Result, Some((SubmissionId(id(106)), "101000000066".to_owned()))),
                14 => (CompartmentState::Paper, None),
                21 => (CompartmentState::SetAside, Some((SubmissionId(id(103)), "101000000037".to_owned()))),
                11 => (CompartmentState::ToBeConfirmed, None),
                16 => (CompartmentState::Reserved, None),
                _ => (CompartmentState::Free, None),
            };
            CompartmentView {
                no: CompartmentNo(no),
                size: if no <= 16 { "A4".into() } else { "envelope".into() },
                state,
                door: if no == 16 { DoorState::Open } else { DoorState::Closed },
                since_ms: (state != CompartmentState::Free).then_some(NOW - i64::from(no) * 17 * MINUTE),
                case,
            }
        })
        .collect()
}

pub(super) fn stop(no: u16, shut: bool) -> Stop {
    Stop {
        case: SubmissionId(id(100)),
        receipt: format!("1010000{no:04}7"),
        item: Text::new("营业性演出审批", "Commercial performance permit"),
        no: CompartmentNo(no),
        shut,
        answer: Some(DirectiveOutcome::Armed),
    }
}
