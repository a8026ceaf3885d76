//! Finding the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `kompoxops` that was built from the present sources.
///
/// `cargo test --workspace` has built it already. When only this package is tested, or the binary is older than one
/// of its sources, it is built now.
///
/// # Panics
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("the path of this test");
        // <target>/<profile>/deps/<test>
        let profile = test
            .ancestors()
            .nth(2)
            .expect("a target directory")
            .to_owned();
        let binary = profile.join(format!("kompoxops{}", std::env::consts::EXE_SUFFIX));
        if is_fresh(&binary).unwrap_or(false) {
            binary
        } else {
            build(&profile)
        }
    })
}

/// Whether no source is younger than the binary, by the list of sources that Cargo leaves beside it.
fn is_fresh(binary: &Path) -> Option<bool> {
    let built = fs::metadata(binary).ok()?.modified().ok()?;
    let sources = fs::read_to_string(binary.with_extension("d")).ok()?;
    let (_, sources) = sources.split_once(": ")?;
    // Spaces in paths are escaped; such a path is not found, and the binary then counts as stale.
    sources.split_whitespace().try_fold(true, |fresh, source| {
        Some(fresh && fs::metadata(source).ok()?.modified().ok()? <= built)
    })
}

fn build(profile: &Path) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([
            "build",
            "--quiet",
            "--package",
            "kompox-cli",
            "--bin",
            "kompoxops",
        ])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let output = cargo.output().expect("cargo can be run");
    assert!(
        output.status.success(),
        "building kompoxops: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .expect("Cargo says where the binary is")
}
