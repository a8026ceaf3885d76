//! DNS records.

use kompox_model::options::*;
use kompox_model::{Cluster, DnsRecordSet, DnsRecordType};
use kompox_provider::Driver;

use super::{cluster, zone};

pub(super) async fn everything(driver: &dyn Driver) {
    let cluster = cluster();
    let set = |fqdn: &str, kind, rdata: &[&str]| DnsRecordSet {
        fqdn: fqdn.to_owned(),
        kind,
        ttl: 60,
        rdata: rdata.iter().map(|data| (*data).to_owned()).collect(),
    };
    let strict = || ClusterDnsApplyOptions {
        strict: true,
        ..Default::default()
    };
    for record_set in [
        set("www.example.com", DnsRecordType::A, &["203.0.113.1"]),
        set(
            "www.example.com",
            DnsRecordType::A,
            &["203.0.113.1", "203.0.113.2"],
        ),
        set("www.example.com", DnsRecordType::Aaaa, &["2001:db8::1"]),
        set("api.example.com", DnsRecordType::Cname, &["lb.example.net"]),
        set("old.example.com", DnsRecordType::A, &["203.0.113.3"]),
        set("old.example.com", DnsRecordType::A, &[]),
        set("old.example.com", DnsRecordType::A, &[]),
    ] {
        driver
            .cluster_dns_apply(&cluster, &record_set, strict())
            .await
            .unwrap();
    }
    // Beside a CNAME nothing can be.
    let beside = set("api.example.com", DnsRecordType::A, &["203.0.113.1"]);
    driver
        .cluster_dns_apply(&cluster, &beside, strict())
        .await
        .unwrap_err();
    let mut elsewhere = Cluster::new("prod");
    elsewhere
        .settings
        .insert("AZURE_RESOURCE_GROUP_NAME", "prod");
    elsewhere
        .settings
        .insert("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", zone("example.org"));
    let nowhere = set("www.example.org", DnsRecordType::A, &["203.0.113.1"]);
    driver
        .cluster_dns_apply(&elsewhere, &nowhere, strict())
        .await
        .unwrap_err();
}
