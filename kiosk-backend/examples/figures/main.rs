//! What the server takes with a hall's years of cases in its store: `cargo run --release --example figures`.

mod clocks;
mod hall;
mod inbox;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    inbox::print()?;
    clocks::print()
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
