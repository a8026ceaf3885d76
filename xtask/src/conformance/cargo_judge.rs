//! The judges that are test targets: run with their reports shown.

use crate::cargo;

/// Recorded Azure, replayed against the simulator.
pub(crate) fn wire() -> Result<(), String> {
    test(&["--package", "kompox-azure-sim", "--test", "wire"])
}

/// What driver and simulator say to each other, read by the generated model types.
pub(crate) fn models() -> Result<(), String> {
    test(&["--manifest-path", "conformance/Cargo.toml"])
}

fn test(selection: &[&str]) -> Result<(), String> {
    let status = cargo()
        .args(["test", "--quiet", "--locked"])
        .args(selection)
        .args(["--", "--nocapture"])
        .status()
        .map_err(|error| format!("running cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("differs in what the report above shows".to_owned())
    }
}
