//! Which connection must go: for want of room, or because it overstays. No clock and no socket: time is an argument.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// How long the first head may take to come, TLS included: more than a bad line needs.
pub const HEAD: Duration = Duration::from_secs(10);
/// How long somebody whom nobody knows may keep a connection without asking anything.
pub const IDLE: Duration = Duration::from_secs(15);
/// The same for terminals, staff and trusted proxies: longer than they keep one themselves (90 s, 60 s), so that none is
/// cut while it asks.
pub const IDLE_KNOWN: Duration = Duration::from_secs(120);
/// How long a body may take to begin, and then to come at the slowest pace that is still a line.
pub const BODY: Duration = Duration::from_secs(10);
/// The same for terminals and staff.
pub const BODY_KNOWN: Duration = Duration::from_secs(30);
/// Bytes of a body in a second: below the slowest mobile line.
pub const PACE: u64 = 4096;
/// Files that are kept for the database, attachments and the log.
const RESERVED: u64 = 64;
/// More connections than this are nobody's hall.
const MOST: usize = 4096;

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No whole head came in time.
    Head,
    /// A body did not come in time.
    Body,
    /// Nothing was asked for too long.
    Idle,
    /// Somebody else needed the room.
    Crowd,
    /// What was asked for was not taken.
    Stall,
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub all: usize,
    /// From one address, of those whom nobody knows.
    pub of_line: usize,
}

impl Room {
    /// What fits into so many open files.
    pub fn within(files: u64) -> Self {
        let all = usize::try_from(files.saturating_sub(RESERVED)).unwrap_or(MOST).clamp(16, MOST);
        Self { all, of_line: (all / 4).max(8) }
    }
}

/// What is known of an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub id: u64,
    /// Where it comes from; `None` for a trusted proxy, which brings many.
    pub line: Option<IpAddr>,
    /// Whether a terminal or staff proved who they are on it.
    pub known: bool,
    /// Whether anything was asked yet.
    pub asked: bool,
    /// Requests under way.
    pub busy: usize,
    /// When it came, or when a request on it last began or ended.
    pub heard: Duration,
}

/// Who makes room for a newcomer from `line`, if anybody must. Of those whom nobody knows it is who was silent longest,
/// first from an address that has its share already; whoever proved who they are goes last.
pub fn in_the_way(open: &[Seen], line: Option<IpAddr>, room: Room) -> Option<u64> {
    let mut strangers: HashMap<IpAddr, usize> = HashMap::new();
    for line in open.iter().filter(|seen| !seen.known).filter_map(|seen| seen.line) {
        *strangers.entry(line).or_default() += 1;
    }
    let oldest = |seen: &&Seen| (seen.heard, seen.id);
    if let Some(line) = line
        && strangers.get(&line).is_some_and(|count| *count >= room.of_line)
    {
        return open
            .iter()
            .filter(|seen| !seen.known && seen.line == Some(line))
            .min_by_key(oldest)
            .map(|seen| seen.id);
    }
    if open.len() < room.all {
        return None;
    }
    let share = |seen: &Seen| seen.line.and_then(|line| strangers.get(&line)).copied().unwrap_or(0);
    let first = |seen: &&Seen| (seen.known, usize::MAX - share(seen), seen.heard, seen.id);
    open.iter().min_by_key(first).map(|seen| seen.id)
}

/// Whether a connection has been open for too long without anything whole.
pub fn overstays(seen: &Seen, now: Duration) -> Option<Cause> {
    let silent = now.saturating_sub(seen.heard);
    let idle = if seen.known || seen.line.is_none() { IDLE_KNOWN } else { IDLE };
    match (seen.asked, seen.busy) {
        (false, _) if silent > HEAD => Some(Cause::Head),
        (true, 0) if silent > idle => Some(Cause::Idle),
        _ => None,
    }
}

/// How long a body may take of which so many bytes have come.
pub fn body_may_take(known: bool, bytes: u64) -> Duration {
    let grace = if known { BODY_KNOWN } else { BODY };
    grace + Duration::from_secs(bytes / PACE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, n]))
    }

    fn seen(id: u64, from: u8, known: bool) -> Seen {
        Seen { id, line: line(from), known, asked: known, busy: 0, heard: Duration::from_secs(id) }
    }

    const ROOM: Room = Room { all: 10, of_line: 4 };

    #[test]
    fn whoever_has_their_share_makes_room_and_whoever_is_known_goes_last() {
        let crowd: Vec<Seen> = (0..4).map(|id| seen(id, 1, false)).collect();
        assert_eq!(in_the_way(&crowd, line(1), ROOM), Some(0), "the oldest of the same address");
        assert_eq!(in_the_way(&crowd, line(2), ROOM), None, "another address has room");
        assert_eq!(in_the_way(&crowd, None, ROOM), None, "a proxy has no share");
        let mut full: Vec<Seen> = (0..6).map(|id| seen(id, 9, true)).collect();
        full.extend([seen(6, 1, false), seen(7, 2, false), seen(8, 2, false), seen(9, 3, false)]);
        assert_eq!(in_the_way(&full, line(4), ROOM), Some(7), "the oldest of who has most");
        let known: Vec<Seen> = (0..10).map(|id| seen(id, 9, true)).collect();
        assert_eq!(in_the_way(&known, line(1), ROOM), Some(0));
    }

    #[test]
    fn what_does_not_end_ends_in_time_and_what_waits_for_an_answer_may_wait() {
        let at = |seconds| Duration::from_secs(seconds);
        let fresh = seen(0, 1, false);
        assert_eq!((overstays(&fresh, at(10)), overstays(&fresh, at(11))), (None, Some(Cause::Head)));
        let asked = Seen { asked: true, ..fresh };
        assert_eq!((overstays(&asked, at(15)), overstays(&asked, at(16))), (None, Some(Cause::Idle)));
        let known = Seen { known: true, ..asked };
        for kept in [known, Seen { line: None, ..asked }] {
            assert_eq!((overstays(&kept, at(120)), overstays(&kept, at(121))), (None, Some(Cause::Idle)));
        }
        assert_eq!(overstays(&Seen { busy: 1, ..known }, at(86_400)), None, "a page that listens all day");
        assert_eq!(body_may_take(false, 0), at(10));
        assert_eq!(body_may_take(true, 1024 * 1024), at(30 + 256));
    }

    #[test]
    fn room_follows_the_files_that_may_be_open() {
        assert_eq!(Room::within(200), Room { all: 136, of_line: 34 });
        assert_eq!(Room::within(1024), Room { all: 960, of_line: 240 });
        assert_eq!(Room::within(u64::MAX).all, MOST);
        assert_eq!(Room::within(0).all, 16);
    }

    proptest! {
        /// Whoever is known stays while there is a stranger, and a full hall always finds someone.
        #[test]
        fn a_stranger_goes_before_anybody_who_is_known(
            open in proptest::collection::vec((0_u8..5, any::<bool>(), 0_u64..1000), 0..40),
            newcomer in 0_u8..5,
        ) {
            let open: Vec<Seen> = open
                .into_iter()
                .enumerate()
                .map(|(id, (from, known, at))| Seen {
                    heard: Duration::from_secs(at),
                    ..seen(u64::try_from(id).expect("small"), from, known)
                })
                .collect();
            let gone = in_the_way(&open, line(newcomer), ROOM).and_then(|id| open.iter().find(|seen| seen.id == id));
            if open.len() >= ROOM.all {
                prop_assert!(gone.is_some());
            }
            if let Some(gone) = gone {
                prop_assert!(!gone.known || open.iter().all(|seen| seen.known));
            }
        }
    }
}
