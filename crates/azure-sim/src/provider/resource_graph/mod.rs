//! The resource graph: all resources of all subscriptions as one table, asked in a small part of Kusto.
//!
//! A query is a table (`Resources`, or none) and steps: `where` with `=~`, `==`, `in~`, `in` and `and` (on members of
//! columns, too), `project`,
//! `order by`, `limit` and `take`. Everything else is refused as what Azure cannot parse. The graph is never behind.

mod kusto;
mod query;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use self::kusto::Unparsable;
use self::query::Query;
use super::{Home, PROVIDERS, check_version, time};
use crate::error::ArmError;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Resource, World};

pub(super) const API_VERSIONS: &[&str] = &[
    "2024-04-01",
    "2022-10-01",
    "2021-06-01-preview",
    "2021-03-01",
];
pub(super) const TYPE: &str = "Microsoft.ResourceGraph/resources";

/// The most rows that an answer has.
const LARGEST_PAGE: usize = 1000;

/// `POST /providers/Microsoft.ResourceGraph/resources`.
pub(crate) fn resource_graph(world: &World, request: &ArmRequest) -> Result<Reply, ArmError> {
    check_version(TYPE, API_VERSIONS, request.api_version()?, None)?;
    let body = request.json()?;
    let text = body["query"]
        .as_str()
        .filter(|query| !query.trim().is_empty())
        .ok_or_else(|| refused("Query is missing.", Vec::new()))?;
    let query = Query::parse(text).map_err(|error| invalid_query(world, &error))?;
    let options = Options::read(&body)?;

    let mut rows: Vec<Map<String, Value>> = PROVIDERS
        .iter()
        .map(|provider| provider.spec())
        .filter(|spec| spec.home == Home::Group && spec.located)
        .flat_map(|spec| world.of_type(spec.resource_type))
        .filter(|resource| !resource.id.is_group() && options.reaches(resource))
        .map(|resource| row(world, resource))
        .collect();
    // Some order that is always the same, for queries that ask for none.
    rows.sort_by_cached_key(|row| row["id"].to_string().to_lowercase());
    let rows = query.run(rows);

    let size = options.top.min(world.settings().page_size);
    let total = rows.len();
    let has_ids = rows.first().is_none_or(|row| row.contains_key("id"));
    let data: Vec<_> = rows.into_iter().skip(options.skip).take(size).collect();
    let next = options.skip + data.len();
    let more = next < total;
    let mut answer = json!({
        "totalRecords": total,
        "count": data.len(),
        "data": data,
        "facets": [],
        // A text, and not a boolean.
        "resultTruncated": if more && !has_ids { "true" } else { "false" },
    });
    if more && has_ids {
        let token = json!({ "$id": "1", "MaxRows": size, "RowsToSkip": next }).to_string();
        answer["$skipToken"] = json!(STANDARD.encode(token));
    }
    Ok(Reply::json(200, answer))
}

/// A resource as the graph has it.
fn row(world: &World, resource: &Resource) -> Map<String, Value> {
    let member = |name: &str| resource.body.get(name).cloned().unwrap_or(Value::Null);
    let columns = [
        ("id", json!(resource.id.to_string())),
        ("name", json!(resource.id.name())),
        ("type", json!(resource.resource_type.to_lowercase())),
        ("location", json!(resource.location())),
        (
            "resourceGroup",
            json!(resource.id.group().unwrap_or_default().to_lowercase()),
        ),
        (
            "subscriptionId",
            json!(resource.id.subscription().unwrap_or_default()),
        ),
        ("tenantId", json!(world.settings().tenant_id)),
        ("tags", member("tags")),
        ("properties", member("properties")),
    ];
    columns
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// What goes along with a query.
struct Options {
    /// Lower-case; all when there are none.
    subscriptions: Vec<String>,
    top: usize,
    skip: usize,
}

impl Options {
    fn read(body: &Value) -> Result<Self, ArmError> {
        let options = &body["options"];
        if !matches!(options["resultFormat"].as_str(), None | Some("objectArray")) {
            return Err(refused(
                "The only resultFormat that is simulated is objectArray.",
                Vec::new(),
            ));
        }
        let number = |name: &str| match &options[name] {
            Value::Null => Ok(None),
            value => value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .map(Some)
                .ok_or_else(|| refused(&format!("{name} has an invalid value."), Vec::new())),
        };
        let earlier = &options["$skipToken"];
        let continued = || number_in(earlier, "MaxRows");
        let top = number("$top")?.or_else(continued).unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&top) {
            return Err(refused("$top must be from 1 to 1000.", Vec::new()));
        }
        let skip = match &options["$skipToken"] {
            Value::Null => number("$skip")?.unwrap_or(0),
            token => number_in(token, "RowsToSkip")
                .ok_or_else(|| refused("The $skipToken is invalid.", Vec::new()))?,
        };
        let subscriptions = body["subscriptions"].as_array();
        Ok(Self {
            subscriptions: subscriptions
                .into_iter()
                .flatten()
                .filter_map(|id| id.as_str().map(str::to_lowercase))
                .collect(),
            top,
            skip,
        })
    }

    fn reaches(&self, resource: &Resource) -> bool {
        let subscription = resource.id.subscription().map(str::to_lowercase);
        self.subscriptions.is_empty()
            || subscription.is_some_and(|id| self.subscriptions.contains(&id))
    }
}

/// What a `$skipToken` says.
fn number_in(token: &Value, name: &str) -> Option<usize> {
    let bytes = STANDARD.decode(token.as_str()?).ok()?;
    let token: Value = serde_json::from_slice(&bytes).ok()?;
    usize::try_from(token[name].as_u64()?).ok()
}

fn invalid_query(world: &World, error: &Unparsable) -> ArmError {
    let expected = &error.expected;
    let now = time(world.now());
    let correlation = world.settings().guid(&format!("graph:{now}"));
    refused(
        &format!(
            "Please provide below info when asking for support: timestamp = {now}, correlationId = {correlation}."
        ),
        vec![
            json!({
                "code": "InvalidQuery",
                "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph \
                            service and fix the error before retrying.",
            }),
            json!({
                "code": "ParserFailure",
                "message": "ParserFailure",
                "line": error.line,
                "characterPositionInLine": error.column,
                "token": error.token,
                "expectedToken": expected,
            }),
        ],
    )
}

fn refused(message: &str, details: Vec<Value>) -> ArmError {
    ArmError::new(400, "BadRequest", message).with_details(details)
}
