//! QEMU's monitor: pictures, touches, cables.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::wait::{let_pass, until};
use e2e::{Context, Error, Result};
use serde_json::{Value, json};

/// A connection to the monitor.
#[derive(Debug)]
pub(crate) struct Qmp {
    stream: BufReader<UnixStream>,
}

impl Qmp {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let connect = || UnixStream::connect(socket).ok();
        let stream = until("QEMU's monitor", Duration::from_secs(30), connect)?;
        let mut qmp = Self { stream: BufReader::new(stream) };
        qmp.line()?; // its greeting
        qmp.run("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).context("QEMU's monitor")? == 0 {
            return Err(Error::new("QEMU has ended"));
        }
        serde_json::from_str(&line).context(line)
    }

    /// Runs a command; what happens meanwhile is passed over.
    pub(crate) fn run(&mut self, command: &str, arguments: &Value) -> Result<Value> {
        let order = json!({ "execute": command, "arguments": arguments });
        self.stream.get_mut().write_all(format!("{order}\n").as_bytes()).context("QEMU's monitor")?;
        loop {
            let mut answer = self.line()?;
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
            if let Some(error) = answer.get("error") {
                return Err(Error::new(format!("{command}: {error}")));
            }
        }
    }

    /// Whether the machine still runs after this time: false as soon as its accelerator has given up on it (QEMU's run
    /// state `internal-error`).
    pub(crate) fn goes_on(&mut self, time: Duration) -> Result<bool> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let told = self.run("query-status", &json!({}))?;
            if told.get("status").and_then(Value::as_str) == Some("internal-error") {
                return Ok(false);
            }
            let_pass(Duration::from_millis(100));
        }
        Ok(true)
    }

    /// A picture of the screen.
    pub(crate) fn picture(&mut self, file: &Path) -> Result<()> {
        self.run("screendump", &json!({ "filename": file, "format": "png" })).map(drop)
    }

    /// One touch, as long as a finger lies.
    pub(crate) fn touch(&mut self, (x, y): (u16, u16), (width, height): (u16, u16)) -> Result<()> {
        const WHOLE: u32 = 0x7fff;
        let part = |at: u16, of: u16| u32::from(at) * WHOLE / u32::from(of);
        let place = |axis: &str, value: u32| json!({ "type": "abs", "data": { "axis": axis, "value": value } });
        let button = |down: bool| json!({ "type": "btn", "data": { "button": "left", "down": down } });
        let there = [place("x", part(x, width)), place("y", part(y, height))];
        self.run("input-send-event", &json!({ "events": there }))?;
        self.run("input-send-event", &json!({ "events": [button(true)] }))?;
        let_pass(Duration::from_millis(80));
        self.run("input-send-event", &json!({ "events": [button(false)] })).map(drop)
    }

    /// Pulls the network's cable, or puts it back.
    pub(crate) fn network(&mut self, up: bool) -> Result<()> {
        self.run("set_link", &json!({ "name": "nic", "up": up })).map(drop)
    }
}
