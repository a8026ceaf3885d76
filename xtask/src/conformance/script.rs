//! Scripts of Azure CLI commands: each is one resource type's life, in groups of its own, on a simulator that all share.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;

use super::azure_cli::{AzureCli, Profile};
use super::expectation;
use super::report::{Difference, Report};
use super::server::{Programs, Server, Start};
use crate::workspace;

/// Where the scripts are.
const SCRIPTS: &str = "xtask/conformance/az";

/// Commands that run at the same time: they mostly start an interpreter.
const AT_ONCE: usize = 2;

/// A script file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    /// Why these steps are here.
    about: String,
    /// In a profile of its own, which knows no cloud and is signed in nowhere.
    #[serde(default)]
    alone: bool,
    steps: Vec<Step>,
}

/// One command and what must come of it. `{name}` in the command stands for what is known by that name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The command without `az`, quoted as in a shell.
    az: String,
    /// What its JSON must hold ([`expectation`]).
    gives: Option<Value>,
    /// A part of the error that it must end with; `"*"` for any.
    fails: Option<String>,
    /// Names for later steps, and where in the JSON (a pointer, RFC 6901) their values stand.
    #[serde(default)]
    keeps: BTreeMap<String, String>,
}

/// Runs every script (or those named) against one simulator.
pub(crate) fn judge(
    cli: &AzureCli,
    programs: &Programs,
    directory: &Path,
    only: &[String],
    report: &mut Report,
) -> Result<(), String> {
    let scripts = read(only)?;
    let home = directory.join("scripts");
    let server = Server::start(programs, &home, Start::Anew, "none")?;
    let profile = server.sign_in(cli)?;
    let queue = Mutex::new(VecDeque::from(scripts));
    let joined = Mutex::new(report);
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, script)) = next() {
                    let begun = Instant::now();
                    let own = run(cli, &profile, &server, &name, &script);
                    eprintln!(
                        "az: {name}: {} ({} s)",
                        script.about,
                        begun.elapsed().as_secs()
                    );
                    joined
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .join(own);
                }
            });
        }
    });
    server.stop()
}

/// The scripts in order of their names.
fn read(only: &[String]) -> Result<Vec<(String, Script)>, String> {
    let directory = workspace().join(SCRIPTS);
    let failed = |error| format!("reading {}: {error}", directory.display());
    let mut scripts = Vec::new();
    for entry in fs::read_dir(&directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let script = serde_saphyr::from_str(&text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        scripts.push((name.to_owned(), script));
    }
    if let Some(unknown) = only
        .iter()
        .find(|wanted| scripts.iter().all(|(name, _)| name != *wanted))
    {
        return Err(format!("there is no script {unknown:?} in {SCRIPTS}"));
    }
    scripts.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(scripts)
}

fn run(cli: &AzureCli, profile: &Profile, server: &Server, name: &str, script: &Script) -> Report {
    let mut report = Report::default();
    let mut known = server.names();
    let own = server.home().join(name);
    let template = workspace().join("crates/aks/src/template/main.json");
    known.insert("directory".to_owned(), own.display().to_string());
    known.insert("template".to_owned(), template.display().to_string());
    let made = fs::create_dir_all(&own);
    let alone = Profile {
        directory: own.join("az"),
        ..profile.clone()
    };
    let profile = if script.alone { &alone } else { profile };
    for step in &script.steps {
        let taken = match &made {
            Ok(()) => take(cli, profile, step, &mut known),
            Err(error) => Err(format!("making {}: {error}", own.display())),
        };
        report.took(name, command(&step.az));
        if let Err(what) = taken {
            report.differs(Difference {
                script: name.to_owned(),
                step: format!("az {}", step.az),
                what,
            });
        }
    }
    report
}

/// The command without its arguments: `aks nodepool add`.
fn command(line: &str) -> String {
    let words: Vec<&str> = line
        .split_whitespace()
        .take_while(|word| !word.starts_with('-'))
        .collect();
    words.join(" ")
}

/// Takes a step; says what came out otherwise.
fn take(
    cli: &AzureCli,
    profile: &Profile,
    step: &Step,
    known: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let words = words(&step.az, known)?;
    let output = cli.run(profile, &words)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if let Some(error) = &step.fails {
        let error = named(error, known)?;
        return if output.status.success() {
            Err(format!("expected {error:?}, but it succeeded: {stdout}"))
        } else if error == "*" || stderr.contains(&error) {
            Ok(())
        } else {
            Err(format!("expected {error:?}, got {}", last_lines(&stderr)))
        };
    }
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, last_lines(&stderr)));
    }
    if step.gives.is_none() && step.keeps.is_empty() {
        return Ok(());
    }
    let actual: Value = serde_json::from_str(&stdout)
        .map_err(|error| format!("its result is no JSON ({error}): {stdout:?}"))?;
    if let Some(expected) = &step.gives {
        let expected = named_in(expected, known)?;
        if let Some(difference) = expectation::difference(&expected, &actual) {
            return Err(difference);
        }
    }
    for (name, pointer) in &step.keeps {
        let value = actual
            .pointer(pointer)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("{pointer}: expected a text, got {actual}"))?;
        known.insert(name.clone(), value.to_owned());
    }
    Ok(())
}

/// Splits a command as a shell would; names are put in afterwards, so that they may hold anything.
pub(crate) fn words(line: &str, known: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    shlex::split(line)
        .ok_or_else(|| format!("a quote is open in {line:?}"))?
        .iter()
        .map(|word| named(word, known))
        .collect()
}

/// Puts what is known in the place of `{name}`; other braces are left alone, for they are JSON or queries.
fn named(text: &str, known: &BTreeMap<String, String>) -> Result<String, String> {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        done.push_str(before);
        let name = after.split_once('}').filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
        });
        match name {
            Some((name, after)) => {
                let value = known
                    .get(name)
                    .ok_or_else(|| format!("nothing is known by the name {name:?}"))?;
                done.push_str(value);
                rest = after;
            }
            None => {
                done.push('{');
                rest = after;
            }
        }
    }
    done.push_str(rest);
    Ok(done)
}

/// The same in every text of a JSON value.
fn named_in(value: &Value, known: &BTreeMap<String, String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(named(text, known)?),
        Value::Array(items) => items
            .iter()
            .map(|item| named_in(item, known))
            .collect::<Result<_, _>>()?,
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), named_in(value, known)?)))
            .collect::<Result<_, String>>()?,
        other => other.clone(),
    })
}

/// The end of an error: the CLI prints a traceback before what matters.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    let from = lines.len().saturating_sub(6);
    lines.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_in_and_other_braces_stay() {
        let known = BTreeMap::from([("group".to_owned(), "g 1".to_owned())]);
        assert_eq!(
            words(r#"rest --body '{"a":{"b":"{group}"}}' -g {group}"#, &known),
            Ok(vec![
                "rest".to_owned(),
                "--body".to_owned(),
                r#"{"a":{"b":"g 1"}}"#.to_owned(),
                "-g".to_owned(),
                "g 1".to_owned(),
            ])
        );
        assert!(words("{unknown}", &known).is_err());
        assert!(words("'open", &known).is_err());
    }

    #[test]
    fn a_command_ends_where_its_arguments_begin() {
        assert_eq!(command("aks nodepool add -g g1"), "aks nodepool add");
    }

    #[test]
    fn every_script_can_be_read() {
        assert!(read(&[]).is_ok_and(|scripts| !scripts.is_empty()));
    }
}
