//! What is left of a person in the terminal's memory (P5).

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use e2e::Hall;
use e2e::hand::Phone;
use e2e::wait::{PATIENCE, let_pass, until};
use peers::people::WANG_XIUYING;

const PHONE: &str = "13812345678";

/// Which of these texts, as UTF-8 or as the card's UTF-16, lie in memory that the process could write to, and where.
fn found(pid: u32, secrets: &[(&str, &str)]) -> std::io::Result<Vec<String>> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let needles: Vec<(&str, Vec<u8>)> = secrets
        .iter()
        .flat_map(|(what, text)| {
            let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [(*what, text.as_bytes().to_vec()), (*what, wide)]
        })
        .collect();
    let mut begins = [false; 256];
    needles.iter().for_each(|(_, needle)| begins[usize::from(needle[0])] = true);
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let place = words.nth(3).unwrap_or("anonymous");
        let bound = |text: &str| u64::from_str_radix(text, 16).unwrap_or(0);
        let Some((from, to)) = range.split_once('-').map(|(from, to)| (bound(from), bound(to))) else { continue };
        if !rights.starts_with("rw") || place.starts_with("/dev/") {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).unwrap_or(0)];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue; // gone since
        }
        // Most of it is zeros: only where a text may begin is it compared.
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| begins[usize::from(**byte)]) {
            let here = &bytes[at..];
            for (what, _) in needles.iter().filter(|(_, needle)| here.starts_with(needle)) {
                found.push(format!("{what} in {place} {range}"));
            }
        }
    }
    Ok(found)
}

/// Name, number, address and phone go to the hall, and while nobody else comes, nothing of them stays in the terminal's
/// memory: not in what it freed, and not in buffers that wait for their next use.
#[test]
fn nothing_of_a_person_is_left_in_memory_once_it_was_sent() {
    let mut hall = Hall::builder().start().unwrap();
    let secrets = [
        ("name", WANG_XIUYING.name),
        ("number", WANG_XIUYING.number),
        ("address", WANG_XIUYING.address),
        ("phone", PHONE),
        ("phone as it was typed", "138 1234 5678"),
    ];
    let door = hall.visit_to_door("wang-xiuying", Phone::New(PHONE)).unwrap();
    let pid = hall.kiosk.pid().unwrap();
    // The look itself is tried while they are known to be there.
    match found(pid, &secrets) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && !nix::unistd::geteuid().is_root() => {
            eprintln!("only root may look into the memory of a program that closed it: {error}");
            return;
        }
        looked => assert!(looked.unwrap().iter().any(|found| found.starts_with("number")), "nothing is found at all"),
    }
    hall.shut(door);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let mut last = Vec::new();
    let clean = until("a memory without the last person", PATIENCE, || {
        let_pass(Duration::from_millis(200));
        last = found(pid, &secrets).ok()?;
        last.is_empty().then_some(())
    });
    assert!(clean.is_ok(), "{last:#?}");
}
