//! The judges that are test targets: run with their reports shown.

use crate::{cargo, target};

/// Recorded Azure, replayed against the simulator.
pub(crate) fn wire() -> Result<(), String> {
    test(&["--package", "kompox-azure-sim", "--test", "wire"])
}

/// What driver and simulator say to each other, read by the generated model types. They are in a workspace of their own, so
/// that nothing else builds them; what both workspaces have is built once.
pub(crate) fn models() -> Result<(), String> {
    test(&["--manifest-path", "conformance/Cargo.toml"])
}

fn test(selection: &[&str]) -> Result<(), String> {
    let status = cargo()
        .args(["test", "--quiet", "--locked", "--target-dir"])
        .arg(target())
        .args(selection)
        .args(["--", "--nocapture"])
        .status()
        .map_err(|error| format!("running cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the report above shows what differs".to_owned())
    }
}
