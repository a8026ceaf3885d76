//! The words of Kusto, as far as they are understood.

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    line: usize,
    column: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword, `in~` among them.
    Word(String),
    /// A quoted text, its escapes resolved.
    Text(String),
    Number(usize),
    /// `|`, `(`, `)`, `,`, `[`, `]`, `.`, `==`, `=~`.
    Sign(&'static str),
}

/// Where reading a query stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unparsable {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) token: String,
    pub(super) expected: String,
}

const SIGNS: [&str; 9] = ["==", "=~", "|", "(", ")", ",", "[", "]", "."];

/// A query, word for word.
pub(super) struct Tokens {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    end: (usize, usize),
}

impl Tokens {
    pub(super) fn read(query: &str) -> Result<Self, Unparsable> {
        let mut reader = Reader {
            rest: query,
            line: 1,
            column: 0,
        };
        let mut tokens = Vec::new();
        while let Some(token) = reader.token()? {
            tokens.push(token);
        }
        Ok(Self {
            tokens: tokens.into_iter().peekable(),
            end: (reader.line, reader.column),
        })
    }

    /// The next word, if it is that one; keywords are in lower case.
    pub(super) fn take_word(&mut self, wanted: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(&token.kind, Kind::Word(word) if word == wanted))
            .is_some()
    }

    pub(super) fn take_sign(&mut self, wanted: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(token.kind, Kind::Sign(sign) if sign == wanted))
            .is_some()
    }

    /// What `read` makes of the next word, which must be something that it takes.
    pub(super) fn expect<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&Kind) -> Option<T>,
    ) -> Result<T, Unparsable> {
        if let Some(token) = self.tokens.peek()
            && let Some(value) = read(&token.kind)
        {
            self.tokens.next();
            return Ok(value);
        }
        Err(self.refuse(expected))
    }

    pub(super) fn is_empty(&mut self) -> bool {
        self.tokens.peek().is_none()
    }

    /// The error that the next word is none of what was expected.
    pub(super) fn refuse(&mut self, expected: &str) -> Unparsable {
        let (line, column, token) = match self.tokens.peek() {
            None => (self.end.0, self.end.1, "<EOF>".to_owned()),
            Some(token) => {
                let text = match &token.kind {
                    Kind::Word(text) | Kind::Text(text) => text.clone(),
                    Kind::Number(number) => number.to_string(),
                    Kind::Sign(sign) => (*sign).to_owned(),
                };
                (token.line, token.column, text)
            }
        };
        Unparsable {
            line,
            column,
            token,
            expected: expected.to_owned(),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        if next == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        Some(next)
    }

    fn token(&mut self) -> Result<Option<Token>, Unparsable> {
        while self.rest.starts_with(char::is_whitespace) {
            self.next();
        }
        let (line, column) = (self.line, self.column);
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        let kind = if let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
            for _ in sign.chars() {
                self.next();
            }
            Kind::Sign(sign)
        } else if first == '\'' || first == '"' {
            Kind::Text(self.text()?)
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let word = self.word();
            match word.parse() {
                Ok(number) => Kind::Number(number),
                Err(_) => Kind::Word(word),
            }
        } else {
            return Err(self.stop(first.to_string()));
        };
        Ok(Some(Token { kind, line, column }))
    }

    /// A name; the operator `in~` counts as one.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(next) = self.rest.chars().next() {
            let part = next.is_ascii_alphanumeric() || next == '_' || (next == '~' && word == "in");
            if !part {
                break;
            }
            word.push(next);
            self.next();
        }
        word
    }

    fn text(&mut self) -> Result<String, Unparsable> {
        let quote = self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n' | '\r') => return Err(self.stop("<EOF>".to_owned())),
                end if end == quote => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(character) => text.push(character),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Unparsable> {
        let escaped = match self.next() {
            Some(plain @ ('\\' | '\'' | '"')) => Some(plain),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => {
                let digits: String = (0..4).filter_map(|_| self.next()).collect();
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
            }
            _ => None,
        };
        escaped.ok_or_else(|| self.stop("\\".to_owned()))
    }

    fn stop(&self, token: String) -> Unparsable {
        Unparsable {
            line: self.line,
            column: self.column,
            token,
            expected: "Ǐ".to_owned(),
        }
    }
}
