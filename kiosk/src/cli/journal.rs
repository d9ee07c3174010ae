//! `kiosk journal`.

use clap::Subcommand;
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::clock::Clock;
use crate::config::Config;
use crate::files;
use crate::journal::{self, Outbox};
use crate::runner::SOFTWARE;

#[derive(Debug, Subcommand)]
pub(super) enum Journal {
    /// Check everything: the chain of hashes, every payload, and that the compartments follow from the entries. Works
    /// beside a running kiosk.
    Verify,
    /// Say where the journal stands and what waits to be sent. Works beside a running kiosk.
    Status,
    /// Write all entries as JSON lines, as they are sent, without the personal payloads.
    Export {
        /// With the personal payloads, in the clear. Only for handing them to the hall when the backend cannot take them.
        #[arg(long)]
        with_personal_data: bool,
    },
    /// Begin a new journal after the old one was damaged, is missing or was refused by the backend. The old file stays
    /// beside it. All compartments are unknown then: staff look into each and return it to service.
    Renew {
        /// Say that staff were told and will look into every compartment.
        #[arg(long, required = true)]
        compartments_will_be_checked: bool,
    },
}

impl Journal {
    pub(super) fn run(self, config: &Config, json: bool) -> Result<Exit, Failure> {
        match self {
            Self::Verify => verify(config, json),
            Self::Status => status(config, json),
            Self::Export { with_personal_data } => export(config, with_personal_data),
            Self::Renew { compartments_will_be_checked: _ } => renew(config, json),
        }
    }
}

fn verify(config: &Config, json: bool) -> Result<Exit, Failure> {
    let found = journal::verify(&config.data_dir)?;
    if json {
        say_json(&found)?;
    } else {
        say(format!("Journal {} (number {} of this terminal)", found.journal, found.generation));
        say(format!("{} entries, {} personal payloads held", found.head, found.payloads));
        found.findings.iter().for_each(|finding| say(format!("WRONG: {finding}")));
        say(if found.findings.is_empty() { "All is well." } else { "The journal fails its check." });
    }
    Ok(if found.findings.is_empty() { Exit::Well } else { Exit::Wrong })
}

fn status(config: &Config, json: bool) -> Result<Exit, Failure> {
    let found = journal::verify(&config.data_dir)?;
    let fail = |error: journal::OutboxError| Failure::new(Exit::Wrong, error.to_string());
    let outbox = Outbox::open(&config.data_dir)?;
    let acknowledged = outbox.acknowledged().map_err(fail)?;
    let unsent = outbox.unsent(acknowledged).map_err(fail)?;
    let compartments = outbox.compartments().map_err(fail)?;
    if json {
        let value = json!({
            "journal": found.journal, "generation": found.generation, "head": found.head, "acknowledged": acknowledged,
            "unsent": unsent.entries, "unsent_deposits": unsent.deposits, "oldest_unsent_ms": unsent.oldest_ms,
            "compartments": compartments, "sound": found.findings.is_empty(),
        });
        say_json(&value)?;
    } else {
        say(format!("Journal {} (number {} of this terminal)", found.journal, found.generation));
        say(format!("{} entries, {acknowledged} of them known to the backend", found.head));
        say(format!("{} entries wait, {} deposits among them", unsent.entries, unsent.deposits));
        for (no, place) in compartments {
            say(format!("compartment {no}: {}", serde_json::to_string(&place).unwrap_or_default()));
        }
    }
    Ok(if found.findings.is_empty() { Exit::Well } else { Exit::Wrong })
}

fn export(config: &Config, with_personal_data: bool) -> Result<Exit, Failure> {
    let outbox = Outbox::open(&config.data_dir)?;
    let mut from = 1;
    loop {
        let entries =
            outbox.entries(from, 500, usize::MAX).map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
        let Some(last) = entries.last() else { return Ok(Exit::Well) };
        from = last.seq + 1;
        for mut entry in entries {
            if !with_personal_data {
                entry.payload = None;
            }
            say_json(&entry)?;
        }
    }
}

fn renew(config: &Config, json: bool) -> Result<Exit, Failure> {
    files::make_folder(&config.data_dir)?;
    let _lock = files::lock_folder(&config.data_dir)?
        .ok_or_else(|| Failure::new(Exit::InUse, "the kiosk is running: stop it first (systemctl stop kiosk)"))?;
    let compartments: Vec<_> = config.compartments().into_keys().collect();
    let count = compartments.len();
    let journal = journal::renew(&config.data_dir, SOFTWARE, Clock::start().stamp(), compartments, None)?;
    if json {
        say_json(
            &json!({ "journal": journal.id(), "generation": journal.generation(), "unknown_compartments": count }),
        )?;
    } else {
        say(format!("Journal {} begins (number {} of this terminal).", journal.id(), journal.generation()));
        say(format!("{count} compartments are set aside until staff looked into them."));
    }
    Ok(Exit::Well)
}
