//! What the server takes with a hall's years of cases in its store: `cargo run --release --example figures`.

mod clocks;
mod hall;
mod inbox;
mod verify;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const FEW: u32 = 1_000;
const MANY: u32 = 100_000;

#[expect(clippy::print_stdout, reason = "it is what the figures are for")]
fn main() -> Result<()> {
    let (few, _) = hall::with(FEW)?;
    let (many, busy) = hall::with(MANY)?;
    println!("a deposit, in pushes of {}: {:.1} us of CPU", hall::AT_ONCE, busy * 1000.0 / f64::from(MANY));
    verify::print(&many)?;
    clocks::print(&many)?;
    inbox::print(&few, &many)
}

/// Milliseconds that the threads of this process have computed, by `/proc/self/task/*/schedstat` (the kernel's
/// `Documentation/scheduler/sched-stats.rst`: its first field, in nanoseconds): what else the machine does is not in it.
fn cpu_ms() -> Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let stat = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += stat.split_whitespace().next().unwrap_or("0").parse::<f64>()?;
    }
    Ok(nanoseconds / 1e6)
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
