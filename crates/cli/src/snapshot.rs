//! `kompoxops snapshot`: snapshots of the disks behind a volume.

use clap::{Args, Subcommand};
use kompox_model::options::{
    VolumeSnapshotCreateOptions, VolumeSnapshotDeleteOptions, VolumeSnapshotListOptions,
};

use crate::exit::Result;
use crate::output;
use crate::project::AppSelector;
use crate::session::{Farewell, Session};

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(flatten)]
    selector: AppSelector,
    #[command(subcommand)]
    command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
enum SnapshotCommand {
    /// Show the snapshots of a volume, newest first
    List(Volume),
    /// Take a snapshot: of the assigned disk, or of another source
    Create(Create),
    /// Delete a snapshot
    Delete(Existing),
}

#[derive(Debug, Args)]
struct Volume {
    /// Volume of the app
    #[arg(short = 'V', long = "volume", value_name = "VOLUME")]
    volume: String,
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    volume: Volume,
    /// Name of the snapshot [default: generated]
    #[arg(short = 'N', long = "name", alias = "snap-name", value_name = "SNAP")]
    name: Option<String>,
    /// What to take it of: `disk:NAME`, `snapshot:NAME` or an Azure resource id [default: the assigned disk]
    #[arg(short = 'S', long, value_name = "SOURCE")]
    source: Option<String>,
}

#[derive(Debug, Args)]
struct Existing {
    #[command(flatten)]
    volume: Volume,
    /// Name of the snapshot
    #[arg(short = 'N', long = "name", alias = "snap-name", value_name = "SNAP")]
    name: String,
}

impl SnapshotArgs {
    pub(crate) fn name(&self) -> &'static str {
        match self.command {
            SnapshotCommand::List(_) => "snapshot list",
            SnapshotCommand::Create(_) => "snapshot create",
            SnapshotCommand::Delete(_) => "snapshot delete",
        }
    }
}

pub(crate) fn run(args: &SnapshotArgs, session: &Session<'_>) -> Result<()> {
    let selection = session.project.app(&args.selector)?;
    let (cluster, app) = (&selection.cluster.cluster, &selection.app);
    let driver = || session.driver(&selection.cluster);
    match &args.command {
        SnapshotCommand::List(Volume { volume }) => {
            selection.volume(volume)?;
            let options = VolumeSnapshotListOptions::default();
            let snapshots = session.wait(
                Farewell::Nothing,
                driver()?.volume_snapshot_list(cluster, app, volume, options),
            )?;
            output::json(&snapshots)
        }
        SnapshotCommand::Create(Create {
            volume: Volume { volume },
            name,
            source,
        }) => {
            selection.volume(volume)?;
            let look = format!("kompoxops snapshot list -V {volume}");
            let snapshot = session.wait(
                Farewell::Look(&look),
                driver()?.volume_snapshot_create(
                    cluster,
                    app,
                    volume,
                    name.as_deref(),
                    source.as_deref(),
                    VolumeSnapshotCreateOptions::default(),
                ),
            )?;
            output::json(&snapshot)
        }
        SnapshotCommand::Delete(Existing {
            volume: Volume { volume },
            name,
        }) => {
            selection.volume(volume)?;
            let options = VolumeSnapshotDeleteOptions::default();
            session.wait(
                Farewell::Again,
                driver()?.volume_snapshot_delete(cluster, app, volume, name, options),
            )
        }
    }
}
