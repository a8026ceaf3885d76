//! `kompoxops cluster nodepool`: the node pools of the cluster.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kompox_config::node_pool;
use kompox_model::NodePool;
use kompox_model::options::{
    NodePoolCreateOptions, NodePoolDeleteOptions, NodePoolListOptions, NodePoolUpdateOptions,
};

use crate::exit::{Failure, Result, chain};
use crate::output;
use crate::project::Selection;
use crate::session::{Farewell, Session};

/// The file name that stands for standard input.
const STDIN: &str = "-";

#[derive(Debug, Args)]
pub(crate) struct NodepoolArgs {
    #[command(subcommand)]
    command: NodepoolCommand,
}

#[derive(Debug, Subcommand)]
enum NodepoolCommand {
    /// Show the node pools, by name
    List {
        /// Show only the pool of this name
        #[arg(short = 'N', long, value_name = "POOL")]
        name: Option<String>,
    },
    /// Make a node pool
    Create(Description),
    /// Change labels and numbers of nodes of a node pool: what is left out stays
    Update(Description),
    /// Remove a node pool with its nodes
    Delete {
        /// Name of the pool
        #[arg(short = 'N', long, value_name = "POOL")]
        name: String,
    },
}

#[derive(Debug, Args)]
struct Description {
    /// File that describes the pool in the form of `list`, YAML or JSON; `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
}

impl NodepoolArgs {
    pub(super) fn name(&self) -> &'static str {
        match self.command {
            NodepoolCommand::List { .. } => "cluster nodepool list",
            NodepoolCommand::Create(_) => "cluster nodepool create",
            NodepoolCommand::Update(_) => "cluster nodepool update",
            NodepoolCommand::Delete { .. } => "cluster nodepool delete",
        }
    }
}

impl Description {
    fn read(&self) -> Result<NodePool> {
        let read = if self.is_stdin() {
            node_pool::read(Path::new("standard input"), io::stdin().lock())
        } else {
            let file = File::open(&self.file).map_err(|error| {
                Failure::failed(format!("reading {}: {error}", self.file.display()))
            })?;
            node_pool::read(&self.file, file)
        };
        read.map_err(|error| {
            let text = chain(&error);
            Failure::Failed(if text.contains('\n') {
                format!("the node pool is not valid:\n{text}")
            } else {
                text
            })
        })
    }

    /// The same command again would want the same input again, which only a file has.
    fn farewell(&self) -> Farewell<'static> {
        if self.is_stdin() {
            Farewell::Look("kompoxops cluster nodepool list")
        } else {
            Farewell::Again
        }
    }

    fn is_stdin(&self) -> bool {
        self.file == Path::new(STDIN)
    }
}

pub(super) fn run(args: &NodepoolArgs, session: &Session<'_>, selection: &Selection) -> Result<()> {
    let cluster = &selection.cluster;
    let driver = || session.driver(selection);
    match &args.command {
        NodepoolCommand::List { name } => {
            let options = NodePoolListOptions { name: name.clone() };
            let pools = session.wait(
                Farewell::Nothing,
                driver()?.node_pool_list(cluster, options),
            )?;
            output::json(&pools)
        }
        NodepoolCommand::Create(description) => {
            let pool = description.read()?;
            let options = NodePoolCreateOptions::default();
            let created = session.wait(
                description.farewell(),
                driver()?.node_pool_create(cluster, &pool, options),
            )?;
            output::json(&created)
        }
        NodepoolCommand::Update(description) => {
            let pool = description.read()?;
            let options = NodePoolUpdateOptions::default();
            let updated = session.wait(
                description.farewell(),
                driver()?.node_pool_update(cluster, &pool, options),
            )?;
            output::json(&updated)
        }
        NodepoolCommand::Delete { name } => {
            let options = NodePoolDeleteOptions::default();
            session.wait(
                Farewell::Again,
                driver()?.node_pool_delete(cluster, name, options),
            )
        }
    }
}
