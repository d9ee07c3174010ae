//! What a request's body may take, and how long a request is under way.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Ticket;
use super::rules::{Cause, body_may_take};

type Piece = Option<Result<Frame<Bytes>, axum::Error>>;

/// A body that must come in time.
struct InTime {
    body: Body,
    ticket: Arc<Ticket>,
    began: Instant,
    bytes: u64,
    over: Pin<Box<Sleep>>,
}

impl InTime {
    fn ends(&self) -> Instant {
        self.began + body_may_take(self.ticket.is_known(), self.bytes)
    }
}

impl HttpBody for InTime {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Piece> {
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &piece {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(piece);
        }
        loop {
            ready!(self.over.as_mut().poll(cx));
            let ends = self.ends();
            if ends <= Instant::now() {
                self.ticket.count(Cause::Body);
                return Poll::Ready(Some(Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut)))));
            }
            self.over.as_mut().reset(ends);
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request is under way until its answer was sent to the end, or given up.
struct UnderWay(Arc<Ticket>);

impl UnderWay {
    fn new(ticket: Arc<Ticket>) -> Self {
        ticket.begin();
        Self(ticket)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// An answer's body, with what ends with it.
struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Piece> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Holds a request's body to its time, and its connection while it is answered.
pub(crate) async fn watch(request: Request, next: Next) -> Response {
    let Some(ticket) = request.extensions().get::<Arc<Ticket>>().cloned() else { return next.run(request).await };
    let under_way = UnderWay::new(ticket.clone());
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        let began = Instant::now();
        let over = Box::pin(sleep_until(began + body_may_take(false, 0)));
        Body::new(InTime { body, ticket, began, bytes: 0, over })
    });
    next.run(request).await.map(|body| Body::new(Answer { body, _under_way: under_way }))
}
