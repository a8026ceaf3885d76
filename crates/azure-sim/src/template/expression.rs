//! The syntax tree of one `[…]` expression, and how to print it.

use std::fmt;

use super::TemplateError;

/// An expression without its brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// `'text'`
    Text(String),
    /// `42`
    Integer(i64),
    /// `name(a, b)` or `namespace.name(a, b)`
    Call {
        /// Namespace of a user-defined function, or `sys`.
        namespace: Option<String>,
        /// Name as written; compared without case.
        name: String,
        /// Arguments in order.
        arguments: Vec<Expression>,
    },
    /// `target.name`, `target['name']`, `target[0]`, and with `?` the forgiving forms.
    Access {
        /// What is looked into.
        target: Box<Expression>,
        /// The key: a text for `.name`, anything for `[…]`.
        key: Box<Expression>,
        /// `.?name` and `[?…]`: missing gives null and ends the chain.
        safe: bool,
    },
}

/// What a JSON string of a template means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Text<'a> {
    /// Itself.
    Literal(&'a str),
    /// The expression between the brackets.
    Expression(&'a str),
}

/// Tells an expression from a literal: `[…]` is one, `[[…]` is a literal that starts with `[`.
pub(crate) fn classify(text: &str) -> Text<'_> {
    if !text.starts_with('[') || !text.ends_with(']') || text.len() < 2 {
        Text::Literal(text)
    } else if text.starts_with("[[") {
        Text::Literal(&text[1..])
    } else {
        Text::Expression(&text[1..text.len() - 1])
    }
}

/// The reverse of [`classify`]: text that will be read back as this literal.
pub(crate) fn escape(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') {
        format!("[{text}")
    } else {
        text.to_owned()
    }
}

impl Expression {
    /// Calls `visit` for this expression and everything inside it, outermost first.
    pub(crate) fn walk(
        &self,
        visit: &mut dyn FnMut(&Expression) -> Result<(), TemplateError>,
    ) -> Result<(), TemplateError> {
        visit(self)?;
        match self {
            Self::Text(_) | Self::Integer(_) => Ok(()),
            Self::Call { arguments, .. } => arguments.iter().try_for_each(|a| a.walk(visit)),
            Self::Access { target, key, .. } => {
                target.walk(visit)?;
                key.walk(visit)
            }
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Call {
                namespace,
                name,
                arguments,
            } => {
                if let Some(namespace) = namespace {
                    write!(f, "{namespace}.")?;
                }
                write!(f, "{name}(")?;
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    argument.fmt(f)?;
                }
                f.write_str(")")
            }
            Self::Access { target, key, safe } => {
                let mark = if *safe { "?" } else { "" };
                match &**key {
                    Self::Text(name) if is_identifier(name) => {
                        write!(f, "{target}.{mark}{name}")
                    }
                    key => write!(f, "{target}[{mark}{key}]"),
                }
            }
        }
    }
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(super::token::starts_identifier)
        && characters.all(super::token::continues_identifier)
}
