//! Short tones, beside what the screen shows: a card was read, a door stands open, you may leave.
//!
//! A player program of the system takes a WAV file on its standard input (docs/decisions/0052). A terminal without one,
//! or with one that hangs, is silent and otherwise as well as before.

use std::f64::consts::TAU;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use kiosk_journey::Sound;

/// Samples a second; enough for tones.
const RATE: u32 = 16_000;
/// How long a player may take; the longest sound lasts one second.
const PATIENCE: Duration = Duration::from_secs(4);
/// Loudness of a usual tone and of one that must be heard across the hall, of 1.
const USUAL: f64 = 0.4;
const LOUD: f64 = 0.9;
/// Each tone swells and fades for so long, so that it does not click.
const RAMP_MS: u32 = 8;

/// Plays one sound after the other, on a thread of its own.
#[derive(Debug)]
pub struct Player {
    wanted: SyncSender<Sound>,
}

impl Player {
    /// A player by this command and its arguments; silent when there is none.
    pub fn start(command: Vec<String>) -> Self {
        // One may wait while one plays; more would only be heard when they say nothing any more.
        let (wanted, orders) = sync_channel(1);
        if !command.is_empty() {
            let thread = thread::Builder::new().name("sound".into()).spawn(move || play_all(&command, &orders));
            if let Err(error) = thread {
                tracing::warn!(%error, "no sounds: the system gives no thread");
            }
        }
        Self { wanted }
    }

    /// Plays `sound` soon; at once gone when two are waiting already.
    pub fn play(&self, sound: Sound) {
        let _too_many = self.wanted.try_send(sound);
    }
}

fn play_all(command: &[String], orders: &Receiver<Sound>) {
    let mut told = false;
    for sound in orders {
        match play_one(command, &wav(sound)) {
            Ok(()) => told = false,
            Err(error) if !told => {
                told = true;
                tracing::warn!(player = command.first(), "a sound could not be played: {error}");
            }
            Err(_same) => {}
        }
    }
}

fn play_one(command: &[String], wav: &[u8]) -> Result<(), String> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{error}; install alsa-utils, or write `player = []` under [kiosk]"))?;
    // 32 kB of a second of sound fit into the pipe, so a player that does not read holds nobody up.
    let given = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(wav));
    wait(&mut child)?;
    given.map_err(|error| format!("the player took no sound: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a process tells its end only to whoever asks again")]
fn wait(child: &mut Child) -> Result<(), String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("the player ended with {status}; is there a sound device?")),
            Ok(None) if start.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _gone = child.kill();
                let _reaped = child.wait();
                return Err("the player did not end".into());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Tones of a sound, one after the other: hertz (0 is silence), milliseconds.
fn tones(sound: Sound) -> (&'static [(f64, u32)], f64) {
    match sound {
        Sound::CardRead => (&[(988.0, 120)], USUAL),
        Sound::Attention => (&[(440.0, 160), (0.0, 80), (440.0, 160)], USUAL),
        Sound::StillThere => (&[(659.0, 180), (0.0, 100), (659.0, 180)], USUAL),
        Sound::DoorOpen => (&[(523.0, 140), (784.0, 200)], USUAL),
        Sound::DoorLeftOpen => (&[(880.0, 200), (0.0, 90), (880.0, 200), (0.0, 90), (880.0, 200)], LOUD),
        Sound::Done => (&[(523.0, 140), (659.0, 140), (784.0, 280)], USUAL),
    }
}

/// The sound as a WAV file: one channel, 16 bits (Microsoft and IBM, Multimedia Programming Interface 1.0, chapter 3).
fn wav(sound: Sound) -> Vec<u8> {
    let (tones, loudness) = tones(sound);
    let samples: Vec<u8> =
        tones.iter().flat_map(|(hertz, ms)| tone(*hertz, *ms, loudness)).flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(samples.len()).unwrap_or(0);
    let mut wav = Vec::with_capacity(44 + samples.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes()); // length of what follows up to `data`
    wav.extend_from_slice(&1_u16.to_le_bytes()); // PCM
    wav.extend_from_slice(&1_u16.to_le_bytes()); // channels
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(RATE * 2).to_le_bytes()); // bytes a second
    wav.extend_from_slice(&2_u16.to_le_bytes()); // bytes a sample
    wav.extend_from_slice(&16_u16.to_le_bytes()); // bits a sample
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&length.to_le_bytes());
    wav.extend_from_slice(&samples);
    wav
}

fn tone(hertz: f64, ms: u32, loudness: f64) -> impl Iterator<Item = i16> {
    let count = RATE * ms / 1000;
    let ramp = f64::from(RATE * RAMP_MS / 1000);
    (0..count).map(move |n| {
        let swell = (f64::from(n.min(count - n)) / ramp).min(1.0);
        let value = (TAU * hertz * f64::from(n) / f64::from(RATE)).sin() * swell * loudness * f64::from(i16::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "a sine of less than the largest sample")]
        let sample = value as i16;
        sample
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Sound; 6] =
        [Sound::CardRead, Sound::Attention, Sound::StillThere, Sound::DoorOpen, Sound::DoorLeftOpen, Sound::Done];

    #[test]
    fn sounds_are_wav_files_of_at_most_a_second_and_differ() {
        let files: Vec<_> = ALL.map(wav).into();
        for (n, file) in files.iter().enumerate() {
            assert_eq!((&file[..4], &file[8..16]), (b"RIFF".as_slice(), b"WAVEfmt ".as_slice()));
            let length = u32::from_le_bytes([file[40], file[41], file[42], file[43]]);
            assert_eq!(usize::try_from(length).unwrap(), file.len() - 44);
            assert!((RATE / 5..=RATE * 2).contains(&length), "{length} bytes");
            assert!(files[n + 1..].iter().all(|other| other != file), "two sounds are one");
        }
    }

    #[test]
    fn a_player_is_given_the_sound() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("played.wav");
        let command = vec!["sh".to_owned(), "-c".into(), format!("cat > {}", file.display())];
        play_one(&command, &wav(Sound::Done)).expect("played");
        assert_eq!(std::fs::read(file).expect("a file"), wav(Sound::Done));
    }

    #[test]
    fn what_is_wrong_with_a_player_is_said() {
        let play = |command: &[&str]| {
            let command: Vec<String> = command.iter().map(|&word| word.into()).collect();
            play_one(&command, &wav(Sound::CardRead)).expect_err("no sound")
        };
        assert!(play(&["/no/such/player"]).contains("alsa-utils"));
        assert!(play(&["sh", "-c", "cat >/dev/null; exit 1"]).contains("sound device"));
    }

    #[test]
    fn wanting_a_sound_never_waits() {
        let player = Player::start(vec!["sleep".into(), "60".into()]);
        for _ in 0..1000 {
            player.play(Sound::Attention);
        }
        Player::start(Vec::new()).play(Sound::Done);
    }
}
