//! Properties of the conversion and of updates.

use std::collections::BTreeMap;

use kompox_provider::Error;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::change::Change;
use crate::conversion::{declared, to_azure, to_model};
use crate::creation::Creation;
use crate::label::{NODE_POOL, NODE_ZONE, is_of_aks};

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-d]",
        1 => Just(NODE_POOL.to_owned()),
        1 => Just(NODE_ZONE.to_owned()),
        1 => Just(SPOT_LABEL.to_owned()),
        1 => Just("example.com/x".to_owned()),
    ]
}

fn any_case(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    (prop::sample::select(words), 0..3).prop_map(|(word, form)| match form {
        0 => word.to_ascii_lowercase(),
        1 => word.to_ascii_uppercase(),
        _ => word.to_owned(),
    })
}

fn zone() -> impl Strategy<Value = String> {
    prop_oneof!["[1-3]", "japaneast-[1-3]"]
}

fn autoscaling() -> impl Strategy<Value = Autoscaling> {
    (any::<bool>(), 1..5_u32, 0..5_u32, option::of(1..9_u32)).prop_map(
        |(enabled, min, more, desired)| Autoscaling {
            enabled,
            min: Some(min),
            max: Some(min + more),
            desired,
        },
    )
}

prop_compose! {
    /// A file that a user may write.
    fn file()(
        mode in option::of(any_case(&["System", "User"])),
        labels in option::of(btree_map(key(), option::of("[a-z]{0,3}"), 0..5)),
        zones in option::of(vec(zone(), 0..4)),
        instance_type in option::of("Standard_[A-Z][0-9]s_v[0-9]"),
        os_disk_type in option::of(any_case(&["Managed", "Ephemeral"])),
        os_disk_size_gib in option::of(1..2048_u32),
        spot in option::of(any_case(&["Regular", "Spot"])),
        autoscaling in option::of(autoscaling()),
    ) -> NodePool {
        let system = mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("system"));
        NodePool {
            name: Some("np1".into()),
            priority: spot.filter(|_| !system),
            mode, labels, zones, instance_type, os_disk_type, os_disk_size_gib, autoscaling,
            ..NodePool::default()
        }
    }
}

prop_compose! {
    /// A pool as AKS has it.
    fn present()(
        file in file(),
        more in btree_map("[a-d]", "[a-z]{0,3}", 0..4),
        rest in btree_map("[a-z]{3}X", any::<u32>(), 0..3),
        count in 1..5_u32,
    ) -> AgentPoolProperties {
        let mut pool = to_azure(&file, LOCATION).unwrap();
        pool.rest = rest.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
        pool.node_labels.extend(more);
        if pool.scale_set_priority.is_some() {
            pool.node_labels.insert(SPOT_LABEL.into(), "spot".into());
            pool.node_taints.push(format!("{SPOT_LABEL}=spot:NoSchedule"));
        }
        pool.count = Some(count);
        pool
    }
}

prop_compose! {
    /// An update that can be made of any pool.
    fn an_update()(
        labels in option::of(btree_map(key(), option::of("[a-z]{0,3}"), 0..5)),
        autoscaling in option::of(autoscaling()),
    ) -> NodePool {
        NodePool { name: Some("np1".into()), labels, autoscaling, ..NodePool::default() }
    }
}

/// What a file says, in the form in which it comes back.
fn normalised(file: &NodePool) -> NodePool {
    let mode = file.mode.as_deref().unwrap_or("user").to_lowercase();
    let mut zones: Vec<_> = file
        .zones
        .iter()
        .flatten()
        .map(|zone| format!("japaneast-{}", zone.chars().last().unwrap()))
        .collect();
    zones.sort();
    zones.dedup();
    let mut labels: BTreeMap<_, _> = file.labels.clone().unwrap_or_default();
    labels.retain(|key, value| value.is_some() && !is_of_aks(key) && key != NODE_ZONE);
    labels.insert(NODE_POOL.into(), Some(mode.clone()));
    if let [zone] = zones.as_slice() {
        labels.insert(NODE_ZONE.into(), Some(zone.clone()));
    }
    let auto = file.autoscaling.unwrap_or_default();
    let disk_type = |text: &String| text[..1].to_uppercase() + &text[1..].to_lowercase();
    NodePool {
        name: None,
        mode: Some(mode),
        labels: Some(labels),
        zones: Some(zones).filter(|zones| !zones.is_empty()),
        instance_type: file
            .instance_type
            .clone()
            .or(Some("Standard_D2lds_v6".into())),
        os_disk_type: file.os_disk_type.as_ref().map(disk_type),
        priority: Some(file.priority.as_deref().unwrap_or("regular").to_lowercase()),
        autoscaling: Some(if auto.enabled {
            Autoscaling {
                desired: None,
                ..auto
            }
        } else {
            Autoscaling {
                desired: auto.desired.or(Some(1)),
                ..Autoscaling::default()
            }
        }),
        ..file.clone()
    }
}

/// Makes a field wrong.
type Break = fn(&mut NodePool);

proptest! {
    #[test]
    fn everything_that_a_file_says_comes_back(file in file()) {
        let pool = to_azure(&file, LOCATION).unwrap();
        prop_assert_eq!(declared(&pool, LOCATION), normalised(&file));
    }

    #[test]
    fn everything_that_both_worlds_know_goes_round(pool in present()) {
        let again = to_azure(&declared(&pool, LOCATION), LOCATION).unwrap();
        let mut expected = pool;
        expected.rest.clear();
        expected.node_taints.clear();
        expected.node_labels.retain(|key, _| !is_of_aks(key));
        if expected.enable_auto_scaling {
            expected.count = expected.min_count;
        }
        prop_assert_eq!(again, expected);
    }

    #[test]
    fn zones_in_either_form_are_the_same_to_aks(zones in vec(1..4_u8, 0..4)) {
        let pool = |form: fn(&u8) -> String| NodePool {
            zones: Some(zones.iter().map(form).collect()),
            ..NodePool::default()
        };
        prop_assert_eq!(
            to_azure(&pool(|n| format!("{n}")), LOCATION).unwrap(),
            to_azure(&pool(|n| format!("JapanEast-{n}")), LOCATION).unwrap()
        );
    }

    #[test]
    fn an_update_applied_twice_is_an_update_applied_once(pool in present(), update in an_update()) {
        let change = Change::parse(&update, LOCATION).unwrap();
        let once = change.apply(&pool).unwrap();
        prop_assert_eq!(change.apply(&once).unwrap(), once);
    }

    #[test]
    fn an_update_touches_labels_and_numbers_only(pool in present(), update in an_update()) {
        let changed = Change::parse(&update, LOCATION).unwrap().apply(&pool).unwrap();
        let mut expected = pool.clone();
        expected.node_labels = changed.node_labels.clone();
        expected.enable_auto_scaling = changed.enable_auto_scaling;
        expected.count = changed.count;
        expected.min_count = changed.min_count;
        expected.max_count = changed.max_count;
        prop_assert_eq!(&changed, &expected);

        let of_aks = |pool: &AgentPoolProperties| -> Vec<_> {
            pool.node_labels.iter().filter(|(key, _)| is_of_aks(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        prop_assert_eq!(of_aks(&changed), of_aks(&pool));
        if update.autoscaling.is_none() {
            prop_assert_eq!(changed.min_count, pool.min_count);
            prop_assert_eq!(changed.count, pool.count);
        }
        for (key, value) in update.labels.iter().flatten() {
            if !is_of_aks(key) && ![NODE_POOL, NODE_ZONE].contains(&key.as_str()) {
                prop_assert_eq!(changed.node_labels.get(key), value.as_ref());
            }
        }
    }

    #[test]
    fn the_same_update_twice_makes_one_write_at_most(pool in present(), update in an_update()) {
        let kept = std::sync::Arc::new(Mutex::new((agent_pool("np1", "Succeeded", pool), 0)));
        let mut port = MockAgentPools::new();
        let (reads, writes) = (kept.clone(), kept.clone());
        port.expect_get().times(2).returning(move |_| Ok(Some(reads.lock().unwrap().0.clone())));
        port.expect_create_or_update().returning(move |_, properties| {
            let mut kept = writes.lock().unwrap();
            kept.0.properties = properties.clone();
            kept.1 += 1;
            Ok(kept.0.clone())
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (once, writes_once) = runtime.block_on(async {
            let once = pools(&port).update(Some(&cluster()), &update).await.unwrap();
            (once, kept.lock().unwrap().1)
        });
        prop_assert!(writes_once <= 1);
        let twice = runtime.block_on(pools(&port).update(Some(&cluster()), &update)).unwrap();
        prop_assert_eq!(kept.lock().unwrap().1, writes_once);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_create_is_equal_to_what_it_has_made(file in file()) {
        let made = agent_pool("np1", "Succeeded", to_azure(&file, LOCATION).unwrap());
        let mut port = MockAgentPools::new();
        let there = made.clone();
        port.expect_get().times(1).returning(move |_| Ok(Some(there.clone())));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let again = runtime.block_on(pools(&port).create(Some(&cluster()), &file)).unwrap();
        prop_assert_eq!(again, to_model(&made, LOCATION));
    }

    #[test]
    fn every_wrong_field_is_told(file in file(), wrong in vec(any::<bool>(), 9)) {
        let mut file = NodePool { mode: Some("user".into()), ..file };
        let breaks: [(&str, Break); 9] = [
            ("name ", |file| file.name = None),
            ("mode ", |file| file.mode = Some("gateway".into())),
            ("instanceType ", |file| file.instance_type = Some(String::new())),
            ("osDiskType ", |file| file.os_disk_type = Some("Premium".into())),
            ("osDiskSizeGiB ", |file| file.os_disk_size_gib = Some(4096)),
            ("priority ", |file| file.priority = Some("low".into())),
            ("zones: ", |file| file.zones = Some(vec!["westus-1".into()])),
            ("label ", |file| file.labels = Some([("?".to_owned(), None)].into())),
            ("autoscaling.max ", |file| {
                file.autoscaling = Some(Autoscaling { enabled: true, min: Some(1), ..Autoscaling::default() });
            }),
        ];
        let mut expected = Vec::new();
        for ((field, break_it), wrong) in breaks.into_iter().zip(&wrong) {
            if *wrong {
                break_it(&mut file);
                expected.push(field);
            }
        }
        let told: Vec<_> = match Creation::parse(&file, LOCATION) {
            Ok(_) => Vec::new(),
            Err(Error::Validation(problems)) => problems.iter().map(ToString::to_string).collect(),
            Err(error) => panic!("{error}"),
        };
        prop_assert_eq!(told.len(), expected.len(), "{:?}", told);
        for field in expected {
            prop_assert!(told.iter().any(|told| told.starts_with(field)), "{field} in {told:?}");
        }
    }
}

#[test]
fn a_spot_pool_is_written_as_azure_wants_it() {
    let properties = to_azure(&spot_file(), LOCATION).unwrap();
    assert_eq!(
        serde_json::to_value(properties).unwrap(),
        json!({
            "mode": "User",
            "vmSize": "Standard_D2lds_v6",
            "osDiskType": "Ephemeral",
            "osDiskSizeGB": 110,
            "availabilityZones": ["1"],
            "scaleSetPriority": "Spot",
            "scaleSetEvictionPolicy": "Delete",
            "spotMaxPrice": -1.0,
            "count": 0,
            "enableAutoScaling": true,
            "minCount": 0,
            "maxCount": 3,
            "nodeLabels": {
                "kompox.dev/node-pool": "user",
                "kompox.dev/node-zone": "japaneast-1",
                "team": "batch",
            },
            "nodeTaints": [],
        })
    );
}

#[test]
fn a_pool_in_several_zones_has_no_zone_label() {
    let file = NodePool {
        zones: Some(vec!["2".into(), "japaneast-1".into(), "1".into()]),
        ..spot_file()
    };
    let pool = to_azure(&file, LOCATION).unwrap();
    assert_eq!(pool.availability_zones, ["1", "2"]);
    assert!(!pool.node_labels.contains_key(NODE_ZONE));
}
