//! `kiosk screen`: how the screen hangs, told to the system.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::{self, Exit, Failure};
use crate::config::{Config, Rotation};
use crate::files;

#[derive(Debug, Subcommand)]
pub(super) enum Screen {
    /// Write the rules for udev that turn the touch foil with the picture, as `[screen]` in the configuration says. The
    /// service kiosk-screen does so before the kiosk starts.
    Rules(Rules),
}

#[derive(Debug, Args)]
pub(super) struct Rules {
    /// Where to; without it they are printed.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

impl Screen {
    pub(super) fn run(&self, config: &Config) -> Result<Exit, Failure> {
        let Self::Rules(Rules { to }) = self;
        let rules = rules(config.screen.rotation);
        match to {
            Some(file) => files::replace(file, rules.as_bytes())?,
            None => output::text(&rules),
        }
        Ok(Exit::Well)
    }
}

/// A foil may be a touchscreen or an absolute mouse; what moves relatively has no use for a matrix, and libinput gives
/// it none.
fn rules(rotation: Rotation) -> String {
    let matrix = rotation.touch_matrix().map(|number| number.to_string()).join(" ");
    let line = |kind: &str| {
        format!(
            "ACTION!=\"remove\", SUBSYSTEM==\"input\", KERNEL==\"event[0-9]*\", ENV{{{kind}}}==\"1\", \
             ENV{{LIBINPUT_CALIBRATION_MATRIX}}=\"{matrix}\"\n"
        )
    };
    format!(
        "# Made by `kiosk screen rules` from [screen] rotation = {}. Changes are lost: change the configuration.\n{}{}",
        rotation.degrees(),
        line("ID_INPUT_TOUCHSCREEN"),
        line("ID_INPUT_MOUSE"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foil_is_turned_by_one_property() {
        let rules = rules(Rotation::Quarter);
        let lines: Vec<_> = rules.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), 2);
        for line in lines {
            assert!(line.ends_with("ENV{LIBINPUT_CALIBRATION_MATRIX}=\"0 1 0 -1 0 1\""), "{line}");
        }
        assert!(rules.contains("rotation = 90"));
    }
}
