//! Holding exchanges to models.

use serde_json::Value;

use crate::exception::{Exception, Unmodelled};
use crate::exchange::Exchange;
use crate::model::Model;
use crate::pattern;
use crate::row::Row;
use crate::verdict::Verdict;

/// Knows the models, and what may differ.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The models of every operation. The first row that matches counts.
    pub rows: &'a [Row],
    /// What has no model.
    pub unmodelled: &'a [Unmodelled],
    /// What may differ.
    pub exceptions: &'a [Exception],
}

impl Judge<'_> {
    /// Judges exchanges. What is wrong: a body that does not come back equal and is not excepted, an operation that is neither
    /// modelled nor known to be not, a body where none is expected or none where one is; and every row or exception that
    /// nothing came by.
    pub fn judge(&self, exchanges: &[Exchange]) -> Verdict {
        let mut verdict = Verdict::new(self);
        for exchange in exchanges {
            self.exchange(exchange, &mut verdict);
        }
        verdict.finish(self);
        verdict
    }

    fn exchange(&self, exchange: &Exchange, verdict: &mut Verdict) {
        let operation = exchange.to_string();
        let row = self
            .rows
            .iter()
            .position(|row| row.matches(&exchange.method, &exchange.path));
        let Some((index, row)) = row.and_then(|index| Some((index, self.rows.get(index)?))) else {
            let reason = self
                .unmodelled
                .iter()
                .position(|unmodelled| pattern::matches(unmodelled.path, &exchange.path));
            match reason {
                Some(index) => verdict.unmodelled(index),
                None => verdict.wrong(&operation, &format!("no model is named for {operation}")),
            }
            return;
        };
        verdict.exchanged(index);
        self.body(exchange, "request", row.request, &exchange.request, verdict);
        if exchange.status < 400 {
            // Accepted and not done yet, or nothing to tell.
            let model = match exchange.status {
                202 | 204 if exchange.response.is_empty() => None,
                _ if row.may_be_empty && exchange.response.is_empty() => None,
                _ => row.response,
            };
            self.body(exchange, "answer", model, &exchange.response, verdict);
        } else {
            let bare = serde_json::from_slice::<Value>(&exchange.response)
                .is_ok_and(|body| body.get("error").is_none());
            let model = match row.errors.bare {
                Some(model) if bare => model,
                _ => row.errors.wrapped,
            };
            // HEAD is refused by a status alone.
            let model = (exchange.method != "HEAD").then_some(model);
            self.body(exchange, "refusal", model, &exchange.response, verdict);
        }
    }

    fn body(
        &self,
        exchange: &Exchange,
        what: &str,
        model: Option<Model>,
        bytes: &[u8],
        verdict: &mut Verdict,
    ) {
        let operation = &exchange.to_string();
        let (model, body) = match (model, bytes) {
            (None, []) => return,
            (None, _) => {
                return verdict.wrong(operation, &format!("a body where no {what} has one"));
            }
            (Some(model), []) => {
                let name = model.name();
                return verdict.wrong(operation, &format!("no {what}, but {name} is expected"));
            }
            (Some(model), bytes) => match serde_json::from_slice::<Value>(bytes) {
                Ok(body) => (model, body),
                Err(error) => {
                    return verdict.wrong(operation, &format!("the {what} is no JSON: {error}"));
                }
            },
        };
        verdict.judged(&model, what);
        for difference in model.differences(&body) {
            let excepted = self.exceptions.iter().position(|exception| {
                exception.covers(&difference, exchange.api_version.as_deref())
            });
            match excepted {
                Some(index) => verdict.excepted(index),
                None => verdict.differs(operation, what, &difference),
            }
        }
    }
}
