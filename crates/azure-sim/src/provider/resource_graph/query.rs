//! A query: conditions, columns, an order and a limit, step after step.

use serde_json::{Map, Value};

use super::kusto::{Kind, Tokens, Unparsable};

type Row = Map<String, Value>;

/// The columns that there are.
const COLUMNS: [&str; 9] = [
    "id",
    "name",
    "type",
    "location",
    "resourceGroup",
    "subscriptionId",
    "tenantId",
    "tags",
    "properties",
];

/// What is done to the rows, in order.
#[derive(Debug)]
pub(super) struct Query(Vec<Step>);

#[derive(Debug)]
enum Step {
    Where(Vec<Condition>),
    Project(Vec<&'static str>),
    Order {
        column: &'static str,
        descending: bool,
    },
    Limit(usize),
}

#[derive(Debug)]
struct Condition {
    column: &'static str,
    /// Members of the column's value, from the outside in.
    members: Vec<String>,
    values: Vec<String>,
    any_case: bool,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, Unparsable> {
        let mut tokens = Tokens::read(text)?;
        let mut steps = Vec::new();
        // The table may be left out, and then the first step has no bar before it.
        let mut more = if tokens.take_word("Resources") || tokens.take_word("resources") {
            tokens.take_sign("|")
        } else {
            true
        };
        while more {
            steps.push(step(&mut tokens)?);
            more = tokens.take_sign("|");
        }
        if tokens.is_empty() {
            Ok(Self(steps))
        } else {
            Err(tokens.refuse("|"))
        }
    }

    pub(super) fn run(&self, mut rows: Vec<Row>) -> Vec<Row> {
        for step in &self.0 {
            match step {
                Step::Where(conditions) => {
                    rows.retain(|row| conditions.iter().all(|condition| condition.holds(row)));
                }
                Step::Project(columns) => {
                    for row in &mut rows {
                        *row = columns
                            .iter()
                            .filter_map(|column| Some(((*column).to_owned(), row.remove(*column)?)))
                            .collect();
                    }
                }
                Step::Order { column, descending } => {
                    rows.sort_by_cached_key(|row| row.get(*column).map(Value::to_string));
                    if *descending {
                        rows.reverse();
                    }
                }
                Step::Limit(limit) => rows.truncate(*limit),
            }
        }
        rows
    }
}

impl Condition {
    fn holds(&self, row: &Row) -> bool {
        let mut value = row.get(self.column);
        for member in &self.members {
            value = value.and_then(|value| value.get(member));
        }
        let Some(actual) = value.and_then(Value::as_str) else {
            return false;
        };
        self.values.iter().any(|value| {
            if self.any_case {
                actual.to_lowercase() == value.to_lowercase()
            } else {
                actual == value
            }
        })
    }
}

fn step(tokens: &mut Tokens) -> Result<Step, Unparsable> {
    if tokens.take_word("where") {
        let mut conditions = vec![condition(tokens)?];
        while tokens.take_word("and") {
            conditions.push(condition(tokens)?);
        }
        Ok(Step::Where(conditions))
    } else if tokens.take_word("project") {
        let mut columns = vec![column(tokens)?];
        while tokens.take_sign(",") {
            columns.push(column(tokens)?);
        }
        Ok(Step::Project(columns))
    } else if tokens.take_word("order") || tokens.take_word("sort") {
        if !tokens.take_word("by") {
            return Err(tokens.refuse("by"));
        }
        let column = column(tokens)?;
        // Kusto's order is descending unless it is told.
        let descending = !tokens.take_word("asc");
        if descending {
            tokens.take_word("desc");
        }
        Ok(Step::Order { column, descending })
    } else if tokens.take_word("limit") || tokens.take_word("take") {
        let limit = tokens.expect("LONGLITERAL", |kind| match kind {
            Kind::Number(number) => Some(*number),
            _ => None,
        })?;
        Ok(Step::Limit(limit))
    } else {
        Err(tokens.refuse("where"))
    }
}

fn condition(tokens: &mut Tokens) -> Result<Condition, Unparsable> {
    // That a name is no column is only found when everything else is well written.
    let no_column = tokens.refuse("IDENTIFIER");
    let name = word(tokens)?;
    let mut members = Vec::new();
    loop {
        if tokens.take_sign(".") {
            members.push(word(tokens)?);
        } else if tokens.take_sign("[") {
            members.push(text(tokens)?);
            if !tokens.take_sign("]") {
                return Err(tokens.refuse("]"));
            }
        } else {
            break;
        }
    }
    let (list, any_case) = tokens.expect(OPERATOR, |kind| match kind {
        Kind::Sign("==") => Some((false, false)),
        Kind::Sign("=~") => Some((false, true)),
        Kind::Word(word) if word == "in" => Some((true, false)),
        Kind::Word(word) if word == "in~" => Some((true, true)),
        _ => None,
    })?;
    let mut values = Vec::new();
    if list {
        if !tokens.take_sign("(") {
            return Err(tokens.refuse("("));
        }
        values.push(text(tokens)?);
        while tokens.take_sign(",") {
            values.push(text(tokens)?);
        }
        if !tokens.take_sign(")") {
            return Err(tokens.refuse(")"));
        }
    } else {
        values.push(text(tokens)?);
    }
    let mut columns = COLUMNS.iter().copied();
    let column = columns.find(|column| *column == name).ok_or(no_column)?;
    Ok(Condition {
        column,
        members,
        values,
        any_case,
    })
}

/// What Azure's parser says that it expects in the place of an operator.
const OPERATOR: &str = "\u{1cf}";

fn word(tokens: &mut Tokens) -> Result<String, Unparsable> {
    tokens.expect("IDENTIFIER", |kind| match kind {
        Kind::Word(word) => Some(word.clone()),
        _ => None,
    })
}

fn text(tokens: &mut Tokens) -> Result<String, Unparsable> {
    tokens.expect("STRINGLITERAL", |kind| match kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    })
}

fn column(tokens: &mut Tokens) -> Result<&'static str, Unparsable> {
    tokens.expect("IDENTIFIER", |kind| match kind {
        Kind::Word(word) => COLUMNS.iter().copied().find(|column| column == word),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows() -> Vec<Row> {
        [("b", "t/a"), ("A", "t/a"), ("it's", "t/b")]
            .map(|(name, kind)| {
                let row = json!({"id": format!("/{name}"), "name": name, "type": kind});
                row.as_object().cloned().unwrap()
            })
            .to_vec()
    }

    fn names(query: &str) -> Vec<String> {
        let rows = Query::parse(query).unwrap().run(rows());
        rows.iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn conditions_columns_order_and_limit_do_what_they_say() {
        for (query, found) in [
            ("Resources", &["b", "A", "it's"][..]),
            ("limit 1", &["b"]),
            (
                "Resources | where type =~ 'T/A' | order by name asc",
                &["A", "b"],
            ),
            ("resources | where type == 'T/A'", &[]),
            (
                "Resources | where name in~ ('a', \"B\") and type == 't/a'",
                &["b", "A"],
            ),
            ("Resources | where name in ('a', 'b')", &["b"]),
            (r"Resources | where name =~ 'it\'s'", &["it's"]),
            (r"Resources | where name =~ 'i\u0074\u0027s'", &["it's"]),
            (
                "Resources | order by name | take 1 | project name",
                &["it's"],
            ),
        ] {
            assert_eq!(names(query), found, "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_where_it_stands() {
        for (query, token, column) in [
            ("where where", "<EOF>", 11),
            ("where properties[ =~ 'a'", "=~", 18),
            ("where properties.x['y' =~ 'a'", "=~", 23),
            ("where", "<EOF>", 5),
            ("Resources |", "<EOF>", 11),
            ("Resources | extend a = 1", "=", 21),
            ("Resources | summarize", "summarize", 12),
            ("Resources | where name contains 'a'", "contains", 23),
            ("Resources | where colour =~ 'a'", "colour", 18),
            ("Resources | where name =~ 'a' or name =~ 'b'", "or", 30),
            ("Resources | where name =~ 'it's'", "<EOF>", 32),
            ("Resources | where name in~ ()", ")", 28),
            ("Resources | project id; drop", ";", 22),
            (r"Resources | where name =~ '\q'", "\\", 29),
        ] {
            let error = Query::parse(query).unwrap_err();
            assert_eq!(
                (error.line, error.token.as_str(), error.column),
                (1, token, column),
                "{query}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_query_makes_the_parser_panic(query in "(Resources|where|name|in~|=~|'a'|[|(),']| ){0,12}\\PC{0,6}") {
            let _ = Query::parse(&query);
        }
    }
}
