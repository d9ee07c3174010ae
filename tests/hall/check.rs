//! `hall demo --check`: starts a hall, plays, ends. What CI runs.
#![expect(clippy::print_stdout, reason = "the command's own answers")]

use e2e::hall::Hall;
use e2e::hand::Phone;
use e2e::{Context as _, Error, Result};

use crate::eye::Eye;
use crate::page;
use crate::situation::Bench;
use crate::work;

/// Starts a hall in a folder that is thrown away, looks at the bench's page as a browser does, and ends it.
pub(crate) fn run() -> Result<()> {
    let mut hall = Hall::builder().messages().every_role().start()?;
    println!("the kiosk invites a card");
    let runtime = tokio::runtime::Runtime::new().context("a runtime")?;
    runtime.block_on(work::begin(&hall.backend, hall.folder()))?;
    runtime.block_on(work::look(&hall.backend))?;
    println!("everybody has something to do");
    let door = hall.visit("li-jianguo", Phone::New("13912345678"))?;
    let case = hall.backend.wait_case(door, &["deposited"])?;
    hall.leave()?;
    println!("a visit put paper into box {door}, and the window has case {}", case.receipt);
    let eye = Eye::open(hall.display.name())?;
    let bench = Bench::new(hall)?;
    let (address, serving) = runtime.block_on(page::open(eye, bench.clone(), 0))?;
    runtime.spawn(serving);
    runtime.block_on(look(&address))?;
    bench.end();
    println!("the hall works");
    Ok(())
}

async fn look(address: &str) -> Result<()> {
    let client = e2e::http::client()?;
    let get = async |path: &str| {
        let answer = client.get(format!("{address}{path}")).send().await.context(path)?;
        let answer = answer.error_for_status().context(path)?;
        answer.bytes().await.context(path)
    };
    let deed = async |text: &'static str| {
        let request = client.post(format!("{address}do")).header("content-type", "application/json").body(text);
        request.send().await.context(text)?.error_for_status().context(text)
    };
    if !get("").await?.starts_with(b"<!doctype html>") || !get("screen?after=0").await?.starts_with(b"\x89PNG") {
        return Err(Error::new("the bench's page or its picture of the screen is not what it should be"));
    }
    println!("the bench shows it");
    deed(r#"{"do": "lay", "card": "wang-xiuying"}"#).await?;
    let mut have = 0;
    let greeted = async {
        loop {
            let state = get(&format!("state?after={have}")).await?;
            let state: serde_json::Value = serde_json::from_slice(&state).context("the bench's state")?;
            if state["screen"] == "choose" {
                return Ok::<_, Error>(());
            }
            have = state["revision"].as_u64().unwrap_or(0);
        }
    };
    tokio::time::timeout(e2e::wait::PATIENCE, greeted).await.context("the card was not taken")??;
    println!("a card was read and its holder may choose");
    deed(r#"{"do": "lift"}"#).await?;
    Ok(())
}
