//! A model of one deposit after another, with a crash at any point, replies lost and doubled, and a backend restored
//! from its backup: do the promises about paper and cases hold in every order of events?
//!
//! The model has its own few lines for each side, so that it stays small enough to be searched exhaustively. Each rule
//! it depends on can be broken ([`Flaw`]), and a test says that the search then finds the promise broken: a model that
//! cannot fail proves nothing.

use stateright::{Checker, HasDiscoveries, Model, Property};

const SUBMISSIONS: u8 = 2;
const BOXES: usize = 2;
const MESSAGES: usize = 2;

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// The door is commanded before the intent is on disk.
    OpensBeforeRecord,
    /// "You may leave" is shown when the door closes, before the record.
    SaysLeaveBeforeRecord,
    /// After a crash an intent without an end is taken for "nothing happened".
    ForgetsIntents,
    /// A box is free once staff shut it, affirmed empty or not.
    FreesOnClosing,
    /// The backend makes a case for every submission it is sent.
    TakesEveryDelivery,
    /// The backend takes what it is sent without looking for a gap before it.
    IgnoresGaps,
    /// The terminal never sends again what was acknowledged once.
    NeverGoesBack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Entry {
    /// Submission prepared and its deposit intended: one record.
    Intended {
        submission: u8,
        place: u8,
    },
    Deposited {
        submission: u8,
        place: u8,
    },
    Unconfirmed {
        submission: u8,
        place: u8,
    },
    CollectionIntended {
        place: u8,
    },
    CollectionClosed {
        place: u8,
    },
    Affirmed {
        place: u8,
    },
}

/// What the running process knows and a crash takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Process {
    Down,
    Idle,
    /// The applicant pressed "hand in"; nothing is on disk.
    Asked {
        submission: u8,
        place: u8,
    },
    /// The intent is on disk; the door is not yet commanded.
    Recorded {
        submission: u8,
        place: u8,
    },
    Commanded {
        submission: u8,
        place: u8,
    },
    SeenClosed {
        submission: u8,
        place: u8,
    },
    /// "You may leave."
    Done {
        submission: u8,
    },
    StaffRecorded {
        place: u8,
    },
    StaffOpen {
        place: u8,
    },
    StaffShut {
        place: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Message {
    /// Entries from `from` up to `to`, which may be none: that asks where the backend stands.
    Push {
        from: u8,
        to: u8,
    },
    Reply {
        next: u8,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Backend {
    /// Positions stored.
    stored: Vec<u8>,
    /// One for each case, by submission.
    cases: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    journal: Vec<Entry>,
    process: Process,
    acknowledged: u8,
    crashes: u8,
    /// How many submissions were begun.
    begun: u8,
    /// Papers that lie in a box, by box.
    papers: [Vec<u8>; BOXES],
    open: Option<u8>,
    /// Applicants who were told that they may leave.
    told: Vec<u8>,
    network: Vec<Message>,
    backend: Backend,
    backup: Option<Backend>,
    restored: bool,
    /// The terminal had answers for all it wrote when the backend fell back to an empty backup.
    acknowledged_then_restored: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    HandIn,
    Commit,
    Open,
    PutIn,
    TakeBack,
    Shut,
    CommitDeposit,
    Leave,
    StaffAsk(u8),
    StaffOpen,
    StaffTake,
    StaffAffirm,
    StaffWalkAway,
    Crash,
    Boot,
    Send,
    Deliver(usize),
    Double(usize),
    Lose(usize),
    BackUp,
    Restore,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    Intent(u8),
    MayHold,
    OpenedByStaff,
}

impl World {
    /// What the journal says of a box: the terminal's projection.
    fn holds(&self, place: u8, flaw: Flaw) -> Holds {
        let mut holds = Holds::Nothing;
        for entry in &self.journal {
            match *entry {
                Entry::Intended { submission, place: at } if at == place => holds = Holds::Intent(submission),
                Entry::Deposited { place: at, .. } | Entry::Unconfirmed { place: at, .. } if at == place => {
                    holds = Holds::MayHold;
                }
                Entry::CollectionIntended { place: at } if at == place => holds = Holds::OpenedByStaff,
                Entry::CollectionClosed { place: at } if at == place => {
                    holds = if flaw == Flaw::FreesOnClosing { Holds::Nothing } else { Holds::MayHold };
                }
                Entry::Affirmed { place: at } if at == place => holds = Holds::Nothing,
                _ => {}
            }
        }
        holds
    }

    fn head(&self) -> u8 {
        u8::try_from(self.journal.len()).unwrap()
    }

    fn next_expected(&self) -> u8 {
        (0..).find(|position| !self.backend.stored.contains(position)).unwrap()
    }

    fn receive(&mut self, from: u8, to: u8, flaw: Flaw) {
        for position in from..to {
            let gap = position > self.next_expected();
            if gap && flaw != Flaw::IgnoresGaps {
                break;
            }
            let known = self.backend.stored.contains(&position);
            if !known {
                self.backend.stored.push(position);
                self.backend.stored.sort_unstable();
            }
            if let Entry::Intended { submission, .. } = self.journal[usize::from(position)]
                && (!known || flaw == Flaw::TakesEveryDelivery)
            {
                self.backend.cases.push(submission);
                self.backend.cases.sort_unstable();
            }
        }
    }
}

/// What is searched. Doors and network together are too many orders of events; neither part reads the other's state,
/// but for the journal, which both searches grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Doors, paper, staff, two crashes; nothing is sent.
    Paper,
    /// Deposits that go well but for one crash; messages lost, doubled, late; a backup restored at any moment.
    Sync,
}

struct Hall(Flaw, Part);

impl Hall {
    fn crashes(&self) -> u8 {
        match self.1 {
            Part::Paper => 2,
            Part::Sync => 1,
        }
    }
}

impl Model for Hall {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            journal: vec![],
            process: Process::Idle,
            acknowledged: 0,
            crashes: 0,
            begun: 0,
            papers: Default::default(),
            open: None,
            told: vec![],
            network: vec![],
            backend: Backend::default(),
            backup: None,
            restored: false,
            acknowledged_then_restored: false,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        match world.process {
            Process::Down => actions.push(Action::Boot),
            Process::Idle => {
                if world.begun < SUBMISSIONS && world.open.is_none() {
                    actions.push(Action::HandIn);
                }
                let held = (0..BOXES as u8).filter(|place| world.holds(*place, self.0) == Holds::MayHold);
                if world.open.is_none() && self.1 == Part::Paper {
                    actions.extend(held.map(Action::StaffAsk));
                }
            }
            Process::Asked { .. } => {
                actions.push(Action::Commit);
                if self.0 == Flaw::OpensBeforeRecord {
                    actions.push(Action::Open);
                }
            }
            Process::Recorded { .. } => actions.push(Action::Open),
            Process::Commanded { .. } | Process::StaffShut { .. } => {}
            Process::SeenClosed { .. } => {
                actions.push(Action::CommitDeposit);
                if self.0 == Flaw::SaysLeaveBeforeRecord {
                    actions.push(Action::Leave);
                }
            }
            Process::Done { .. } => actions.push(Action::Leave),
            Process::StaffRecorded { .. } => actions.push(Action::StaffOpen),
            Process::StaffOpen { .. } => {}
        }
        if let Process::StaffShut { .. } = world.process {
            actions.extend([Action::StaffAffirm, Action::StaffWalkAway]);
        }
        if let Some(place) = world.open {
            // Whoever stands at an open door, whether the process lives or not.
            actions.extend([Action::PutIn, Action::Shut]);
            if self.1 == Part::Paper {
                actions.push(Action::TakeBack);
            }
            if !world.papers[usize::from(place)].is_empty() {
                actions.push(Action::StaffTake);
            }
        }
        if world.process != Process::Down {
            if world.crashes < self.crashes() {
                actions.push(Action::Crash);
            }
            if world.network.len() < MESSAGES && self.1 == Part::Sync {
                actions.push(Action::Send);
            }
        }
        for at in 0..world.network.len() {
            actions.extend([Action::Deliver(at), Action::Lose(at)]);
            if world.network.len() < MESSAGES {
                actions.push(Action::Double(at));
            }
        }
        if self.1 == Part::Paper {
            return;
        }
        if world.backup.is_none() {
            actions.push(Action::BackUp);
        } else if !world.restored {
            actions.push(Action::Restore);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        match (action, world.process) {
            (Action::HandIn, _) => {
                let free = (0..BOXES as u8).find(|place| world.holds(*place, self.0) == Holds::Nothing)?;
                next.process = Process::Asked { submission: world.begun, place: free };
                next.begun += 1;
            }
            (Action::Commit, Process::Asked { submission, place }) => {
                next.journal.push(Entry::Intended { submission, place });
                next.process = Process::Recorded { submission, place };
            }
            (Action::Open, Process::Recorded { submission, place } | Process::Asked { submission, place }) => {
                next.open = Some(place);
                next.process = Process::Commanded { submission, place };
            }
            (Action::PutIn, Process::Commanded { submission, place }) if world.open == Some(place) => {
                if world.papers[usize::from(place)].contains(&submission) {
                    return None;
                }
                next.papers[usize::from(place)].push(submission);
            }
            // The process died; the applicant still stands at the open door.
            (Action::PutIn, Process::Down) => {
                let place = world.open?;
                let Holds::Intent(submission) = world.holds(place, self.0) else { return None };
                if world.papers[usize::from(place)].contains(&submission) {
                    return None;
                }
                next.papers[usize::from(place)].push(submission);
            }
            (Action::TakeBack, Process::Commanded { submission, place }) => {
                next.papers[usize::from(place)].retain(|paper| *paper != submission);
            }
            (Action::Shut, process) => {
                let place = world.open?;
                next.open = None;
                next.process = match process {
                    Process::Commanded { submission, .. } => Process::SeenClosed { submission, place },
                    Process::StaffOpen { place } => {
                        next.journal.push(Entry::CollectionClosed { place });
                        Process::StaffShut { place }
                    }
                    other => other,
                };
            }
            (Action::CommitDeposit, Process::SeenClosed { submission, place }) => {
                next.journal.push(Entry::Deposited { submission, place });
                next.process = Process::Done { submission };
            }
            (Action::Leave, Process::Done { submission } | Process::SeenClosed { submission, .. }) => {
                next.told.push(submission);
                next.process = Process::Idle;
            }
            (Action::StaffAsk(place), Process::Idle) => {
                next.journal.push(Entry::CollectionIntended { place });
                next.process = Process::StaffRecorded { place };
            }
            (Action::StaffOpen, Process::StaffRecorded { place }) => {
                next.open = Some(place);
                next.process = Process::StaffOpen { place };
            }
            (Action::StaffTake, Process::StaffOpen { place }) => next.papers[usize::from(place)].clear(),
            // Staff affirm what they see: an empty box.
            (Action::StaffAffirm, Process::StaffShut { place }) if world.papers[usize::from(place)].is_empty() => {
                next.journal.push(Entry::Affirmed { place });
                next.process = Process::Idle;
            }
            (Action::StaffWalkAway, Process::StaffShut { .. }) => next.process = Process::Idle,
            (Action::Crash, _) => {
                next.process = Process::Down;
                next.crashes += 1;
            }
            (Action::Boot, Process::Down) => {
                // Doors found open are to be shut first; then every intent without an end gets one.
                if world.open.is_some() {
                    return None;
                }
                for place in 0..BOXES as u8 {
                    match world.holds(place, self.0) {
                        Holds::Intent(_) if self.0 == Flaw::ForgetsIntents => {
                            next.journal.push(Entry::Affirmed { place });
                        }
                        Holds::Intent(submission) => next.journal.push(Entry::Unconfirmed { submission, place }),
                        Holds::OpenedByStaff => next.journal.push(Entry::CollectionClosed { place }),
                        Holds::Nothing | Holds::MayHold => {}
                    }
                }
                next.process = Process::Idle;
            }
            (Action::Send, _) => next.network.push(Message::Push { from: world.acknowledged, to: world.head() }),
            (Action::Deliver(at), _) => match next.network.remove(at) {
                Message::Push { from, to } => {
                    next.receive(from, to, self.0);
                    let reply = next.next_expected();
                    next.network.push(Message::Reply { next: reply });
                }
                Message::Reply { next: position } if world.process != Process::Down => {
                    let goes_back = position < world.acknowledged;
                    if !(goes_back && self.0 == Flaw::NeverGoesBack) {
                        next.acknowledged = position.min(world.head());
                    }
                }
                Message::Reply { .. } => {}
            },
            (Action::Double(at), _) => {
                let again = world.network[at];
                next.network.push(again);
            }
            (Action::Lose(at), _) => drop(next.network.remove(at)),
            (Action::BackUp, _) => next.backup = Some(world.backend.clone()),
            (Action::Restore, _) => {
                next.backend = world.backup.clone()?;
                next.restored = true;
                next.acknowledged_then_restored =
                    world.acknowledged >= 2 && world.acknowledged == world.head() && world.network.is_empty();
            }
            _ => return None,
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("P1 no paper without a record", |hall: &Self, world: &World| {
                (0..BOXES as u8).all(|place| {
                    let holds = world.holds(place, hall.0);
                    world.papers[usize::from(place)].is_empty() || holds != Holds::Nothing
                })
            }),
            Property::always("P1 no open door without a record", |hall: &Self, world: &World| {
                world.open.is_none_or(|place| world.holds(place, hall.0) != Holds::Nothing)
            }),
            Property::always("P2 no box holds two people's paper", |_, world: &World| {
                world.papers.iter().all(|papers| papers.len() <= 1)
            }),
            Property::always("P3 told to leave only when on disk", |_, world: &World| {
                world.told.iter().all(|told| {
                    let on_disk =
                        |entry: &Entry| matches!(entry, Entry::Deposited { submission, .. } if submission == told);
                    world.journal.iter().any(on_disk)
                })
            }),
            Property::always("P3 never two cases of one submission", |_, world: &World| {
                world.backend.cases.windows(2).all(|pair| pair[0] != pair[1])
            }),
            Property::always("P3 what is stored has no gap and its case", |_, world: &World| {
                let next = world.next_expected();
                let submissions = world.journal[..usize::from(next)].iter().filter_map(|entry| match entry {
                    Entry::Intended { submission, .. } => Some(submission),
                    _ => None,
                });
                world.backend.stored.len() == usize::from(next)
                    && submissions.into_iter().all(|submission| world.backend.cases.contains(submission))
            }),
        ];
        properties.extend(match self.1 {
            Part::Paper => vec![
                Property::<Self>::sometimes("both applicants leave", |_, world: &World| world.told.len() == 2),
                Property::<Self>::sometimes("a crash leaves a deposit to staff", |_, world: &World| {
                    world.journal.iter().any(|entry| matches!(entry, Entry::Unconfirmed { .. }))
                }),
            ],
            Part::Sync => {
                vec![Property::<Self>::sometimes("a restored backend has everything again", |_, world: &World| {
                    let older = world.backup.as_ref().is_some_and(|backup| backup.stored.is_empty());
                    let all_there = world.acknowledged == world.head() && world.next_expected() == world.head();
                    // Something was acknowledged before the backup was restored, and everything is back.
                    world.restored && older && world.acknowledged_then_restored && world.head() >= 2 && all_there
                })]
            }
        });
        properties
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.journal.len()
            <= match self.1 {
                Part::Paper => 8,
                Part::Sync => 3,
            }
    }
}

fn search(flaw: Flaw, part: Part) -> impl Checker<Hall> {
    Hall(flaw, part).checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join()
}

#[test]
fn paper_and_doors_in_every_order_of_events() {
    let checker = search(Flaw::None, Part::Paper);
    println!("{} states, depth {}", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

#[test]
fn journal_and_backend_in_every_order_of_events() {
    let checker = search(Flaw::None, Part::Sync);
    println!("{} states, depth {}", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

#[test]
fn each_rule_is_needed() {
    for (flaw, part, broken) in [
        (Flaw::OpensBeforeRecord, Part::Paper, "P1 no open door without a record"),
        (Flaw::SaysLeaveBeforeRecord, Part::Paper, "P3 told to leave only when on disk"),
        (Flaw::ForgetsIntents, Part::Paper, "P1 no paper without a record"),
        (Flaw::FreesOnClosing, Part::Paper, "P1 no paper without a record"),
        (Flaw::TakesEveryDelivery, Part::Sync, "P3 never two cases of one submission"),
        (Flaw::IgnoresGaps, Part::Sync, "P3 what is stored has no gap and its case"),
    ] {
        let found = search(flaw, part);
        assert!(found.discovery(broken).is_some(), "{flaw:?} does not break \"{broken}\"");
    }
    // Going back is what heals: without it the state is never reached.
    let stuck = search(Flaw::NeverGoesBack, Part::Sync);
    assert!(stuck.discovery("a restored backend has everything again").is_none());
}
