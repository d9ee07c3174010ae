//! A connection's socket: it can be closed from outside, and gives up when what it sends is not taken.

use std::future::{Future as _, Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready as or_wait};
use std::time::Duration;

use axum_server::accept::Accept;
use nix::sys::socket::{Shutdown, shutdown};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::rules::Cause;
use super::{Admitted, Ticket};

/// How long nothing of what is sent need be taken.
const STALL: Duration = Duration::from_secs(60);

/// The socket of one connection.
pub struct Socket {
    stream: Arc<TcpStream>,
    ticket: Arc<Ticket>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            or_wait!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(buf.initialize_unfilled()) {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                Err(cause) => return Poll::Ready(Err(cause)),
            }
        }
    }
}

impl Socket {
    /// Sends by `send`, unless nothing was taken for too long.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        send: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if self.stream.poll_write_ready(cx)?.is_pending() {
                let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL)));
                or_wait!(stalled.as_mut().poll(cx));
                self.ticket.count(Cause::Stall);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            match send(&self.stream) {
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                sent => {
                    self.stalled = None;
                    return Poll::Ready(sent);
                }
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_send(cx, |stream| stream.try_write(buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_send(cx, |stream| stream.try_write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(shutdown(self.stream.as_raw_fd(), Shutdown::Write).map_err(io::Error::from))
    }
}

/// Ends a connection whatever it waits for: both directions read as closed.
pub(super) fn close(stream: &TcpStream) {
    // It may have ended by itself.
    let _ = shutdown(stream.as_raw_fd(), Shutdown::Both);
}

/// Makes a socket that can be closed from outside of what was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Acceptor;

impl<S> Accept<TcpStream, Admitted<S>> for Acceptor {
    type Stream = Socket;
    type Service = Admitted<S>;
    type Future = Ready<io::Result<(Socket, Admitted<S>)>>;

    fn accept(&self, stream: TcpStream, service: Admitted<S>) -> Self::Future {
        let (stream, ticket) = (Arc::new(stream), service.ticket().clone());
        ticket.attach(&stream);
        ready(Ok((Socket { stream, ticket, stalled: None }, service)))
    }
}

/// The other end of a connection, for whoever makes its service.
pub type Peer = SocketAddr;
