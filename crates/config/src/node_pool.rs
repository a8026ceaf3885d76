//! A node pool as people write it: a file of its own, YAML or JSON, no part of a project.

use std::io::Read;
use std::path::Path;

use kompox_model::NodePool;
use kompox_model::node_pool::Autoscaling;

use crate::decode::{Fields, Reader};
use crate::error::{ConfigError, Problem};
use crate::kom_path::Limits;
use crate::yaml::{self, Content, Node, Position};

const KEYS: [&str; 12] = [
    "name",
    "providerName",
    "mode",
    "labels",
    "zones",
    "instanceType",
    "osDiskType",
    "osDiskSizeGiB",
    "priority",
    "autoscaling",
    "status",
    "extensions",
];

/// Reads a node pool: one mapping with the keys of [`NodePool`], or a list with that one mapping in it, as lists of
/// node pools are printed. JSON is read as the YAML that it is.
///
/// What is null is absent, but for a label, which an update removes then. What [`NodePool::status`] would say is
/// ignored. Numbers and booleans are strings only with quotes, except for zones. `name` stands for the file in
/// messages.
///
/// # Errors
/// [`ConfigError::Invalid`] with everything that is wrong, each with its line: malformed text, more or less than one
/// pool, unknown keys, values of a wrong type. What a pool may be is the driver's to say. A text that cannot be read,
/// is no UTF-8 or is larger than other files of a project may be is told without a line.
///
/// ```
/// use std::path::Path;
///
/// let text = "name: batch\nzones: [japaneast-1]\nautoscaling: {enabled: true, min: 0, max: 3}\n";
/// let pool = kompox_config::node_pool::read(Path::new("pool.yml"), text.as_bytes())?;
/// assert_eq!(pool.autoscaling.and_then(|scale| scale.max), Some(3));
///
/// let error = kompox_config::node_pool::read(Path::new("pool.yml"), &b"name: batch\nzone: 1\n"[..]).unwrap_err();
/// assert!(error.to_string().starts_with("pool.yml:2: unknown key `zone`"));
/// # Ok::<(), kompox_config::ConfigError>(())
/// ```
///
/// Spec: §13.1.
pub fn read(name: &Path, source: impl Read) -> Result<NodePool, ConfigError> {
    let text = text(source).map_err(|message| {
        ConfigError::Invalid(vec![Problem {
            file: name.to_owned(),
            at: None,
            message,
        }])
    })?;
    let mut reader = Reader::new(name.to_owned());
    let pool = match yaml::parse(&text) {
        Ok(documents) => only(&mut reader, &documents).map(|node| pool(&mut reader, node)),
        Err(error) => {
            reader.problem(error.at, error.message);
            None
        }
    };
    let mut problems = reader.problems;
    match pool {
        Some(pool) if problems.is_empty() => Ok(pool),
        _ => {
            problems.sort();
            Err(ConfigError::Invalid(problems))
        }
    }
}

fn text(source: impl Read) -> Result<String, String> {
    let limit = Limits::default().file_bytes;
    let mut bytes = Vec::new();
    let read = source.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("is larger than {} MiB", limit >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
}

/// The only pool of a file.
fn only<'n>(reader: &mut Reader, documents: &'n [Node]) -> Option<&'n Node> {
    let mut pools = documents
        .iter()
        .flat_map(|document| match &*document.content {
            Content::Sequence(items) => items.as_slice(),
            _ if document.is_null() => &[],
            _ => std::slice::from_ref(document),
        });
    let first = pools.next();
    if let Some(second) = pools.next() {
        let message = "a second node pool begins here; a file describes one";
        reader.problem(second.at, message);
    } else if first.is_none() {
        let start = Position { line: 1, column: 1 };
        reader.problem(start, "no node pool is described; expected a mapping");
    }
    first
}

fn pool(reader: &mut Reader, node: &Node) -> NodePool {
    let root = reader.root(node);
    reader.known(&root, &KEYS);
    let given = |key| root.get(key).is_some();
    let string = |reader: &mut Reader, key| reader.string(&root, key);
    let pool = NodePool {
        name: string(reader, "name"),
        provider_name: string(reader, "providerName"),
        mode: string(reader, "mode"),
        labels: given("labels").then(|| reader.nullable_strings(&root, "labels")),
        zones: given("zones").then(|| {
            let zones = reader.texts(&root, "zones");
            zones.into_iter().map(|(zone, _)| zone).collect()
        }),
        instance_type: string(reader, "instanceType"),
        os_disk_type: string(reader, "osDiskType"),
        os_disk_size_gib: reader.integer(&root, "osDiskSizeGiB", 0),
        priority: string(reader, "priority"),
        autoscaling: given("autoscaling").then(|| autoscaling(reader, &root)),
        status: None,
        extensions: given("extensions").then(|| reader.json_object(&root, "extensions")),
    };
    reader.mapping(&root, "status");
    pool
}

fn autoscaling(reader: &mut Reader, root: &Fields<'_>) -> Autoscaling {
    let fields = reader.mapping(root, "autoscaling");
    reader.known(&fields, &["enabled", "min", "max", "desired"]);
    let enabled = reader.boolean(&fields, "enabled");
    // Absent is false; but limits that would be ignored are not what anybody wants.
    if let Some(limit) = ["min", "max"]
        .into_iter()
        .find(|key| fields.get(key).is_some())
        && fields.get("enabled").is_none()
    {
        reader.problem(
            fields.at(limit),
            "`autoscaling.enabled` is missing; expected `true` for limits to count, or `false`",
        );
    }
    Autoscaling {
        enabled: enabled.unwrap_or_default(),
        min: reader.integer(&fields, "min", 0),
        max: reader.integer(&fields, "max", 0),
        desired: reader.integer(&fields, "desired", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn read(text: &str) -> Result<NodePool, String> {
        super::read(Path::new("p.yml"), text.as_bytes()).map_err(|error| error.to_string())
    }

    fn refused(text: &str) -> Vec<String> {
        read(text).unwrap_err().lines().map(str::to_owned).collect()
    }

    const FULL: &str = "
name: batch
providerName: batch
mode: user
labels: {team: blue, old: null, answer: '42'}
zones: [japaneast-1, 2, '3']
instanceType: Standard_D4lds_v6
osDiskType: Ephemeral
osDiskSizeGiB: 64
priority: spot
autoscaling: {enabled: true, min: 0, max: 5, desired: 1}
status: {provisioningState: Succeeded, currentNodeCount: 3, whatever: 1}
extensions: {a: [1]}
";

    #[test]
    fn everything_that_a_pool_has_is_read() {
        let pool = read(FULL).unwrap();
        let labels = pool.labels.as_ref().unwrap();
        assert_eq!(labels["old"], None);
        assert_eq!(labels["answer"].as_deref(), Some("42"));
        assert_eq!(pool.zones.as_ref().unwrap(), &["japaneast-1", "2", "3"]);
        assert_eq!(pool.status, None, "the cloud's to say");
        let json = serde_json::to_string(&pool).unwrap();
        assert_eq!(read(&json).unwrap(), pool, "JSON says the same");
        assert_eq!(
            read(&format!("[{json}]")).unwrap(),
            pool,
            "and so does a list"
        );
    }

    #[test]
    fn what_is_absent_or_null_stays_open() {
        assert_eq!(
            read("name: null\nlabels:\nzones: ~\n").unwrap(),
            NodePool::default()
        );
        let pool = read("labels: {}\nzones: []\nautoscaling: {desired: 2}").unwrap();
        assert_eq!(pool.labels, Some([].into()));
        assert_eq!(pool.zones, Some(Vec::new()));
        assert_eq!(
            pool.autoscaling,
            Some(Autoscaling {
                desired: Some(2),
                ..Autoscaling::default()
            })
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_line() {
        let text = "name: 7\nzone: '1'\nlabels:\n  team: 1\nosDiskSizeGiB: big\nautoscaling:\n  enable: true\n  min: -1\nstatus: x\n";
        assert_eq!(
            refused(text),
            [
                "p.yml:1: `name` must be a string, found a number",
                "p.yml:2: unknown key `zone`; expected one of `name`, `providerName`, `mode`, `labels`, `zones`, \
                 `instanceType`, `osDiskType`, `osDiskSizeGiB`, `priority`, `autoscaling`, `status`, `extensions`",
                "p.yml:4: `labels.team` must be a string (in quotes) or `null`, found a number",
                "p.yml:5: `osDiskSizeGiB` must be a number, found a string",
                "p.yml:7: unknown key `autoscaling.enable`; expected one of `enabled`, `min`, `max`, `desired`",
                "p.yml:8: `autoscaling.enabled` is missing; expected `true` for limits to count, or `false`",
                "p.yml:8: `autoscaling.min` must be a whole number from 0 to 4294967295, found -1",
                "p.yml:9: `status` must be a mapping, found a string",
            ]
        );
        assert_eq!(
            refused("{\n\t\"name\": \"a\",\n\t\"zones\": \"1\"\n}"),
            ["p.yml:3: `zones` must be a list, found a string"]
        );
    }

    #[test]
    fn a_file_has_one_pool() {
        for text in ["", "---\n", "# nothing\n", "[]"] {
            assert!(refused(text)[0].contains("no node pool"), "{text:?}");
        }
        for (text, line) in [
            ("name: a\n---\nname: b\n", 3),
            ("- name: a\n- name: b\n", 2),
        ] {
            let refused = refused(text);
            assert!(
                refused[0].starts_with(&format!("p.yml:{line}: a second")),
                "{refused:?}"
            );
        }
        assert!(refused("- a\n")[0].contains("must be a mapping, found a string"));
        assert!(refused("name: [a\n")[0].contains("malformed"));
    }

    #[test]
    fn what_is_no_text_of_a_bearable_size_is_refused() {
        for (bytes, reason) in [
            (vec![b' '; 3 << 20], "larger than 2 MiB"),
            (vec![0xff], "UTF-8"),
        ] {
            let error = super::read(Path::new("p.yml"), &*bytes).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
        let error = super::read(Path::new("p.yml"), io::empty()).unwrap_err();
        assert!(
            error.to_string().starts_with("p.yml:1: no node pool"),
            "{error}"
        );
    }
}
