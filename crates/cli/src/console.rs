//! Standard error: the one way for everything that is not a result, so that live lines, notices and logs
//! never tear each other apart.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing_subscriber::fmt::MakeWriter;

/// A handle on standard error. Clones write to the same place.
#[derive(Clone)]
pub(crate) struct Console {
    sink: Arc<Mutex<dyn Write + Send>>,
    bars: Option<MultiProgress>,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("live", &self.bars.is_some())
            .finish_non_exhaustive()
    }
}

impl Console {
    /// Standard error; with live lines when it is a terminal that can move its cursor.
    pub(crate) fn stderr() -> Self {
        let live = io::stderr().is_terminal()
            && std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        Self {
            sink: Arc::new(Mutex::new(io::stderr())),
            bars: live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr())),
        }
    }

    /// A console that writes elsewhere, without live lines.
    #[cfg(test)]
    pub(crate) fn to(sink: Arc<Mutex<dyn Write + Send>>) -> Self {
        Self { sink, bars: None }
    }

    /// Where live lines are drawn; `None` when there are none.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref()
    }

    /// Writes one line (or several, when the text has line breaks).
    pub(crate) fn line(&self, text: impl fmt::Display) {
        self.raw(format!("{text}\n").as_bytes());
    }

    /// Writes a warning.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        self.line(format_args!("warning: {text}"));
    }

    fn raw(&self, bytes: &[u8]) {
        let write = || {
            let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody is left to be told that standard error is gone.
            let _ = sink.write_all(bytes);
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

/// One event of the log, handed over as a whole.
#[derive(Debug)]
pub(crate) struct Event<'a>(&'a Console);

impl Write for Event<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.raw(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Console {
    type Writer = Event<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Event(self)
    }
}
