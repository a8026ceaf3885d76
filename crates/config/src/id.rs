//! The ids of KOM documents.

use std::fmt;

use kompox_naming::label::label_flaw;

/// The longest name: it must fit the value of a tag.
const MAX_NAME: usize = 256;

/// The kinds of KOM documents that have an id, outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Workspace,
    Provider,
    Cluster,
    App,
    Box,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Workspace,
        Self::Provider,
        Self::Cluster,
        Self::App,
        Self::Box,
    ];

    /// What an id says before a name of that kind.
    fn segment(self) -> &'static str {
        match self {
            Self::Workspace => "ws",
            Self::Provider => "prv",
            Self::Cluster => "cls",
            Self::App => "app",
            Self::Box => "box",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == name)
    }

    /// What an id of that kind looks like.
    pub(crate) fn shape(self) -> String {
        Self::ALL
            .into_iter()
            .take(self as usize + 1)
            .map(|kind| format!("/{0}/<{0}>", kind.segment()))
            .collect()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// `/ws/<ws>[/prv/<prv>[/cls/<cls>[/app/<app>[/box/<box>]]]]`: one to five names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KomId(Vec<String>);

impl KomId {
    /// # Errors
    ///
    /// What is wrong with it, to follow its name in a message.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let expected = || format!("does not look like {}", Kind::Box.shape());
        let mut segments = text.strip_prefix('/').ok_or_else(expected)?.split('/');
        let mut names = Vec::new();
        while let Some(segment) = segments.next() {
            let kind = Kind::ALL.get(names.len()).ok_or_else(expected)?;
            let name = segments.next().ok_or_else(expected)?;
            if segment != kind.segment() {
                return Err(expected());
            }
            if let Some(flaw) = name_flaw(name) {
                return Err(format!(
                    "has a {} name `{name}` that {flaw}",
                    kind.to_string().to_lowercase()
                ));
            }
            names.push(name.to_owned());
        }
        Ok(Self(names))
    }

    /// The id of a top-level resource or, with [`KomId::child`], of anything, whatever its name.
    pub(crate) fn root(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    pub(crate) fn child(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Self(names)
    }

    /// What it is the id of; a child of a box is taken for a box.
    pub(crate) fn kind(&self) -> Kind {
        Kind::ALL
            .get(self.0.len() - 1)
            .copied()
            .unwrap_or(Kind::Box)
    }

    pub(crate) fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    pub(crate) fn parent(&self) -> Option<Self> {
        match self.0.len() {
            0 | 1 => None,
            count => Some(Self(self.0[..count - 1].to_vec())),
        }
    }
}

impl fmt::Display for KomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, name) in Kind::ALL.iter().zip(&self.0) {
            write!(f, "/{}/{name}", kind.segment())?;
        }
        Ok(())
    }
}

/// What is wrong with the name of a workspace, provider, cluster, app or box, if anything. Kubernetes labels and
/// Azure names hold them, so the letters are a DNS-1123 label's; limits on the length belong to what is named.
pub(crate) fn name_flaw(name: &str) -> Option<String> {
    label_flaw(name, MAX_NAME)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_id_is_refused_with_its_reason() {
        let shape = "does not look like /ws/<ws>/prv/<prv>/cls/<cls>/app/<app>/box/<box>";
        for (text, reason) in [
            ("", shape),
            ("/", shape),
            ("ws/a", shape),
            ("/ws", shape),
            ("/prv/a", shape),
            ("/ws/a/cls/b", shape),
            ("/ws/a/prv", shape),
            ("/ws/a/", shape),
            ("/ws/a/prv/b/cls/c/app/d/box/e/x/y", shape),
            ("/ws/", "has a workspace name `` that is empty"),
            ("/ws/a/prv/B", "has a provider name `B` that contains 'B'"),
        ] {
            assert_eq!(KomId::parse(text).unwrap_err(), reason, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_id_is_what_it_was_read_from(names in proptest::collection::vec("[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", 1..=5)) {
            let id = names[1..].iter().fold(KomId::root(&names[0]), |id, name| id.child(name));
            let read = KomId::parse(&id.to_string()).unwrap();
            prop_assert_eq!(read.kind() as usize, names.len() - 1);
            prop_assert_eq!(read.name(), names.last().unwrap());
            prop_assert_eq!(read.parent().map(|parent| parent.child(read.name())).unwrap_or(read.clone()), id.clone());
            prop_assert_eq!(read, id);
        }

        #[test]
        fn what_is_read_prints_as_it_was(text in "(/(ws|prv|cls|app|box|[a-z]{1,3})/[a-z0-9-]{0,3}){0,6}/?") {
            if let Ok(id) = KomId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
