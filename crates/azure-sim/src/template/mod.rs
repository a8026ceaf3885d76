//! The ARM template language, evaluated: a template and its parameters become a plan of resources.
//!
//! Pure: nothing here knows the store, a clock or HTTP. What a template can see of the world comes
//! in through [`Environment`] (fixed when the deployment starts) and [`Runtime`] (`reference` and
//! `list*`, asked while it runs).

mod constraint;
mod copy;
mod document;
mod environment;
mod error;
mod evaluator;
mod expression;
mod functions;
mod graph;
mod parser;
mod plan;
mod relaxed_json;
mod scope;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use document::{OutputDeclaration, Template};
pub(crate) use environment::{Environment, Runtime};
pub(crate) use error::TemplateError;
pub(crate) use evaluator::{Evaluator, Frame};
pub(crate) use plan::{Plan, PlannedResource};
pub(crate) use relaxed_json::parse as parse_relaxed_json;
pub(crate) use scope::Scope;
