//! Patterns for paths.

/// A pattern for a whole path: `*` stands for any characters of one segment, `**` for any number of segments.
/// Letters match in either case, as everywhere in Azure Resource Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// `**`.
    Any,
    /// Characters, `*` among them.
    Text(Vec<char>),
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |problem: &str| Err(format!("path {text:?} {problem}"));
        if !text.starts_with('/') {
            return wrong(
                "does not begin with a slash: write the whole path, or begin it with /**/",
            );
        }
        if text.contains('?') {
            return wrong("has a question mark: queries are not matched, apiVersion apart");
        }
        if text.contains('{') {
            return wrong("has a brace: write * for a segment that may be anything");
        }
        if has_escape(text) {
            return wrong("is percent-encoded: write the characters themselves");
        }
        let mut segments = Vec::new();
        for segment in split(text) {
            segments.push(match segment {
                "**" => Segment::Any,
                "" => return wrong("has an empty segment: write one slash in the place of two"),
                other if other.contains("**") => {
                    return wrong("has ** beside other characters: ** is a segment of its own");
                }
                other => Segment::Text(lower(other)),
            });
        }
        Ok(Self(segments))
    }

    /// Whether a decoded path matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        let segments: Vec<Vec<char>> = split(path).map(lower).collect();
        wild(
            &self.0,
            &segments,
            |pattern| *pattern == Segment::Any,
            |pattern, segment| match pattern {
                Segment::Any => true,
                Segment::Text(text) => wild(text, segment, |c| *c == '*', |a, b| a == b),
            },
        )
    }
}

/// The segments of a path; slashes around it do not count.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.trim_matches('/');
    inner.split('/').filter(move |_| !inner.is_empty())
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

fn has_escape(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .any(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// Matches items one by one; a star stands for any number of them. Where it goes wrong, the last star takes one
/// more: an earlier one never needs to.
fn wild<P, T>(
    pattern: &[P],
    items: &[T],
    is_star: impl Fn(&P) -> bool,
    is_match: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut star = None;
    while let Some(item) = items.get(i) {
        match pattern.get(p) {
            Some(here) if is_star(here) => {
                star = Some((p, i));
                p += 1;
            }
            Some(here) if is_match(here, item) => {
                p += 1;
                i += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                i = taken + 1;
            }
        }
    }
    pattern.iter().skip(p).all(is_star)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().matches(path)
    }

    #[test]
    fn a_star_stays_in_its_segment_and_two_do_not() {
        assert!(matches("/subscriptions/*", "/subscriptions/1"));
        assert!(!matches(
            "/subscriptions/*",
            "/subscriptions/1/resourceGroups"
        ));
        assert!(matches(
            "/**/disks/data-*",
            "/Subscriptions/1/resourceGroups/g/DISKS/Data-1"
        ));
        assert!(!matches("/**/disks/data-*", "/disks/data-1/x"));
        assert!(matches("/**/disks/*", "/disks/d"));
        assert!(matches("/a/**", "/a"));
        assert!(matches("/a/**/b", "/a/b"));
        assert!(matches("/**", "/"));
        assert!(matches("/a*c*e", "/abcde"));
        assert!(!matches("/a", "/"));
    }

    #[test]
    fn a_bad_pattern_tells_the_way_out() {
        for (pattern, way_out) in [
            ("disks/*", "begin it with /**/"),
            ("", "begin it with /**/"),
            ("/a**", "** is a segment of its own"),
            ("/a//b", "one slash in the place of two"),
            ("/a?api-version=1", "apiVersion"),
            ("/subscriptions/{id}", "write *"),
            ("/a%20b", "the characters themselves"),
        ] {
            let error = PathPattern::parse(pattern).unwrap_err();
            assert!(error.contains(way_out), "{error}");
            assert!(error.contains(&format!("{pattern:?}")), "{error}");
        }
    }

    /// Every way to divide the items among the stars is tried.
    fn naive(pattern: &[&str], path: &[&str]) -> bool {
        match pattern.split_first() {
            None => path.is_empty(),
            Some((&"**", rest)) => (0..=path.len()).any(|taken| naive(rest, &path[taken..])),
            Some((first, rest)) => path.split_first().is_some_and(|(segment, others)| {
                naive_segment(first.as_bytes(), segment.as_bytes()) && naive(rest, others)
            }),
        }
    }

    fn naive_segment(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|taken| naive_segment(rest, &text[taken..])),
            Some((first, rest)) => text.split_first().is_some_and(|(c, others)| {
                c.eq_ignore_ascii_case(first) && naive_segment(rest, others)
            }),
        }
    }

    proptest! {
        #[test]
        fn it_matches_what_trying_everything_matches(
            pattern in proptest::collection::vec("\\*\\*|[abA]?\\*?[ab]|[ab]\\*|\\*", 0..5),
            path in proptest::collection::vec("[abAB]{1,3}", 0..6),
        ) {
            let text = format!("/{}", pattern.join("/"));
            let pattern: Vec<&str> = pattern.iter().map(String::as_str).collect();
            let segments: Vec<&str> = path.iter().map(String::as_str).collect();
            prop_assert_eq!(
                matches(&text, &format!("/{}", path.join("/"))),
                naive(&pattern, &segments)
            );
        }

        #[test]
        fn no_text_makes_it_panic(pattern in "\\PC{0,30}", path in "\\PC{0,30}") {
            if let Ok(pattern) = PathPattern::parse(&pattern) {
                pattern.matches(&path);
            }
        }
    }
}
