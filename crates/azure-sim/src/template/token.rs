//! Cutting an expression into tokens.

use super::TemplateError;

/// The smallest pieces of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name.
    Identifier(String),
    /// A quoted text, unescaped.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `?`
    Question,
}

pub(crate) fn starts_identifier(character: char) -> bool {
    character.is_alphabetic() || character == '_' || character == '$'
}

pub(crate) fn continues_identifier(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// The tokens of `source`, each with the character position at which it starts.
pub(crate) fn tokenize(source: &str) -> Result<Vec<(Token, usize)>, TemplateError> {
    let characters: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let start = at;
        at += 1;
        let token = match character {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenBracket,
            ']' => Token::CloseBracket,
            ',' => Token::Comma,
            '.' => Token::Dot,
            '?' => Token::Question,
            '\'' => Token::Text(quoted(source, &characters, &mut at)?),
            c if c.is_ascii_digit() || c == '-' || c == '+' => {
                while characters.get(at).is_some_and(char::is_ascii_digit) {
                    at += 1;
                }
                let digits: String = characters[start..at].iter().collect();
                Token::Integer(digits.parse().map_err(|_| {
                    unparsable(source, start, &format!("'{digits}' is not a whole number"))
                })?)
            }
            c if starts_identifier(c) => {
                while characters.get(at).is_some_and(|&c| continues_identifier(c)) {
                    at += 1;
                }
                Token::Identifier(characters[start..at].iter().collect())
            }
            c => return Err(unparsable(source, start, &format!("'{c}' is not expected"))),
        };
        tokens.push((token, start));
    }
    Ok(tokens)
}

fn quoted(source: &str, characters: &[char], at: &mut usize) -> Result<String, TemplateError> {
    let start = *at - 1;
    let mut text = String::new();
    while let Some(&character) = characters.get(*at) {
        *at += 1;
        if character != '\'' {
            text.push(character);
        } else if characters.get(*at) == Some(&'\'') {
            *at += 1;
            text.push('\'');
        } else {
            return Ok(text);
        }
    }
    Err(unparsable(
        source,
        start,
        "the string that starts here is not closed",
    ))
}

/// The error of an expression that is no expression.
pub(crate) fn unparsable(source: &str, position: usize, why: &str) -> TemplateError {
    TemplateError::new(format!(
        "The language expression '{source}' is not valid: {why} at position '{position}'. Please \
         see https://aka.ms/arm-template-expressions for usage details."
    ))
}
