//! The log: one file a day in the project's directory, or standard error.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use kompox_config::{LogFormat, Logging};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::cluster::append_private;
use crate::console::Console;
use crate::exit::{Failure, Result};

/// Whose events are logged: our own crates'. Those of HTTP libraries have URLs in them, and polling URLs are secrets.
const OURS: &str = "kompox";
const PREFIX: &str = "kompoxops-";
const SUFFIX: &str = ".log";

#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LogArgs {
    /// Least level that is logged: error, warn, info, debug, trace, or off [default: info]
    #[arg(long, global = true, env = "KOMPOX_LOG_LEVEL", value_name = "LEVEL")]
    log_level: Option<String>,
    /// Form of the log: json or human [default: json]
    #[arg(long, global = true, env = "KOMPOX_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<String>,
    /// Where the log goes: a file, `-` for standard error, or `none` [default: a file in .kompox/logs]
    #[arg(long, global = true, env = "KOMPOX_LOG_OUTPUT", value_name = "PATH")]
    log_output: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Output {
    None,
    Console,
    File(PathBuf),
    /// Today's file in the directory of the project's log.
    Daily,
}

impl LogArgs {
    /// Starts logging. A log that cannot be written is a warning: it is no reason to leave a cluster alone. Events
    /// of level WARN and above are shown as well, unless the log itself goes to standard error.
    pub(crate) fn start(
        &self,
        project: &Path,
        config: &Logging,
        console: &Console,
        now: Timestamp,
    ) -> Result<()> {
        let (level, format, output) = self.resolve(config)?;
        let (writer, shown) = match output {
            Output::None => (None, true),
            Output::Console => (Some(BoxMakeWriter::new(console.clone())), false),
            Output::File(path) => (opened(append_private(&path), &path, console), true),
            Output::Daily if project.is_dir() => {
                let today = now.to_zoned(TimeZone::UTC).date();
                let path = config.dir.join(file_name(today));
                let file = fs::create_dir_all(&config.dir).and_then(|()| append_private(&path));
                let writer = opened(file, &path, console);
                if writer.is_some() {
                    remove_old(&config.dir, today, config.retention_days);
                }
                (writer, true)
            }
            // A project without a directory of its own (a single file) gets none for the log's sake.
            Output::Daily => (None, true),
        };
        let log = writer.map(|writer| {
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(writer);
            let layer = match format {
                LogFormat::Json => layer.json().flatten_event(true).boxed(),
                LogFormat::Human => layer.boxed(),
            };
            layer.with_filter(Targets::new().with_target(OURS, level))
        });
        let warnings = shown.then(|| {
            Warnings(console.clone()).with_filter(Targets::new().with_target(OURS, Level::WARN))
        });
        let subscriber = tracing_subscriber::registry().with(log).with(warnings);
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|error| Failure::failed(format!("starting the log: {error}")))
    }

    fn resolve(&self, config: &Logging) -> Result<(LevelFilter, LogFormat, Output)> {
        let given = |value: &Option<String>| {
            value
                .as_deref()
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        let level = match given(&self.log_level).or_else(|| config.level.clone()) {
            None => LevelFilter::INFO,
            Some(level) => LevelFilter::from_str(&level).map_err(|_| {
                Failure::Usage(format!(
                    "log level {level:?} is none of error, warn, info, debug, trace, off"
                ))
            })?,
        };
        let output = match given(&self.log_output).as_deref() {
            None => Output::Daily,
            Some("-") => Output::Console,
            Some("none") => Output::None,
            Some(path) => Output::File(path.into()),
        };
        let format = match given(&self.log_format) {
            Some(format) => match format.to_ascii_lowercase().as_str() {
                "json" => LogFormat::Json,
                "human" => LogFormat::Human,
                _ => {
                    return Err(Failure::Usage(format!(
                        "log format {format:?} is neither json nor human"
                    )));
                }
            },
            None => config.format.unwrap_or(LogFormat::Json),
        };
        Ok((level, format, output))
    }
}

fn opened(file: io::Result<File>, path: &Path, console: &Console) -> Option<BoxMakeWriter> {
    match file {
        Ok(file) => Some(BoxMakeWriter::new(Arc::new(file))),
        Err(error) => {
            console.warn(format_args!(
                "no log is written: {}: {error}",
                path.display()
            ));
            None
        }
    }
}

fn file_name(day: Date) -> String {
    format!("{PREFIX}{day}{SUFFIX}")
}

/// Removes our files of more than so many days ago, and nothing else.
fn remove_old(directory: &Path, today: Date, days: u32) {
    let Ok(oldest) = today.checked_sub(i64::from(days).days()) else {
        return;
    };
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let day = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX))
            .and_then(|day| day.parse::<Date>().ok());
        let ours = entry.file_type().is_ok_and(|kind| kind.is_file());
        if ours && day.is_some_and(|day| day < oldest) {
            // Next time, perhaps.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Shows events of level WARN and above to whoever waits.
struct Warnings(Console);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.0.warn(format_args!("{}{}", text.message, text.fields));
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a text does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Mutex;

    fn config(dir: &Path) -> Logging {
        Logging {
            dir: dir.to_owned(),
            format: None,
            level: None,
            retention_days: 7,
        }
    }

    #[test]
    fn only_our_own_old_files_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let names = [
            "kompoxops-2026-03-01.log",
            "kompoxops-2026-03-02.log",
            "kompoxops-2026-03-03.log",
            "kompoxops-2026-02-31.log",
            "kompoxops-notes.log",
            "other-2020-01-01.log",
            "kompoxops-2020-01-01.log.gz",
        ];
        for name in names {
            fs::write(directory.path().join(name), "").unwrap();
        }
        fs::create_dir(directory.path().join("kompoxops-2020-01-01.log")).unwrap();
        remove_old(directory.path(), "2026-03-10".parse().unwrap(), 7);
        let gone: Vec<_> = names
            .into_iter()
            .filter(|name| !directory.path().join(name).exists())
            .collect();
        assert_eq!(
            gone,
            ["kompoxops-2026-03-01.log", "kompoxops-2026-03-02.log"]
        );
        assert!(directory.path().join("kompoxops-2020-01-01.log").exists());
    }

    #[test]
    fn flags_win_over_the_project_and_blanks_count_as_absent() {
        let mut project = config(Path::new("/logs"));
        project.level = Some("debug".into());
        project.format = Some(LogFormat::Human);
        let mut args = LogArgs {
            log_level: None,
            log_format: Some(" ".into()),
            log_output: None,
        };
        assert_eq!(
            args.resolve(&project).unwrap(),
            (LevelFilter::DEBUG, LogFormat::Human, Output::Daily)
        );
        args.log_level = Some("warn".into());
        args.log_format = Some("JSON".into());
        args.log_output = Some("-".into());
        assert_eq!(
            args.resolve(&project).unwrap(),
            (LevelFilter::WARN, LogFormat::Json, Output::Console)
        );
        args.log_level = Some("loud".into());
        assert_eq!(args.resolve(&project).unwrap_err().code(), 2);
    }

    #[test]
    fn a_new_log_file_is_private_and_one_that_cannot_be_written_is_a_warning() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.log");
        let written = Arc::new(Mutex::new(Vec::new()));
        let console = Console::to(written.clone());
        assert!(opened(append_private(&path), &path, &console).is_some());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(opened(append_private(directory.path()), directory.path(), &console).is_none());
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(text.starts_with("warning: no log is written: /"), "{text}");
    }
}
