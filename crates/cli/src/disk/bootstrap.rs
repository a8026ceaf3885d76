//! The first disk of every volume.

use futures::stream::{self, StreamExt};
use kompox_model::options::{
    VolumeDiskAssignOptions, VolumeDiskCreateOptions, VolumeDiskListOptions,
};
use kompox_model::{App, Cluster, VolumeDisk};
use kompox_provider::{Driver, Error};

use crate::exit::{Failure, Result};

/// How many volumes are looked after at the same time.
const SIDE_BY_SIDE: usize = 8;

/// Creates and assigns one disk for every volume when no volume has one; does nothing when every volume has exactly
/// one, assigned. Anything else is for a person to decide. Returns what was created, in the order of the volumes.
pub(super) async fn run(
    driver: &dyn Driver,
    cluster: &Cluster,
    app: &App,
) -> Result<Vec<VolumeDisk>> {
    let lists = each(app, async |volume| {
        driver
            .volume_disk_list(cluster, app, volume, VolumeDiskListOptions::default())
            .await
    })
    .await?;
    if lists
        .iter()
        .all(|disks| matches!(disks.as_slice(), [disk] if disk.assigned))
    {
        return Ok(Vec::new());
    }
    if !lists.iter().all(Vec::is_empty) {
        return Err(undecided(app, &lists));
    }
    each(app, async |volume| {
        let options = VolumeDiskCreateOptions::default();
        let mut disk = driver
            .volume_disk_create(cluster, app, volume, None, None, options)
            .await?;
        if !disk.assigned {
            let options = VolumeDiskAssignOptions::default();
            driver
                .volume_disk_assign(cluster, app, volume, &disk.name, options)
                .await?;
            disk.assigned = true;
        }
        Ok(disk)
    })
    .await
}

/// Does something for all volumes side by side, each to its end even when another fails; all failures are told.
async fn each<T>(
    app: &App,
    work: impl AsyncFn(&str) -> std::result::Result<T, Error>,
) -> Result<Vec<T>> {
    let work = &work;
    let results: Vec<_> = stream::iter(&app.volumes)
        .map(|volume| async move { work(&volume.name).await })
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await;
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for (volume, result) in app.volumes.iter().zip(results) {
        match result {
            Ok(value) => done.push(value),
            Err(error) => {
                let failure = Failure::from(error);
                failures.push(format!("volume {:?}: {}", volume.name, failure.text()));
            }
        }
    }
    if failures.is_empty() {
        Ok(done)
    } else {
        Err(Failure::Failed(failures.join("\n")))
    }
}

fn undecided(app: &App, lists: &[Vec<VolumeDisk>]) -> Failure {
    let mut text = "the volumes are neither all without a disk nor all with exactly one assigned disk; create, assign or delete disks one by one:".to_owned();
    for (volume, disks) in app.volumes.iter().zip(lists) {
        let assigned: Vec<_> = disks
            .iter()
            .filter(|disk| disk.assigned)
            .map(|disk| disk.name.as_str())
            .collect();
        text.push_str(&format!(
            "\n  - {}: {} ({})",
            volume.name,
            match disks.len() {
                0 => "no disk".to_owned(),
                1 => "1 disk".to_owned(),
                count => format!("{count} disks"),
            },
            if assigned.is_empty() {
                "none assigned".to_owned()
            } else {
                format!("assigned: {}", assigned.join(", "))
            }
        ));
    }
    Failure::Failed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kompox_model::{Volume, options};
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    type Disks = BTreeMap<String, Vec<VolumeDisk>>;

    /// Disks in memory.
    #[derive(Debug, Default)]
    struct Memory {
        disks: Mutex<Disks>,
        refused: Option<&'static str>,
    }

    fn disk(volume: &str, name: &str, assigned: bool) -> VolumeDisk {
        VolumeDisk {
            name: name.into(),
            volume_name: volume.into(),
            assigned,
            size: 1,
            zone: String::new(),
            options: serde_json::Map::new(),
            handle: String::new(),
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            updated_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    #[async_trait::async_trait]
    impl Driver for Memory {
        fn name(&self) -> &str {
            "memory"
        }

        async fn volume_disk_list(
            &self,
            _: &Cluster,
            _: &App,
            volume: &str,
            _: options::VolumeDiskListOptions,
        ) -> kompox_provider::Result<Vec<VolumeDisk>> {
            Ok(self
                .disks
                .lock()
                .unwrap()
                .get(volume)
                .cloned()
                .unwrap_or_default())
        }

        async fn volume_disk_create(
            &self,
            _: &Cluster,
            _: &App,
            volume: &str,
            _: Option<&str>,
            _: Option<&str>,
            _: options::VolumeDiskCreateOptions,
        ) -> kompox_provider::Result<VolumeDisk> {
            if self.refused == Some(volume) {
                return Err(Error::conflict("no quota"));
            }
            let disk = disk(volume, "new", true);
            let mut disks = self.disks.lock().unwrap();
            disks.entry(volume.into()).or_default().push(disk.clone());
            Ok(disk)
        }
    }

    fn app() -> App {
        let mut app = App::new("app1");
        for name in ["data", "cache"] {
            app.volumes.push(Volume {
                name: name.into(),
                ..Volume::default()
            });
        }
        app
    }

    fn with(disks: &[(&str, &str, bool)]) -> Memory {
        let memory = Memory::default();
        for (volume, name, assigned) in disks {
            let mut all = memory.disks.lock().unwrap();
            all.entry((*volume).into())
                .or_default()
                .push(disk(volume, name, *assigned));
        }
        memory
    }

    async fn bootstrap(memory: &Memory) -> Result<Vec<String>> {
        let created = run(memory, &Cluster::new("c1"), &app()).await?;
        Ok(created.into_iter().map(|disk| disk.volume_name).collect())
    }

    #[tokio::test]
    async fn every_volume_gets_its_disk_once() {
        let memory = Memory::default();
        assert_eq!(bootstrap(&memory).await.unwrap(), ["data", "cache"]);
        assert_eq!(bootstrap(&memory).await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_is_neither_all_nor_nothing_is_told_volume_by_volume() {
        let memory = with(&[("data", "d1", true), ("data", "d2", false)]);
        assert_eq!(
            bootstrap(&memory).await.unwrap_err().text(),
            "the volumes are neither all without a disk nor all with exactly one assigned disk; create, assign or \
             delete disks one by one:\n  - data: 2 disks (assigned: d1)\n  - cache: no disk (none assigned)"
        );
        let memory = with(&[("data", "d1", false), ("cache", "c1", true)]);
        assert!(
            bootstrap(&memory)
                .await
                .unwrap_err()
                .text()
                .contains("data: 1 disk (none assigned)")
        );
    }

    #[tokio::test]
    async fn a_volume_that_fails_does_not_stop_the_others() {
        let memory = Memory {
            refused: Some("data"),
            ..Memory::default()
        };
        let failure = bootstrap(&memory).await.unwrap_err();
        assert_eq!(failure.text(), "volume \"data\": no quota");
        assert!(memory.disks.lock().unwrap().contains_key("cache"));
    }
}
