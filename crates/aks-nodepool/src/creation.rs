//! A node pool that is asked for.

use kompox_azure::AgentPoolProperties;
use kompox_model::NodePool;
use kompox_provider::{Error, Problem, Result};

use crate::conversion::to_azure;
use crate::name::PoolName;

/// A node pool to be made, checked as far as that goes without asking Azure.
#[derive(Debug)]
pub(crate) struct Creation {
    pub(crate) name: PoolName,
    pub(crate) properties: AgentPoolProperties,
}

impl Creation {
    pub(crate) fn parse(pool: &NodePool, location: &str) -> Result<Self> {
        let mut problems = Vec::new();
        let name = PoolName::parse(pool.name.as_deref()).map_err(|problem| problems.push(problem));
        foreign(pool, &mut problems);
        let properties = to_azure(pool, location).map_err(|mut more| problems.append(&mut more));
        match (name, properties) {
            (Ok(name), Ok(properties)) if problems.is_empty() => Ok(Self { name, properties }),
            _ => Err(Error::Validation(problems)),
        }
    }
}

/// Checks the fields that mean something on other clouds only.
pub(crate) fn foreign(pool: &NodePool, problems: &mut Vec<Problem>) {
    if let Some(name) = pool
        .provider_name
        .as_deref()
        .filter(|name| !name.is_empty())
        && pool.name.as_deref() != Some(name)
    {
        problems.push(Problem::new(
            "providerName",
            name,
            "an AKS node pool has one name only; leave it out",
        ));
    }
    for key in pool
        .extensions
        .iter()
        .flat_map(|extensions| extensions.keys())
    {
        problems.push(Problem::new(
            "extensions",
            key,
            "AKS node pools have no extensions; leave it out",
        ));
    }
}
