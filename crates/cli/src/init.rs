//! `kompoxops init`: a project to start from.

use clap::Args;
use kompox_config::scaffold;

use crate::console::Console;
use crate::exit::Result;
use crate::project::{ProjectArgs, refused};

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Overwrite files that are there
    #[arg(short, long)]
    force: bool,
}

pub(crate) fn run(args: &InitArgs, project: &ProjectArgs, console: &Console) -> Result<()> {
    let root = project.new_root()?;
    for path in scaffold::write(&root, args.force).map_err(refused)? {
        console.line(format_args!("wrote {}", path.display()));
    }
    console.line("Set your subscription in .kompox/kom/provider.yml, or try it out first: kompoxops --simulate cluster provision");
    Ok(())
}
