//! How cards misbehave.

use serde::{Deserialize, Serialize};

/// How a card misbehaves. All off by default. Commands are counted from 1 for each time it is laid down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardFaults {
    /// It is taken away when this command arrives, before it answers.
    pub tear_at: Option<u32>,
    /// It answers nothing from this command on.
    pub mute_from: Option<u32>,
    /// Added to the time of each command.
    pub delay_ms: u64,
    /// What it says is damaged.
    pub damage: Damage,
}

/// How the answers are damaged that carry a person's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// Not at all.
    #[default]
    None,
    /// Every byte of data is replaced by another.
    Garbage,
    /// The first length in the answer is too large.
    ForgedLength,
    /// The second half of the data is missing.
    Short,
    /// There are 300 bytes more than there should be.
    Long,
    /// The answer ends before the status word.
    NoStatus,
}
