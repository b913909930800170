//! The process: from its arguments to its exit code.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use super::Args;
use crate::config::Config;
use crate::server::Server;

/// Starts a server as the command line says, and stops it at SIGTERM or SIGINT.
pub fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    let args = Args::parse();
    let has_arguments = std::env::args_os().len() > 1;
    let secret = std::env::var("REALTIME_JWT_SECRET").ok();
    match args.into_config(secret, has_arguments) {
        Ok(config) => run(config),
        Err(error) => failed(&error),
    }
}

#[tokio::main]
async fn run(config: Config) -> ExitCode {
    if config.is_development {
        warn_of_development();
    }
    let server = match Server::start(config).await {
        Ok(server) => server,
        Err(error) => return failed(&error),
    };
    announce(&format!("listening on http://{}", server.local_addr()));
    match wait_for_signal().await {
        Ok(()) => {}
        Err(error) => return failed(&error),
    }
    tracing::info!("stopping");
    server.stop().await;
    ExitCode::SUCCESS
}

/// The first of SIGTERM and SIGINT.
#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn warn_of_development() {
    complain("DEVELOPMENT MODE: everyone on this machine can be any user (POST /dev/token).");
    complain("Set REALTIME_JWT_SECRET, and leave --dev out, to serve anybody else.");
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    complain(&format!("error: {error}"));
    ExitCode::FAILURE
}

#[expect(
    clippy::print_stdout,
    reason = "what starts the server waits for this line"
)]
fn announce(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "must be seen whatever the log level")]
fn complain(line: &str) {
    eprintln!("{line}");
}
