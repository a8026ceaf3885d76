//! Operations that are killed at any call, and repeated or not: no share is lost, none is without an owner, no volume is
//! left without its share. Two of the volumes want the same Azure name for some of their shares.

use std::collections::BTreeMap;

use kompox_azure::{FileShare, Metadata, ResourceId};
use kompox_provider::{Error, Result};
use proptest::prelude::*;

use crate::cloud::{Death, entry};
use crate::world::{World, in_paused_time};

const VOLUMES: [&str; 2] = ["a", "a-b"];
/// `b-c` of `a` and `c` of `a-b` are both called `a-b-c` in Azure.
const SHARES: [&str; 3] = ["b-c", "c", "d"];

#[derive(Debug, Clone, Copy)]
enum Operation {
    Create,
    Assign,
    Delete,
}

#[derive(Debug, Clone)]
struct Step {
    volume: &'static str,
    share: &'static str,
    operation: Operation,
    /// Dies in the call of that number, if the operation comes so far.
    death: Option<(usize, Death)>,
    repeated: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        4 => Just(Operation::Create),
        3 => Just(Operation::Assign),
        2 => Just(Operation::Delete),
    ];
    let death = prop_oneof![
        Just(Death::Before),
        Just(Death::After),
        Just(Death::Halfway)
    ];
    (
        proptest::sample::select(&VOLUMES[..]),
        proptest::sample::select(&SHARES[..]),
        operation,
        proptest::option::weighted(0.6, (0..14_usize, death)),
        any::<bool>(),
    )
        .prop_map(|(volume, share, operation, death, repeated)| Step {
            volume,
            share,
            operation,
            death,
            repeated,
        })
}

impl Step {
    async fn run(&self, world: &World) -> Result<()> {
        let backend = world.backend(self.volume);
        match self.operation {
            Operation::Create => backend
                .disk_create(Some(self.share), None, Default::default())
                .await
                .map(drop),
            Operation::Assign => backend.disk_assign(self.share, Default::default()).await,
            Operation::Delete => backend.disk_delete(self.share, Default::default()).await,
        }
    }

    /// Whether it is the share that the step is about.
    fn means(&self, share: &FileShare) -> bool {
        entry(share, "kompox_volume_name") == Some(self.volume)
            && entry(share, "kompox_files_share_name") == Some(self.share)
    }
}

/// What a share keeps for life: all but whether it is assigned.
fn identity(share: &FileShare) -> (Metadata, Option<u32>) {
    let mut metadata = share.metadata.clone().unwrap();
    metadata.remove("kompox_files_share_assigned");
    (metadata, share.quota_gib)
}

async fn live(steps: &[Step]) {
    let world = World::new();
    for step in steps {
        let before = world.cloud.state().shares.clone();
        let accounts = world.cloud.state().accounts.len();
        let first = world
            .cloud
            .unless_killed(step.death, step.run(&world))
            .await;
        let killed = first.is_none();
        let result = if killed && step.repeated {
            Some(step.run(&world).await)
        } else {
            first
        };
        check(&world, step, result, killed, &before);
        assert!(world.cloud.state().accounts.len() >= accounts);
    }
}

fn check(
    world: &World,
    step: &Step,
    result: Option<Result<()>>,
    killed: bool,
    before: &BTreeMap<ResourceId, FileShare>,
) {
    let state = world.cloud.state();
    assert_eq!(state.violations, Vec::<String>::new());
    for (id, share) in before {
        match state.shares.get(id) {
            None => assert!(
                matches!(step.operation, Operation::Delete) && step.means(share),
                "{step:?} lost {id}"
            ),
            Some(now) => assert_eq!(identity(now), identity(share), "{step:?}"),
        }
    }
    for share in state.shares.values() {
        let (volume, name) = (
            entry(share, "kompox_volume_name"),
            entry(share, "kompox_files_share_name"),
        );
        let azure = format!("{}-{}", volume.unwrap(), name.unwrap());
        assert_eq!(share.id.name(), azure);
        assert!(entry(share, "kompox_files_share_assigned").is_some());
    }
    let assigned = state.assigned(step.volume);
    let there = state.shares.values().find(|share| step.means(share));
    match (step.operation, result) {
        (_, None) => {}
        (Operation::Assign, Some(Ok(()))) => {
            assert_eq!(assigned, [there.unwrap().id.clone()]);
        }
        (Operation::Assign, Some(Err(error))) => {
            assert!(matches!(error, Error::NotFound { .. }), "{error}");
            assert!(there.is_none());
        }
        (Operation::Create, Some(Ok(()))) => assert!(there.is_some()),
        (Operation::Create, Some(Err(error))) => {
            assert!(matches!(error, Error::Conflict { .. }), "{error}");
            let azure = format!("{}-{}", step.volume, step.share);
            assert!(killed || before.keys().any(|id| id.name() == azure));
        }
        (Operation::Delete, Some(result)) => {
            result.unwrap();
            assert!(there.is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_kill_loses_a_share_or_leaves_a_volume_without_its_share(
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        in_paused_time(live(&steps));
    }
}

/// A create that is killed at each of its calls in turn and then repeated ends with exactly that one share, assigned.
#[tokio::test(start_paused = true)]
async fn a_first_create_that_is_killed_and_repeated_makes_one_assigned_share() {
    let mut finished = false;
    for death in [Death::Before, Death::After, Death::Halfway] {
        for calls in 0..14 {
            let world = World::new();
            let create = world.create_share("s1");
            if let Some(created) = world
                .cloud
                .unless_killed(Some((calls, death)), create)
                .await
            {
                created.unwrap();
                finished = true;
            }
            match world.create_share("s1").await {
                Ok(_) | Err(Error::Conflict { .. }) => {}
                Err(error) => panic!("{death:?} in call {calls}: {error}"),
            }
            assert_eq!(world.shares().await, ["s1*"], "{death:?} in call {calls}");
            assert_eq!(world.cloud.state().violations, Vec::<String>::new());
            assert_eq!(world.cloud.state().accounts.len(), 1);
        }
    }
    assert!(finished, "the kills do not reach the last call");
}

/// As above, for moving from one share to another: there is always one, and in the end the right one.
#[tokio::test(start_paused = true)]
async fn an_assign_that_is_killed_and_repeated_ends_with_one_share() {
    for death in [Death::Before, Death::After] {
        for calls in 0..8 {
            let world = World::with_account();
            world.put_our_share("s1", "true");
            world.put_our_share("s2", "false");
            world.put_our_share("s3", "true");
            let assign = world.assign_share("s2");
            if let Some(assigned) = world
                .cloud
                .unless_killed(Some((calls, death)), assign)
                .await
            {
                assigned.unwrap();
            }
            assert!(!world.cloud.state().assigned("docs").is_empty());
            world.assign_share("s2").await.unwrap();
            assert_eq!(world.shares().await, ["s1", "s2*", "s3"]);
            assert_eq!(world.cloud.state().violations, Vec::<String>::new());
        }
    }
}
