//! From tokens to a syntax tree.

use super::TemplateError;
use super::expression::Expression;
use super::token::{Token, tokenize, unparsable};

/// Deeper nesting than any real template has, so that a hostile one cannot exhaust the stack.
const DEPTH: usize = 96;

/// Parses the text between the brackets.
pub(crate) fn parse(source: &str) -> Result<Expression, TemplateError> {
    let mut parser = Parser {
        source,
        tokens: tokenize(source)?,
        at: 0,
        depth: 0,
    };
    let expression = parser.expression()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(_) => Err(parser.error("the expression should end here")),
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, why: &str) -> TemplateError {
        let end = self.source.chars().count();
        let position = self.tokens.get(self.at).map_or(end, |(_, p)| *p);
        unparsable(self.source, position, why)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token, name: &str) -> Result<(), TemplateError> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.error(&format!("{name} is expected")))
        }
    }

    fn identifier(&mut self) -> Result<String, TemplateError> {
        match self.peek() {
            Some(Token::Identifier(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.error("a name is expected")),
        }
    }

    fn expression(&mut self) -> Result<Expression, TemplateError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("the expression is nested too deeply"));
        }
        let mut expression = match self.peek().cloned() {
            Some(Token::Text(text)) => {
                self.at += 1;
                Expression::Text(text)
            }
            Some(Token::Integer(value)) => {
                self.at += 1;
                Expression::Integer(value)
            }
            Some(Token::Identifier(_)) => self.call()?,
            _ => return Err(self.error("a value or a function is expected")),
        };
        let mut links = 0;
        loop {
            let (key, safe) = if self.take(&Token::Dot) {
                let safe = self.take(&Token::Question);
                (Expression::Text(self.identifier()?), safe)
            } else if self.take(&Token::OpenBracket) {
                let safe = self.take(&Token::Question);
                let key = self.expression()?;
                self.expect(&Token::CloseBracket, "']'")?;
                (key, safe)
            } else {
                break;
            };
            links += 1;
            if links > DEPTH {
                return Err(self.error("the expression is nested too deeply"));
            }
            expression = Expression::Access {
                target: Box::new(expression),
                key: Box::new(key),
                safe,
            };
        }
        self.depth -= 1;
        Ok(expression)
    }

    fn call(&mut self) -> Result<Expression, TemplateError> {
        let mut name = self.identifier()?;
        let mut namespace = None;
        if self.take(&Token::Dot) {
            namespace = Some(name);
            name = self.identifier()?;
        }
        self.expect(&Token::Open, "'('")?;
        let mut arguments = Vec::new();
        if !self.take(&Token::Close) {
            loop {
                arguments.push(self.expression()?);
                if self.take(&Token::Close) {
                    break;
                }
                self.expect(&Token::Comma, "',' or ')'")?;
            }
        }
        Ok(Expression::Call {
            namespace,
            name,
            arguments,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::expression::{Text, classify, escape};
    use super::*;

    fn expressions() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            ".{0,12}".prop_map(Expression::Text),
            any::<i64>().prop_map(Expression::Integer),
        ];
        let call = |inner: BoxedStrategy<Expression>| {
            (
                proptest::option::of("[a-z][a-zA-Z0-9]{0,6}"),
                "[a-zA-Z_][a-zA-Z0-9]{0,8}",
                proptest::collection::vec(inner, 0..4),
            )
                .prop_map(|(namespace, name, arguments)| Expression::Call {
                    namespace,
                    name,
                    arguments,
                })
        };
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                call(inner.clone().boxed()),
                (call(inner.clone().boxed()), inner, any::<bool>()).prop_map(
                    |(target, key, safe)| Expression::Access {
                        target: Box::new(target),
                        key: Box::new(key),
                        safe,
                    }
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn printing_then_parsing_gives_the_expression_back(expression in expressions()) {
            prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
        }

        #[test]
        fn any_text_is_parsed_or_refused(source in ".{0,60}") {
            let _ = parse(&source);
        }

        #[test]
        fn any_mix_of_tokens_is_parsed_or_refused(
            source in "(concat|a|\\(|\\)|\\[|\\]|,|\\.|\\?|'x'|''| |7|-){0,24}"
        ) {
            if let Ok(expression) = parse(&source) {
                prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
            }
        }

        #[test]
        fn any_text_can_be_written_as_a_quoted_string(text in ".{0,20}") {
            let quoted = format!("'{}'", text.replace('\'', "''"));
            prop_assert_eq!(parse(&quoted), Ok(Expression::Text(text)));
        }

        #[test]
        fn an_escaped_text_is_read_back_as_itself(text in "\\[{0,3}.{0,5}\\]{0,2}") {
            let escaped = escape(&text);
            prop_assert_eq!(classify(&escaped), Text::Literal(text.as_str()));
        }
    }

    #[test]
    fn brackets_make_an_expression_and_double_brackets_a_literal() {
        assert_eq!(classify("[a()]"), Text::Expression("a()"));
        assert_eq!(classify("[[a()]"), Text::Literal("[a()]"));
        assert_eq!(classify("[a"), Text::Literal("[a"));
        assert_eq!(classify("a]"), Text::Literal("a]"));
        assert_eq!(classify("["), Text::Literal("["));
    }

    #[test]
    fn chains_indexes_and_namespaces_are_understood() {
        for source in [
            "reference('x').outputs.a.value",
            "variables('a')['b-c'][0]",
            "parameters('a').?b[?1]",
            "contoso.unique(1, concat('a', 'it''s'))",
        ] {
            assert_eq!(parse(source).unwrap().to_string(), source);
        }
    }

    #[test]
    fn a_broken_expression_names_itself_and_the_position() {
        let error = parse("concat('a'").unwrap_err();
        assert!(error.message.contains("'concat('a''"), "{error}");
        assert!(error.message.contains("position '10'"), "{error}");
        for source in [
            "",
            "concat",
            "a() b()",
            "a(,)",
            "'x",
            "1.5",
            "a().",
            "99999999999999999999",
        ] {
            assert!(parse(source).is_err(), "{source}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused() {
        assert!(parse(&"a(".repeat(100_000)).is_err());
        assert!(parse(&format!("a(){}", ".b".repeat(100_000))).is_err());
    }
}
