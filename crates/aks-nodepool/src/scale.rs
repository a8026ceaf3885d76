//! How many nodes a pool has.

use kompox_azure::AgentPoolProperties;
use kompox_model::node_pool::Autoscaling;
use kompox_provider::Problem;

use crate::conversion::SYSTEM;

/// Most nodes of a pool.
///
/// Source: <https://learn.microsoft.com/azure/aks/quotas-skus-regions>
const MOST: u32 = 1000;

/// What is known of the pool that nodes are wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Present<'a> {
    /// It is yet to be made.
    Nothing,
    /// It was not read yet.
    Unread,
    /// It is like this.
    Pool(&'a AgentPoolProperties),
}

/// Sets how many nodes a pool shall have; what is not given stays as it is.
///
/// With autoscaling `desired` is ignored, without it `min` and `max` are.
///
/// Spec: §13.4.2, §13.4.3.
pub(crate) fn apply(
    pool: &mut AgentPoolProperties,
    wanted: Autoscaling,
    present: Present<'_>,
    problems: &mut Vec<Problem>,
) {
    let fewest = u32::from(pool.mode.as_deref() == Some(SYSTEM));
    let mut check = |field: &'static str, value: u32| {
        if !(fewest..=MOST).contains(&value) {
            problems.push(Problem::new(
                field,
                value.to_string(),
                match fewest {
                    0 => format!("a pool has 0 to {MOST} nodes"),
                    _ => format!("a system pool has 1 to {MOST} nodes"),
                },
            ));
        }
    };
    let (min, max, count) = match present {
        Present::Pool(pool) => (pool.min_count, pool.max_count, pool.count),
        Present::Nothing | Present::Unread => (None, None, None),
    };
    pool.enable_auto_scaling = wanted.enabled;
    if !wanted.enabled {
        let count = wanted.desired.or(count).unwrap_or(1);
        check("autoscaling.desired", count);
        (pool.count, pool.min_count, pool.max_count) = (Some(count), None, None);
        return;
    }
    let limits = [
        ("autoscaling.min", wanted.min.or(min)),
        ("autoscaling.max", wanted.max.or(max)),
    ];
    for (field, value) in limits {
        if let Some(value) = value {
            check(field, value);
        }
    }
    for (field, value) in limits {
        if value.is_none() && !matches!(present, Present::Unread) {
            problems.push(Problem::sentence(format!(
                "{field} is missing: autoscaling needs both limits"
            )));
        }
    }
    let [(_, min), (_, max)] = limits;
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        problems.push(Problem::new(
            "autoscaling.min",
            min.to_string(),
            format!("is more than autoscaling.max, which is {max}"),
        ));
    }
    (pool.count, pool.min_count, pool.max_count) = (count.or(min), min, max);
}

/// Brings the number of nodes within the limits: AKS refuses a write with another one, although the autoscaler would
/// follow by itself.
pub(crate) fn count_within_limits(pool: &mut AgentPoolProperties) {
    if let (true, Some(min), Some(max)) = (pool.enable_auto_scaling, pool.min_count, pool.max_count)
    {
        pool.count = pool.count.map(|count| count.max(min).min(max));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(mode: &str, wanted: Autoscaling, present: Present<'_>) -> Vec<String> {
        let mut pool = AgentPoolProperties {
            mode: Some(mode.into()),
            ..AgentPoolProperties::default()
        };
        let mut problems = Vec::new();
        apply(&mut pool, wanted, present, &mut problems);
        problems.iter().map(ToString::to_string).collect()
    }

    fn auto(min: Option<u32>, max: Option<u32>) -> Autoscaling {
        Autoscaling {
            enabled: true,
            min,
            max,
            desired: Some(5000),
        }
    }

    fn fixed(desired: Option<u32>) -> Autoscaling {
        Autoscaling {
            enabled: false,
            min: Some(5000),
            max: None,
            desired,
        }
    }

    #[test]
    fn both_limits_are_needed_unless_the_pool_has_them() {
        let missing = "autoscaling.max is missing: autoscaling needs both limits";
        assert_eq!(
            told("User", auto(Some(1), None), Present::Nothing),
            [missing]
        );
        assert_eq!(told("User", auto(Some(1), None), Present::Unread), [""; 0]);
        let pool = AgentPoolProperties::default();
        assert_eq!(
            told("User", auto(Some(1), None), Present::Pool(&pool)),
            [missing]
        );
        let pool = AgentPoolProperties {
            max_count: Some(2),
            ..pool
        };
        assert_eq!(
            told("User", auto(Some(1), None), Present::Pool(&pool)),
            [""; 0]
        );
        assert_eq!(
            told("User", auto(Some(3), None), Present::Pool(&pool)),
            ["autoscaling.min \"3\": is more than autoscaling.max, which is 2"]
        );
    }

    #[test]
    fn numbers_are_within_what_azure_takes() {
        let nothing = Present::Nothing;
        assert_eq!(told("User", auto(Some(0), Some(1000)), nothing), [""; 0]);
        assert_eq!(
            told("System", auto(Some(0), Some(1001)), nothing),
            [
                "autoscaling.min \"0\": a system pool has 1 to 1000 nodes",
                "autoscaling.max \"1001\": a system pool has 1 to 1000 nodes"
            ]
        );
        assert_eq!(told("User", fixed(Some(0)), nothing), [""; 0]);
        assert_eq!(told("System", fixed(None), nothing), [""; 0]);
        assert_eq!(
            told("User", fixed(Some(1001)), nothing),
            ["autoscaling.desired \"1001\": a pool has 0 to 1000 nodes"]
        );
    }

    #[test]
    fn turning_autoscaling_off_keeps_the_nodes_that_are_there() {
        let present = AgentPoolProperties {
            enable_auto_scaling: true,
            count: Some(4),
            min_count: Some(1),
            max_count: Some(9),
            ..AgentPoolProperties::default()
        };
        let mut pool = present.clone();
        apply(
            &mut pool,
            fixed(None),
            Present::Pool(&present),
            &mut Vec::new(),
        );
        let expected = AgentPoolProperties {
            count: Some(4),
            ..AgentPoolProperties::default()
        };
        assert_eq!(pool, expected);
    }

    #[test]
    fn the_count_that_is_written_is_within_the_limits() {
        for (count, expected) in [(0, 2), (3, 3), (9, 5)] {
            let mut pool = AgentPoolProperties {
                enable_auto_scaling: true,
                count: Some(count),
                min_count: Some(2),
                max_count: Some(5),
                ..AgentPoolProperties::default()
            };
            count_within_limits(&mut pool);
            assert_eq!(pool.count, Some(expected));
        }
    }
}
