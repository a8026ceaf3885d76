//! Address ranges.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::Function;
use super::argument::Call;
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "parseCidr",
        arity: (1, 1),
        run: parse_cidr,
    },
    Function {
        name: "cidrSubnet",
        arity: (3, 3),
        run: subnet,
    },
    Function {
        name: "cidrHost",
        arity: (2, 2),
        run: host,
    },
];

/// A range with all its bits at the top of 128, whatever the family.
struct Range {
    bits: u128,
    prefix: u32,
    width: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (bits, width) = match address.parse().ok()? {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let prefix = prefix.parse().ok().filter(|p| *p <= width)?;
        Some(Self {
            bits: bits & mask(prefix),
            prefix,
            width,
        })
    }

    fn address(&self, bits: u128) -> String {
        if self.width == 32 {
            let low = u32::try_from(bits >> 96).unwrap_or(u32::MAX);
            std::net::Ipv4Addr::from_bits(low).to_string()
        } else {
            std::net::Ipv6Addr::from_bits(bits).to_string()
        }
    }

    fn last(&self) -> u128 {
        (self.bits | !mask(self.prefix)) & mask(self.width)
    }
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

fn range(call: &Call<'_>) -> Result<Range, TemplateError> {
    let text = call.text(0)?;
    Range::parse(text).ok_or_else(|| {
        call.error(format_args!(
            "'{text}' is not an address range such as '10.0.0.0/16'"
        ))
    })
}

fn parse_cidr(call: &Call<'_>) -> Result<Value, TemplateError> {
    let range = range(call)?;
    let unit = 1 << (128 - range.width);
    let mut parsed = json!({
        "network": range.address(range.bits),
        "netmask": range.address(mask(range.prefix)),
        "broadcast": range.address(range.last()),
        "firstUsable": range.address(range.bits),
        "lastUsable": range.address(range.last()),
        "cidr": range.prefix,
    });
    if range.width == 32 && range.prefix < 31 {
        parsed["firstUsable"] = range.address(range.bits + unit).into();
        parsed["lastUsable"] = range.address(range.last() - unit).into();
    }
    if range.width == 128
        && let Some(members) = parsed.as_object_mut()
    {
        members.remove("broadcast");
    }
    Ok(parsed)
}

fn subnet(call: &Call<'_>) -> Result<Value, TemplateError> {
    let range = range(call)?;
    let prefix = u32::try_from(call.integer(1)?)
        .ok()
        .filter(|p| (range.prefix..=range.width).contains(p))
        .ok_or_else(|| call.wrong(1, "a prefix length not shorter than that of the range"))?;
    let index = u128::try_from(call.integer(2)?)
        .ok()
        .filter(|i| i.checked_shr(prefix - range.prefix).unwrap_or(0) == 0)
        .ok_or_else(|| call.wrong(2, "an index of a subnet within the range"))?;
    let bits = range.bits | index.checked_shl(128 - prefix).unwrap_or(0);
    Ok(format!("{}/{prefix}", range.address(bits)).into())
}

fn host(call: &Call<'_>) -> Result<Value, TemplateError> {
    let range = range(call)?;
    let network = u128::from(range.width == 32 && range.prefix < 31);
    let index = u128::try_from(call.integer(1)?)
        .ok()
        .and_then(|i| i.checked_add(network))
        .filter(|i| i.checked_shr(range.width - range.prefix).unwrap_or(0) == 0)
        .ok_or_else(|| call.wrong(1, "an index of a host within the range"))?;
    Ok(range
        .address(range.bits | (index << (128 - range.width)))
        .into())
}
