//! Whose turn it is on the bus. Pure: time is an argument.
//!
//! * An unlock goes before every poll that has not begun, and waits for at most the one exchange that is on the bus.
//! * A lock that was pulsed cools down before it is pulsed again; meanwhile the unlocks behind it go first.
//! * No more solenoids are powered at once than the supply bears.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Unlock this compartment; it has left the queue.
    Unlock(u16),
    /// Read the board of this index.
    Poll(usize),
    /// Nothing before this moment, unless somebody asks.
    WaitUntil(Instant),
}

/// What is wanted of the bus, and what it may bear.
pub(super) struct Schedule {
    queue: VecDeque<u16>,
    /// When each lock that was pulsed is cool again.
    cool_at: BTreeMap<u16, Instant>,
    /// When each powered solenoid is let go.
    powered_until: Vec<Instant>,
    cool_down: Duration,
    pulse: Duration,
    solenoids: usize,
    polls: Vec<Instant>,
    /// The bus is silent until then: the pause between two exchanges.
    free_at: Instant,
}

impl Schedule {
    pub(super) fn new(now: Instant, boards: usize, cool_down: Duration, pulse: Duration, solenoids: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            cool_at: BTreeMap::new(),
            powered_until: Vec::new(),
            cool_down,
            pulse,
            solenoids,
            polls: vec![now; boards],
            free_at: now,
        }
    }

    /// Somebody wants a compartment unlocked.
    pub(super) fn want(&mut self, compartment: u16) {
        self.queue.push_back(compartment);
    }

    /// Takes back every unlock that was not begun.
    pub(super) fn give_up(&mut self) -> Vec<u16> {
        self.queue.drain(..).collect()
    }

    /// The bus is taken until `at`.
    pub(super) fn free_at(&mut self, at: Instant) {
        self.free_at = at;
    }

    /// The board of `index` is to be read at `at`.
    pub(super) fn poll_at(&mut self, index: usize, at: Instant) {
        if let Some(due) = self.polls.get_mut(index) {
            *due = at;
        }
    }

    /// Every board is to be read at `at`.
    pub(super) fn poll_all_at(&mut self, at: Instant) {
        self.polls.fill(at);
    }

    /// A pulse on a compartment's lock began, or may have.
    pub(super) fn pulsed(&mut self, compartment: u16, now: Instant) {
        self.cool_at.insert(compartment, now + self.pulse.max(self.cool_down));
        self.powered_until.retain(|until| *until > now);
        self.powered_until.push(now + self.pulse);
    }

    /// Whose turn it is.
    pub(super) fn turn(&mut self, now: Instant) -> Turn {
        let unlock = self.queue.iter().enumerate().map(|(at, compartment)| (self.may_unlock_at(*compartment, now), at));
        let unlock = unlock.min();
        let poll = self.polls.iter().enumerate().map(|(index, due)| (*due, index)).min();
        if now < self.free_at {
            return Turn::WaitUntil(self.free_at);
        }
        match (unlock, poll) {
            (Some((due, at)), _) if due <= now => match self.queue.remove(at) {
                Some(compartment) => Turn::Unlock(compartment),
                None => Turn::WaitUntil(due),
            },
            (_, Some((due, index))) if due <= now => Turn::Poll(index),
            (unlock, poll) => {
                let due = [unlock.map(|(due, _)| due), poll.map(|(due, _)| due)];
                Turn::WaitUntil(due.into_iter().flatten().min().unwrap_or(now + self.cool_down))
            }
        }
    }

    /// `now`, or later if the lock is warm or the supply is busy.
    fn may_unlock_at(&self, compartment: u16, now: Instant) -> Instant {
        let cool = self.cool_at.get(&compartment).copied().unwrap_or(now);
        let mut powered: Vec<Instant> = self.powered_until.iter().copied().filter(|until| *until > now).collect();
        powered.sort_unstable();
        // With all of them busy, the next may begin when enough have been let go.
        let supplied = powered.len().checked_sub(self.solenoids.max(1)).and_then(|at| powered.get(at).copied());
        cool.max(supplied.unwrap_or(now)).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL: Duration = Duration::from_secs(1);
    const PULSE: Duration = Duration::from_millis(500);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn schedule(now: Instant) -> Schedule {
        Schedule::new(now, 2, COOL, PULSE, 2)
    }

    #[test]
    fn an_unlock_goes_before_a_poll_that_is_overdue() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.want(7);
        assert_eq!(schedule.turn(now + COOL), Turn::Unlock(7));
        assert_eq!(schedule.turn(now + COOL), Turn::Poll(0));
    }

    #[test]
    fn an_unlock_that_comes_while_the_bus_is_silent_goes_before_the_poll_that_waits() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.free_at(now + ms(30));
        assert_eq!(schedule.turn(now), Turn::WaitUntil(now + ms(30)));
        schedule.want(7);
        assert_eq!(schedule.turn(now + ms(10)), Turn::WaitUntil(now + ms(30)));
        assert_eq!(schedule.turn(now + ms(30)), Turn::Unlock(7));
    }

    #[test]
    fn the_board_that_has_waited_longest_is_read() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.poll_at(0, now + ms(300));
        assert_eq!(schedule.turn(now), Turn::Poll(1));
        schedule.poll_at(1, now + ms(200));
        assert_eq!(schedule.turn(now), Turn::WaitUntil(now + ms(200)));
        assert_eq!(schedule.turn(now + ms(400)), Turn::Poll(1));
        schedule.poll_at(1, now + ms(700));
        assert_eq!(schedule.turn(now + ms(400)), Turn::Poll(0));
        schedule.poll_all_at(now + ms(401));
        assert_eq!(schedule.turn(now + ms(400)), Turn::WaitUntil(now + ms(401)));
    }

    #[test]
    fn a_warm_lock_waits_and_the_next_goes_first() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.poll_all_at(now + COOL * 10);
        schedule.pulsed(3, now);
        schedule.want(3);
        schedule.want(4);
        assert_eq!(schedule.turn(now), Turn::Unlock(4));
        schedule.pulsed(4, now);
        assert_eq!(schedule.turn(now), Turn::WaitUntil(now + COOL));
        assert_eq!(schedule.turn(now + COOL), Turn::Unlock(3));
    }

    #[test]
    fn no_more_than_two_solenoids_are_powered_at_once() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.poll_all_at(now + COOL * 10);
        for compartment in 1..=5 {
            schedule.want(compartment);
        }
        let mut at = now;
        let mut begun = Vec::new();
        while begun.len() < 5 {
            match schedule.turn(at) {
                Turn::Unlock(compartment) => {
                    schedule.pulsed(compartment, at);
                    begun.push((compartment, at));
                    at += ms(60);
                }
                Turn::WaitUntil(until) => at = until,
                Turn::Poll(index) => panic!("{index}"),
            }
        }
        assert_eq!(begun.iter().map(|(compartment, _)| *compartment).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        for (index, (_, at)) in begun.iter().enumerate() {
            let powered = begun[..index].iter().filter(|(_, earlier)| *earlier + PULSE > *at).count();
            assert!(powered < 2, "{begun:?}");
        }
        assert!(begun[2].1 == now + PULSE, "the third waits for the first, and no longer");
    }

    #[test]
    fn what_was_not_begun_can_be_taken_back() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.want(3);
        assert_eq!(schedule.give_up(), [3]);
        assert_eq!(schedule.turn(now), Turn::Poll(0));
    }
}
