//! Runs seeds on all cores, and says what came of it.

use std::cell::RefCell;
use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use super::fault::Fault;
use super::world::{Outcome, World};

/// In a run of so many seeds each fault has to have fired so often.
const LONG_RUN_SEEDS: u64 = 10_000;
const LEAST_FIRED: u64 = 1_000;

thread_local! {
    /// What the last panic of this thread said, and where.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    /// Whether panics of this thread are expected, and only noted.
    static IS_WATCHED: RefCell<bool> = const { RefCell::new(false) };
}

/// One seed that does not hold.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) what: String,
}

/// What many seeds came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) seeds: u64,
    pub(crate) failures: Vec<Failure>,
    steps: u64,
    checked: u64,
    fired: Vec<u64>,
}

/// Runs one seed, with its story if that is wanted.
pub(crate) fn run_seed(seed: u64, tells_story: bool) -> (Result<Outcome, String>, Vec<String>) {
    let mut world = World::new(seed, tells_story);
    let result = watched(|| world.run());
    (result, world.chaos.trace.take_story())
}

/// What `work` gives, or what its panic said.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    watch_panics();
    IS_WATCHED.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_WATCHED.set(false);
    result.map_err(|_| LAST_PANIC.take())
}

/// Runs many, on all cores.
pub(crate) fn run_seeds(seeds: Range<u64>) -> Report {
    let next = AtomicU64::new(seeds.start);
    let report = Mutex::new(Report::default());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let (result, _) = run_seed(seed, false);
                    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                    report.add(seed, result);
                }
            });
        }
    });
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failures.sort_by_key(|failure| failure.seed);
    report
}

impl Report {
    fn add(&mut self, seed: u64, result: Result<Outcome, String>) {
        self.seeds += 1;
        match result {
            Ok(outcome) => {
                self.steps += outcome.steps;
                self.checked += outcome.checked;
                self.fired.resize(outcome.fired.len(), 0);
                for (sum, fired) in self.fired.iter_mut().zip(outcome.fired) {
                    *sum += fired;
                }
            }
            Err(what) => self.failures.push(Failure { seed, what }),
        }
    }

    /// The faults that fired fewer than a thousand times in a run of ten thousand seeds; none, in
    /// a shorter one.
    pub(crate) fn rare(&self) -> Vec<&'static str> {
        if self.seeds < LONG_RUN_SEEDS {
            return Vec::new();
        }
        let fired = Fault::ALL.iter().zip(&self.fired);
        let rare = fired.filter(|(_, fired)| **fired < LEAST_FIRED);
        rare.map(|(fault, _)| fault.name()).collect()
    }

    /// Prints the summary.
    pub(crate) fn print(&self) {
        say(&format!(
            "{} seeds, {} failed; {} steps; {} checks of invariants",
            self.seeds,
            self.failures.len(),
            self.steps,
            self.checked
        ));
        for (fault, fired) in Fault::ALL.iter().zip(&self.fired) {
            say(&format!("{fired:>9}  {}", fault.name()));
        }
    }
}

/// Prints a line, although the test may pass.
pub(crate) fn say(line: &str) {
    // A reader who went away does not fail the test.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Notes panics of worlds instead of printing each; others print as ever.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_WATCHED.with_borrow(|is_watched| *is_watched) {
                return others(info);
            }
            let payload = info.payload();
            let text = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied());
            let place = info.location().map(ToString::to_string);
            let place = place.unwrap_or_default();
            LAST_PANIC.set(format!("{} ({place})", text.unwrap_or("a panic")));
        }));
    });
}
