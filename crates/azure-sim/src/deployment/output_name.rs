//! What Azure does to the names of outputs.

/// The name under which an output is shown: .NET's camel-case rule lowers the leading capitals up to,
/// not including, the last one before another character.
pub(super) fn shown(name: &str) -> String {
    let mut characters: Vec<char> = name.chars().collect();
    for index in 0..characters.len() {
        let next = characters.get(index + 1);
        if !characters[index].is_uppercase()
            || (index > 0 && next.is_some_and(|c| !c.is_uppercase()))
        {
            break;
        }
        characters[index] = characters[index]
            .to_lowercase()
            .next()
            .unwrap_or(characters[index]);
    }
    characters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_capitals_are_lowered_as_recorded() {
        for (name, expected) in [
            ("AZURE_STORAGE_ACCOUNT_NAME", "azurE_STORAGE_ACCOUNT_NAME"),
            ("ARRAY_INT", "arraY_INT"),
            ("BOOL", "bool"),
            ("LOC", "loc"),
            ("STORAGE_ACCOUNT_ID", "storagE_ACCOUNT_ID"),
            ("AZURE_TENANT_ID", "azurE_TENANT_ID"),
            ("camelCase", "camelCase"),
            ("PascalCase", "pascalCase"),
            ("X", "x"),
            ("_X", "_X"),
            ("", ""),
        ] {
            assert_eq!(shown(name), expected);
        }
    }
}
