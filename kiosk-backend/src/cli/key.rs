//! `key`: the data keys.

use clap::Subcommand;
use hall_domain::ground::rotation::{self, Older, RotationError, Status};
use serde_json::json;

use super::Answer;
use crate::app::App;

/// The keys that seal personal data. The hall's signing key, the index key and the key of codes are not rotated
/// (docs/security.md).
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a new data key. It seals within a second where the server runs, else when it starts; the server then seals
    /// everything older anew, while it works. Refused while an earlier rotation is under way. Back the keys up after it.
    Rotate,
    /// Which key seals, and how much older ones still hold. Everything is looked at.
    Status,
    /// Move older keys to keys/retired, once nothing is sealed with them; refused with what is. Backups from before need
    /// them: keep them as long as those.
    Retire,
}

pub(super) fn answer(app: &App, command: KeyCommand) -> Answer {
    let text = |cause: RotationError| cause.to_string();
    match command {
        KeyCommand::Rotate => {
            let key = rotation::rotate(app).map_err(text)?;
            let said = format!(
                "Key {key} is made and seals from now on. Back up the folder of keys now: without personal-{key} nothing \
                 new can be read.\nThe server seals what is older anew while it runs; `key status` says how much is left."
            );
            Ok((said, json!({ "key": key })))
        }
        KeyCommand::Status => {
            let status = rotation::status(app).map_err(text)?;
            Ok((said(&status), json!(status)))
        }
        KeyCommand::Retire => {
            let retired = rotation::retire(app).map_err(text)?;
            let lines = retired.iter().map(|key| format!("Key {} is retired: nothing here needs it.", key.id));
            let files = retired.iter().map(|key| format!("  {}", key.file.display()));
            let advice = "Backups of the database and of files that were made until now are unreadable without them. Keep \
                          them, apart from those backups, for as long as those; then destroy them:";
            let said = match retired.is_empty() {
                true => "There is one data key only; nothing is retired.".to_owned(),
                false => lines.chain([advice.to_owned()]).chain(files).collect::<Vec<_>>().join("\n"),
            };
            Ok((said, json!({ "retired": retired })))
        }
    }
}

fn said(status: &Status) -> String {
    let mut lines = vec![format!("Key {} seals.", status.newest)];
    if status.under_way {
        lines.push("The server seals what is older anew, while it runs.".to_owned());
    }
    lines.extend(status.older.iter().map(|key| match key {
        Older { id, here: false, holds, .. } if !holds.is_empty() => {
            format!("Sealed with {key}. Its file is not here: put keys/personal-{id} back, or see `verify`.")
        }
        Older { holds, .. } if !holds.is_empty() => format!("Still sealed with {key}."),
        Older { id, counted_on: false, .. } => {
            format!("Key {id} is retired, and its file is here again: `key retire` moves it away.")
        }
        Older { id, .. } if status.under_way => format!("Key {id}: nothing is left."),
        Older { id, .. } => format!("Nothing is sealed with key {id} any more: `key retire` moves it away."),
    }));
    lines.join("\n")
}
