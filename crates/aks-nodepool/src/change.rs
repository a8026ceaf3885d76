//! A change of a node pool that is asked for.

use kompox_azure::AgentPoolProperties;
use kompox_model::NodePool;
use kompox_provider::{Error, Result};

use crate::conversion::declared;
use crate::creation::foreign;
use crate::name::PoolName;
use crate::scale::Present;
use crate::{fixed, label, scale};

/// A change, checked as far as that goes without the pool that it is for.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) name: PoolName,
    update: &'a NodePool,
    location: &'a str,
}

impl<'a> Change<'a> {
    /// Refuses what is certainly wrong. When a field is given that cannot be changed, the refusal is put off until the
    /// pool is known, so that it can tell both values; but not when the name is wrong, for then there is no pool.
    pub(crate) fn parse(update: &'a NodePool, location: &'a str) -> Result<Self> {
        let mut problems = Vec::new();
        let name =
            PoolName::parse(update.name.as_deref()).map_err(|problem| problems.push(problem));
        foreign(update, &mut problems);
        label::check(
            update.labels.as_ref().unwrap_or(&label::GivenLabels::new()),
            &mut problems,
        );
        if let Some(wanted) = update.autoscaling {
            let mut pool = AgentPoolProperties::default();
            scale::apply(&mut pool, wanted, Present::Unread, &mut problems);
        }
        match name {
            Ok(name) if problems.is_empty() || fixed::are_given(update) => Ok(Self {
                name,
                update,
                location,
            }),
            _ => {
                fixed::refuse(update, None, &mut problems);
                Err(Error::Validation(problems))
            }
        }
    }

    /// What the pool shall be.
    ///
    /// Applying it to its own result changes nothing.
    ///
    /// Spec: §13.4.3.
    pub(crate) fn apply(&self, present: &AgentPoolProperties) -> Result<AgentPoolProperties> {
        let Self {
            update, location, ..
        } = self;
        let mut problems = Vec::new();
        foreign(update, &mut problems);
        fixed::refuse(update, Some(&declared(present, location)), &mut problems);
        let mut pool = present.clone();
        let labels = update.labels.clone().unwrap_or_default();
        label::check(&labels, &mut problems);
        label::merge(&mut pool, &labels, location);
        if let Some(wanted) = update.autoscaling {
            scale::apply(&mut pool, wanted, Present::Pool(present), &mut problems);
        }
        if problems.is_empty() {
            Ok(pool)
        } else {
            Err(Error::Validation(problems))
        }
    }
}
