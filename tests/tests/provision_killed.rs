//! A command that dies at any of its calls and is run again ends where an undisturbed one ends.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kompox_azure_sim::Simulator;
use kompox_e2e::{Loopback, Project, Reply, Run, differences, state};
use serde_json::Value;

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

/// When the process dies: before Azure sees its n-th call, or after Azure has acted on it and before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Before,
    After,
}

/// Runs a command that is killed at its `nth` call; an earlier end is fine. Returns whether it was killed.
fn killed(project: &Project, azure: &Simulator, args: &[&str], nth: usize, moment: Moment) -> bool {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let calls = AtomicUsize::new(0);
    let (azure, victim) = (azure.clone(), Arc::clone(&child));
    let server = Loopback::start(move |request| {
        let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == nth {
            if moment == Moment::After {
                let _ = azure.handle(request);
            }
            victim
                .lock()
                .unwrap()
                .as_mut()
                .expect("it was started")
                .kill()
                .expect("it can be killed");
        } else if call < nth {
            return Reply::Now(azure.handle(request));
        }
        // What a process sent at the same time as its last call may or may not arrive; here it does not.
        Reply::Never
    });
    let mut command = project.command(args);
    server.direct(&mut command);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut stderr = {
        // The first call waits until the process is known.
        let mut slot = child.lock().unwrap();
        let mut process = command.spawn().expect("kompoxops can be run");
        let stderr = process.stderr.take().expect("standard error is piped");
        *slot = Some(process);
        stderr
    };
    let mut said = String::new();
    stderr
        .read_to_string(&mut said)
        .expect("standard error can be read");
    let status = child
        .lock()
        .unwrap()
        .take()
        .expect("it was started")
        .wait()
        .expect("it ends");
    match status.code() {
        None => true,
        Some(0) => false,
        Some(code) => panic!("{args:?} ended with {code} before its call {nth}: {said}"),
    }
}

/// Runs a command to its end.
fn undisturbed(project: &Project, azure: &Simulator, args: &[&str]) {
    let azure = azure.clone();
    let server = Loopback::start(move |request| Reply::Now(azure.handle(request)));
    let mut command = project.command(args);
    server.direct(&mut command);
    let run = Run::from(command.output().expect("kompoxops can be run"));
    assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
}

fn project() -> Project {
    let project = Project::quickstart();
    project.edit(
        ".kompox/kom/provider.yml",
        "azure_cli\n",
        "managed_identity\n",
    );
    project
}

fn azure() -> Simulator {
    Simulator::builder().build().expect("a simulator")
}

/// Kills `args` at every call in turn, in an Azure that `prepare` made, and compares what a second run leads to.
fn at_every_call(
    args: &[&str],
    prepare: impl Fn(&Project, &Simulator),
    expected: &BTreeMap<String, Value>,
) {
    let project = project();
    for moment in [Moment::Before, Moment::After] {
        let mut nth = 1;
        loop {
            let azure = azure();
            prepare(&project, &azure);
            if !killed(&project, &azure, args, nth, moment) {
                break;
            }
            undisturbed(&project, &azure, args);
            let reached = state(&azure, SUBSCRIPTION);
            let differences = differences(expected, &reached);
            assert!(
                differences.is_empty(),
                "killed {moment:?} call {nth}:\n{}",
                differences.join("\n")
            );
            nth += 1;
        }
        assert!(nth > 2, "a command of {} calls proves nothing", nth - 1);
    }
}

#[test]
fn a_provision_killed_at_any_call_is_completed_by_the_next_one() {
    let azure = azure();
    undisturbed(&project(), &azure, &["cluster", "provision"]);
    let expected = state(&azure, SUBSCRIPTION);
    assert!(expected.len() > 8, "{:?}", expected.keys());
    at_every_call(&["cluster", "provision"], |_, _| {}, &expected);
}

#[test]
fn a_deprovision_killed_at_any_call_is_completed_by_the_next_one() {
    let provisioned = |project: &Project, azure: &Simulator| {
        undisturbed(project, azure, &["cluster", "provision"]);
    };
    let project = project();
    let azure = azure();
    provisioned(&project, &azure);
    undisturbed(&project, &azure, &["cluster", "deprovision"]);
    let expected = state(&azure, SUBSCRIPTION);
    at_every_call(&["cluster", "deprovision"], provisioned, &expected);
}
