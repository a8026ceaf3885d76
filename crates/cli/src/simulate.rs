//! The offline Azure behind `--simulate`, kept in the project's directory.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;
use kompox_azure_arm::ArmConnector;
use kompox_azure_sim::{Latency, Simulator};
use kompox_kube::twin::Twin;

use crate::exit::{Failure, Result, chain};

/// How long a simulated operation takes unless told otherwise: long enough to watch, short enough to wait for.
const LATENCY: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
#[command(next_help_heading = "Simulation")]
pub(crate) struct SimulateArgs {
    /// Work on an offline Azure under .kompox/sim/: nothing is created in the cloud
    #[arg(long, global = true, env = "KOMPOX_SIMULATE", value_parser = FalseyValueParser::new())]
    simulate: bool,
    /// How long simulated operations take: none, realistic, or a duration like 5s or 250ms [default: 2s]
    #[arg(
        long,
        global = true,
        env = "KOMPOX_SIMULATE_LATENCY",
        value_name = "TIME"
    )]
    simulate_latency: Option<String>,
}

impl SimulateArgs {
    pub(crate) fn is_on(&self) -> bool {
        self.simulate
    }

    /// The insides of the clusters of that offline Azure: they are kept beside its own state.
    pub(crate) fn clusters(&self, directory: &Path) -> Twin {
        Twin::at(directory.join("sim/kubernetes.json"))
    }

    /// A connector to the offline Azure whose state is in `<directory>/sim`.
    pub(crate) fn connector(&self, directory: &Path) -> Result<ArmConnector> {
        let latency = match self.simulate_latency.as_deref().map(str::trim) {
            None | Some("") => Latency::Fixed(LATENCY),
            Some(text) => text
                .parse()
                .map_err(|error| Failure::Usage(format!("--simulate-latency: {error}")))?,
        };
        let simulator = Simulator::builder()
            .state_dir(directory.join("sim"))
            .latency(latency)
            .build()
            .map_err(|error| {
                Failure::failed(format!("preparing the offline Azure: {}", chain(&error)))
            })?;
        Ok(ArmConnector::builder()
            .transport(simulator.transport())
            .anonymous()
            .build())
    }
}
