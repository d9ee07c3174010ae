//! What the server takes with a hall's years of cases in its store: `cargo run --release --example figures`.

mod clocks;
mod hall;
mod inbox;
mod verify;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const FEW: u32 = 1_000;
const MANY: u32 = 100_000;

fn main() -> Result<()> {
    let (few, many) = (hall::with(FEW)?, hall::with(MANY)?);
    verify::print(&many)?;
    clocks::print(&many)?;
    inbox::print(&few, &many)
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
