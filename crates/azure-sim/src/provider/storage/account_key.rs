//! The two keys of an account. They follow from the seed and from how often each was made anew; only that is kept.

use serde_json::{Map, Value, json};

use super::super::{time, unknown_action};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::store::{Resource, World};

const KEYS: [&str; 2] = ["key1", "key2"];

/// Answers `listKeys` and `regenerateKey`, both with all keys.
pub(super) fn act(
    world: &mut World,
    id: &ResourceId,
    action: &str,
    body: &Value,
) -> Result<Reply, ArmError> {
    match action.to_ascii_lowercase().as_str() {
        "listkeys" => {}
        "regeneratekey" => regenerate(world, id, body)?,
        _ => return Err(unknown_action(id, action)),
    }
    let keys: Vec<Value> = match world.resource(id) {
        Some(account) => KEYS.iter().map(|name| show(world, account, name)).collect(),
        None => Vec::new(),
    };
    Ok(Reply::with(200, Body::Plain(json!({ "keys": keys }))))
}

fn regenerate(world: &mut World, id: &ResourceId, body: &Value) -> Result<(), ArmError> {
    let asked = body
        .get("keyName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    // The keys for Kerberos are there only where a directory is joined, which is not simulated.
    let Some(name) = KEYS.iter().find(|key| key.eq_ignore_ascii_case(asked)) else {
        return Err(ArmError::new(
            400,
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: keyName.",
        ));
    };
    let now = world.now();
    if let Some(account) = world.resource_mut(id) {
        let round = round(account, name) + 1;
        if !account.private.is_object() {
            account.private = Value::Object(Map::new());
        }
        if let Some(private) = account.private.as_object_mut() {
            private.insert((*name).to_owned(), json!({"round": round, "made": now}));
        }
    }
    Ok(())
}

/// How often a key was made anew.
fn round(account: &Resource, name: &str) -> u64 {
    let round = account.private.get(name).and_then(|key| key.get("round"));
    round.and_then(Value::as_u64).unwrap_or_default()
}

fn show(world: &World, account: &Resource, name: &str) -> Value {
    let created = account.created;
    let made = account
        .private
        .get(name)
        .and_then(|key| key.get("made")?.as_str()?.parse().ok())
        .unwrap_or(created);
    let purpose = match round(account, name) {
        0 => format!("{name}:{}:{created}", account.id.key()),
        round => format!("{name}:{}:{created}:{round}", account.id.key()),
    };
    let text = world.settings().text(&purpose, 86);
    json!({
        "creationTime": time(made),
        "keyName": name,
        "value": format!("{}==", text.replace('-', "+").replace('_', "/")),
        "permissions": "FULL",
    })
}
