//! Which of the requests that match a fault get it.

use sha2::{Digest as _, Sha256};

/// When a fault strikes, of the requests that match it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    /// So many are let pass first.
    pub(super) skip: u64,
    /// It strikes so often; `None`: without end.
    pub(super) times: Option<u64>,
    /// How likely it strikes a request that is not let pass, 0 to 1.
    pub(super) probability: f64,
}

/// How far a fault is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Requests that matched.
    pub(super) matched: u64,
    /// Requests that it struck.
    pub(super) struck: u64,
}

impl Tally {
    /// Whether it will never strike again.
    pub(super) fn is_used_up(self, rule: Rule) -> bool {
        rule.times.is_some_and(|times| self.struck >= times)
    }

    /// Counts a request that matches, and tells whether the fault strikes it. `draw` gives a number from 0 (included) to
    /// 1 (excluded) for the number of the match.
    pub(super) fn strikes(&mut self, rule: Rule, draw: impl FnOnce(u64) -> f64) -> bool {
        if self.is_used_up(rule) {
            return false;
        }
        let number = self.matched;
        self.matched += 1;
        let strikes = number >= rule.skip && draw(number) < rule.probability;
        self.struck += u64::from(strikes);
        strikes
    }
}

/// A number from 0 to 1 that follows from the seed, the fault's place in the list and the number of the match.
pub(super) fn draw(seed: u64, fault: usize, number: u64) -> f64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update((fault as u64).to_be_bytes());
    hash.update(number.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = digest;
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(rule: Rule, requests: u64, mut draw: impl FnMut(u64) -> f64) -> Vec<bool> {
        let mut tally = Tally::default();
        (0..requests)
            .map(|_| tally.strikes(rule, &mut draw))
            .collect()
    }

    proptest! {
        #[test]
        fn it_strikes_after_those_let_pass_and_as_often_as_told(
            skip in 0_u64..10, times in proptest::option::of(1_u64..10), requests in 0_u64..30,
        ) {
            let rule = Rule { skip, times, probability: 1.0 };
            let expected: Vec<bool> = (0..requests)
                .map(|number| number >= skip && times.is_none_or(|times| number - skip < times))
                .collect();
            prop_assert_eq!(run(rule, requests, |number| draw(1, 2, number)), expected);
        }

        #[test]
        fn by_chance_it_strikes_no_more_often_than_told_and_nobody_let_pass(
            skip in 0_u64..5, times in 1_u64..5, probability in 0.0..1.0, seed: u64,
        ) {
            let rule = Rule { skip, times: Some(times), probability };
            let struck = run(rule, 40, |number| draw(seed, 0, number));
            let count = struck.iter().filter(|struck| **struck).count();
            prop_assert!(count as u64 <= times);
            for (number, struck) in struck.iter().enumerate() {
                let number = number as u64;
                prop_assert!(!struck || (number >= skip && draw(seed, 0, number) < probability));
            }
        }

        #[test]
        fn a_draw_follows_from_its_seed(seed: u64, fault in 0_usize..9, number: u64) {
            let drawn = draw(seed, fault, number);
            prop_assert!((0.0..1.0).contains(&drawn));
            prop_assert_eq!(drawn.to_bits(), draw(seed, fault, number).to_bits());
        }
    }

    #[test]
    fn another_seed_draws_other_requests_and_as_many_as_is_likely() {
        let rule = Rule {
            skip: 0,
            times: None,
            probability: 0.3,
        };
        let of = |seed| run(rule, 1000, |number| draw(seed, 0, number));
        let first = of(1);
        assert_eq!(first, of(1));
        assert_ne!(first, of(2));
        assert_ne!(first, run(rule, 1000, |number| draw(1, 1, number)));
        let count = first.iter().filter(|struck| **struck).count();
        assert!((250..350).contains(&count), "{count} of 1000");
    }
}
