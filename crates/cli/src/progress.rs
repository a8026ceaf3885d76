//! What a long operation is doing, on standard error: live lines on a terminal, one line a change elsewhere.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use kompox_provider::{Progress, ResourceProgress, ResourceState};

use crate::console::Console;

/// Receives the progress of one command.
#[derive(Debug)]
pub(crate) enum Reporter {
    /// One line a change.
    Lines(Lines),
    /// A line per resource that changes in place.
    Live(Live),
}

impl Reporter {
    /// The reporter that suits the console.
    pub(crate) fn new(console: &Console) -> Self {
        match console.bars() {
            Some(bars) => Self::Live(Live {
                console: console.clone(),
                bars: bars.clone(),
                view: Mutex::default(),
            }),
            None => Self::Lines(Lines {
                console: console.clone(),
                seen: Mutex::default(),
            }),
        }
    }

    /// Lets the elapsed times go on.
    pub(crate) fn tick(&self) {
        if let Self::Live(live) = self {
            live.tick();
        }
    }

    /// Leaves what was drawn as it is.
    pub(crate) fn finish(&self) {
        if let Self::Live(live) = self {
            live.finish();
        }
    }

    /// The same after a Ctrl-C, which the terminal echoes as `^C`, without our knowing how far that moved the cursor.
    pub(crate) fn abandon(&self) {
        if let Self::Live(live) = self {
            live.abandon();
        }
    }
}

impl Progress for Reporter {
    fn resource(&self, resource: &ResourceProgress) {
        match self {
            Self::Lines(lines) => lines.resource(resource),
            Self::Live(live) => live.resource(resource),
        }
    }

    fn step(&self, text: &str) {
        match self {
            Self::Lines(lines) => lines.console.line(text),
            Self::Live(live) => live.step(text),
        }
    }
}

/// One line a change, for pipelines and logs.
#[derive(Debug)]
pub(crate) struct Lines {
    console: Console,
    seen: Mutex<Vec<ResourceProgress>>,
}

impl Lines {
    fn resource(&self, resource: &ResourceProgress) {
        let mut seen = lock(&self.seen);
        match seen.iter_mut().find(|known| same(known, resource)) {
            Some(known) if known.state == resource.state => return,
            Some(known) => *known = resource.clone(),
            None => seen.push(resource.clone()),
        }
        let described = describe(resource, resource.elapsed);
        self.console
            .line(format_args!("  {} {described}", resource.kind));
    }
}

/// Lines that change in place.
#[derive(Debug)]
pub(crate) struct Live {
    console: Console,
    bars: MultiProgress,
    view: Mutex<View>,
}

#[derive(Debug, Default)]
struct View {
    /// Every line, from top to bottom.
    lines: Vec<ProgressBar>,
    step: Option<(String, Instant, ProgressBar)>,
    resources: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    resource: ResourceProgress,
    since: Instant,
    bar: ProgressBar,
}

impl Row {
    fn draw(&self) {
        let running = matches!(self.resource.state, ResourceState::Running(_));
        let passed = if running {
            self.since.elapsed()
        } else {
            Duration::ZERO
        };
        let elapsed = self.resource.elapsed.map(|elapsed| elapsed + passed);
        let mark = match self.resource.state {
            ResourceState::Running(_) => "…",
            ResourceState::Succeeded => "✓",
            ResourceState::Failed(_) => "✗",
        };
        // Narrow terminals cut lines: the state matters more than the provider's name.
        let kind = self
            .resource
            .kind
            .split_once('/')
            .map_or(&*self.resource.kind, |(_, kind)| kind);
        self.bar.set_message(format!(
            "  {mark} {kind} {}",
            describe(&self.resource, elapsed)
        ));
    }
}

impl Live {
    fn resource(&self, resource: &ResourceProgress) {
        let mut view = lock(&self.view);
        if let Some(row) = view
            .resources
            .iter_mut()
            .find(|row| same(&row.resource, resource))
        {
            row.resource = resource.clone();
            row.since = Instant::now();
            row.draw();
            return;
        }
        let row = Row {
            resource: resource.clone(),
            since: Instant::now(),
            bar: self.add_line(&mut view),
        };
        row.draw();
        view.resources.push(row);
    }

    fn step(&self, text: &str) {
        let mut view = lock(&self.view);
        if let Some((text, _, bar)) = view.step.take() {
            bar.finish_with_message(text);
        }
        let bar = self.add_line(&mut view);
        bar.set_message(text.to_owned());
        view.step = Some((text.to_owned(), Instant::now(), bar));
    }

    fn tick(&self) {
        let view = lock(&self.view);
        if let Some((text, since, bar)) = &view.step {
            bar.set_message(format!("{text} ({})", seconds(since.elapsed())));
        }
        view.resources
            .iter()
            .filter(|row| matches!(row.resource.state, ResourceState::Running(_)))
            .for_each(Row::draw);
    }

    fn add_line(&self, view: &mut View) -> ProgressBar {
        let bar = self.bars.add(plain_bar());
        view.lines.push(bar.clone());
        bar
    }

    /// Turns the live lines into ordinary ones, so that whatever is written next stands below them.
    fn finish(&self) {
        let view = std::mem::take(&mut *lock(&self.view));
        let texts: Vec<_> = view.lines.iter().map(ProgressBar::message).collect();
        for line in &view.lines {
            line.finish_and_clear();
        }
        for text in texts {
            // A terminal that is gone needs no progress.
            let _ = self.bars.println(text);
        }
    }

    /// Draws nothing any more, for which the cursor would have to be where it was left.
    fn abandon(&self) {
        self.bars.set_draw_target(ProgressDrawTarget::hidden());
        if !std::mem::take(&mut *lock(&self.view)).lines.is_empty() {
            // The cursor is at the end of the last line, or behind the echo.
            self.console.line("");
        }
    }
}

/// A line of text and nothing else. (The template has no parts that could be malformed.)
fn plain_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    match ProgressStyle::with_template("{wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn same(one: &ResourceProgress, other: &ResourceProgress) -> bool {
    one.kind.eq_ignore_ascii_case(&other.kind) && one.name.eq_ignore_ascii_case(&other.name)
}

/// `name: state (elapsed)`
fn describe(resource: &ResourceProgress, elapsed: Option<Duration>) -> String {
    let state = match &resource.state {
        ResourceState::Running(word) => word,
        ResourceState::Succeeded => "Succeeded",
        ResourceState::Failed(code) => &format!("Failed: {code}"),
    };
    let elapsed = elapsed.map_or_else(String::new, |elapsed| format!(" ({})", seconds(elapsed)));
    format!("{}: {state}{elapsed}", resource.name)
}

/// `7s`, `1m05s`.
fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds < 60 => format!("{seconds}s"),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn resource(name: &str, state: ResourceState, elapsed: u64) -> ResourceProgress {
        ResourceProgress {
            kind: "Microsoft.KeyVault/vaults".into(),
            name: name.into(),
            state,
            elapsed: Some(Duration::from_secs(elapsed)),
        }
    }

    #[test]
    fn without_a_terminal_there_is_one_line_a_change() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let reporter = Reporter::new(&Console::to(written.clone()));
        reporter.step("creating deployment \"rg\"");
        let running = || ResourceState::Running("Running".into());
        reporter.resource(&resource("kv1", running(), 1));
        reporter.resource(&resource("kv1", running(), 2));
        reporter.resource(&resource("kv2", running(), 2));
        reporter.resource(&resource("KV1", ResourceState::Succeeded, 65));
        reporter.resource(&resource(
            "kv2",
            ResourceState::Failed("VaultAlreadyExists".into()),
            3,
        ));
        reporter.tick();
        reporter.finish();
        assert_eq!(
            String::from_utf8(written.lock().unwrap().clone()).unwrap(),
            "creating deployment \"rg\"\n\
             \x20 Microsoft.KeyVault/vaults kv1: Running (1s)\n\
             \x20 Microsoft.KeyVault/vaults kv2: Running (2s)\n\
             \x20 Microsoft.KeyVault/vaults KV1: Succeeded (1m05s)\n\
             \x20 Microsoft.KeyVault/vaults kv2: Failed: VaultAlreadyExists (3s)\n"
        );
    }
}
