//! `kompoxops disk`: the disks behind the volumes of an app.

mod bootstrap;

use clap::{Args, Subcommand};
use kompox_model::VolumeOptions;
use kompox_model::options::{
    VolumeDiskAssignOptions, VolumeDiskCreateOptions, VolumeDiskDeleteOptions,
    VolumeDiskListOptions,
};
use serde_json::Value;

use crate::exit::{Failure, Result};
use crate::output;
use crate::project::AppSelector;
use crate::session::{Farewell, Session};

#[derive(Debug, Args)]
pub(crate) struct DiskArgs {
    #[command(flatten)]
    selector: AppSelector,
    #[command(subcommand)]
    command: DiskCommand,
}

#[derive(Debug, Subcommand)]
enum DiskCommand {
    /// Show the disks of a volume, newest first
    List(Volume),
    /// Create a disk: empty, or from a snapshot or another disk
    Create(Create),
    /// Make a disk the one that the app mounts
    Assign(Existing),
    /// Delete a disk that is not assigned
    Delete(Existing),
}

#[derive(Debug, Args)]
struct Volume {
    /// Volume of the app
    #[arg(short = 'V', long = "volume", value_name = "VOLUME")]
    volume: String,
}

#[derive(Debug, Args)]
struct Existing {
    #[command(flatten)]
    volume: Volume,
    /// Name of the disk
    #[arg(short = 'N', long = "name", alias = "disk-name", value_name = "DISK")]
    name: String,
}

#[derive(Debug, Args)]
struct Create {
    /// Volume of the app
    #[arg(
        short = 'V',
        long = "volume",
        value_name = "VOLUME",
        required_unless_present = "bootstrap"
    )]
    volume: Option<String>,
    /// Name of the disk [default: generated]
    #[arg(short = 'N', long = "name", alias = "disk-name", value_name = "DISK")]
    name: Option<String>,
    /// Availability zone, as in `japaneast-1` or `1` [default: the app's first zone]
    #[arg(short = 'Z', long, value_name = "ZONE")]
    zone: Option<String>,
    /// Options that go over those of the volume, as a JSON object
    #[arg(short = 'O', long, value_name = "JSON", value_parser = options)]
    options: Option<VolumeOptions>,
    /// What to copy: `snapshot:NAME`, `disk:NAME` or an Azure resource id
    #[arg(short = 'S', long, value_name = "SOURCE")]
    source: Option<String>,
    /// Create one disk for every volume when no volume has one
    #[arg(long, conflicts_with_all = ["volume", "name", "zone", "options", "source"])]
    bootstrap: bool,
}

fn options(text: &str) -> std::result::Result<VolumeOptions, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(options)) => Ok(options),
        Ok(_) => Err("it must be a JSON object, like {\"sku\":\"Premium_LRS\"}".into()),
        Err(error) => Err(format!("it is not valid JSON: {error}")),
    }
}

impl DiskArgs {
    pub(crate) fn name(&self) -> &'static str {
        match self.command {
            DiskCommand::List(_) => "disk list",
            DiskCommand::Create(_) => "disk create",
            DiskCommand::Assign(_) => "disk assign",
            DiskCommand::Delete(_) => "disk delete",
        }
    }
}

pub(crate) fn run(args: &DiskArgs, session: &Session<'_>) -> Result<()> {
    let selection = session.project.app(&args.selector)?;
    let (cluster, app) = (&selection.cluster.cluster, &selection.app);
    let driver = || session.driver(&selection.cluster);
    match &args.command {
        DiskCommand::List(Volume { volume }) => {
            selection.volume(volume)?;
            let list = VolumeDiskListOptions::default();
            let disks = session.wait(
                Farewell::Nothing,
                driver()?.volume_disk_list(cluster, app, volume, list),
            )?;
            output::json(&disks)
        }
        DiskCommand::Create(create) => {
            let Some(volume) = create.volume.as_deref() else {
                let driver = driver()?;
                let created = session.wait_for(
                    Farewell::Again,
                    bootstrap::run(driver.as_ref(), cluster, app),
                )?;
                return output::json(&created);
            };
            selection.volume(volume)?;
            let options = VolumeDiskCreateOptions {
                zone: create.zone.clone(),
                options: create.options.clone().unwrap_or_default(),
            };
            let look = format!("kompoxops disk list -V {volume}");
            let disk = session.wait(
                Farewell::Look(&look),
                driver()?.volume_disk_create(
                    cluster,
                    app,
                    volume,
                    create.name.as_deref(),
                    create.source.as_deref(),
                    options,
                ),
            )?;
            output::json(&disk)
        }
        DiskCommand::Assign(Existing {
            volume: Volume { volume },
            name,
        }) => {
            selection.volume(volume)?;
            let options = VolumeDiskAssignOptions::default();
            session.wait(
                Farewell::Again,
                driver()?.volume_disk_assign(cluster, app, volume, name, options),
            )
        }
        DiskCommand::Delete(Existing {
            volume: Volume { volume },
            name,
        }) => {
            selection.volume(volume)?;
            let driver = driver()?;
            session.wait_for(Farewell::Again, async {
                let list = VolumeDiskListOptions::default();
                let disks = driver.volume_disk_list(cluster, app, volume, list).await?;
                match disks.iter().find(|disk| disk.name == *name) {
                    None => Err(Failure::failed(format!(
                        "volume {volume:?} has no disk {name:?}; it has: {}",
                        names(disks.iter().map(|disk| disk.name.as_str()))
                    ))),
                    Some(disk) if disk.assigned => Err(Failure::failed(format!(
                        "disk {name:?} is assigned to volume {volume:?} and is not deleted; assign another disk first"
                    ))),
                    Some(_) => {
                        let options = VolumeDiskDeleteOptions::default();
                        Ok(driver.volume_disk_delete(cluster, app, volume, name, options).await?)
                    }
                }
            })
        }
    }
}

/// `a, b`, or `none`.
pub(crate) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}
