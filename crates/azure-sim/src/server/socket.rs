//! A connection's socket, and how an answer can bring it to an end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What an answer wants of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing in particular.
    Stay,
    /// To end once everything that was handed over is sent.
    End,
    /// To be reset at once.
    Reset,
}

/// Shared by the answers on a connection and whoever drives it.
#[derive(Debug, Default)]
pub(super) struct Line {
    wish: AtomicU8,
    /// Whether everything that was written is also sent.
    flushed: AtomicBool,
    driver: AtomicWaker,
}

impl Line {
    /// What was wished for, strongest first.
    pub(super) fn wish(&self) -> Wish {
        match self.wish.load(Ordering::Acquire) {
            0 => Wish::Stay,
            1 => Wish::End,
            _ => Wish::Reset,
        }
    }

    /// Ends the connection once everything that was handed over is sent.
    pub(super) fn end(&self) {
        self.wish.fetch_max(1, Ordering::AcqRel);
        self.driver.wake();
    }

    /// Resets the connection.
    pub(super) fn reset(&self) {
        self.wish.fetch_max(2, Ordering::AcqRel);
        self.driver.wake();
    }

    /// Whoever drives the connection is woken when a wish comes up.
    pub(super) fn watch(&self, context: &Context<'_>) {
        self.driver.register(context.waker());
    }

    /// Whether everything that was written is also sent.
    pub(super) fn is_flushed(&self) -> bool {
        self.flushed.load(Ordering::Acquire)
    }
}

/// The TCP stream. Dropping it resets the connection if that was wished for, and closes it otherwise.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    line: Arc<Line>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>) -> Self {
        Self { stream, line }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.wish() == Wish::Reset {
            // Where that cannot be set, the connection is gone already.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// What HTTP is spoken over: the socket, or TLS over it. Tells its line when everything written is sent.
#[derive(Debug)]
pub(super) struct Outlet<S> {
    stream: S,
    line: Arc<Line>,
}

impl<S> Outlet<S> {
    pub(super) fn new(stream: S, line: Arc<Line>) -> Self {
        Self { stream, line }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Outlet<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Outlet<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line.flushed.store(false, Ordering::Release);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.line.flushed.store(true, Ordering::Release);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.line.flushed.store(false, Ordering::Release);
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
