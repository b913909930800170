//! Bugs on purpose, in the client and in the server: each has to be found.

use nchat_realtime::wire::planted::{PlantedBug, plant};

use super::runner::{run_seed, say};

/// Seeds within which a bug has to show.
const SEEDS: u64 = 1_000;

#[test]
fn every_planted_bug_is_caught_within_a_thousand_seeds() {
    let what_fails = |seed| run_seed(seed, false).0.err();
    let mut missed = Vec::new();
    let only = std::env::var("BUG").ok();
    let is_meant = |bug: &&PlantedBug| only.as_ref().is_none_or(|name| format!("{bug:?}") == *name);
    for &bug in PlantedBug::ALL.iter().filter(is_meant) {
        let caught = (0..SEEDS).find_map(|seed| {
            plant(Some(bug));
            let failed = what_fails(seed);
            plant(None);
            // It is the bug's doing where the world holds without it.
            let failed = failed.filter(|_| what_fails(seed).is_none());
            failed.map(|what| (seed, what))
        });
        match caught {
            Some((seed, what)) => {
                let what = what.lines().next().unwrap_or_default();
                say(&format!("{bug:?}: caught by seed {seed}: {what}"));
            }
            None => missed.push(bug),
        }
    }
    let (all, missed_count) = (PlantedBug::ALL.len(), missed.len());
    say(&format!(
        "planted bugs caught: {} of {all}",
        all - missed_count
    ));
    assert!(
        missed.is_empty(),
        "not caught within {SEEDS} seeds: {missed:?}"
    );
}
