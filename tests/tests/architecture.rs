//! The layers of the workspace: which crate may know which.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each library crate may depend on. Programs (`cli`, `xtask`, these suites) choose adapters and may know all.
const ARROWS: [(&str, &[&str]); 11] = [
    ("kompox-model", &[]),
    ("kompox-naming", &["kompox-model"]),
    ("kompox-provider", &["kompox-model"]),
    ("kompox-azure", &["kompox-model"]),
    ("kompox-kube", &["kompox-model"]),
    ("kompox-azure-arm", &["kompox-azure", "kompox-model"]),
    ("kompox-azure-sim", &[]),
    (
        "kompox-aks-volume",
        &[
            "kompox-azure",
            "kompox-kube",
            "kompox-model",
            "kompox-naming",
            "kompox-provider",
        ],
    ),
    (
        "kompox-aks-nodepool",
        &[
            "kompox-azure",
            "kompox-kube",
            "kompox-model",
            "kompox-naming",
            "kompox-provider",
        ],
    ),
    (
        "kompox-aks",
        &[
            "kompox-aks-nodepool",
            "kompox-aks-volume",
            "kompox-azure",
            "kompox-kube",
            "kompox-model",
            "kompox-naming",
            "kompox-provider",
        ],
    ),
    ("kompox-config", &["kompox-model", "kompox-naming"]),
];

const PROGRAMS: [&str; 3] = ["kompox-cli", "kompox-e2e", "xtask"];

/// Dependencies of the workspace's crates on each other, those of tests left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<_> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    packages
        .iter()
        .map(|package| {
            let known = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap())
                .filter(|name| ours.contains(name))
                .map(str::to_owned)
                .collect();
            (package["name"].as_str().unwrap().to_owned(), known)
        })
        .collect()
}

#[test]
fn every_crate_knows_only_the_layers_below_it() {
    for (name, known) in dependencies() {
        if PROGRAMS.contains(&name.as_str()) {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(crate_name, _)| *crate_name == name)
            .unwrap_or_else(|| {
                panic!("{name} has no place in the architecture yet; give it one here")
            });
        for dependency in known {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not know {dependency}"
            );
        }
    }
}

/// Decision 0001: they are a test oracle, in a package of its own.
#[test]
fn no_crate_is_built_with_azures_generated_crates() {
    let lock = include_str!("../../Cargo.lock");
    assert!(lock.contains("name = \"azure_core\""));
    assert!(!lock.contains("name = \"azure_mgmt_"));
}
