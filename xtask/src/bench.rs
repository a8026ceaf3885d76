//! How the command line behaves over many disks: time and memory of `kompoxops disk list`.
//!
//! Measured is the whole process of the command, from its start to its end: time by the clock, and the most memory that
//! was resident at once, as the kernel counts it. It talks HTTP to a simulated Azure in the process of the benchmark,
//! whose own share of the time is told beside it.
//!
//! The kernel starts counting a child's memory with what its parent holds, and here that is an Azure full of disks.
//! So the command is started by a process of its own that holds nothing ([`Measure`]).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use kompox_azure_sim::Simulator;
use kompox_e2e::{Loopback, Project, Reply};
use serde_json::{Value, json};
use wait4::Wait4;

use crate::cargo;

/// The disks of one app are spread over so many volumes.
const VOLUMES: usize = 20;
const RUNS: usize = 5;
const COMPUTE: &str = "2024-03-02";

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// How many disks there are
    #[arg(default_values_t = [100, 1000, 5000])]
    disks: Vec<usize>,
    /// Measure the unoptimised build
    #[arg(long)]
    dev: bool,
}

/// Runs a command, and prints what it took as JSON: `seconds` and `peak`, in bytes.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

pub(crate) fn run(args: &BenchArgs) -> Result<(), String> {
    if cfg!(debug_assertions) {
        return run_optimised(args);
    }
    let binary = build(args.dev)?;
    println!(
        "kompoxops disk list, {VOLUMES} volumes in one resource group; medians and highest peak of {RUNS} runs\n"
    );
    println!("| disks | pages |    time | of it Azure's |     peak |");
    println!("|------:|------:|--------:|--------------:|---------:|");
    for disks in &args.disks {
        let Measured {
            pages,
            time,
            azure,
            peak,
        } = measure(&binary, *disks)?;
        println!(
            "| {disks:>5} | {pages:>5} | {:>4} ms | {:>10} ms | {:>4.1} MiB |",
            time.as_millis(),
            azure.as_millis(),
            peak as f64 / f64::from(1 << 20)
        );
    }
    Ok(())
}

/// Does it in an optimised build: an Azure that is slow would be what is measured.
fn run_optimised(args: &BenchArgs) -> Result<(), String> {
    let mut cargo = cargo();
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "xtask",
        "--",
        "bench",
    ]);
    if args.dev {
        cargo.arg("--dev");
    }
    let status = cargo
        .args(args.disks.iter().map(ToString::to_string))
        .status()
        .map_err(|error| format!("running cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the benchmark failed".to_owned())
    }
}

struct Measured {
    pages: u64,
    /// Median.
    time: Duration,
    /// What the simulated Azure did in the meantime; median.
    azure: Duration,
    /// Bytes of memory; the most of all runs.
    peak: u64,
}

impl Measure {
    pub(crate) fn run(&self) -> Result<(), String> {
        let (program, args) = self.command.split_first().ok_or("nothing to run")?;
        let failed = |error| format!("running {}: {error}", program.display());
        let started = Instant::now();
        let used = Command::new(program)
            .args(args)
            .stdout(Stdio::null())
            .spawn()
            .and_then(Wait4::wait4)
            .map_err(failed)?;
        let seconds = started.elapsed().as_secs_f64();
        if !used.status.success() {
            return Err(format!("{}: {}", program.display(), used.status));
        }
        println!(
            "{}",
            json!({"seconds": seconds, "peak": used.rusage.maxrss})
        );
        Ok(())
    }
}

/// What Azure was asked and how long it took to answer.
#[derive(Debug, Default)]
struct Load {
    pages: AtomicU64,
    nanoseconds: AtomicU64,
}

fn build(dev: bool) -> Result<PathBuf, String> {
    let mut cargo = cargo();
    cargo.args(["build", "--package", "kompox-cli", "--bin", "kompoxops"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if !dev {
        cargo.arg("--release");
    }
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("running cargo: {error}"))?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .ok_or_else(|| "kompoxops could not be built".to_owned())
}

fn measure(binary: &Path, disks: usize) -> Result<Measured, String> {
    let project = project();
    let azure = Simulator::builder()
        .build()
        .map_err(|error| error.to_string())?;
    let load = Arc::new(Load::default());
    let server = {
        let (azure, load) = (azure.clone(), Arc::clone(&load));
        Loopback::start(move |request| {
            if request.uri().path().to_lowercase().ends_with("/disks") {
                load.pages.fetch_add(1, Ordering::SeqCst);
            }
            let started = Instant::now();
            let reply = azure.handle(request);
            let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
            load.nanoseconds.fetch_add(spent, Ordering::SeqCst);
            Reply::Now(reply)
        })
    };
    let output = |binary: &Path, args: &[&str]| -> Result<Value, String> {
        let mut command = project.command_of(binary, args);
        server.direct(&mut command);
        let output = command
            .output()
            .map_err(|error| format!("running {}: {error}", binary.display()))?;
        serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    let seed = output(binary, &["disk", "create", "-V", "v0", "-N", "seed"])?;
    let handle = seed
        .get("handle")
        .and_then(Value::as_str)
        .unwrap_or_default();
    multiply(&azure, handle, disks)?;

    let measure = std::env::current_exe().map_err(|error| error.to_string())?;
    let kompoxops = binary.display().to_string();
    let (mut times, mut shares, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        load.pages.store(0, Ordering::SeqCst);
        load.nanoseconds.store(0, Ordering::SeqCst);
        let list = ["measure", "--", &kompoxops, "disk", "list", "-V", "v0"];
        let used = output(&measure, &list)?;
        times.push(Duration::from_secs_f64(
            used["seconds"].as_f64().unwrap_or_default(),
        ));
        shares.push(Duration::from_nanos(
            load.nanoseconds.load(Ordering::SeqCst),
        ));
        peak = peak.max(used["peak"].as_u64().unwrap_or_default());
    }
    Ok(Measured {
        pages: load.pages.load(Ordering::SeqCst),
        time: median(times),
        azure: median(shares),
        peak,
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A project of one app with many volumes, that signs in as the server on the loopback wants it.
fn project() -> Project {
    let project = Project::quickstart();
    project.edit(
        ".kompox/kom/provider.yml",
        "azure_cli\n",
        "managed_identity\n",
    );
    let volumes: String = (0..VOLUMES)
        .map(|volume| format!("    - {{name: v{volume}, size: 1Gi}}\n"))
        .collect();
    project.write(
        "kompoxapp.yml",
        &format!(
            "apiVersion: ops.kompox.dev/v1alpha1\nkind: App\nmetadata:\n  name: app1\n  annotations: \
             {{ops.kompox.dev/id: /ws/ws1/prv/aks1/cls/cluster1/app/app1}}\nspec:\n  volumes:\n{volumes}"
        ),
    );
    project
}

/// Puts disks like the seed beside it until there are `count`, spread over the volumes.
fn multiply(azure: &Simulator, seed: &str, count: usize) -> Result<(), String> {
    let url = |id: &str| format!("https://management.azure.com{id}?api-version={COMPUTE}");
    let body = call(azure, "GET", &url(seed), Bytes::new())?;
    let disk: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    for number in 1..count {
        let (name, volume) = (format!("d{number}"), format!("v{}", number % VOLUMES));
        let tags: serde_json::Map<_, _> = disk["tags"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| {
                let value = match value.as_str() {
                    Some("seed") => json!(name),
                    Some("v0") => json!(volume),
                    Some("true") => json!("false"),
                    _ => value.clone(),
                };
                (key.clone(), value)
            })
            .collect();
        let body = json!({
            "location": disk["location"],
            "sku": {"name": disk["sku"]["name"]},
            "tags": tags,
            "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": disk["properties"]["diskSizeGB"]},
        });
        call(
            azure,
            "PUT",
            &url(&format!("{seed}-{number}")),
            body.to_string().into(),
        )?;
    }
    Ok(())
}

fn call(azure: &Simulator, method: &str, url: &str, body: Bytes) -> Result<Bytes, String> {
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(body)
        .map_err(|error| error.to_string())?;
    let response = azure.handle(request);
    if response.status().is_success() {
        return Ok(response.into_body());
    }
    Err(format!(
        "{method} {url}: {}",
        String::from_utf8_lossy(response.body())
    ))
}
