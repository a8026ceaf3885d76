//! Operations that are killed at any call, and repeated or not: no disk is lost, no volume is left without its disk.

use std::collections::BTreeMap;

use kompox_azure::{Disk, ResourceId};
use kompox_provider::{Error, Result};
use proptest::prelude::*;

use super::world::{elsewhere, snapshot_id};
use crate::cloud::Death;
use crate::world::{LOCATION, World, in_paused_time};

const VOLUMES: [&str; 2] = ["data", "logs"];

#[derive(Debug, Clone)]
enum Operation {
    Create { disk: u8, source: Source },
    Assign { disk: u8 },
    Delete { disk: u8 },
    Snapshot { snapshot: u8, source: Source },
    DeleteSnapshot { snapshot: u8 },
}

#[derive(Debug, Clone)]
enum Source {
    None,
    Disk(u8),
    Snapshot(u8),
    ForeignDisk,
    ForeignSnapshot,
}

#[derive(Debug, Clone)]
struct Step {
    volume: usize,
    operation: Operation,
    /// Dies in the call of that number, if the operation comes so far.
    death: Option<(usize, Death)>,
    repeated: bool,
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        3 => Just(Source::None),
        1 => (0..3_u8).prop_map(Source::Disk),
        2 => (0..2_u8).prop_map(Source::Snapshot),
        1 => Just(Source::ForeignDisk),
        1 => Just(Source::ForeignSnapshot),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        4 => (0..3_u8, source()).prop_map(|(disk, source)| Operation::Create { disk, source }),
        3 => (0..3_u8).prop_map(|disk| Operation::Assign { disk }),
        2 => (0..3_u8).prop_map(|disk| Operation::Delete { disk }),
        2 => (0..2_u8, source())
            .prop_map(|(snapshot, source)| Operation::Snapshot { snapshot, source }),
        1 => (0..2_u8).prop_map(|snapshot| Operation::DeleteSnapshot { snapshot }),
    ];
    let death = prop_oneof![
        Just(Death::Before),
        Just(Death::After),
        Just(Death::Halfway),
        Just(Death::HalfwayToFailure),
    ];
    (
        0..VOLUMES.len(),
        operation,
        proptest::option::weighted(0.6, (0..9_usize, death)),
        any::<bool>(),
    )
        .prop_map(|(volume, operation, death, repeated)| Step {
            volume,
            operation,
            death,
            repeated,
        })
}

fn disk_name(disk: u8) -> String {
    format!("d{disk}")
}

impl Source {
    fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Disk(disk) => format!("disk:{}", disk_name(*disk)),
            Self::Snapshot(snapshot) => format!("snapshot:s{snapshot}"),
            Self::ForeignDisk => elsewhere("disks", "foreign").to_string(),
            Self::ForeignSnapshot => elsewhere("snapshots", "foreign").to_string(),
        }
    }
}

impl Operation {
    async fn run(&self, world: &World, volume: &str) -> Result<()> {
        let backend = world.backend(volume);
        match self {
            Self::Create { disk, source } => {
                let (disk, source) = (disk_name(*disk), source.text());
                backend
                    .disk_create(Some(&disk), Some(&source), Default::default())
                    .await
                    .map(drop)
            }
            Self::Assign { disk } => {
                backend
                    .disk_assign(&disk_name(*disk), Default::default())
                    .await
            }
            Self::Delete { disk } => {
                backend
                    .disk_delete(&disk_name(*disk), Default::default())
                    .await
            }
            Self::Snapshot { snapshot, source } => {
                let (snapshot, source) = (format!("s{snapshot}"), source.text());
                backend
                    .snapshot_create(Some(&snapshot), Some(&source), Default::default())
                    .await
                    .map(drop)
            }
            Self::DeleteSnapshot { snapshot } => {
                backend
                    .snapshot_delete(&format!("s{snapshot}"), Default::default())
                    .await
            }
        }
    }
}

fn disk_of(world: &World, volume: &str, name: &str) -> Option<Disk> {
    let state = world.cloud.state();
    let mut disks = state.disks.values().filter(|disk| {
        disk.tags.get("kompox-volume").map(String::as_str) == Some(volume)
            && disk.tags.get("kompox-disk-name").map(String::as_str) == Some(name)
    });
    disks.next().cloned()
}

/// What a disk keeps for life: all but whether it is assigned and what Azure is doing with it.
fn identity(disk: &Disk) -> (Vec<(String, String)>, u32, Option<jiff::Timestamp>) {
    let tags = disk.tags.clone().into_iter();
    (
        tags.filter(|(key, _)| key != "kompox-disk-assigned")
            .collect(),
        disk.size_gib,
        disk.time_created,
    )
}

async fn live(steps: &[Step]) {
    let world = World::new();
    world.cloud.state().copy_progress = vec![0.0, 60.0, 100.0];
    world.put_disk_at(elsewhere("disks", "foreign"), LOCATION, &[]);
    world.put_snapshot_at(elsewhere("snapshots", "foreign"), LOCATION, &[]);
    world.put_disk("somebody-elses", &[("owner", "bob")]);
    world.put_snapshot_at(snapshot_id("somebody-elses"), LOCATION, &[]);

    for step in steps {
        let volume = VOLUMES[step.volume];
        world.cloud.state().settle();
        let before = world.cloud.state().disks.clone();
        let failed_before: Vec<_> = before
            .values()
            .filter(|disk| disk.state == kompox_azure::ProvisioningState::Failed)
            .map(|disk| disk.id.clone())
            .collect();

        let operation = step.operation.run(&world, volume);
        let first = world.cloud.unless_killed(step.death, operation).await;
        world.cloud.state().settle();
        let last = if first.is_none() && step.repeated {
            Some(step.operation.run(&world, volume).await)
        } else {
            first
        };
        check(
            &world,
            volume,
            &step.operation,
            last.as_ref(),
            &before,
            &failed_before,
        );
    }
}

fn check(
    world: &World,
    volume: &str,
    operation: &Operation,
    result: Option<&Result<()>>,
    before: &BTreeMap<ResourceId, Disk>,
    failed_before: &[ResourceId],
) {
    assert_eq!(world.cloud.state().violations, Vec::<String>::new());
    if let Some(Err(error)) = result {
        assert!(
            matches!(error, Error::NotFound { .. } | Error::Conflict { .. }),
            "{operation:?}: {error}"
        );
    }

    let deleted = match operation {
        Operation::Delete { disk } => Some(disk_name(*disk)),
        _ => None,
    };
    for (id, disk) in before {
        let meant = disk.tags.get("kompox-volume").map(String::as_str) == Some(volume)
            && disk.tags.get("kompox-disk-name") == deleted.as_ref()
            && deleted.is_some();
        match world.cloud.state().disks.get(id) {
            None => assert!(meant, "{operation:?} lost {id}"),
            Some(_) if failed_before.contains(id) => {}
            Some(now) => assert_eq!(identity(now), identity(disk), "{operation:?}"),
        }
    }

    match (operation, result) {
        (Operation::Assign { disk }, Some(Ok(()))) => {
            let chosen = disk_of(world, volume, &disk_name(*disk)).unwrap();
            assert_eq!(world.cloud.state().assigned(volume), [chosen.id]);
        }
        (Operation::Assign { disk }, Some(Err(_))) => {
            assert!(disk_of(world, volume, &disk_name(*disk)).is_none());
        }
        (Operation::Create { disk, .. }, Some(Ok(()))) => {
            assert!(disk_of(world, volume, &disk_name(*disk)).is_some());
            assert!(!world.cloud.state().disks.is_empty());
        }
        (Operation::Delete { disk }, Some(result)) => {
            assert!(result.is_ok());
            assert!(disk_of(world, volume, &disk_name(*disk)).is_none());
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_kill_loses_a_disk_or_leaves_a_volume_without_its_disk(
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        in_paused_time(live(&steps));
    }
}

/// A create that is killed at each of its calls in turn and then repeated ends with exactly that one disk, assigned.
#[tokio::test(start_paused = true)]
async fn a_first_create_that_is_killed_and_repeated_makes_one_assigned_disk() {
    for death in [Death::Before, Death::After, Death::HalfwayToFailure] {
        for calls in 0..8 {
            let world = World::new();
            let create = world.create_disk("d1");
            if let Some(created) = world
                .cloud
                .unless_killed(Some((calls, death)), create)
                .await
            {
                created.unwrap();
            }
            world.cloud.state().settle();
            match world.create_disk("d1").await {
                Ok(_) | Err(Error::Conflict { .. }) => {}
                Err(error) => panic!("{death:?} in call {calls}: {error}"),
            }
            assert_eq!(world.disks().await, ["d1*"], "{death:?} in call {calls}");
        }
    }
}
