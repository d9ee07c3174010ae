//! Every connection that is open: who it is, how long it may stay, and who makes room for whom.
//!
//! A request that never ends costs a file, and files are few. So whatever does not come in time is closed, one address
//! has a share, and when there is no room left whoever was silent longest makes it; a terminal or a clerk who proved who
//! they are goes last. What was closed is counted, and told in the log once a minute.

mod body;
pub mod rules;
mod socket;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::http::{Extensions, Request};
pub(crate) use body::watch;
use futures_util::future::{FutureExt as _, Map};
use futures_util::task::AtomicWaker;
use hall_domain::ground::origin::Origin;
use ipnet::IpNet;
use nix::sys::resource::{Resource, getrlimit};
use rules::{Cause, Room, Seen};
pub use socket::{Acceptor, Peer};
use tokio::net::TcpStream;
use tower::Service;

/// How often connections that overstay are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How often what was closed is told.
const TELL: Duration = Duration::from_secs(60);
/// Connections beyond the room that may be on their way out while others come in.
const ON_THE_WAY_OUT: usize = 16;

/// One open connection.
#[derive(Debug)]
pub struct Ticket {
    id: u64,
    line: Option<std::net::IpAddr>,
    hall: Arc<Hall>,
    stream: OnceLock<Weak<TcpStream>>,
    closed: AtomicBool,
    known: AtomicBool,
    asked: AtomicBool,
    busy: AtomicUsize,
    heard_ms: AtomicU64,
}

impl Ticket {
    fn now(&self) -> Duration {
        self.hall.began.elapsed()
    }

    fn hear(&self) {
        self.heard_ms.store(u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn begin(&self) {
        self.busy.fetch_add(1, Ordering::Relaxed);
        self.asked.store(true, Ordering::Relaxed);
        self.hear();
    }

    fn end(&self) {
        self.busy.fetch_sub(1, Ordering::Relaxed);
        self.hear();
    }

    fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    fn count(&self, cause: Cause) {
        self.hall.closed[cause as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn attach(&self, stream: &Arc<TcpStream>) {
        // It is attached once: where it is accepted.
        let _ = self.stream.set(Arc::downgrade(stream));
        if self.closed.load(Ordering::SeqCst) {
            socket::close(stream);
        }
    }

    fn close(&self, cause: Cause) {
        if self.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        self.count(cause);
        if let Some(stream) = self.stream.get().and_then(Weak::upgrade) {
            socket::close(&stream);
        }
    }

    fn seen(&self) -> Seen {
        Seen {
            id: self.id,
            line: self.line,
            known: self.is_known(),
            asked: self.asked.load(Ordering::Relaxed),
            busy: self.busy.load(Ordering::Relaxed),
            heard: Duration::from_millis(self.heard_ms.load(Ordering::Relaxed)),
        }
    }
}

/// Notes that whoever asks proved who they are: a terminal, or staff.
pub(crate) fn known(extensions: &Extensions) {
    if let Some(ticket) = extensions.get::<Arc<Ticket>>() {
        ticket.known.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Hall {
    began: Instant,
    room: Room,
    proxies: Vec<IpNet>,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Ticket>>>,
    /// The accept loop, while it waits for room.
    waits: AtomicWaker,
    closed: [AtomicU64; 5],
}

impl Hall {
    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Ticket>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All open connections.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Hall>);

impl Connections {
    /// As many as the process may have files for.
    pub fn new(proxies: &[IpNet]) -> Self {
        let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft);
        let room = Room::within(files);
        tracing::info!(files, connections = room.all, of_one_address = room.of_line, "room for connections");
        Self::with(room, proxies)
    }

    fn with(room: Room, proxies: &[IpNet]) -> Self {
        Self(Arc::new(Hall {
            began: Instant::now(),
            room,
            proxies: proxies.to_vec(),
            next: AtomicU64::new(0),
            open: Mutex::default(),
            waits: AtomicWaker::new(),
            closed: Default::default(),
        }))
    }

    /// Wraps what makes a service for each connection.
    pub fn admit<M>(&self, make: M) -> Admit<M> {
        Admit { connections: self.clone(), make }
    }

    fn enter(&self, peer: Peer) -> Arc<Place> {
        let hall = &self.0;
        let origin = Origin::new(peer.ip());
        let line = (!origin.is_in(&hall.proxies)).then(|| origin.network()).flatten();
        let id = hall.next.fetch_add(1, Ordering::Relaxed);
        let mut open = hall.open();
        // Those that are on their way out already make no more room.
        let seen: Vec<Seen> =
            open.values().filter(|ticket| !ticket.closed.load(Ordering::SeqCst)).map(|ticket| ticket.seen()).collect();
        if let Some(ticket) = rules::in_the_way(&seen, line, hall.room).and_then(|id| open.get(&id)) {
            ticket.close(Cause::Crowd);
        }
        let ticket = Arc::new(Ticket {
            id,
            line,
            hall: hall.clone(),
            stream: OnceLock::new(),
            closed: AtomicBool::new(false),
            known: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            heard_ms: AtomicU64::new(0),
        });
        ticket.hear();
        open.insert(id, ticket.clone());
        Arc::new(Place(ticket))
    }

    fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let full = || self.0.open().len() >= self.0.room.all + ON_THE_WAY_OUT;
        if !full() {
            return Poll::Ready(());
        }
        self.0.waits.register(cx.waker());
        // Somebody may have left between the look and the wait.
        if full() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Closes what overstays, and tells what was closed.
    pub async fn watch(self) {
        let mut told = Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.0.began.elapsed();
            let open: Vec<Arc<Ticket>> = self.0.open().values().cloned().collect();
            for ticket in &open {
                if let Some(cause) = rules::overstays(&ticket.seen(), now) {
                    ticket.close(cause);
                }
            }
            if told.elapsed() >= TELL {
                told = Instant::now();
                self.tell(open.len());
            }
        }
    }

    fn tell(&self, open: usize) {
        let [head, body, idle, crowd, stall] = [Cause::Head, Cause::Body, Cause::Idle, Cause::Crowd, Cause::Stall]
            .map(|cause| self.0.closed[cause as usize].swap(0, Ordering::Relaxed));
        // That somebody asked something and went is the day's business.
        if head + body + crowd + stall > 0 {
            tracing::warn!(open, head, body, idle, crowd, stall, "connections were closed that did not end");
        }
    }
}

/// A connection's place among the others: given back when the connection ends.
#[derive(Debug)]
struct Place(Arc<Ticket>);

impl Drop for Place {
    fn drop(&mut self) {
        let hall = &self.0.hall;
        hall.open().remove(&self.0.id);
        hall.waits.wake();
    }
}

/// Makes a service for each connection that is admitted.
#[derive(Clone, Debug)]
pub struct Admit<M> {
    connections: Connections,
    make: M,
}

impl<M: Service<SocketAddr>> Service<SocketAddr> for Admit<M> {
    type Response = Admitted<M::Response>;
    type Error = M::Error;
    type Future =
        Map<M::Future, Box<dyn FnOnce(Result<M::Response, M::Error>) -> Result<Self::Response, M::Error> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), M::Error>> {
        std::task::ready!(self.connections.poll_room(cx));
        self.make.poll_ready(cx)
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        let place = self.connections.enter(peer);
        self.make.call(peer).map(Box::new(move |made| made.map(|service| Admitted { place, service })))
    }
}

/// The service of one connection, which holds its place.
#[derive(Clone, Debug)]
pub struct Admitted<S> {
    place: Arc<Place>,
    service: S,
}

impl<S> Admitted<S> {
    fn ticket(&self) -> &Arc<Ticket> {
        &self.place.0
    }
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for Admitted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(self.place.0.clone());
        self.service.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_finds_room_and_what_was_closed_is_counted() {
        let connections = Connections::with(Room { all: 3, of_line: 2 }, &["10.0.0.1/32".parse().expect("a proxy")]);
        let enter = |last: u8| connections.enter(SocketAddr::from(([192, 0, 2, last], 1)));
        let closed = |place: &Place| place.0.closed.load(Ordering::SeqCst);
        let counted = |cause: Cause| connections.0.closed[cause as usize].load(Ordering::Relaxed);
        let (first, second, third) = (enter(1), enter(1), enter(1));
        assert_eq!((closed(&first), closed(&second), closed(&third)), (true, false, false), "their share is two");
        let mut extensions = Extensions::new();
        extensions.insert(second.0.clone());
        known(&extensions);
        let (fourth, fifth) = (enter(2), enter(3));
        assert_eq!((closed(&second), closed(&third), closed(&fourth)), (false, true, false), "who is known stays");
        assert_eq!(counted(Cause::Crowd), 2);
        let proxied = connections.enter(SocketAddr::from(([10, 0, 0, 1], 1)));
        assert_eq!(proxied.0.line, None, "a proxy brings many");
        drop((first, second, third, fourth, fifth, proxied));
        assert!(connections.0.open().is_empty(), "places are given back");
    }
}
