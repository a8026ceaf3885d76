//! DNS record sets.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;
use azure_core::http::Method;
use azure_core::http::headers::{HeaderName, IF_MATCH};
use kompox_azure::{
    DnsRecordSets, RecordSet, RecordSetProperties, Records, ResourceId, Result, WriteCondition,
};
use serde::{Deserialize, Serialize};

use crate::api_version::DNS as VERSION;
use crate::client::{Call, Client};
use crate::wire::nullable;

const IF_NONE_MATCH: HeaderName = HeaderName::from_static("if-none-match");

/// DNS record sets over ARM.
#[derive(Debug)]
pub(crate) struct ArmDnsRecordSets(pub(crate) Client);

/// A record set as it is read and as it is written.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(skip_serializing)]
    id: Option<ResourceId>,
    #[serde(skip_serializing)]
    etag: Option<String>,
    properties: Properties,
}

/// Azure writes the types of records in upper case, and `caaRecords`.
#[derive(Serialize, Deserialize)]
struct Properties {
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    metadata: BTreeMap<String, String>,
    #[serde(rename = "TTL")]
    ttl: u32,
    #[serde(rename = "ARecords", skip_serializing_if = "Option::is_none")]
    a: Option<Vec<ARecord>>,
    #[serde(rename = "AAAARecords", skip_serializing_if = "Option::is_none")]
    aaaa: Option<Vec<AaaaRecord>>,
    #[serde(rename = "CNAMERecord", skip_serializing_if = "Option::is_none")]
    cname: Option<CnameRecord>,
    #[serde(rename = "targetResource", skip_serializing_if = "Option::is_none")]
    target_resource: Option<Reference>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ARecord {
    ipv4_address: Ipv4Addr,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AaaaRecord {
    ipv6_address: Ipv6Addr,
}

#[derive(Serialize, Deserialize)]
struct CnameRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    cname: Option<String>,
}

/// Empty where the record set is no alias.
#[derive(Serialize, Deserialize)]
struct Reference {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ResourceId>,
}

impl From<&RecordSetProperties> for Body {
    fn from(wanted: &RecordSetProperties) -> Self {
        let mut properties = Properties {
            metadata: wanted.metadata.clone(),
            ttl: wanted.ttl,
            a: None,
            aaaa: None,
            cname: None,
            target_resource: wanted
                .target_resource
                .clone()
                .map(|id| Reference { id: Some(id) }),
        };
        match &wanted.records {
            Records::A(addresses) => {
                let record = |&ipv4_address| ARecord { ipv4_address };
                properties.a = Some(addresses.iter().map(record).collect());
            }
            Records::Aaaa(addresses) => {
                let record = |&ipv6_address| AaaaRecord { ipv6_address };
                properties.aaaa = Some(addresses.iter().map(record).collect());
            }
            Records::Cname(name) => {
                let cname = name.clone();
                properties.cname = cname.is_some().then_some(CnameRecord { cname });
            }
        }
        Self {
            id: None,
            etag: None,
            properties,
        }
    }
}

/// The record set of an answer. Which records it has follows from the type that was asked for: a set without records
/// has no member that tells.
fn record_set(call: &Call, id: &ResourceId, body: Body) -> Result<RecordSet> {
    let properties = body.properties;
    let kind = id.kind().to_ascii_lowercase();
    let records = match kind.rsplit('/').next().unwrap_or_default() {
        "a" => Records::A(
            (properties.a.into_iter().flatten())
                .map(|record| record.ipv4_address)
                .collect(),
        ),
        "aaaa" => Records::Aaaa(
            (properties.aaaa.into_iter().flatten())
                .map(|record| record.ipv6_address)
                .collect(),
        ),
        "cname" => Records::Cname(properties.cname.and_then(|record| record.cname)),
        other => return Err(call.malformed(format!("records of type {other} are not supported"))),
    };
    Ok(RecordSet {
        id: body.id.unwrap_or_else(|| id.clone()),
        etag: body.etag,
        properties: RecordSetProperties {
            ttl: properties.ttl,
            records,
            metadata: properties.metadata,
            target_resource: properties.target_resource.and_then(|target| target.id),
        },
    })
}

#[async_trait]
impl DnsRecordSets for ArmDnsRecordSets {
    async fn get(&self, id: &ResourceId) -> Result<Option<RecordSet>> {
        let call = Call::get(self.0.url(id, &[], VERSION));
        match self.0.ask(&call).await? {
            Some(answer) => record_set(&call, id, answer.json(&call)?).map(Some),
            None => Ok(None),
        }
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        properties: &RecordSetProperties,
        condition: &WriteCondition,
    ) -> Result<RecordSet> {
        let url = self.0.url(id, &[], VERSION);
        let call = Call::with_body(Method::Put, url, &Body::from(properties))?;
        let call = match condition {
            WriteCondition::Always => call,
            WriteCondition::Absent => call.on_condition(IF_NONE_MATCH, "*"),
            WriteCondition::Unchanged(etag) => call.on_condition(IF_MATCH, etag),
        };
        let answer = self.0.send(&call).await?;
        if !answer.is_success() {
            return Err(answer.refusal());
        }
        record_set(&call, id, answer.json(&call)?)
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}
