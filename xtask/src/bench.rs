//! How the command line behaves over many disks: time and memory of `kompoxops disk list`.
//!
//! Azure is simulated in this process, so that what is measured is the command alone.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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

pub(crate) fn run(args: &BenchArgs) -> Result<(), String> {
    let binary = build(args.dev)?;
    println!("kompoxops disk list, median of {RUNS} runs, {VOLUMES} volumes");
    println!(
        "{:>8} {:>8} {:>10} {:>10}",
        "disks", "pages", "time", "peak"
    );
    for disks in &args.disks {
        let Measured { pages, time, peak } = measure(&binary, *disks)?;
        println!(
            "{disks:>8} {pages:>8} {:>7} ms {:>6.1} MiB",
            time.as_millis(),
            peak as f64 / f64::from(1 << 20)
        );
    }
    Ok(())
}

struct Measured {
    pages: usize,
    time: Duration,
    /// Bytes of memory.
    peak: u64,
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
    let pages = Arc::new(AtomicUsize::new(0));
    let server = {
        let (azure, pages) = (azure.clone(), Arc::clone(&pages));
        Loopback::start(move |request| {
            if request.uri().path().to_lowercase().ends_with("/disks") {
                pages.fetch_add(1, Ordering::SeqCst);
            }
            Reply::Now(azure.handle(request))
        })
    };
    let command = |args: &[&str]| {
        let mut command = project.command_of(binary, args);
        server.direct(&mut command);
        command
    };
    let output = command(&["disk", "create", "-V", "v0", "-N", "seed"])
        .output()
        .map_err(|error| format!("running kompoxops: {error}"))?;
    let seed: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        format!(
            "creating a disk: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let handle = seed
        .get("handle")
        .and_then(Value::as_str)
        .unwrap_or_default();
    multiply(&azure, handle, disks)?;

    let mut times = Vec::new();
    let mut peak = 0;
    for _ in 0..RUNS {
        pages.store(0, Ordering::SeqCst);
        let started = Instant::now();
        let mut list = command(&["disk", "list", "-V", "v0"]);
        let child = list
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("running kompoxops: {error}"))?;
        let used = child
            .wait4()
            .map_err(|error| format!("waiting for kompoxops: {error}"))?;
        if !used.status.success() {
            return Err(format!("disk list failed: {}", used.status));
        }
        times.push(started.elapsed());
        peak = peak.max(used.rusage.maxrss);
    }
    times.sort();
    Ok(Measured {
        pages: pages.load(Ordering::SeqCst),
        time: times.get(RUNS / 2).copied().unwrap_or_default(),
        peak,
    })
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
