//! The world's own rules: order of events, deterministic ids, faithful saving.

use super::*;
use crate::clock::later;
use crate::latency::Latency;

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g";

fn world(latency: Latency) -> World {
    let mut world = World::new(Arc::new(Settings {
        latency,
        ..Settings::default()
    }));
    world.advance(Timestamp::from_second(1_700_000_000).unwrap());
    let group = ResourceId::parse(GROUP).unwrap();
    world
        .put(&group, "2024-11-01", &json!({"location": "westus2"}))
        .unwrap();
    world
}

fn account(name: &str) -> ResourceId {
    let group = ResourceId::parse(GROUP).unwrap();
    group
        .with_resource("Microsoft.Storage/storageAccounts", &[name])
        .unwrap()
}

fn create(world: &mut World, name: &str) -> Accepted {
    let body = json!({"location": "westus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
    world.put(&account(name), "2023-05-01", &body).unwrap()
}

#[test]
fn operations_end_at_their_time_and_not_before() {
    let mut world = world(Latency::Fixed(Duration::from_secs(10)));
    let start = world.now();
    let accepted = create(&mut world, "account1");
    assert_eq!(accepted.ready_at, later(start, Duration::from_secs(10)));
    let operation = accepted.operation.as_deref();
    world.advance(later(start, Duration::from_secs(9)));
    assert_eq!(world.outcome(operation), Outcome::Running);
    assert_eq!(
        world.provisioning_state(&account("account1")),
        Some("Creating")
    );
    world.advance(later(start, Duration::from_secs(10)));
    assert_eq!(world.outcome(operation), Outcome::Succeeded);
    assert_eq!(
        world.provisioning_state(&account("account1")),
        Some("Succeeded")
    );
}

#[test]
fn time_does_not_go_back() {
    let mut world = world(Latency::None);
    let now = world.now();
    world.advance(Timestamp::UNIX_EPOCH);
    assert_eq!(world.now(), now);
}

#[test]
fn the_same_seed_and_history_give_the_same_world() {
    let run = |seed| {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let mut world = World::new(Arc::new(settings));
        let first = world.next_guid("x");
        assert_ne!(first, world.next_guid("x"));
        first
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn records_rebuild_the_world() {
    let mut world = world(Latency::Fixed(Duration::from_secs(10)));
    create(&mut world, "account1");
    world.set_document("engine:x", Some(json!({"a": 1})));
    let mut copy = World::new(Arc::new(world.settings().clone()));
    for record in world.take_changes() {
        let text = serde_json::to_string(&record).unwrap();
        copy.apply(serde_json::from_str(&text).unwrap());
    }
    assert!(world.take_changes().is_empty());
    let end = later(world.now(), Duration::from_secs(10));
    world.advance(end);
    copy.advance(end);
    for world in [&world, &copy] {
        assert_eq!(
            world.provisioning_state(&account("account1")),
            Some("Succeeded")
        );
        assert_eq!(world.documents("engine:").count(), 1);
    }
    assert_eq!(world.next_guid("x"), copy.next_guid("x"));
}

#[test]
fn removing_a_resource_removes_what_hangs_on_it_and_nothing_else() {
    let mut world = world(Latency::None);
    create(&mut world, "account1");
    create(&mut world, "account12");
    let role = account("account1")
        .with_resource(
            "Microsoft.Authorization/roleAssignments",
            &["ed3c9f84-ae20-5aea-8602-58ed2eeffef1"],
        )
        .unwrap();
    let body = json!({"properties": {
        "principalId": world.settings().caller_object_id,
        "roleDefinitionId":
            "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    }});
    world.put(&role, "2022-04-01", &body).unwrap();
    world.remove(&account("account1"));
    assert!(!world.exists(&role));
    assert!(world.exists(&account("account12")));
}

#[test]
fn in_memory_old_operations_are_forgotten_when_there_are_many() {
    let mut world = world(Latency::None);
    let day = Duration::from_secs(24 * 60 * 60);
    let first = create(&mut world, "account1").operation.unwrap();
    world.advance(later(world.now(), Duration::from_secs(1)));
    world.forget_changes(day);
    assert!(world.operation(&first).is_some(), "there are few");

    let start = |world: &mut World| {
        for _ in 0..MANY_OPERATIONS {
            let now = world.now();
            world.start(Work::Update, &account("account1"), now);
        }
        world.advance(later(world.now(), Duration::from_secs(1)));
        world.forget_changes(day);
    };
    start(&mut world);
    assert!(world.operation(&first).is_some(), "it is young");
    world.advance(later(world.now(), 2 * day));
    start(&mut world);
    start(&mut world);
    assert!(world.operation(&first).is_none());
    assert_eq!(world.operations.len(), 2 * MANY_OPERATIONS);
}
