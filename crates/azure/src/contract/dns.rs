//! DNS record sets.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use kompox_model::failure::{Classify, FailureKind};
use serde_json::json;

use super::stage::{Environment, deploy};
use crate::{Azure, DnsRecordSets, RecordSetProperties, Records, ResourceId, WriteCondition as If};

const KIND: &str = "Microsoft.Network/dnsZones";

/// DNS record sets: absence is `None`, also of the zone, in which nothing can be made then; made, they are read back with
/// everything that was asked for, at the zone's own name and under a wildcard too; a write replaces all, and one whose
/// condition does not hold changes nothing; a CNAME stands alone and not at the zone's own name; deleting succeeds when
/// there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn dns_record_sets(azure: &Azure, environment: &Environment) {
    let sets = &*azure.dns_record_sets;
    let zone_name = format!("{}.kompox-contract.test", environment.prefix);
    let zone_in = |group: &ResourceId| group.resource(KIND, &zone_name);
    absent(sets, &zone_in(&environment.group("no-dns"))).await;

    let group = environment.empty_group(azure, "dns").await;
    let zone = zone_in(&group);
    absent(sets, &zone).await;
    let resource = json!({
        "type": KIND,
        "apiVersion": "2018-05-01",
        "name": zone_name,
        "location": "global",
    });
    deploy(azure, &group, json!([resource]), json!({})).await;

    kept(sets, &zone).await;
    guarded(sets, &zone).await;
    refused(sets, &zone).await;

    azure.resource_groups.delete(&group).await.unwrap();
    absent(sets, &zone).await;
}

/// Properties with nothing but records.
fn plain(records: Records) -> RecordSetProperties {
    RecordSetProperties {
        ttl: 300,
        records,
        metadata: BTreeMap::new(),
        target_resource: None,
    }
}

fn a(last: u8) -> RecordSetProperties {
    plain(Records::A(vec![Ipv4Addr::new(203, 0, 113, last)]))
}

fn cname(name: &str) -> RecordSetProperties {
    plain(Records::Cname(Some(name.to_owned())))
}

async fn absent(sets: &dyn DnsRecordSets, zone: &ResourceId) {
    let id = zone.child("A", "www");
    assert_eq!(sets.get(&id).await.unwrap(), None);
    sets.delete(&id).await.unwrap();
    for condition in [If::Always, If::Absent] {
        let error = sets
            .create_or_update(&id, &a(1), &condition)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), FailureKind::NotFound, "{error}");
    }
}

async fn kept(sets: &dyn DnsRecordSets, zone: &ResourceId) {
    let six = |text: &str| -> Ipv6Addr { text.parse().expect("an address") };
    let tagged = RecordSetProperties {
        ttl: 1,
        metadata: [("by".to_owned(), "contract".to_owned())].into(),
        ..a(1)
    };
    let two = plain(Records::A(vec![
        Ipv4Addr::new(203, 0, 113, 1),
        Ipv4Addr::new(203, 0, 113, 2),
    ]));
    let six = plain(Records::Aaaa(vec![six("2001:db8::1"), six("2001:db8::2")]));
    for (kind, name, wanted) in [
        ("A", "tagged", tagged),
        ("A", "two", two),
        ("A", "@", a(3)),
        ("A", "*", a(4)),
        ("A", "*.deep", a(5)),
        ("AAAA", "two", six),
        ("CNAME", "alias", cname("target.example.com")),
        ("CNAME", "*.alias", cname("target.example.com")),
    ] {
        let id = zone.child(kind, name);
        assert_eq!(sets.get(&id).await.unwrap(), None);
        sets.delete(&id).await.unwrap();
        let made = sets
            .create_or_update(&id, &wanted, &If::Absent)
            .await
            .unwrap();
        assert_eq!(made.id, id);
        assert_eq!(made.properties, wanted);
        assert!(made.etag.is_some());
        assert_eq!(sets.get(&id).await.unwrap(), Some(made));
    }

    let id = zone.child("A", "tagged");
    let replaced = sets
        .create_or_update(&id, &a(9), &If::Always)
        .await
        .unwrap();
    assert_eq!(replaced.properties, a(9), "metadata is replaced as well");
    for (kind, name) in [("A", "tagged"), ("CNAME", "alias"), ("A", "@"), ("A", "*")] {
        let id = zone.child(kind, name);
        sets.delete(&id).await.unwrap();
        assert_eq!(sets.get(&id).await.unwrap(), None);
        sets.delete(&id).await.unwrap();
    }
}

async fn guarded(sets: &dyn DnsRecordSets, zone: &ResourceId) {
    let id = zone.child("A", "guarded");
    let put = async |last, condition: &If| sets.create_or_update(&id, &a(last), condition).await;
    let stale = If::Unchanged("00000000-0000-0000-0000-000000000000".to_owned());
    let error = put(1, &stale).await.unwrap_err();
    assert_eq!(error.status(), Some(412), "{error}");
    assert_eq!(sets.get(&id).await.unwrap(), None);

    let first = put(1, &If::Absent).await.unwrap();
    let first = If::Unchanged(first.etag.expect("an entity tag"));
    let second = put(2, &first).await.unwrap();
    for condition in [first, If::Absent, stale] {
        let error = put(3, &condition).await.unwrap_err();
        assert_eq!(error.status(), Some(412), "{error}");
        assert_eq!(error.kind(), FailureKind::Conflict, "{error}");
    }
    assert_eq!(sets.get(&id).await.unwrap(), Some(second));
}

async fn refused(sets: &dyn DnsRecordSets, zone: &ResourceId) {
    let put = async |kind: &str, name: &str, properties: &RecordSetProperties| {
        sets.create_or_update(&zone.child(kind, name), properties, &If::Always)
            .await
    };
    put("A", "one", &a(1)).await.unwrap();
    put("CNAME", "other", &cname("target.example.com"))
        .await
        .unwrap();
    let never = RecordSetProperties { ttl: 0, ..a(1) };
    for (kind, name, properties) in [
        ("CNAME", "one", cname("target.example.com")),
        ("A", "other", a(1)),
        ("CNAME", "@", cname("target.example.com")),
        ("A", "never", never),
        ("A", "x..y", a(1)),
    ] {
        let error = put(kind, name, &properties).await.unwrap_err();
        assert!(
            matches!(error.status(), Some(400 | 409)),
            "{kind} {name}: {error}"
        );
        assert_eq!(sets.get(&zone.child(kind, name)).await.ok().flatten(), None);
    }
}
