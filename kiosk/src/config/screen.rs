//! `[screen]`.

use serde::Deserialize;

/// How the screen hangs, where the kiosk draws on the display itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// The picture's turn, clockwise, as somebody sees it who looks at the panel as it was built.
    pub rotation: Rotation,
    /// The connector, as the kernel names it; `None`: the first that has a screen.
    pub output: Option<String>,
}

/// A quarter turn of the picture, or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    /// Every turn.
    pub const ALL: [Self; 4] = [Self::None, Self::Quarter, Self::Half, Self::ThreeQuarters];

    /// Clockwise, in degrees.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// Where in the turned picture a finger is: `LIBINPUT_CALIBRATION_MATRIX`, the first two rows of the matrix that
    /// takes a place on the panel (0 to 1 from its own upper left) to a place in the picture.
    pub fn touch_matrix(self) -> [i8; 6] {
        match self {
            Self::None => [1, 0, 0, 0, 1, 0],
            Self::Quarter => [0, 1, 0, -1, 0, 1],
            Self::Half => [-1, 0, 1, 0, -1, 1],
            Self::ThreeQuarters => [0, -1, 1, 1, 0, 0],
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScreen {
    rotation: Option<u16>,
    output: Option<String>,
}

impl RawScreen {
    pub(super) fn check(self) -> Result<Screen, String> {
        let wanted = self.rotation.unwrap_or_default();
        let rotation = Rotation::ALL
            .into_iter()
            .find(|rotation| rotation.degrees() == wanted)
            .ok_or_else(|| format!("`screen.rotation`: {wanted} is no quarter turn; write 0, 90, 180 or 270"))?;
        if let Some(output) = &self.output
            && !output.split_once('-').is_some_and(|(kind, number)| !kind.is_empty() && !number.is_empty())
        {
            return Err(format!(
                "`screen.output`: `{output}` is not like \"HDMI-A-1\"; `ls /sys/class/drm` shows them after \"card0-\""
            ));
        }
        Ok(Screen { rotation, output: self.output })
    }
}
