//! Order among things that depend on each other.

/// A node of a circle, or `None` when the edges (`edges[n]` are what `n` waits for) have none.
pub(crate) fn find_cycle(edges: &[Vec<usize>]) -> Option<usize> {
    // Kahn's algorithm: whatever can never start is on a circle or behind one.
    let mut waiting: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut dependents = vec![Vec::new(); edges.len()];
    for (node, needs) in edges.iter().enumerate() {
        for need in needs {
            dependents[*need].push(node);
        }
    }
    let mut ready: Vec<usize> = (0..edges.len()).filter(|n| waiting[*n] == 0).collect();
    let mut done = 0;
    while let Some(node) = ready.pop() {
        done += 1;
        for dependent in &dependents[node] {
            waiting[*dependent] -= 1;
            if waiting[*dependent] == 0 {
                ready.push(*dependent);
            }
        }
    }
    if done == edges.len() {
        return None;
    }
    // Walk back along what is missing until a node repeats: that one is on the circle.
    let mut node = waiting.iter().position(|w| *w > 0)?;
    let mut seen = vec![false; edges.len()];
    while !seen[node] {
        seen[node] = true;
        node = *edges[node].iter().find(|n| waiting[**n] > 0)?;
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn edges_that_only_go_back_have_no_circle(
            edges in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..4), 1..12)
        ) {
            let edges: Vec<Vec<usize>> = edges
                .iter()
                .enumerate()
                .map(|(n, e)| if n == 0 { vec![] } else { e.iter().map(|i| i.index(n)).collect() })
                .collect();
            prop_assert_eq!(find_cycle(&edges), None);
        }

        #[test]
        fn a_reported_node_reaches_itself(
            edges in proptest::collection::vec(proptest::collection::vec(0_usize..8, 0..3), 8)
        ) {
            let reaches = |start: usize| {
                let mut stack = edges[start].clone();
                let mut seen = [false; 8];
                while let Some(node) = stack.pop() {
                    if !std::mem::replace(&mut seen[node], true) {
                        stack.extend(&edges[node]);
                    }
                }
                seen[start]
            };
            match find_cycle(&edges) {
                Some(node) => prop_assert!(reaches(node)),
                None => prop_assert!((0..8).all(|n| !reaches(n))),
            }
        }
    }
}
