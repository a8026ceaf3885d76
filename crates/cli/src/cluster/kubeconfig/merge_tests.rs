use proptest::prelude::*;
use serde_json::json;

use super::*;

fn entry(server: &str) -> Entry {
    Entry {
        cluster: json!({"certificate-authority-data": "Q0E=".repeat(60), "server": server}),
        user: json!({"client-certificate-data": "Q0VSVA==", "token": "hush"}),
        namespace: None,
    }
}

fn merged(text: &str, options: Options) -> Merged {
    merge(text, "kompox-aks1-c1", &entry("https://one"), options).unwrap()
}

const FORCE: Options = Options {
    force: true,
    set_current: false,
};
const CURRENT: Options = Options {
    force: false,
    set_current: true,
};

const FOREIGN: &str = "\
# work clusters
apiVersion: v1
kind: Config
clusters:
  # the old one
  - name: old # keep
    cluster:
      server: https://old
contexts: []
users:
- user:
    token: |-
      several
      lines
  name: old
# trailing words
preferences: {}
current-context: old # for now
";

#[test]
fn an_empty_file_becomes_a_complete_one() {
    let result = merged("", CURRENT);
    let document = Document::parse(result.expose()).unwrap();
    assert_eq!(document.current(), Some("kompox-aks1-c1"));
    assert_eq!(
        document.entry().unwrap().cluster,
        entry("https://one").cluster
    );
    assert!(
        result
            .expose()
            .starts_with("apiVersion: v1\nkind: Config\n")
    );

    let kept = merged("# mine\n", Options::default());
    assert!(
        kept.expose().starts_with("# mine\napiVersion: v1\n"),
        "{}",
        kept.expose()
    );
    assert_eq!(kept.document.current(), None);
}

#[test]
fn foreign_entries_and_comments_stay_where_they_are() {
    let result = merged(FOREIGN, CURRENT);
    assert!(!result.comments_lost);
    let expected = format!(
        "\
# work clusters
apiVersion: v1
kind: Config
clusters:
  # the old one
  - name: old # keep
    cluster:
      server: https://old
  - name: kompox-aks1-c1
    cluster:
      certificate-authority-data: {ca}
      server: https://one
contexts:{space}
- name: kompox-aks1-c1
  context:
    cluster: kompox-aks1-c1
    user: kompox-aks1-c1
users:
- user:
    token: |-
      several
      lines
  name: old
- name: kompox-aks1-c1
  user:
    client-certificate-data: Q0VSVA==
    token: hush
# trailing words
preferences: {{}}
current-context: kompox-aks1-c1 # for now
",
        ca = "Q0E=".repeat(60),
        space = " ",
    );
    assert_eq!(result.expose(), expected);
    assert_eq!(result.changes.len(), 4);
}

#[test]
fn merging_again_changes_nothing() {
    let once = merged(FOREIGN, CURRENT);
    let twice = merged(once.expose(), CURRENT);
    assert!(twice.changes.is_empty(), "{:?}", twice.changes);
    assert_eq!(twice.expose(), once.expose());
}

#[test]
fn a_name_that_means_something_else_is_left_alone_unless_forced() {
    let first = merged(FOREIGN, Options::default());
    let other = entry("https://two");
    let beside = merge(first.expose(), "kompox-aks1-c1", &other, Options::default()).unwrap();
    assert_eq!(beside.name, "kompox-aks1-c1-2");
    let again = merge(
        beside.expose(),
        "kompox-aks1-c1",
        &other,
        Options::default(),
    )
    .unwrap();
    assert_eq!(again.name, "kompox-aks1-c1-2");
    assert!(again.changes.is_empty());

    let over = merge(first.expose(), "kompox-aks1-c1", &other, FORCE).unwrap();
    assert_eq!(over.name, "kompox-aks1-c1");
    assert_eq!(over.changes, ["replace cluster \"kompox-aks1-c1\""]);
    assert!(!over.expose().contains("https://one"));
    assert!(over.expose().contains("# keep") && over.expose().contains("https://old"));
}

#[test]
fn lists_without_content_and_missing_lists_are_filled() {
    for text in [
        "clusters:\ncontexts: null # none yet\nusers: ~\ncurrent-context:\n",
        "clusters: []\nkind: Config",
        "kind: Config\ncurrent-context: \"\"\n",
        "---\nkind: Config\n",
    ] {
        let result = merged(text, CURRENT);
        assert!(!result.comments_lost, "{text}");
        let document = Document::parse(result.expose()).unwrap();
        assert_eq!(
            document.current(),
            Some("kompox-aks1-c1"),
            "{}",
            result.expose()
        );
        assert!(document.entry().is_ok(), "{}", result.expose());
        assert_eq!(
            result.expose().contains("# none yet"),
            text.contains("# none yet")
        );
    }
}

#[test]
fn a_form_that_cannot_be_edited_is_written_anew_and_that_is_said() {
    let text = "{clusters: [{name: old, cluster: {server: 'https://old'}}]} # json-like\n";
    let result = merged(text, Options::default());
    assert!(result.comments_lost);
    assert!(result.document.item("clusters", "old").is_some());
    assert_eq!(Document::parse(result.expose()).unwrap(), result.document);
}

#[test]
fn the_debug_form_shows_no_secret() {
    assert!(!format!("{:?}", merged(FOREIGN, CURRENT)).contains("hush"));
}

prop_compose! {
    fn item(kind: &'static str)(
        name in "[a-z][a-z0-9-]{0,8}", comment in "[a-z ]{0,8}", above in any::<bool>(),
        indent in 0..2usize, last in any::<bool>(), blank in any::<bool>(), flow in any::<bool>(),
    ) -> (usize, String) {
        let above = if above { format!("# above {comment}\n") } else { String::new() };
        let blank = if blank { "\n" } else { "" };
        let body = match (flow, last) {
            (true, _) => format!("- {{name: {name}, {kind}: {{server: s}}}} # right {comment}\n"),
            (_, true) => format!("- {kind}:\n    server: s # right {comment}\n    note:\n  name: {name}\n"),
            _ => format!("- name: {name} # right {comment}\n  {kind}:\n    server: >-\n      s\n"),
        };
        (indent, format!("{above}{body}{blank}"))
    }
}

fn list(list: &'static str, kind: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(item(kind), 0..4).prop_map(move |items| {
        let indent = " ".repeat(2 * items.first().map_or(0, |(indent, _)| *indent));
        let body: String = items
            .iter()
            .flat_map(|(_, text)| text.lines())
            .map(|line| {
                if line.is_empty() {
                    "\n".into()
                } else {
                    format!("{indent}{line}\n")
                }
            })
            .collect();
        if body.is_empty() {
            format!("{list}: [] # empty\n")
        } else {
            format!("{list}:\n{body}")
        }
    })
}

proptest! {
    #[test]
    fn whatever_is_there_survives_and_a_second_merge_is_silent(
        (clusters, contexts, users) in (list("clusters", "cluster"), list("contexts", "context"), list("users", "user")),
        order in Just(vec![0, 1, 2]).prop_shuffle(), force in any::<bool>(), set_current in any::<bool>(),
        end in any::<bool>(),
    ) {
        let lists = [clusters, contexts, users];
        let mut text = String::from("# head\nkind: Config\n");
        order.iter().for_each(|at| text.push_str(&lists[*at]));
        text.push_str(if end { "current-context: x # now\n# tail" } else { "# tail\n" });
        let options = Options { force, set_current };
        let before = Document::parse(&text).unwrap();
        let result = merged(&text, options);
        prop_assert!(!result.comments_lost, "{text}");
        let after = Document::parse(result.expose()).unwrap();
        for comment in text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment) {
            prop_assert!(result.expose().contains(&format!("#{comment}")), "{comment}: {}", result.expose());
        }
        for (list, _) in LISTS {
            prop_assert_eq!(after.item(list, &result.name), Some(&entry("https://one").item(list, &result.name)));
            for name in ["a", "b", "c"] {
                prop_assert_eq!(before.item(list, name), after.item(list, name));
            }
        }
        if !set_current {
            prop_assert_eq!(before.current(), after.current());
        }
        let again = merged(result.expose(), options);
        prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
    }
}
