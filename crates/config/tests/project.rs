//! Loading projects as they are on a disk.

#![allow(clippy::unwrap_used)] // In what the tests share.

use std::fs;
use std::path::PathBuf;

use kompox_config::{
    AppSelector, ClusterSelector, ConfigError, LogFormat, Project, ProjectInputs, scaffold,
};
use tempfile::TempDir;

/// A directory with files in it, and the inputs of a command that runs there.
struct Place {
    home: TempDir,
    inputs: ProjectInputs,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let inputs = ProjectInputs::from_env(home.path(), |_| None);
        let place = Self { home, inputs };
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn with(mut self, change: impl FnOnce(&mut ProjectInputs)) -> Self {
        change(&mut self.inputs);
        self
    }

    fn load(&self) -> Result<Project, ConfigError> {
        Project::load(&self.inputs)
    }

    fn refusal(&self) -> String {
        let message = self.load().unwrap_err().to_string();
        message.replace(self.home.path().to_str().unwrap(), "HOME")
    }

    /// The id of the cluster that is meant.
    fn cluster(&self) -> Result<String, String> {
        self.cluster_by(&ClusterSelector::default())
    }

    fn cluster_by(&self, selector: &ClusterSelector) -> Result<String, String> {
        let selected = self.load().unwrap().select_cluster(selector);
        selected
            .map(|selected| selected.id)
            .map_err(|error| error.to_string())
    }

    fn app_by(&self, selector: &AppSelector) -> Result<String, String> {
        let selected = self.load().unwrap().select_app(selector);
        selected
            .map(|selected| selected.id)
            .map_err(|error| error.to_string())
    }
}

/// A document with an id and a `spec` in flow style.
fn document(kind: &str, id: &str, spec: &str) -> String {
    let name = id.rsplit('/').next().unwrap();
    format!(
        "---\napiVersion: ops.kompox.dev/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations:\n    ops.kompox.dev/id: {id}\nspec: {spec}\n"
    )
}

fn defaults(spec: &str) -> String {
    format!("---\napiVersion: ops.kompox.dev/v1alpha1\nkind: Defaults\nspec: {spec}\n")
}

/// Workspace, provider and the clusters of these names.
fn clusters(names: &[&str]) -> String {
    let mut text = document("Workspace", "/ws/w", "{}");
    text += &document(
        "Provider",
        "/ws/w/prv/p",
        "{driver: aks, settings: {AZURE_LOCATION: japaneast}}",
    );
    for name in names {
        text += &document("Cluster", &format!("/ws/w/prv/p/cls/{name}"), "{}");
    }
    text
}

fn app(cluster: &str, name: &str) -> String {
    document(
        "App",
        &format!("/ws/w/prv/p/cls/{cluster}/app/{name}"),
        "{}",
    )
}

const SINGLE: &str = "version: v1\nworkspace: {name: w}\nprovider: {name: p, driver: aks}\ncluster: {name: c, existing: true}\napp: {name: a, volumes: [{name: data, size: 1Gi}]}\n";

#[test]
fn no_project_says_what_was_looked_for_and_how_to_make_one() {
    assert_eq!(
        Place::new(&[]).refusal(),
        "no project found: no `.kompox` directory in HOME or above it, and neither kompoxapp.yml nor kompoxops.yml; `kompoxops init` makes a project here"
    );
}

#[test]
fn the_root_is_the_nearest_ancestor_with_a_project_directory() {
    let place = Place::new(&[
        (".kompox/kom/c.yml", &clusters(&["one"])),
        ("a/b/kompoxapp.yml", &app("one", "x")),
    ])
    .with(|inputs| inputs.chdir = Some("a/b".into()));
    let project = place.load().unwrap();
    assert_eq!(
        (project.root, project.dir),
        (place.path(""), place.path(".kompox"))
    );
    assert_eq!(place.cluster().unwrap(), "/ws/w/prv/p/cls/one");
}

#[test]
fn root_and_directory_can_be_named() {
    let place = Place::new(&[("elsewhere/kom/c.yml", &clusters(&["one"])), ("root/x", "")]).with(
        |inputs| {
            inputs.kompox_root = Some("root".into());
            inputs.kompox_dir = Some("elsewhere".into());
        },
    );
    let project = place.load().unwrap();
    assert_eq!(
        (project.root, project.dir),
        (place.path("root"), place.path("elsewhere"))
    );
    let only = ClusterSelector {
        name: Some("one".into()),
        id: None,
    };
    assert!(place.cluster_by(&only).is_ok());

    let place = place.with(|inputs| inputs.kompox_root = Some("nowhere".into()));
    assert_eq!(
        place.refusal(),
        "--kompox-root `HOME/nowhere` is no directory"
    );
}

#[test]
fn everything_wrong_is_reported_together_with_file_and_line() {
    let place = Place::new(&[
        (
            ".kompox/config.yml",
            "version: 1\nlogging:\n  format: xml\n  retentionDays: soon\n",
        ),
        (
            "kompoxapp.yml",
            &(app("one", "x") + &app("one", "x") + &app("gone", "y")),
        ),
        (
            ".kompox/kom/a.yml",
            &(clusters(&["one"]) + &document("Provider", "/ws/w/prv/q", "{settings: {A: [b]}}")),
        ),
        (
            ".kompox/kom/b.yml",
            &document("Cluster", "/ws/w", "{}").replace("name: w", "name: v"),
        ),
        (".kompox/kom/service.yml", "apiVersion: v1\nkind: Service\n"),
    ]);
    assert_eq!(
        place.refusal(),
        "\
.kompox/config.yml:3: `logging.format` is `xml`; expected one of `json`, `human`
.kompox/config.yml:4: `logging.retentionDays` must be a number, found a string
.kompox/kom/a.yml:32: `spec.driver` is missing
.kompox/kom/a.yml:32: `spec.settings.A` must be a string, number or boolean, found a list
.kompox/kom/b.yml:2: the id `/ws/w` is declared twice, first in .kompox/kom/a.yml:2
.kompox/kom/b.yml:5: `metadata.name` is `v`, but the id `/ws/w` ends in `w`
.kompox/kom/b.yml:7: the id `/ws/w` is a Workspace's; a Cluster's looks like /ws/<ws>/prv/<prv>/cls/<cls>
kompoxapp.yml:10: the id `/ws/w/prv/p/cls/one/app/x` is declared twice, first in kompoxapp.yml:2
kompoxapp.yml:18: `/ws/w/prv/p/cls/gone/app/y` has no parent: no Cluster document has the id `/ws/w/prv/p/cls/gone`"
    );
}

#[test]
fn malformed_yaml_has_its_file_and_line_and_blames_nothing_else() {
    let place = Place::new(&[
        ("kompoxapp.yml", &app("one", "x")),
        (".kompox/kom/a.yml", "apiVersion: x\nkind: [a\n"),
    ]);
    assert_eq!(
        place.refusal(),
        ".kompox/kom/a.yml:2: malformed YAML: unclosed bracket '['; expected `]`"
    );
}

#[test]
fn the_first_that_names_kom_paths_decides() {
    let files = ["flag", "defaults", "config", ".kompox/kom"]
        .map(|place| (format!("{place}/c.yml"), clusters(&["one"])));
    let found = |flag: bool, default: bool, config: bool| {
        let place = Place::new(&[]);
        for (path, text) in &files {
            let name = path
                .split('/')
                .nth(usize::from(path.starts_with('.')))
                .unwrap();
            place.write(path, &text.replace("one", name));
        }
        let komdef = if default {
            "{komPath: [defaults]}"
        } else {
            "{}"
        };
        place.write("kompoxapp.yml", &defaults(komdef));
        if config {
            place.write(".kompox/config.yml", "komPath: $KOMPOX_ROOT/config\n");
        }
        let place = place.with(|inputs| {
            if flag {
                inputs.kom_path = vec!["flag".into()];
            }
        });
        let error = place.cluster().unwrap_err();
        error.rsplit('/').next().unwrap().to_owned()
    };
    assert_eq!(found(true, true, true), "flag");
    assert_eq!(found(false, true, true), "defaults");
    assert_eq!(found(false, false, true), "config");
    assert_eq!(found(false, false, false), "kom");
}

#[test]
fn a_path_of_defaults_must_stay_inside_of_the_project() {
    let place = Place::new(&[
        ("outside/c.yml", &clusters(&["one"])),
        ("project/.kompox/config.yml", ""),
        (
            "project/kompoxapp.yml",
            &defaults("\n  komPath:\n  - ../outside\n  - nowhere"),
        ),
    ])
    .with(|inputs| inputs.chdir = Some("project".into()));
    assert_eq!(
        place.refusal(),
        "\
kompoxapp.yml:6: the KOM path `../outside` is outside of HOME/project and HOME/project/.kompox
kompoxapp.yml:7: the KOM path `nowhere` does not exist"
    );
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_a_path_of_defaults_outside() {
    let place = Place::new(&[
        ("outside/c.yml", &clusters(&["one"])),
        ("project/.kompox/config.yml", ""),
        ("project/kompoxapp.yml", &defaults("{komPath: link}")),
    ])
    .with(|inputs| inputs.chdir = Some("project".into()));
    std::os::unix::fs::symlink(place.path("outside"), place.path("project/link")).unwrap();
    assert!(
        place
            .refusal()
            .starts_with("kompoxapp.yml:4: the KOM path `link` is outside of ")
    );
}

#[test]
fn what_is_named_must_be_there() {
    let place =
        |change: fn(&mut ProjectInputs)| Place::new(&[(".kompox/config.yml", "")]).with(change);
    assert_eq!(
        place(|i| i.kom_app = Some("x.yml".into())).refusal(),
        "--kom-app `HOME/x.yml` is no file"
    );
    assert_eq!(
        place(|i| i.kom_path = vec!["x".into()]).refusal(),
        "--kom-path `HOME/x` does not exist"
    );
    assert_eq!(
        place(|i| i.db_url = Some("file:x.yml".into())).refusal(),
        "--db-url `file:x.yml` names no file, and there are no KOM documents"
    );
    assert_eq!(
        place(|i| i.db_url = Some("sqlite:x.db".into())).refusal(),
        "--db-url `sqlite:x.db` is not of the form `file:PATH`"
    );
}

#[test]
fn the_cluster_is_the_named_one_else_that_of_the_default_app() {
    let place = Place::new(&[(
        ".kompox/kom/c.yml",
        &(clusters(&["one", "two"]) + &app("one", "x") + &app("two", "x")),
    )]);
    let by = |id: Option<&str>, name: Option<&str>| {
        place.cluster_by(&ClusterSelector {
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
        })
    };
    assert_eq!(
        by(Some("/ws/w/prv/p/cls/two"), None).unwrap(),
        "/ws/w/prv/p/cls/two"
    );
    assert_eq!(by(None, Some("one")).unwrap(), "/ws/w/prv/p/cls/one");
    assert_eq!(
        by(None, Some("three")).unwrap_err(),
        "--cluster-name `three` is not declared; declared: /ws/w/prv/p/cls/one, /ws/w/prv/p/cls/two"
    );
    assert_eq!(
        by(None, None).unwrap_err(),
        "which cluster? Give --cluster-id or --cluster-name, or set `spec.appId` of a Defaults document in the app's KOM file; declared: /ws/w/prv/p/cls/one, /ws/w/prv/p/cls/two"
    );
    assert_eq!(
        place
            .app_by(&AppSelector {
                id: None,
                name: Some("x".into())
            })
            .unwrap_err(),
        "--app-name `x` may be any of /ws/w/prv/p/cls/one/app/x, /ws/w/prv/p/cls/two/app/x; choose one by --app-id"
    );

    place.write("kompoxapp.yml", &app("two", "only"));
    assert_eq!(by(None, None).unwrap(), "/ws/w/prv/p/cls/two");
    assert_eq!(
        place.app_by(&AppSelector::default()).unwrap(),
        "/ws/w/prv/p/cls/two/app/only"
    );

    place.write(
        "kompoxapp.yml",
        &(defaults("{appId: /ws/w/prv/p/cls/one/app/x}") + &app("two", "only")),
    );
    assert_eq!(by(None, None).unwrap(), "/ws/w/prv/p/cls/one");
    assert_eq!(
        place.app_by(&AppSelector::default()).unwrap(),
        "/ws/w/prv/p/cls/one/app/x"
    );

    place.write(
        "kompoxapp.yml",
        &(app("two", "only") + &app("two", "other")),
    );
    assert!(by(None, None).is_err());

    // The id of an app says which cluster, whether the app is declared or not.
    let missing = |app: &str| place.write("kompoxapp.yml", &defaults(&format!("{{appId: {app}}}")));
    missing("/ws/w/prv/p/cls/one/app/gone");
    assert_eq!(by(None, None).unwrap(), "/ws/w/prv/p/cls/one");
    assert!(
        place.app_by(&AppSelector::default())
            .unwrap_err()
            .starts_with("kompoxapp.yml:4: `spec.appId` is `/ws/w/prv/p/cls/one/app/gone`, which is not declared; declared: ")
    );
    missing("/ws/w/prv/p/cls/gone/app/gone");
    assert!(by(None, None).unwrap_err().starts_with("kompoxapp.yml:4: "));
    assert_eq!(by(None, Some("one")).unwrap(), "/ws/w/prv/p/cls/one");
}

#[test]
fn a_project_that_declares_nothing_says_where_it_was_looked_for() {
    assert_eq!(
        Place::new(&[(".kompox/config.yml", "")])
            .cluster()
            .unwrap_err(),
        "no cluster is declared: looked in kompoxapp.yml, .kompox/kom, kompoxops.yml; `kompoxops init` writes a project to start from"
    );
}

#[test]
fn a_single_file_is_a_project() {
    let place = Place::new(&[("kompoxops.yml", SINGLE)]);
    let project = place.load().unwrap();
    let selected = project.select_cluster(&ClusterSelector::default()).unwrap();
    assert_eq!(selected.id, "/ws/w/prv/p/cls/c");
    assert_eq!(selected.workspace.unwrap().name, "w");
    assert_eq!(
        (
            selected.provider.name.as_str(),
            selected.provider.driver.as_str()
        ),
        ("p", "aks")
    );
    assert!(selected.cluster.existing);
    let selected = project.select_app(&AppSelector::default()).unwrap();
    assert_eq!(
        (selected.id.as_str(), selected.cluster_id.as_str()),
        ("/ws/w/prv/p/cls/c/app/a", "/ws/w/prv/p/cls/c")
    );
    assert_eq!(selected.app.volumes[0].size, 1 << 30);

    let named = Place::new(&[("x/y.yml", SINGLE)])
        .with(|inputs| inputs.db_url = Some("file:x/y.yml".into()));
    assert!(named.cluster().is_ok());
}

#[test]
fn a_single_file_may_lack_workspace_and_app() {
    let place = Place::new(&[(
        "kompoxops.yml",
        "provider: {name: p, driver: aks}\ncluster: {name: c}\n",
    )]);
    let selected = place
        .load()
        .unwrap()
        .select_cluster(&ClusterSelector::default())
        .unwrap();
    assert_eq!(
        (selected.workspace, selected.id.as_str()),
        (None, "/ws/(nil)/prv/p/cls/c")
    );
}

#[test]
fn mistakes_in_a_single_file_are_reported_together() {
    let place = Place::new(&[(
        "kompoxops.yml",
        "workspace:\n  name: W\ncluster:\n  name: c\napp:\n  nmae: a\n",
    )]);
    assert_eq!(
        place.refusal(),
        "\
kompoxops.yml:2: `workspace.name` is `W`, which contains 'W'
kompoxops.yml:4: `cluster` needs `provider`, which is missing
kompoxops.yml:6: `app.name` is missing"
    );
}

#[test]
fn kom_documents_win_over_a_single_file() {
    let place = Place::new(&[
        ("kompoxops.yml", SINGLE),
        (".kompox/kom/c.yml", &clusters(&["one"])),
    ]);
    assert!(
        place
            .cluster()
            .unwrap_err()
            .contains("declared: /ws/w/prv/p/cls/one")
    );
}

#[test]
fn what_a_project_declares_is_not_in_its_debug_output() {
    let text = SINGLE.replace(
        "name: a,",
        "name: a, compose: {environment: {PASSWORD: hush}},",
    );
    let project = Place::new(&[("kompoxops.yml", &text)]).load().unwrap();
    let app = project.select_app(&AppSelector::default()).unwrap().app;
    assert_eq!(app.compose.unwrap()["environment"]["PASSWORD"], "hush");
    assert!(!format!("{project:?}").contains("hush"));
}

#[test]
fn config_decides_over_logging() {
    let place = Place::new(&[(
        ".kompox/config.yml",
        "version: 1\nstore: {type: local}\nlogging: {dir: $KOMPOX_ROOT/var/log, format: json, level: DEBUG, retentionDays: 3}\nfuture: {}\n",
    )]);
    let logging = place.load().unwrap().config.logging;
    assert_eq!(logging.dir, place.path("var/log"));
    assert_eq!(
        (
            logging.format,
            logging.level.as_deref(),
            logging.retention_days
        ),
        (Some(LogFormat::Json), Some("debug"), 3)
    );

    place.write(".kompox/config.yml", "");
    let logging = place.load().unwrap().config.logging;
    assert_eq!(
        (logging.dir, logging.format, logging.retention_days),
        (place.path(".kompox/logs"), None, 7)
    );
}

#[test]
fn a_starter_project_loads_and_is_not_overwritten() {
    let place = Place::new(&[]);
    let files = scaffold::write(place.home.path(), false).unwrap();
    assert!(files.iter().all(|file| file.is_file()));
    let selected = place
        .load()
        .unwrap()
        .select_app(&AppSelector::default())
        .unwrap();
    assert_eq!(selected.id, "/ws/ws1/prv/aks1/cls/cluster1/app/app1");
    assert_eq!(
        selected.provider.settings.get("AZURE_SUBSCRIPTION_ID"),
        Some("11111111-1111-1111-1111-111111111111")
    );

    fs::write(place.path("kompoxapp.yml"), "mine").unwrap();
    fs::remove_file(place.path(".kompox/config.yml")).unwrap();
    let error = scaffold::write(place.home.path(), false)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("kompoxapp.yml") && !error.contains("config.yml"),
        "{error}"
    );
    assert_eq!(
        fs::read_to_string(place.path("kompoxapp.yml")).unwrap(),
        "mine"
    );
    assert!(!place.path(".kompox/config.yml").exists());

    scaffold::write(place.home.path(), true).unwrap();
    assert!(place.cluster().is_ok());
}
