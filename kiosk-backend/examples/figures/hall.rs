//! A hall with as many cases as a figure wants, made through intake as terminals send them.

use kiosk_wire::submission::{ActingFor, MaterialLine};
use kiosk_wire::{Personal, Submission};
use outside::people::{Item, material, paper};
use test_hall::{Left, Office};

use super::{Result, cpu_ms};

/// Cases of one push: three entries each.
pub(crate) const AT_ONCE: u32 = 300;

/// A hall with so many cases, all in the locker, and the CPU time in milliseconds that it took to take them in.
pub(crate) fn with(cases: u32) -> Result<(Office, f64)> {
    let mut hall = Office::open();
    let mut busy = 0.0;
    hall.leaves(Left::Whatever);
    for n in 1..=cases {
        hall.terminal.deposit_of(u16::try_from(n % 200 + 1)?, Item::performance(), &paper_of(n));
        if n % AT_ONCE == 0 || n == cases {
            let before = cpu_ms()?;
            hall.send();
            busy += cpu_ms()? - before;
        }
    }
    Ok((hall, busy))
}

fn paper_of(n: u32) -> Submission {
    let line = |m: u8| MaterialLine { code: format!("m{m}"), copies: 1, ..material(&format!("材料{m}"), false) };
    let mut one = Submission {
        salt: format!("{n:032}"),
        acting_for: ActingFor::Oneself,
        organisation: None,
        phone: Some(Personal::new(format!("138{n:08}"))),
        materials: (1..=8).map(line).collect(),
        ..paper()
    };
    one.applicant.name = Personal::new(format!("张三{n}"));
    one.applicant.number = Personal::new(format!("3622011990{n:07}X"));
    one.applicant.address = None;
    one
}
