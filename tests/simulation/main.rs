//! The simulation: the real engine and the real server's core in one process, under one seed,
//! with a network, clocks and machines that go wrong, and a plain reference beside them.
//!
//! `SEEDS=n` says how many seeds are run, `SEED=n` runs one and prints its story. With the feature
//! `planted-bugs` it shows that it finds bugs.
#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod accounts;
mod agenda;
mod chaos;
mod checks;
mod clock;
mod dice;
mod disk;
mod driver;
mod fault;
mod lead;
mod lives;
mod lock;
mod log;
mod mirror;
mod mishaps;
mod model;
mod network;
mod people;
#[cfg(feature = "planted-bugs")]
mod planted;
mod presence;
mod profile;
mod receipts;
mod runner;
mod server;
mod tab;
mod trace;
mod world;

use runner::{Failure, Report, run_seed, run_seeds};

/// Seeds of a run without `SEEDS`: many in release, a taste in debug.
const DEFAULT_SEEDS: u64 = if cfg!(debug_assertions) { 100 } else { 10_000 };

#[test]
fn every_promise_is_kept_under_every_fault() {
    if let Some(seed) = number_of("SEED") {
        return replay(seed);
    }
    let report = run_seeds(0..number_of("SEEDS").unwrap_or(DEFAULT_SEEDS));
    report.print();
    assert_none(&report);
    assert_eq!(report.rare(), [""; 0], "faults that fired too rarely");
}

#[test]
fn what_failed_once_holds() {
    for seed in world::REGRESSIONS {
        let (result, _) = run_seed(seed, false);
        assert!(result.is_ok(), "SEED={seed}: {:?}", result.err());
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..25 {
        let hash = |_| run_seed(seed, false).0.map(|outcome| outcome.hash);
        let (first, second) = (hash(1), hash(2));
        assert_eq!(first.ok(), second.ok(), "seed {seed}");
    }
}

fn replay(seed: u64) {
    let (result, story) = run_seed(seed, true);
    for line in story {
        runner::say(&line);
    }
    match result {
        Ok(outcome) => runner::say(&format!("seed {seed} holds, trace {:016x}", outcome.hash)),
        Err(what) => panic!("seed {seed}: {what}"),
    }
}

fn assert_none(report: &Report) {
    let lines = report.failures.iter().take(100);
    let lines: Vec<String> = lines
        .map(|Failure { seed, what }| format!("SEED={seed}: {what}"))
        .collect();
    assert!(
        lines.is_empty(),
        "{} of {} seeds fail, as:\n{}",
        report.failures.len(),
        report.seeds,
        lines.join("\n")
    );
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
