use super::*;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[&str]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for file in files {
            let path = tree.path(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("# {file}\n")).unwrap();
        }
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// What is read of it, and what is wrong with it.
    fn collect(&self, limits: Limits, paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut collector = Collector::new(self.0.path(), limits);
        for path in paths {
            collector.add(&self.path(path), None);
        }
        let read = collector
            .sources
            .iter()
            .map(|source| source.shown.display().to_string());
        (
            read.collect(),
            collector.problems.iter().map(ToString::to_string).collect(),
        )
    }
}

#[test]
fn yaml_files_are_found_in_order_and_what_holds_none_is_not_entered() {
    let tree = Tree::new(&[
        "kom/b.yml",
        "kom/a.yaml",
        "kom/readme.md",
        "kom/z/1.yml",
        "kom/c/2.yml",
        "kom/.git/x.yml",
        "kom/c/node_modules/x.yml",
        "kom/.venv/x.yml",
    ]);
    let (read, problems) = tree.collect(Limits::default(), &["kom"]);
    assert_eq!(
        read,
        ["kom/a.yaml", "kom/b.yml", "kom/c/2.yml", "kom/z/1.yml"]
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_file_is_read_once_however_many_paths_lead_to_it() {
    let tree = Tree::new(&["kom/a.yml", "kom/notes.txt"]);
    let (read, _) = tree.collect(
        Limits::default(),
        &["kom/a.yml", "kom", "kom/notes.txt", "kom/../kom"],
    );
    assert_eq!(read, ["kom/a.yml", "kom/notes.txt"]);
}

#[test]
fn a_path_that_is_not_there_is_a_problem() {
    let (_, problems) = Tree::new(&[]).collect(Limits::default(), &["kom"]);
    assert!(
        problems[0].starts_with("kom: cannot be read: "),
        "{problems:?}"
    );
}

#[test]
fn limits_are_limits() {
    let tree = Tree::new(&["kom/1.yml", "kom/2.yml", "kom/3.yml", "kom/d/e/4.yml"]);
    let collect = |limits| tree.collect(limits, &["kom"]).1;
    let default = Limits::default();
    assert_eq!(
        collect(Limits {
            files: 4,
            depth: 2,
            ..default
        }),
        [""; 0]
    );
    assert_eq!(
        collect(Limits {
            files: 2,
            ..default
        }),
        ["kom/3.yml: is one file too many: KOM paths may hold 2; name narrower ones"]
    );
    assert_eq!(
        collect(Limits {
            depth: 1,
            ..default
        }),
        ["kom/d/e: is more than 1 directories below a KOM path"]
    );
    assert_eq!(
        collect(Limits {
            file_bytes: 5,
            ..default
        })
        .len(),
        4
    );
    // Twelve bytes each: the third is too much.
    assert_eq!(
        collect(Limits {
            total_bytes: 30,
            ..default
        }),
        ["kom/3.yml: brings the files of the KOM paths over 0 MiB; name narrower ones"]
    );
}

#[test]
fn what_is_not_text_is_a_problem() {
    let tree = Tree::new(&[]);
    fs::write(tree.path("a.yml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(
        tree.collect(Limits::default(), &["a.yml"]).1,
        ["a.yml: is not UTF-8 text"]
    );
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_outside_of_what_is_allowed_and_into_no_loop() {
    use std::os::unix::fs::symlink;

    let tree = Tree::new(&["kom/a.yml", "secret.yml"]);
    symlink(tree.path("kom"), tree.path("kom/loop")).unwrap();
    symlink(tree.path("secret.yml"), tree.path("kom/link.yml")).unwrap();
    let mut collector = Collector::new(tree.0.path(), Limits::default());
    let kom = tree.path("kom");
    collector.add(&kom, Some(std::slice::from_ref(&kom)));
    assert_eq!(collector.sources.len(), 1);
    assert_eq!(
        collector.problems[0].to_string(),
        format!("kom/link.yml: is outside of {}", kom.display())
    );
}
