//! Applying record sets: which calls are made, what comes of them, and what becomes of refusals.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kompox_azure::{
    DnsRecordSets, Error as AzureError, MockDnsRecordSets, RecordSet, RecordSetProperties, Records,
    ResourceId, WriteCondition,
};
use kompox_model::failure::Failure;
use kompox_model::options::ClusterDnsApplyOptions;
use kompox_model::{Cluster, DnsOutcome, DnsRecordSet, DnsRecordType, DnsStatus};
use kompox_provider::{Error, Result};
use mockall::predicate::eq;

use super::{apply, zones};

const STRICT: ClusterDnsApplyOptions = ClusterDnsApplyOptions {
    zone_hint: None,
    strict: true,
    dry_run: false,
};
const LENIENT: ClusterDnsApplyOptions = ClusterDnsApplyOptions {
    strict: false,
    ..STRICT
};

fn zone(subscription: &str, name: &str) -> ResourceId {
    ResourceId::subscription_scope(subscription)
        .group("dns")
        .resource("Microsoft.Network/dnsZones", name)
}

/// `example.com` in one subscription and `example.org` in another.
fn cluster() -> Cluster {
    let ids = format!(
        "{}, {}",
        zone("s1", "example.com"),
        zone("s2", "example.org")
    );
    let mut cluster = Cluster::new("prod");
    cluster
        .settings
        .insert("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", ids);
    cluster
}

fn a(fqdn: &str, rdata: &[&str]) -> DnsRecordSet {
    DnsRecordSet {
        fqdn: fqdn.to_owned(),
        kind: DnsRecordType::A,
        ttl: 60,
        rdata: rdata.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn www() -> ResourceId {
    zone("s1", "example.com").child("A", "www")
}

fn properties(last: u8) -> RecordSetProperties {
    RecordSetProperties {
        ttl: 60,
        records: Records::A(vec![Ipv4Addr::new(10, 0, 0, last)]),
        metadata: BTreeMap::new(),
        target_resource: None,
    }
}

fn there(id: &ResourceId, etag: &str, properties: RecordSetProperties) -> RecordSet {
    RecordSet {
        id: id.clone(),
        etag: Some(etag.to_owned()),
        properties,
    }
}

fn refused(status: u16, code: &str) -> AzureError {
    AzureError::Refused(Box::new(Failure {
        status: Some(status),
        code: code.to_owned(),
        message: "no".to_owned(),
        ..Failure::default()
    }))
}

async fn run(
    record_sets: &dyn DnsRecordSets,
    record_set: &DnsRecordSet,
    options: &ClusterDnsApplyOptions,
) -> Result<DnsOutcome> {
    apply(record_sets, &cluster(), record_set, options).await
}

fn summary(outcome: &DnsOutcome) -> (DnsStatus, bool) {
    (outcome.status, outcome.changed)
}

#[tokio::test]
async fn what_is_absent_is_made_on_condition_that_it_still_is() {
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get()
        .with(eq(www()))
        .once()
        .returning(|_| Ok(None));
    sets.expect_create_or_update()
        .with(eq(www()), eq(properties(1)), eq(WriteCondition::Absent))
        .once()
        .returning(|id, wanted, _| Ok(there(id, "e1", wanted.clone())));
    let outcome = run(
        &sets,
        &a("WWW.example.com.", &["10.0.0.1", "10.0.0.1"]),
        &STRICT,
    )
    .await
    .unwrap();
    assert_eq!(outcome.record_set, a("www.example.com", &["10.0.0.1"]));
    assert_eq!(summary(&outcome), (DnsStatus::Applied, true));
    assert_eq!(outcome.reason, None);
    let used = outcome.zone.unwrap();
    assert_eq!(used.name, "example.com");
    assert_eq!(used.id, zone("s1", "example.com").to_string());
}

#[tokio::test]
async fn equal_data_makes_no_write() {
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get().once().returning(|id| {
        let addresses = [2, 1].map(|last| Ipv4Addr::new(10, 0, 0, last));
        let there_now = RecordSetProperties {
            records: Records::A(addresses.to_vec()),
            metadata: [("by".to_owned(), "me".to_owned())].into(),
            ..properties(0)
        };
        Ok(Some(there(id, "e1", there_now)))
    });
    let wanted = a("www.example.com", &["10.0.0.1", "10.0.0.2"]);
    let outcome = run(&sets, &wanted, &STRICT).await.unwrap();
    assert_eq!(summary(&outcome), (DnsStatus::Applied, false));
}

#[tokio::test]
async fn a_change_keeps_metadata_and_replaces_an_alias() {
    let metadata: BTreeMap<_, _> = [("by".to_owned(), "somebody".to_owned())].into();
    let alias = RecordSetProperties {
        metadata: metadata.clone(),
        target_resource: Some(zone("s1", "example.com").child("A", "other")),
        ..properties(1)
    };
    let wanted = RecordSetProperties {
        metadata,
        ..properties(1)
    };
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get()
        .once()
        .return_once(move |id| Ok(Some(there(id, "e1", alias))));
    sets.expect_create_or_update()
        .with(
            eq(www()),
            eq(wanted),
            eq(WriteCondition::Unchanged("e1".to_owned())),
        )
        .once()
        .returning(|id, wanted, _| Ok(there(id, "e2", wanted.clone())));
    let outcome = run(&sets, &a("www.example.com", &["10.0.0.1"]), &STRICT).await;
    assert_eq!(summary(&outcome.unwrap()), (DnsStatus::Applied, true));
}

#[tokio::test]
async fn somebody_elses_write_in_between_is_read_again() {
    let mut sets = MockDnsRecordSets::new();
    let states = Mutex::new(vec![Some(1), None]);
    sets.expect_get().times(2).returning(move |id| {
        let state = states.lock().unwrap().pop().unwrap();
        Ok(state.map(|last| there(id, "e1", properties(last))))
    });
    sets.expect_create_or_update()
        .once()
        .returning(|_, _, _| Err(refused(412, "PreconditionFailed")));
    let outcome = run(&sets, &a("www.example.com", &["10.0.0.1"]), &STRICT).await;
    assert_eq!(summary(&outcome.unwrap()), (DnsStatus::Applied, false));
}

#[tokio::test]
async fn a_contest_is_given_up_after_three_writes() {
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get()
        .times(3)
        .returning(|id| Ok(Some(there(id, "e1", properties(9)))));
    sets.expect_create_or_update()
        .times(3)
        .returning(|_, _, _| Err(refused(412, "PreconditionFailed")));
    let error = run(&sets, &a("www.example.com", &["10.0.0.1"]), &STRICT)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
}

#[tokio::test]
async fn a_dry_run_asks_nothing_of_azure() {
    let options = ClusterDnsApplyOptions {
        dry_run: true,
        ..STRICT
    };
    for rdata in [&["10.0.0.1"][..], &[]] {
        let wanted = a("www.example.com", rdata);
        let outcome = run(&MockDnsRecordSets::new(), &wanted, &options).await;
        let outcome = outcome.unwrap();
        assert_eq!(summary(&outcome), (DnsStatus::Planned, false));
        assert_eq!(outcome.zone.unwrap().name, "example.com");
        assert_eq!(outcome.record_set, wanted);
    }
}

#[tokio::test]
async fn no_data_means_that_the_record_set_goes() {
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get()
        .once()
        .returning(|id| Ok(Some(there(id, "e1", properties(1)))));
    sets.expect_delete()
        .with(eq(www()))
        .once()
        .returning(|_| Ok(()));
    let outcome = run(&sets, &a("www.example.com", &[]), &STRICT).await;
    assert_eq!(summary(&outcome.unwrap()), (DnsStatus::Deleted, true));

    let mut sets = MockDnsRecordSets::new();
    sets.expect_get().once().returning(|_| Ok(None));
    let outcome = run(&sets, &a("www.example.com", &[]), &STRICT).await;
    assert_eq!(summary(&outcome.unwrap()), (DnsStatus::Deleted, false));
}

#[tokio::test]
async fn what_azure_refuses_is_an_error_in_strict_mode_and_an_outcome_otherwise() {
    let failing = || {
        let mut sets = MockDnsRecordSets::new();
        sets.expect_get().returning(|_| Ok(None));
        sets.expect_create_or_update()
            .returning(|_, _, _| Err(refused(403, "AuthorizationFailed")));
        sets
    };
    let wanted = a("www.example.com", &["10.0.0.1"]);
    let error = run(&failing(), &wanted, &STRICT).await.unwrap_err();
    assert!(matches!(error, Error::Provider { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "applying the A records of www.example.com: AuthorizationFailed: no (HTTP 403)"
    );
    let outcome = run(&failing(), &wanted, &LENIENT).await.unwrap();
    assert_eq!(summary(&outcome), (DnsStatus::Failed, false));
    assert_eq!(outcome.reason, Some(error.to_string()));
    assert_eq!(outcome.zone.unwrap().name, "example.com");
}

#[tokio::test]
async fn silence_is_absorbed_and_a_failed_sign_in_is_not() {
    let failing = |error: fn() -> AzureError| {
        let mut sets = MockDnsRecordSets::new();
        sets.expect_get().returning(move |_| Err(error()));
        sets
    };
    for rdata in [&["10.0.0.1"][..], &[]] {
        let wanted = a("www.example.com", rdata);
        let silent = failing(|| AzureError::Transport {
            call: "GET /".to_owned(),
            message: "connection reset".to_owned(),
            source: "reset".into(),
        });
        let outcome = run(&silent, &wanted, &LENIENT).await.unwrap();
        assert_eq!(summary(&outcome), (DnsStatus::Failed, false));
        let nobody = failing(|| AzureError::NotSignedIn {
            message: "run az login".to_owned(),
            source: "no token".into(),
        });
        let error = run(&nobody, &wanted, &LENIENT).await.unwrap_err();
        assert!(error.to_string().contains("az login"), "{error}");
    }
}

#[tokio::test]
async fn a_name_without_a_zone_is_skipped_or_in_strict_mode_an_error() {
    let wanted = a("www.example.net", &["10.0.0.1"]);
    let sets = MockDnsRecordSets::new();
    let outcome = run(&sets, &wanted, &LENIENT).await.unwrap();
    assert_eq!(summary(&outcome), (DnsStatus::Skipped, false));
    assert_eq!(outcome.zone, None);
    assert!(outcome.reason.unwrap().contains("example.com, example.org"));
    let error = run(&sets, &wanted, &STRICT).await.unwrap_err();
    assert!(matches!(error, Error::Validation(_)), "{error}");

    let nowhere = apply(&sets, &Cluster::new("prod"), &wanted, &LENIENT).await;
    let reason = nowhere.unwrap().reason.unwrap();
    assert_eq!(reason, "AZURE_AKS_DNS_ZONE_RESOURCE_IDS names no zone");
}

#[tokio::test]
async fn wrong_input_is_an_error_in_every_mode_and_told_together() {
    let sets = MockDnsRecordSets::new();
    let mut wrong = cluster();
    wrong
        .settings
        .insert("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", "example.com");
    let error = apply(&sets, &wrong, &a("www.example.com", &["x"]), &LENIENT).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("no resource id") && error.contains("IPv4"),
        "{error}"
    );

    let contradicting = ClusterDnsApplyOptions {
        zone_hint: Some("example.org".to_owned()),
        ..LENIENT
    };
    let error = run(&sets, &a("www.example.com", &["10.0.0.1"]), &contradicting).await;
    assert!(matches!(error, Err(Error::Validation(_))), "{error:?}");
}

#[tokio::test]
async fn a_zones_own_name_has_no_cname_but_can_be_cleared_of_one() {
    let mut set = DnsRecordSet {
        kind: DnsRecordType::Cname,
        ..a("Example.org", &["target.example.com"])
    };
    let mut sets = MockDnsRecordSets::new();
    sets.expect_get()
        .with(eq(zone("s2", "example.org").child("CNAME", "@")))
        .once()
        .returning(|_| Ok(None));
    let error = run(&sets, &set, &LENIENT).await.unwrap_err();
    assert!(error.to_string().contains("zone's own name"), "{error}");
    set.rdata.clear();
    let outcome = run(&sets, &set, &LENIENT).await.unwrap();
    assert_eq!(summary(&outcome), (DnsStatus::Deleted, false));
}

#[test]
fn zones_are_told_with_what_falls_into_them() {
    let hosts = ["a.example.org.", "*.example.com", "example.net"].map(str::to_owned);
    let told = zones(&cluster(), &hosts).unwrap();
    let names: Vec<_> = told.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, ["example.com", "example.org"]);
    let falls: Vec<_> = (told.hosts.iter())
        .map(|host| {
            (
                host.host.as_str(),
                host.zone.as_ref().map(|zone| zone.id.clone()),
            )
        })
        .collect();
    assert_eq!(
        falls,
        [
            ("a.example.org", Some(zone("s2", "example.org").to_string())),
            ("*.example.com", Some(zone("s1", "example.com").to_string())),
            ("example.net", None),
        ]
    );
    let error = zones(&cluster(), &["a..b".to_owned()]).unwrap_err();
    assert!(matches!(error, Error::Validation(_)), "{error}");
    assert!(zones(&Cluster::new("prod"), &[]).unwrap().zones.is_empty());
}

/// Record sets in memory, with entity tags, that count writes.
#[derive(Debug, Default)]
struct Memory(Mutex<(BTreeMap<ResourceId, RecordSet>, u32)>);

impl Memory {
    fn writes(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

#[async_trait]
impl DnsRecordSets for Memory {
    async fn get(&self, id: &ResourceId) -> kompox_azure::Result<Option<RecordSet>> {
        Ok(self.0.lock().unwrap().0.get(id).cloned())
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        properties: &RecordSetProperties,
        condition: &WriteCondition,
    ) -> kompox_azure::Result<RecordSet> {
        let (sets, writes) = &mut *self.0.lock().unwrap();
        let tag = sets.get(id).and_then(|set| set.etag.clone());
        let holds = match condition {
            WriteCondition::Always => true,
            WriteCondition::Absent => tag.is_none(),
            WriteCondition::Unchanged(wanted) => tag.as_ref() == Some(wanted),
        };
        if !holds {
            return Err(refused(412, "PreconditionFailed"));
        }
        *writes += 1;
        let set = there(id, &writes.to_string(), properties.clone());
        sets.insert(id.clone(), set.clone());
        Ok(set)
    }

    async fn delete(&self, id: &ResourceId) -> kompox_azure::Result<()> {
        let (sets, writes) = &mut *self.0.lock().unwrap();
        *writes += 1;
        sets.remove(id);
        Ok(())
    }
}

#[tokio::test]
async fn hosts_of_two_subscriptions_are_deployed_twice_and_destroyed_twice() {
    let memory = Arc::new(Memory::default());
    let hosts = ["www.example.com", "example.org"];
    for (round, changed) in [(0, true), (1, false)] {
        for host in hosts {
            let outcome = run(&*memory, &a(host, &["10.0.0.1"]), &STRICT).await;
            assert_eq!(
                summary(&outcome.unwrap()),
                (DnsStatus::Applied, changed),
                "{round}"
            );
        }
    }
    assert_eq!(memory.writes(), 2);
    let apex = zone("s2", "example.org").child("A", "@");
    assert!(memory.get(&www()).await.unwrap().is_some());
    assert!(memory.get(&apex).await.unwrap().is_some());
    for changed in [true, false] {
        for host in hosts {
            for kind in DnsRecordType::ALL {
                let gone = DnsRecordSet {
                    kind,
                    ..a(host, &[])
                };
                let outcome = run(&*memory, &gone, &STRICT).await.unwrap();
                let changed = changed && kind == DnsRecordType::A;
                assert_eq!(summary(&outcome), (DnsStatus::Deleted, changed));
            }
        }
    }
    assert_eq!(memory.writes(), 4);
}
