//! `ClusterDNSApply`.

use std::collections::BTreeMap;

use kompox_azure::{
    DnsRecordSets, Error as AzureError, RecordSetProperties, Records, ResourceId, WriteCondition,
};
use kompox_model::options::ClusterDnsApplyOptions;
use kompox_model::{Cluster, DnsOutcome, DnsRecordSet, DnsRecordType, DnsStatus};
use kompox_provider::{Error, Result};

use super::record::{Wanted, is_same};
use super::select::{select, uncovered};
use super::zone::DnsZone;

/// How often a write is tried that somebody else's write comes before.
const ATTEMPTS: usize = 3;

/// Makes a record set be as given, or not be when it has no data.
///
/// Only what Azure itself refuses, and silence in place of its answer, is absorbed where `strict` is not set. Failing to
/// sign in is not: it is nothing that Azure said about the record set, and all others would fail alike.
///
/// Spec: §7.2.
pub(crate) async fn apply(
    record_sets: &dyn DnsRecordSets,
    cluster: &Cluster,
    record_set: &DnsRecordSet,
    options: &ClusterDnsApplyOptions,
) -> Result<DnsOutcome> {
    let (zones, wanted) = match (
        DnsZone::configured(&cluster.settings),
        Wanted::parse(record_set),
    ) {
        (Ok(zones), Ok(wanted)) => (zones, wanted),
        (zones, wanted) => {
            let problems = zones.err().into_iter().chain(wanted.err());
            return Err(Error::Validation(problems.flatten().collect()));
        }
    };
    let hint = options.zone_hint.as_deref();
    let outcome = |status, zone: Option<&DnsZone>| DnsOutcome {
        record_set: wanted.normalised(),
        status,
        changed: false,
        zone: zone.map(DnsZone::reference),
        reason: None,
    };
    let selected = select(&zones, &wanted.name, hint, options.strict)?
        .and_then(|zone| Some((zone, zone.relative_name(&wanted.name)?)));
    let Some((zone, relative)) = selected else {
        let reason = uncovered(&zones);
        tracing::warn!(host = wanted.name.as_str(), "no DNS record set: {reason}");
        return Ok(DnsOutcome {
            reason: Some(reason),
            ..outcome(DnsStatus::Skipped, None)
        });
    };
    if relative == "@" && wanted.kind == DnsRecordType::Cname && wanted.records.is_some() {
        return Err(Error::validation(
            "DNS name",
            wanted.name.as_str(),
            "this is the zone's own name, which cannot have a CNAME record; use A or AAAA records",
        ));
    }

    let id = zone.id().child(wanted.kind.to_string(), relative);
    let doing = match wanted.records {
        Some(_) => format!("applying the {} records of {}", wanted.kind, wanted.name),
        None => format!("deleting the {} records of {}", wanted.kind, wanted.name),
    };
    if options.dry_run {
        tracing::info!(id = %id, ttl = wanted.ttl, data = ?wanted.normalised().rdata, "dry run: not {doing}");
        return Ok(outcome(DnsStatus::Planned, Some(zone)));
    }
    let (status, result) = match &wanted.records {
        Some(records) => (
            DnsStatus::Applied,
            upsert(record_sets, &id, wanted.ttl, records).await,
        ),
        None => (DnsStatus::Deleted, delete(record_sets, &id).await),
    };
    match result {
        Ok(changed) => Ok(DnsOutcome {
            changed,
            ..outcome(status, Some(zone))
        }),
        Err(error) if options.strict || matches!(error, AzureError::NotSignedIn { .. }) => {
            Err(Error::port(doing, error))
        }
        Err(error) => {
            let reason = Error::port(doing, error).to_string();
            tracing::warn!(id = %id, "{reason}");
            Ok(DnsOutcome {
                reason: Some(reason),
                ..outcome(DnsStatus::Failed, Some(zone))
            })
        }
    }
}

/// Writes a record set unless it is as it should be already; says whether it wrote. A write replaces all of the set,
/// therefore its metadata is sent back, and a write by somebody else in between is noticed instead of undone.
async fn upsert(
    record_sets: &dyn DnsRecordSets,
    id: &ResourceId,
    ttl: u32,
    records: &Records,
) -> Result<bool, AzureError> {
    let mut attempt = 1;
    loop {
        let (metadata, condition) = match record_sets.get(id).await? {
            Some(there) if is_same(&there.properties, ttl, records) => return Ok(false),
            Some(there) => (
                there.properties.metadata,
                there
                    .etag
                    .map_or(WriteCondition::Always, WriteCondition::Unchanged),
            ),
            None => (BTreeMap::new(), WriteCondition::Absent),
        };
        let properties = RecordSetProperties {
            ttl,
            records: records.clone(),
            metadata,
            target_resource: None,
        };
        match record_sets
            .create_or_update(id, &properties, &condition)
            .await
        {
            Ok(_) => return Ok(true),
            Err(error) if error.status() == Some(412) && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Removes a record set unless there is none; says whether there was one.
async fn delete(record_sets: &dyn DnsRecordSets, id: &ResourceId) -> Result<bool, AzureError> {
    if record_sets.get(id).await?.is_none() {
        return Ok(false);
    }
    record_sets.delete(id).await?;
    Ok(true)
}
