//! What a hall may look like when it is dropped: no job is left, no panic and no error is in a log, and the database agrees
//! with itself, unless the test says that it leaves such; and then it must.

use std::fmt;

/// What a test says that it leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Jobs that wait or were given up.
    Jobs,
    /// A database that does not agree with itself: the test wrote behind the program's back.
    Flaws,
    /// Lines of errors, or panics, that contain this.
    Logged(&'static str),
    /// Nobody looks: what is there is too much to be read again.
    Whatever,
}

/// Every job that waits or was given up, with what it came to last.
pub const OPEN_JOBS: &str = "SELECT job_key || ' for ' || target || ': ' || COALESCE(last_error, 'not tried') FROM jobs \
                             WHERE done_ms IS NULL";

/// What is there in the end.
#[derive(Debug, Default)]
pub struct Ending {
    pub jobs: Vec<String>,
    pub flaws: Vec<String>,
    /// Of panics and errors.
    pub lines: Vec<String>,
}

impl Ending {
    /// What is wrong with it, a sentence.
    pub fn fault(mut self, left: &[Left]) -> Option<String> {
        for one in left {
            let is_there = match one {
                Left::Whatever => return None,
                Left::Jobs => !std::mem::take(&mut self.jobs).is_empty(),
                Left::Flaws => !std::mem::take(&mut self.flaws).is_empty(),
                Left::Logged(part) => {
                    let before = self.lines.len();
                    self.lines.retain(|line| !line.contains(part));
                    self.lines.len() < before
                }
            };
            if !is_there {
                return Some(format!("the test says that it leaves {one:?}, and it does not: {self}"));
            }
        }
        let whole = self.jobs.is_empty() && self.flaws.is_empty() && self.lines.is_empty();
        (!whole).then(|| format!("the test leaves what it does not tell of by `hall.leaves(…)`: {self}"))
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, list) in [("Jobs", &self.jobs), ("Flaws", &self.flaws), ("Logged", &self.lines)] {
            list.iter().try_for_each(|one| write!(f, "\n  {what}: {one}"))?;
        }
        Ok(())
    }
}

/// The lines of a program's log that tell of a panic or an error.
pub fn faults(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter(|line| [" panicked at ", "\"level\":\"ERROR\""].iter().any(|sign| line.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending() -> Ending {
        let log = "{\"level\":\"INFO\",\"fields\":{\"message\":\"no ERROR\"}}\n\
            thread 'store-writer' (7) panicked at src/x.rs:1:2:\n\
            {\"level\":\"ERROR\",\"fields\":{\"message\":\"journal forked\"}}";
        let lines: Vec<String> = faults(log).map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        Ending { jobs: vec!["a job".into()], flaws: vec!["a flaw".into()], lines }
    }

    #[test]
    fn what_is_left_must_be_told_and_what_is_told_must_be_left() {
        let all = [Left::Jobs, Left::Flaws, Left::Logged("forked"), Left::Logged("store-writer")];
        assert_eq!(ending().fault(&all), None);
        assert_eq!(ending().fault(&[Left::Whatever]), None);
        assert_eq!(Ending::default().fault(&[]), None);
        for n in 0..all.len() {
            let mut told = all.to_vec();
            let untold = told.remove(n);
            assert!(ending().fault(&told).is_some_and(|fault| fault.contains("does not tell")), "{untold:?}");
            let nothing = Ending::default().fault(&[untold]);
            assert!(nothing.is_some_and(|fault| fault.contains("and it does not")), "{n}");
        }
    }
}
