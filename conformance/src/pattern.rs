//! Patterns of paths.

/// Whether `path` has the form of `pattern`: word by word in any case, where `{…}` and `*` stand for any word and a
/// first word `**` for any number of words.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern = words(pattern);
    let path = words(path);
    let (pattern, path) = match pattern.split_first() {
        Some((&"**", rest)) => (rest, path.get(path.len().saturating_sub(rest.len())..)),
        _ => (pattern.as_slice(), Some(path.as_slice())),
    };
    path.is_some_and(|path| {
        path.len() == pattern.len()
            && pattern.iter().zip(path).all(|(wanted, word)| {
                *wanted == "*" || wanted.starts_with('{') || wanted.eq_ignore_ascii_case(word)
            })
    })
}

fn words(path: &str) -> Vec<&str> {
    path.split('/').filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn words_match_in_any_case_and_placeholders_match_one_word() {
        let pattern = "/subscriptions/{s}/resourceGroups/{g}";
        assert!(matches(pattern, "/subscriptions/1/resourcegroups/demo"));
        assert!(!matches(pattern, "/subscriptions/1/resourcegroups"));
        assert!(!matches(pattern, "/subscriptions/1/resourcegroups/demo/x"));
        assert!(!matches(pattern, "/subscriptions/1/locations/demo"));
    }

    #[test]
    fn a_leading_double_star_matches_any_beginning() {
        assert!(matches("**/roles/{r}", "/a/b/roles/1"));
        assert!(matches("**/roles/{r}", "/roles/1"));
        assert!(!matches("**/roles/{r}", "/roles"));
        assert!(!matches("**/roles/{r}", "/a/roles/1/2"));
    }
}
