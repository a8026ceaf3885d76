//! What a client gets to see of one request.

use bytes::Bytes;

/// What a client gets to see of one request.
#[derive(Debug)]
pub enum Exchange {
    /// The whole answer.
    Answered(http::Response<Bytes>),
    /// The head of the answer with its full `Content-Length`, and only the first `sent` bytes of the body before
    /// the connection ends.
    Truncated {
        /// The answer as it would have been.
        response: http::Response<Bytes>,
        /// How many bytes of its body arrive.
        sent: usize,
    },
    /// Nothing: the connection is reset.
    Reset,
}
