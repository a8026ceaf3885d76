//! The whole comparison, and how it is shown.

use std::collections::BTreeMap;
use std::fmt;
use std::thread;

use crate::compare::Difference;
use crate::difference::{self, Listed};
use crate::plan;
use crate::recording;
use crate::replay::{Outcome, replay};

/// What became of all recordings.
#[derive(Debug)]
pub(crate) struct Report {
    files: Vec<File>,
    listed: Vec<Listed>,
    /// Plans without a recording.
    stray: Vec<String>,
}

#[derive(Debug)]
struct File {
    name: String,
    exchanges: usize,
    outcomes: Result<Vec<Outcome>, String>,
}

/// How many exchanges of a file came out how.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    exchanges: usize,
    identical: usize,
    listed: usize,
    surprising: usize,
    not_replayed: usize,
}

impl Report {
    /// Replays everything.
    pub(crate) fn run() -> Self {
        let plans = plan::all();
        let recordings = recording::all();
        let stray = plans
            .keys()
            .filter(|name| !recordings.iter().any(|recording| recording.name == **name))
            .cloned()
            .collect();
        let files = thread::scope(|scope| {
            let running: Vec<_> = recordings
                .iter()
                .map(|recording| {
                    let plan = plans.get(&recording.name).cloned().unwrap_or_default();
                    scope.spawn(move || replay(recording, &plan))
                })
                .collect();
            recordings
                .iter()
                .zip(running)
                .map(|(recording, running)| File {
                    name: recording.name.clone(),
                    exchanges: recording.exchanges.len(),
                    outcomes: running
                        .join()
                        .unwrap_or_else(|_| Err("the replay panicked".to_owned())),
                })
                .collect()
        });
        Self {
            files,
            listed: difference::all(),
            stray,
        }
    }

    /// All differences with the places of their exchanges.
    fn differences(&self) -> impl Iterator<Item = (String, &Difference)> {
        self.files.iter().flat_map(|file| {
            let outcomes = file.outcomes.as_deref().unwrap_or_default();
            outcomes.iter().enumerate().flat_map(move |(at, outcome)| {
                let differences: &[Difference] = match outcome {
                    Outcome::Replayed(differences) => differences,
                    Outcome::NotReplayed(_) => &[],
                };
                differences
                    .iter()
                    .map(move |difference| (format!("{}#{at}", file.name), difference))
            })
        })
    }

    fn is_listed(&self, place: &str, difference: &Difference) -> bool {
        self.listed
            .iter()
            .any(|listed| listed.covers(place, difference))
    }

    /// What is not listed, and recordings that could not be replayed for want of a set-up.
    pub(crate) fn surprises(&self) -> Vec<String> {
        let unprepared = self.files.iter().filter_map(|file| {
            let error = file.outcomes.as_ref().err()?;
            Some(format!("{}: {error}", file.name))
        });
        let stray = self
            .stray
            .iter()
            .map(|name| format!("{name}: a plan without a recording"));
        self.differences()
            .filter(|(place, difference)| !self.is_listed(place, difference))
            .map(|(place, difference)| format!("{place} {difference}"))
            .chain(unprepared)
            .chain(stray)
            .collect()
    }

    /// What is listed and was not seen.
    pub(crate) fn stale(&self) -> Vec<String> {
        self.listed
            .iter()
            .filter(|listed| self.seen(listed) == 0)
            .map(|listed| format!("{} {} {:?}", listed.place, listed.path, listed.kind))
            .collect()
    }

    fn seen(&self, listed: &Listed) -> usize {
        self.differences()
            .filter(|(place, difference)| listed.covers(place, difference))
            .count()
    }

    fn count(&self, file: &File) -> Count {
        let mut count = Count {
            exchanges: file.exchanges,
            ..Count::default()
        };
        let Ok(outcomes) = &file.outcomes else {
            count.surprising = file.exchanges;
            return count;
        };
        for (at, outcome) in outcomes.iter().enumerate() {
            let place = format!("{}#{at}", file.name);
            match outcome {
                Outcome::NotReplayed(_) => count.not_replayed += 1,
                Outcome::Replayed(differences) if differences.is_empty() => count.identical += 1,
                Outcome::Replayed(differences)
                    if differences.iter().all(|one| self.is_listed(&place, one)) =>
                {
                    count.listed += 1;
                }
                Outcome::Replayed(_) => count.surprising += 1,
            }
        }
        count
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, count: Count| {
            let Count {
                exchanges,
                identical,
                listed,
                surprising,
                not_replayed,
            } = count;
            writeln!(
                f,
                "{name:<66}{exchanges:>10}{identical:>10}{listed:>10}{surprising:>10}{not_replayed:>14}"
            )
        };
        writeln!(f, "Recorded exchanges against the simulator\n")?;
        writeln!(
            f,
            "{:<66}{:>10}{:>10}{:>10}{:>10}{:>14}",
            "recording", "exchanges", "identical", "listed", "surprises", "not replayed"
        )?;
        let mut total = Count::default();
        for file in &self.files {
            let count = self.count(file);
            line(f, &file.name, count)?;
            total.exchanges += count.exchanges;
            total.identical += count.identical;
            total.listed += count.listed;
            total.surprising += count.surprising;
            total.not_replayed += count.not_replayed;
        }
        line(f, "all", total)?;
        writeln!(f, "\nDifferences that remain, and why")?;
        for listed in &self.listed {
            let kind = format!("{:?}", listed.kind).to_lowercase();
            writeln!(
                f,
                "  {} × {} {} {kind}: {}",
                self.seen(listed),
                listed.place,
                listed.path,
                listed.reason
            )?;
        }
        writeln!(f, "\nNot replayed, and why")?;
        let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for file in &self.files {
            let outcomes = file.outcomes.as_deref().unwrap_or_default();
            for (at, outcome) in outcomes.iter().enumerate() {
                if let Outcome::NotReplayed(reason) = outcome {
                    let place = format!("{}#{at}", file.name);
                    reasons.entry(reason).or_default().push(place);
                }
            }
        }
        for (reason, places) in reasons {
            writeln!(f, "  {reason}: {}", places.join(", "))?;
        }
        let surprises = self.surprises();
        if !surprises.is_empty() {
            writeln!(f, "\nSurprises\n  {}", surprises.join("\n  "))?;
        }
        Ok(())
    }
}
