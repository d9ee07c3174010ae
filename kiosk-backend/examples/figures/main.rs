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
    let few = hall::with(FEW)?;
    let busy = cpu_ms()?;
    let many = hall::with(MANY)?;
    println!("a deposit, from its journal to its case: {} us of CPU", (cpu_ms()? - busy) * 1000 / u64::from(MANY));
    verify::print(&many)?;
    clocks::print(&many)?;
    inbox::print(&few, &many)
}

/// Milliseconds that all threads of this process have computed, by `/proc/self/stat` (proc(5): fields 14 and 15, in
/// hundredths of a second): what else the machine does is not in it.
fn cpu_ms() -> Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    Ok((fields[11].parse::<u64>()? + fields[12].parse::<u64>()?) * 10)
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
