//! What only a process of its own can show: exit codes, closed pipes, signals.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

fn kompoxops(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kompoxops"));
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("KOMPOX_") {
            command.env_remove(&key);
        }
    }
    command.current_dir(directory).stdin(Stdio::null());
    command
}

#[test]
fn the_version_is_the_crate_s() {
    let directory = tempfile::tempdir().unwrap();
    let output = kompoxops(directory.path()).arg("version").output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        concat!("kompoxops ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        0,
        "nothing is written"
    );
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = kompoxops(directory.path())
        .args(["completion", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn an_interruption_says_that_azure_goes_on_and_how_to_go_on_waiting() {
    for signal in ["INT", "TERM"] {
        let directory = tempfile::tempdir().unwrap();
        assert!(
            kompoxops(directory.path())
                .arg("init")
                .output()
                .unwrap()
                .status
                .success()
        );
        let mut child = kompoxops(directory.path())
            .args([
                "--simulate",
                "--simulate-latency",
                "1h",
                "cluster",
                "provision",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map(Result::unwrap);
        // By then the command waits.
        let begun = lines.by_ref().find(|line| line.contains("deploying"));
        assert!(begun.is_some());
        let kill = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let said: Vec<_> = lines.collect();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
        let said = said.join("\n");
        assert!(said.contains("Azure goes on"), "{said}");
        assert!(
            said.contains("--simulate --simulate-latency 1h cluster provision"),
            "{said}"
        );
    }
}

#[test]
fn kubeconfigs_that_are_merged_at_the_same_time_are_all_there_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let done = |arguments: &[&str]| {
        let output = kompoxops(directory.path()).args(arguments).output();
        assert!(output.unwrap().status.success(), "{arguments:?}");
    };
    let at_once = ["--simulate", "--simulate-latency", "none", "cluster"];
    done(&["init"]);
    done(&[&at_once[..], &["provision"]].concat());
    let names: Vec<_> = (0..12).map(|number| format!("context-{number}")).collect();
    let merges: Vec<_> = names
        .iter()
        .map(|name| {
            kompoxops(directory.path())
                .args(at_once)
                .args(["kubeconfig", "--merge", "--kubeconfig", "config"])
                .args(["--context", name])
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut merge in merges {
        assert!(merge.wait().unwrap().success());
    }
    let text = std::fs::read_to_string(directory.path().join("config")).unwrap();
    for name in names {
        assert!(text.contains(&format!("name: {name}\n")), "{name} is lost");
    }
}
