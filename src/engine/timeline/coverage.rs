//! Which entries of a room's log are here: a run without a hole, and islands beyond it.

use crate::engine::config::MAX_ISLANDS;
use crate::engine::snapshot::TimelineGap;

/// Places of the log, by `seq`. What lies before the place where a room begins here counts as
/// covered: it is history that may be paged back to, and never news.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// The end of the run; none until it is known where the room begins here.
    cursor: Option<u64>,
    /// Beyond the run, ascending, none touching another: first and last.
    islands: Vec<(u64, u64)>,
    /// The highest place that was heard of, covered or not.
    head: u64,
}

impl Coverage {
    pub(super) fn cursor(&self) -> Option<u64> {
        self.cursor
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// Whether something is known to be missing.
    pub(super) fn has_gap(&self) -> bool {
        self.cursor.is_some_and(|cursor| cursor < self.head)
    }

    pub(super) fn contains(&self, seq: u64) -> bool {
        let mut islands = self.islands.iter();
        self.cursor.is_some_and(|cursor| seq <= cursor)
            || islands.any(|(first, last)| (*first..=*last).contains(&seq))
    }

    /// The next place after a run that nothing is missing of. False where it is not that.
    pub(super) fn extend(&mut self, seq: u64) -> bool {
        let is_next = self.cursor == Some(self.head) && seq == self.head + 1;
        if is_next {
            self.cursor = Some(seq);
            self.head = seq;
        }
        is_next
    }

    /// The room begins here after this place, unless that is known already.
    pub(super) fn begin_after(&mut self, seq: u64) {
        if self.cursor.is_none() {
            self.cursor = Some(seq);
            self.head = self.head.max(seq);
            self.join_run();
        }
    }

    /// There is an entry at this place.
    pub(super) fn hear_of(&mut self, seq: u64) {
        self.head = self.head.max(seq);
    }

    /// Everything from `first` to `last` is here.
    pub(super) fn add(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        self.hear_of(last);
        let touches = |island: &(u64, u64)| island.0 <= last + 1 && first <= island.1 + 1;
        let merged = self.islands.iter().filter(|island| touches(island));
        let merged = merged.fold((first, last), |sum, island| {
            (sum.0.min(island.0), sum.1.max(island.1))
        });
        self.islands.retain(|island| !touches(island));
        let index = self.islands.partition_point(|island| *island < merged);
        self.islands.insert(index, merged);
        self.join_run();
        if self.islands.len() > MAX_ISLANDS {
            // The one that the next page of what is missing brings again.
            self.islands.remove(0);
        }
    }

    /// What is missing, in order.
    pub(super) fn gaps(&self) -> Vec<TimelineGap> {
        let Some(cursor) = self.cursor else {
            return Vec::new();
        };
        let ends = std::iter::once(cursor).chain(self.islands.iter().map(|island| island.1));
        let begins = self.islands.iter().map(|island| island.0);
        ends.zip(begins.chain(std::iter::once(self.head + 1)))
            .filter(|(end, begin)| end + 1 < *begin)
            .map(|(end, begin)| TimelineGap {
                from_seq: end + 1,
                to_seq: begin - 1,
            })
            .collect()
    }

    /// Islands that the run has reached become part of it.
    fn join_run(&mut self) {
        let Some(cursor) = &mut self.cursor else {
            return;
        };
        let reached = self.islands.iter().take_while(|island| {
            let touches = island.0 <= *cursor + 1;
            if touches {
                *cursor = island.1.max(*cursor);
            }
            touches
        });
        let count = reached.count();
        self.islands.drain(..count);
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn gaps(coverage: &Coverage) -> Vec<(u64, u64)> {
        let gaps = coverage.gaps().into_iter();
        gaps.map(|gap| (gap.from_seq, gap.to_seq)).collect()
    }

    #[test]
    fn a_hole_that_is_filled_joins_what_lies_around_it() {
        let mut coverage = Coverage::default();
        coverage.begin_after(2);
        coverage.add(5, 6);
        coverage.add(9, 9);
        coverage.hear_of(12);
        assert_eq!(gaps(&coverage), [(3, 4), (7, 8), (10, 12)]);
        coverage.add(3, 4);
        assert_eq!(
            (coverage.cursor(), gaps(&coverage)),
            (Some(6), vec![(7, 8), (10, 12)])
        );
        coverage.add(1, 20);
        assert_eq!((coverage.cursor(), gaps(&coverage)), (Some(20), vec![]));
    }

    #[test]
    fn until_it_is_known_where_a_room_begins_nothing_is_missing() {
        let mut coverage = Coverage::default();
        coverage.add(7, 7);
        assert_eq!((coverage.cursor(), coverage.has_gap()), (None, false));
        coverage.begin_after(6);
        assert_eq!((coverage.cursor(), coverage.has_gap()), (Some(7), false));
    }

    #[test]
    fn only_the_very_next_place_extends_a_whole_run() {
        let mut coverage = Coverage::default();
        assert!(!coverage.extend(1));
        coverage.begin_after(0);
        assert!(coverage.extend(1) && !coverage.extend(1) && !coverage.extend(3));
        coverage.hear_of(3);
        assert!(!coverage.extend(2), "something is missing");
    }

    #[test]
    fn islands_are_bounded_and_the_nearest_to_the_run_is_forgotten() {
        let mut coverage = Coverage::default();
        coverage.begin_after(0);
        for island in 1..=MAX_ISLANDS as u64 + 1 {
            coverage.add(2 * island, 2 * island);
        }
        assert!(!coverage.contains(2) && coverage.contains(4));
        assert_eq!(gaps(&coverage)[0], (1, 3));
    }

    proptest! {
        #[test]
        fn it_is_the_set_of_what_was_added(
            begin in 0_u64..10,
            ranges in prop::collection::vec((1_u64..60, 0_u64..6), 0..20),
        ) {
            let mut coverage = Coverage::default();
            let mut set: BTreeSet<u64> = (1..=begin).collect();
            let begin_at = ranges.len() / 2;
            for (index, (first, length)) in ranges.iter().enumerate() {
                if index == begin_at {
                    coverage.begin_after(begin);
                }
                coverage.add(*first, first + length);
                set.extend(*first..=first + length);
            }
            coverage.begin_after(begin);
            let head = set.last().copied().unwrap_or(0);
            let missing: BTreeSet<u64> = (1..=head).filter(|seq| !set.contains(seq)).collect();
            let told: BTreeSet<u64> = gaps(&coverage)
                .into_iter()
                .flat_map(|(from, to)| from..=to)
                .collect();
            prop_assert_eq!(&told, &missing);
            for seq in 1..70 {
                prop_assert_eq!(coverage.contains(seq), set.contains(&seq));
            }
            let run = (1..).find(|seq| !set.contains(seq)).map(|hole| hole - 1);
            prop_assert_eq!(coverage.cursor(), run);
        }
    }
}
