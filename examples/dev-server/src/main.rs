//! The nchat realtime server: `cargo run --example dev-server -- --help`.

/// `wasm-pack test` compiles every example; this one has nothing to do in a browser.
#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    nchat_dev_server::cli::main()
}
