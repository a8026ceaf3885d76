use super::*;

fn only(text: &str) -> Node {
    parse(text).unwrap().remove(0)
}

fn refusal(text: &str) -> (usize, String) {
    let error = parse(text).unwrap_err();
    (error.at.line, error.message)
}

#[test]
fn positions_count_from_one() {
    let documents = parse("a: 1\n---\nb:\n  - c\n").unwrap();
    let b = documents[1].mapping().unwrap().get("b").unwrap();
    let Content::Sequence(items) = &*b.content else {
        panic!("{b:?}")
    };
    assert_eq!(items[0].at, Position { line: 4, column: 5 });
}

#[test]
fn scalars_keep_what_was_written_and_know_what_it_is() {
    for (text, kind) in [
        ("1.30", ScalarKind::Number),
        ("0x1F", ScalarKind::Number),
        ("-.5", ScalarKind::Number),
        ("1e3", ScalarKind::Number),
        (".inf", ScalarKind::Number),
        ("inf", ScalarKind::String),
        ("1.2.3", ScalarKind::String),
        ("10Gi", ScalarKind::String),
        ("yes", ScalarKind::String),
        ("True", ScalarKind::Boolean(true)),
        ("~", ScalarKind::Null),
    ] {
        match &*only(&format!("- {text}")).content {
            Content::Sequence(items) => match &*items[0].content {
                Content::Scalar(scalar) => {
                    assert_eq!((scalar.text.as_str(), scalar.kind), (text, kind));
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
    for quoted in ["a: '1'", "a: \"1\"", "a: !!str 1"] {
        assert_eq!(
            only(quoted).mapping().unwrap().get("a").unwrap().string(),
            Some("1")
        );
    }
}

#[test]
fn merge_keys_bring_in_what_is_not_there_yet() {
    let node = only("base: &base {a: x, b: y}\nuse:\n  <<: *base\n  a: z\n");
    let used = node
        .mapping()
        .unwrap()
        .get("use")
        .unwrap()
        .mapping()
        .unwrap();
    assert_eq!(used.get("a").unwrap().string(), Some("z"));
    assert_eq!(used.get("b").unwrap().string(), Some("y"));
    assert!(used.get("<<").is_none());
}

#[test]
fn what_is_no_yaml_is_refused_with_its_line() {
    assert_eq!(
        refusal("a: 1\na: 2\n"),
        (2, "key `a` is there twice, first on line 1".into())
    );
    assert_eq!(refusal("a: [1, 2\nb: 3\n").0, 2);
    assert_eq!(refusal("a:\n  - *b\n").0, 2);
    assert_eq!(
        refusal("a: &x [*x]\n").1,
        "malformed YAML: an alias inside of what it stands for"
    );
    assert_eq!(
        refusal("{[a]: b}").1,
        "a key must be a plain value, found a list"
    );
}

#[test]
fn hostile_files_are_refused_and_not_read_to_the_end() {
    let deep = "- ".repeat(100_000);
    assert_eq!(refusal(&deep).1, "nested more than 100 levels deep");
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(refusal(&laughs).1, "too much to read, aliases expanded");
}

#[test]
fn what_is_malformed_says_what_was_expected() {
    for (text, line, expected) in [
        ("a: b: c\n", 1, "one `key: value` on a line"),
        ("a: 1\n b: 2\n", 2, "one `key: value` on a line"),
        ("a:\n\t- b\n", 2, "spaces"),
        ("a: 'x\n", 1, "the closing quote"),
        ("x: y\na: [1, 2\n", 2, "`]`"),
        ("a: {b: c\n", 1, "`}`"),
        ("- a\nb: c\n", 2, "entries of one kind"),
        ("a: *x\n", 1, "`&name` before `*name`"),
        ("a: \"C:\\q\"\n", 1, "`\\\\` for a backslash"),
    ] {
        let (at, message) = refusal(text);
        assert_eq!(at, line, "{message}");
        assert!(
            message.contains(&format!("; expected {expected}")),
            "{message}"
        );
    }
}
