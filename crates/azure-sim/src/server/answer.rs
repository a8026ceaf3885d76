//! The body of an answer as it goes out.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

use super::socket::Line;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Answer {
    /// All of it.
    Whole(Full<Bytes>),
    /// A part of it, before the connection ends.
    Part(Part),
}

impl Answer {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }

    /// The first `sent` bytes of a body that is announced in its full length.
    pub(super) fn part(body: &Bytes, sent: usize, line: Arc<Line>) -> Self {
        Self::Part(Part {
            announced: body.len() as u64,
            bytes: Some(body.slice(..sent.min(body.len()))),
            line,
        })
    }
}

/// The first bytes of a body. It never comes to its end: when they are handed over, the connection is to end.
#[derive(Debug)]
pub(super) struct Part {
    announced: u64,
    bytes: Option<Bytes>,
    line: Arc<Line>,
}

impl Drop for Part {
    fn drop(&mut self) {
        // HTTP/1.1 drops a body that has given all that was announced.
        self.line.end();
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(context),
            Self::Part(part) => match part.bytes.take().filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                None => {
                    part.line.end();
                    Poll::Pending
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Part(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Part(part) => SizeHint::with_exact(part.announced),
        }
    }
}
