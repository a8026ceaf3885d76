//! What Azure DNS refuses.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Map, Value};

use super::record::{self, RecordType, word};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::shape::Mismatch;
use crate::store::World;

/// The longest name, without its trailing dot.
const LONGEST_NAME: usize = 253;

/// The longest time to live, in seconds.
const LONGEST_TTL: i64 = 2_147_483_647;

/// The most records of a set.
const MOST_RECORDS: usize = 20;

pub(super) fn bad_request(message: impl Into<String>) -> ArmError {
    ArmError::bare(400, "BadRequest", message)
}

pub(super) fn wrong_type(mismatch: &Mismatch) -> ArmError {
    let Mismatch {
        path,
        wanted,
        found,
        ..
    } = mismatch;
    bad_request(format!(
        "The value of '{path}' is {found}; expected is {wanted}."
    ))
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

pub(super) fn check_zone_name(name: &str) -> Result<(), ArmError> {
    let labels = name.split('.').count();
    let good =
        (2..=34).contains(&labels) && name.len() <= LONGEST_NAME && name.split('.').all(is_label);
    if good {
        return Ok(());
    }
    Err(bad_request(format!("The zone name '{name}' is not valid.")))
}

/// A name relative to its zone: `@`, or labels of which the first may be `*`.
pub(super) fn check_relative_name(name: &str, zone: &str) -> Result<(), ArmError> {
    if name == "@" {
        return Ok(());
    }
    let rest = match name.split_once('.') {
        Some(("*", rest)) => Some(rest),
        None if name == "*" => None,
        _ => Some(name),
    };
    let good = rest.is_none_or(|rest| rest.split('.').all(is_label))
        && name.len() + 1 + zone.len() <= LONGEST_NAME;
    if good {
        return Ok(());
    }
    Err(bad_request(format!(
        "The record set name '{name}' is not valid: it is relative to the zone '{zone}' and consists of labels of at \
         most 63 characters."
    )))
}

/// Checks time to live and records.
pub(super) fn check_records(
    kind: &'static RecordType,
    given: &Map<String, Value>,
    name: &str,
) -> Result<(), ArmError> {
    let ttl = given.get("TTL").and_then(Value::as_i64);
    match ttl {
        Some(1..=LONGEST_TTL) => {}
        Some(ttl) => {
            return Err(bad_request(format!(
                "The TTL '{ttl}' of the record set '{name}' is not valid: it must be between 1 and {LONGEST_TTL}."
            )));
        }
        None => {
            return Err(bad_request(format!(
                "The record set '{name}' has no TTL, which is required."
            )));
        }
    }
    let records = given.get(kind.member);
    let is_alias = given
        .get("targetResource")
        .is_some_and(|target| target.get("id").is_some());
    let count = match records {
        Some(Value::Array(records)) => records.len(),
        Some(_) => 1,
        None => 0,
    };
    if is_alias && count > 0 {
        return Err(bad_request(format!(
            "The record set '{name}' refers to a resource and cannot have records too."
        )));
    }
    if count > MOST_RECORDS {
        return Err(bad_request(format!(
            "The record set '{name}' has {count} records; at most {MOST_RECORDS} are allowed."
        )));
    }
    let Some(records) = records else {
        return if kind.member == record::CNAME.member && !is_alias {
            Err(bad_request(format!(
                "The CNAME record set '{name}' has no record."
            )))
        } else {
            Ok(())
        };
    };
    let each = records
        .as_array()
        .map_or_else(|| vec![records], |all| all.iter().collect());
    for (at, record) in each.iter().enumerate() {
        if each.iter().skip(at + 1).any(|other| other == record) {
            return Err(bad_request(format!(
                "The record set '{name}' contains a record twice: {record}."
            )));
        }
        check_record(kind, record, name)?;
    }
    Ok(())
}

fn check_record(kind: &'static RecordType, record: &Value, name: &str) -> Result<(), ArmError> {
    let text = |member: &str| {
        record
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let is_number = |member: &str, most: i64| {
        let number = record.get(member).and_then(Value::as_i64);
        number.is_some_and(|number| (0..=most).contains(&number))
    };
    let (good, value) = match word(kind) {
        "A" => {
            let address = text("ipv4Address");
            (address.parse::<Ipv4Addr>().is_ok(), address)
        }
        "AAAA" => {
            let address = text("ipv6Address");
            (address.parse::<Ipv6Addr>().is_ok(), address)
        }
        "CNAME" => (is_host_name(text("cname")), text("cname")),
        "NS" => (is_host_name(text("nsdname")), text("nsdname")),
        "PTR" => (is_host_name(text("ptrdname")), text("ptrdname")),
        "MX" => (
            is_host_name(text("exchange")) && is_number("preference", 65_535),
            text("exchange"),
        ),
        "SRV" => (
            is_target(text("target"))
                && ["priority", "weight", "port"]
                    .iter()
                    .all(|member| is_number(member, 65_535)),
            text("target"),
        ),
        "CAA" => (
            is_number("flags", 255) && !text("tag").is_empty() && record.get("value").is_some(),
            text("value"),
        ),
        "TXT" => {
            let has_text = record.get("value").and_then(Value::as_array);
            (has_text.is_some_and(|texts| !texts.is_empty()), "")
        }
        _ => (true, ""),
    };
    if good {
        return Ok(());
    }
    Err(bad_request(format!(
        "The value '{value}' is not valid in the record set '{name}' of type '{}'.",
        word(kind)
    )))
}

/// The target of an SRV record; a lone dot says that there is no such service.
fn is_target(name: &str) -> bool {
    name == "." || is_host_name(name)
}

fn is_host_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= LONGEST_NAME && name.split('.').all(is_label)
}

/// A name with a CNAME has no other records; the zone's own name always has some.
pub(super) fn check_neighbours(
    world: &World,
    kind: &'static RecordType,
    id: &ResourceId,
) -> Result<(), ArmError> {
    let is_cname = kind.member == record::CNAME.member;
    let name = id.name();
    if is_cname && name == "@" {
        return Err(bad_request(
            "A CNAME record set cannot be at the apex of a zone ('@').",
        ));
    }
    let zone = id.parent().unwrap_or_default();
    let others = if is_cname {
        &[
            &record::A,
            &record::AAAA,
            &record::CAA,
            &record::MX,
            &record::NS,
            &record::PTR,
            &record::SOA,
            &record::SRV,
            &record::TXT,
        ][..]
    } else {
        &[&record::CNAME][..]
    };
    for other in others {
        if world.exists(&zone.with_child(word(other), name)) {
            return Err(ArmError::bare(
                409,
                "Conflict",
                format!(
                    "The record set '{name}' of type '{}' cannot be created: the zone has a record set of that name and \
                     of type '{}', and a CNAME stands alone.",
                    word(kind),
                    word(other)
                ),
            ));
        }
    }
    Ok(())
}
