//! A fault as it is written, before it is known what it means.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::Value;

use super::effect::Throttle;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default)]
    pub(super) faults: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) name: Option<String>,
    pub(super) method: Option<Methods>,
    pub(super) path: Option<String>,
    pub(super) api_version: Option<String>,
    #[serde(default)]
    pub(super) skip: u64,
    pub(super) times: Option<Times>,
    pub(super) probability: Option<f64>,
    pub(super) delay: Option<String>,
    pub(super) respond: Option<Respond>,
    pub(super) throttle: Option<Throttle>,
    pub(super) reset: Option<bool>,
    pub(super) lose_answer: Option<bool>,
    pub(super) truncate: Option<Truncate>,
    pub(super) operation: Option<OperationEntry>,
    pub(super) principal_not_found: Option<bool>,
}

pub(super) struct Methods(pub(super) Vec<String>);

pub(super) enum Times {
    Count(u64),
    Always,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Respond {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Truncate {
    pub(super) bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum OperationEntry {
    Fail(FailEntry),
    Slow(SlowEntry),
    Cancel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailEntry {
    pub(super) code: String,
    pub(super) message: String,
    #[serde(default = "conflict")]
    pub(super) status: u16,
}

pub(super) enum SlowEntry {
    Duration(String),
    Factor(f64),
}

fn conflict() -> u16 {
    409
}

impl<'de> Deserialize<'de> for Methods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Methods;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an HTTP method or a list of them")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Methods, E> {
                Ok(Methods(vec![name.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Methods, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = names.next_element()? {
                    all.push(name);
                }
                Ok(Methods(all))
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of requests, or `always`")
            }

            fn visit_u64<E: de::Error>(self, times: u64) -> Result<Times, E> {
                Ok(Times::Count(times))
            }

            fn visit_i64<E: de::Error>(self, times: i64) -> Result<Times, E> {
                u64::try_from(times)
                    .map(Times::Count)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(times), &self))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Times, E> {
                match word {
                    "always" => Ok(Times::Always),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

impl<'de> Deserialize<'de> for SlowEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = SlowEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration like `10m`, or a number for so many times as long")
            }

            fn visit_u64<E: de::Error>(self, factor: u64) -> Result<SlowEntry, E> {
                Ok(SlowEntry::Factor(factor as f64))
            }

            fn visit_i64<E: de::Error>(self, factor: i64) -> Result<SlowEntry, E> {
                Ok(SlowEntry::Factor(factor as f64))
            }

            fn visit_f64<E: de::Error>(self, factor: f64) -> Result<SlowEntry, E> {
                Ok(SlowEntry::Factor(factor))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<SlowEntry, E> {
                Ok(SlowEntry::Duration(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Seen)
    }
}
