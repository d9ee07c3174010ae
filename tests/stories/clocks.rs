//! Clocks turned under both programs: nobody is cut off, and deposits are dated as they happened (P3, P6, P8).
#![expect(clippy::unwrap_used, reason = "tests")]

use e2e::hand::Phone;
use e2e::turned::WallClock;
use e2e::wait::{PATIENCE, now_ms, until_true};
use e2e::{Hall, kiosk::Kiosk};
use outside::Left;

/// Days to 1970, back nine, ahead twenty, to 2042: what clocks were seen to do.
const WRONG: [i64; 4] = [-20_700, -9, 20, 5_600];

/// Somebody hands paper in, and leaves; says when the door was shut.
fn deposits(hall: &mut Hall) -> (u16, i64) {
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    let shut = now_ms();
    hall.leave().unwrap();
    (door, shut)
}

/// The case in this box is dated as it happened, to the seconds that a visit's last page takes, and nothing of it is in
/// doubt.
fn assert_dated(hall: &Hall, door: u16, shut: i64) {
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    let mut seen = 0;
    let right = until_true("the deposit to be dated as it happened", PATIENCE, || {
        let database = hall.backend.database().unwrap();
        let sql = "SELECT deposited_ms FROM cases WHERE compartment = ?1 AND NOT EXISTS (SELECT 1 FROM untimed)";
        seen = database.query_row(sql, [door], |row| row.get(0)).unwrap_or(0);
        (seen - shut).abs() < 15_000
    });
    assert!(right.is_ok(), "box {door} was shut at {shut} and is dated {seen}: {} s off", (seen - shut) / 1000);
}

/// The machine was off: what was kept is of another boot.
fn cut_the_power(kiosk: &mut Kiosk) {
    kiosk.kill();
    let file = kiosk.data().join("server-time.json");
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    kept["machine_boot"] = "another".into();
    std::fs::write(&file, kept.to_string()).unwrap();
}

#[test]
fn the_clock_of_the_terminal_is_wrong_after_a_power_cut_without_the_network() {
    let mut hall = Hall::builder().tls().kiosk_off().start().unwrap();
    let clock = WallClock::right(&hall.folder().join("terminal-clock")).unwrap();
    for (key, value) in clock.variables() {
        hall.kiosk.set_env(key, value);
    }
    hall.kiosk.start().unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    hall.wait_synced().unwrap();
    let kept = hall.kiosk.data().join("server-time.json");
    until_true("the time to be kept", PATIENCE, || kept.exists()).unwrap();
    for days in WRONG {
        cut_the_power(&mut hall.kiosk);
        hall.cable.cut(true);
        clock.turn_days(days).unwrap();
        hall.kiosk.start().unwrap();
        hall.kiosk.wait_screen(&["idle"]).unwrap();
        let (door, shut) = deposits(&mut hall);
        hall.cable.cut(false);
        assert_dated(&hall, door, shut);
        let doctor = hall.kiosk.doctor().unwrap();
        let parts = doctor["parts"].as_array().unwrap();
        let clock = parts.iter().find(|part| part["part"] == "clock").unwrap();
        assert!(clock["state"] == "fault" || clock["state"] == "degraded", "{days}: {clock}");
        assert!(clock["advice"].as_str().unwrap().contains("timedatectl"), "{clock}");
        assert!(parts.iter().any(|part| part["part"] == "backend" && part["state"] == "ok"), "{doctor}");
    }
}

#[test]
fn the_clock_of_the_server_is_wrong_for_a_while_and_over_a_start() {
    let mut hall = Hall::builder().tls().start().unwrap();
    hall.leaves(Left::Logged("the machine's clock jumped"));
    let clock = WallClock::right(&hall.folder().join("server-clock")).unwrap();
    let variables = clock.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
    hall.backend.stop();
    hall.backend.start_with(&variables).unwrap();
    let kept = "SELECT COUNT(*) FROM texts WHERE name = 'kept-time'";
    until_true("the time to be kept", PATIENCE, || {
        hall.backend.database().unwrap().query_row(kept, [], |row| row.get::<_, u32>(0)) == Ok(1)
    })
    .unwrap();
    for days in [20, 5_600] {
        // Turned under the running server, then from its start on.
        clock.turn_days(days).unwrap();
        let (door, shut) = deposits(&mut hall);
        assert_dated(&hall, door, shut);
        clock.turn_days(0).unwrap();
        if days.abs() > 1_000 {
            hall.backend.stop();
            clock.turn_days(days).unwrap();
            hall.backend.start_with(&variables).unwrap();
            let (door, shut) = deposits(&mut hall);
            assert_dated(&hall, door, shut);
            clock.turn_days(0).unwrap();
        }
        // Right again: still connected, without a touch, and nothing was decided meanwhile.
        let (door, shut) = deposits(&mut hall);
        assert_dated(&hall, door, shut);
    }
    let doctor = hall.kiosk.doctor().unwrap();
    for part in ["clock", "backend"] {
        let parts = doctor["parts"].as_array().unwrap();
        assert!(parts.iter().any(|told| told["part"] == part && told["state"] == "ok"), "{doctor}");
    }
}
