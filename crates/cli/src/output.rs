//! Standard output: results, and nothing but results.

use std::io::{self, Write};

use serde::Serialize;

use crate::exit::{Failure, Result};

/// Prints a result as JSON, indented by two, with a line break at its end.
pub(crate) fn json(result: &impl Serialize) -> Result<()> {
    text(&render(result)?)
}

/// Prints a result that is text already.
pub(crate) fn text(result: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(result.as_bytes())
        .and_then(|()| stdout.flush())
    {
        // Whoever reads has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::failed(format!(
            "writing to standard output: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}

fn render(result: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(result)
        .map(|text| text + "\n")
        .map_err(|error| Failure::failed(format!("writing the result as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kompox_model::{VolumeDisk, VolumeSnapshot};

    #[test]
    fn a_disk_has_all_its_fields_in_order_even_when_they_are_empty() {
        let disk = VolumeDisk {
            name: "d1".into(),
            volume_name: "data".into(),
            assigned: true,
            size: 1 << 30,
            zone: String::new(),
            options: serde_json::Map::new(),
            handle: "/subscriptions/s".into(),
            created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            updated_at: "2026-01-02T03:04:06Z".parse().unwrap(),
        };
        assert_eq!(
            render(&[disk]).unwrap(),
            r#"[
  {
    "name": "d1",
    "volumeName": "data",
    "assigned": true,
    "size": 1073741824,
    "zone": "",
    "options": {},
    "handle": "/subscriptions/s",
    "createdAt": "2026-01-02T03:04:05Z",
    "updatedAt": "2026-01-02T03:04:06Z"
  }
]
"#
        );
    }

    #[test]
    fn a_snapshot_has_all_its_fields_in_order() {
        let snapshot = VolumeSnapshot {
            name: "s1".into(),
            volume_name: "data".into(),
            size: 7,
            handle: "/subscriptions/s".into(),
            created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            updated_at: "2026-01-02T03:04:06Z".parse().unwrap(),
        };
        assert_eq!(
            render(&snapshot).unwrap(),
            r#"{
  "name": "s1",
  "volumeName": "data",
  "size": 7,
  "handle": "/subscriptions/s",
  "createdAt": "2026-01-02T03:04:05Z",
  "updatedAt": "2026-01-02T03:04:06Z"
}
"#
        );
    }

    #[test]
    fn an_empty_list_is_an_array() {
        assert_eq!(render(&Vec::<VolumeDisk>::new()).unwrap(), "[]\n");
    }
}
