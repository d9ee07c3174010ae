//! `kiosk enrol`.

use std::io::{self, BufRead as _, Read as _};
use std::sync::Arc;

use clap::Args;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::clock::Clock;
use crate::config::{self, Backend, Config};
use crate::files;
use crate::identity::{self, Identity};
use crate::runner::SOFTWARE;
use crate::sync::http;

/// Bytes of standard input that are looked at: a code has 12 characters and some hyphens.
const LONGEST_LINE: u64 = 256;

#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// Address of the hall's backend.
    #[arg(long, value_name = "URL")]
    backend: String,
    /// The one-time code. Case, spaces and hyphens do not matter. `-` reads it from standard input: what stands on a
    /// command line is seen by whoever lists the processes.
    #[arg(long)]
    code: String,
    /// Enrol again although this terminal has an identity: it gets another id and another receipt prefix.
    #[arg(long)]
    again: bool,
}

impl Enrol {
    pub(super) fn run(&self, config: &Config, json: bool) -> Result<Exit, Failure> {
        config::check_url(&self.backend).map_err(|what| Failure::new(Exit::Usage, format!("--backend: {what}")))?;
        let folder = &config.data_dir;
        files::make_folder(folder)?;
        let lock = files::lock_folder(folder)?;
        if let Some(held) = Identity::read(folder)?
            && !self.again
        {
            let name = &held.told().name;
            let text = format!(
                "this terminal is enrolled already as {name} ({}); give --again to enrol it anew",
                held.kiosk()
            );
            return Err(Failure::new(Exit::Usage, text));
        }
        // A kiosk that has no identity yet waits for one, and nobody is served meanwhile.
        if lock.is_none() && self.again {
            return Err(Failure::new(Exit::InUse, "the kiosk is running: stop it first (systemctl stop kiosk)"));
        }
        let code = self.code()?;
        let key = identity::read_or_make_key(folder)?;
        let request = EnrolRequest {
            code,
            public_key: hex::encode(key.verifying_key().to_bytes()),
            software: SOFTWARE.to_owned(),
        };
        let ca_file = config.backend.as_ref().and_then(|backend| backend.ca_file.clone());
        let backend = Backend { url: self.backend.trim_end_matches('/').to_owned(), ca_file };
        let answer = ask(&backend, &request)?;
        let identity = Identity::new(answer, key)?;
        identity.store(folder)?;
        let told = identity.told();
        if json {
            say_json(
                &json!({ "kiosk": told.kiosk, "name": told.name, "receipt_prefix": told.receipt_prefix, "hall": told.hall_name }),
            )?;
        } else {
            say(format!("Enrolled at {} as {} ({}).", told.hall_name, told.name, told.kiosk));
            say(format!("Receipt numbers begin with {}.", told.receipt_prefix));
            if config.backend.is_none() {
                say(format!(
                    "Now write `[backend] url = \"{}\"` into the configuration, and start the kiosk.",
                    backend.url
                ));
            } else if lock.is_none() {
                say("The running kiosk starts anew by itself.");
            } else {
                say("Now start the kiosk: systemctl start kiosk");
            }
        }
        Ok(Exit::Well)
    }

    fn code(&self) -> Result<String, Failure> {
        if self.code != "-" {
            return Ok(self.code.clone());
        }
        let mut line = String::new();
        io::stdin()
            .lock()
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .map_err(|error| Failure::new(Exit::Usage, format!("standard input: {error}")))?;
        match line.trim() {
            "" => Err(Failure::new(Exit::Usage, "standard input: no code was given there")),
            code => Ok(code.to_owned()),
        }
    }
}

fn ask(backend: &Backend, request: &EnrolRequest) -> Result<EnrolAnswer, Failure> {
    let client = http::plain(backend, &Arc::new(Clock::start()))
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
    let answer = runtime.block_on(async {
        let response =
            client.post(format!("{}/kiosk/v1/enrol", backend.url)).json(request).send().await.map_err(http::line)?;
        http::read(http::checked(response).await?).await
    });
    answer.map_err(|error| match error {
        http::CallError::Refused(problem) => Failure::new(
            Exit::Wrong,
            format!("the backend refused ({}): {} {}", problem.code, problem.title, problem.detail).trim_end(),
        ),
        other @ (http::CallError::Line(_) | http::CallError::Certificate(_) | http::CallError::Misread(_)) => {
            Failure::new(Exit::NoAnswer, other.to_string())
        }
    })
}
