//! What a judge exercised, and what differed.

use std::collections::BTreeMap;

/// Steps that were taken, by the name of their script, and those that came out otherwise than expected.
#[derive(Debug, Default)]
pub(crate) struct Report {
    taken: BTreeMap<String, usize>,
    commands: BTreeMap<String, usize>,
    differences: Vec<Difference>,
}

/// One step that came out otherwise than expected.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The script.
    pub(crate) script: String,
    /// The step, as it was typed.
    pub(crate) step: String,
    /// What was expected and what was seen.
    pub(crate) what: String,
}

impl Report {
    /// Counts a step; `command` is the part of the client's language that it exercised.
    pub(crate) fn took(&mut self, script: &str, command: String) {
        *self.taken.entry(script.to_owned()).or_default() += 1;
        *self.commands.entry(command).or_default() += 1;
    }

    pub(crate) fn differs(&mut self, difference: Difference) {
        self.differences.push(difference);
    }

    /// Adds what another report holds.
    pub(crate) fn join(&mut self, other: Self) {
        for (script, steps) in other.taken {
            *self.taken.entry(script).or_default() += steps;
        }
        for (command, steps) in other.commands {
            *self.commands.entry(command).or_default() += steps;
        }
        self.differences.extend(other.differences);
    }

    /// Shows it on standard output.
    pub(crate) fn print(&self) {
        println!("\naz: exercised");
        for (command, times) in &self.commands {
            println!("  {times:>3} {command}");
        }
        println!("\naz: steps of each script");
        for (script, steps) in &self.taken {
            println!("  {steps:>3} {script}");
        }
        println!("\naz: differed");
        for Difference { script, step, what } in &self.differences {
            println!("  {script}: {step}\n    {}", what.replace('\n', "\n    "));
        }
        if self.differences.is_empty() {
            println!("  nothing");
        }
    }

    /// Refuses when anything differed, and when nothing was exercised.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        let steps: usize = self.taken.values().sum();
        match self.differences.len() {
            0 if steps == 0 => Err("nothing was exercised".to_owned()),
            0 => Ok(()),
            differing => Err(format!("{differing} of {steps} steps differed")),
        }
    }
}
