//! Zones and record sets.

use serde_json::json;

use super::{group, subscription};
use crate::azure::Azure;

const DNS: &str = "2018-05-01";

pub(super) async fn zones(azure: &Azure) {
    let zone = |rest: &str| {
        group(
            &format!("/providers/Microsoft.Network/dnsZones/example.net{rest}"),
            DNS,
        )
    };
    azure
        .done(
            "PUT",
            &zone(""),
            Some(json!({"location": "global", "tags": {"a": "1"}})),
        )
        .await;
    azure.get(&zone("")).await;
    azure
        .done("PATCH", &zone(""), Some(json!({"tags": {"a": "2"}})))
        .await;
    azure
        .list(&group("/providers/Microsoft.Network/dnsZones", DNS))
        .await;
    azure
        .list(&subscription("/providers/Microsoft.Network/dnsZones", DNS))
        .await;
    for (path, records) in [
        (
            "/A/a",
            json!({"ARecords": [{"ipv4Address": "203.0.113.1"}]}),
        ),
        (
            "/AAAA/a",
            json!({"AAAARecords": [{"ipv6Address": "2001:db8::1"}]}),
        ),
        (
            "/CAA/a",
            json!({"caaRecords": [{"flags": 0, "tag": "issue", "value": "ca.example.org"}]}),
        ),
        ("/CNAME/c", json!({"CNAMERecord": {"cname": "example.org"}})),
        (
            "/MX/m",
            json!({"MXRecords": [{"preference": 10, "exchange": "mail.example.org"}]}),
        ),
        (
            "/NS/n",
            json!({"NSRecords": [{"nsdname": "ns.example.org"}]}),
        ),
        (
            "/PTR/p",
            json!({"PTRRecords": [{"ptrdname": "host.example.org"}]}),
        ),
        (
            "/SRV/_sip._tcp",
            json!({"SRVRecords": [{"priority": 1, "weight": 2, "port": 5060, "target": "sip.example.org"}]}),
        ),
        ("/TXT/t", json!({"TXTRecords": [{"value": ["a", "b"]}]})),
    ] {
        let mut properties = records;
        properties["TTL"] = json!(60);
        properties["metadata"] = json!({"a": "1"});
        azure
            .done("PUT", &zone(path), Some(json!({"properties": properties})))
            .await;
        azure.get(&zone(path)).await;
        let change = json!({"properties": {"TTL": 120, "metadata": {"a": "2"}}});
        azure.done("PATCH", &zone(path), Some(change)).await;
    }
    let alias = json!({"properties": {"TTL": 60, "targetResource": {"id": zone("/A/a").split('?').next()}}});
    azure.send("PUT", &zone("/A/alias"), Some(alias)).await;
    let mut authority = azure.get(&zone("/SOA/@")).await;
    authority["properties"]["TTL"] = json!(1800);
    let authority = json!({"properties": authority["properties"]});
    azure.done("PUT", &zone("/SOA/@"), Some(authority)).await;
    let authority = azure.send("DELETE", &zone("/SOA/@"), None).await;
    assert_eq!(authority.status, 400, "{}", authority.body);
    azure.get(&zone("/NS/@")).await;
    for list in [
        "/A", "/AAAA", "/CAA", "/CNAME", "/MX", "/NS", "/PTR", "/SOA", "/SRV", "/TXT",
    ] {
        azure.list(&zone(list)).await;
    }
    let all = azure.list(&zone("/all")).await;
    assert_eq!(azure.list(&zone("/recordsets")).await, all);
    assert!(all.len() > 10, "{all:?}");
    azure
        .list(&format!("{}&$recordsetnamesuffix=_tcp", zone("/all")))
        .await;
    azure
        .refused("GET", &zone("/A/none"), None, "NotFound")
        .await;
    azure
        .send(
            "PUT",
            &zone("/A/bad"),
            Some(json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "x"}]}})),
        )
        .await;
    for path in [
        "/CAA/a",
        "/MX/m",
        "/NS/n",
        "/PTR/p",
        "/SRV/_sip._tcp",
        "/TXT/t",
    ] {
        azure.done("DELETE", &zone(path), None).await;
    }
    azure.done("DELETE", &zone(""), None).await;
}
