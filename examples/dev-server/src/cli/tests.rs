//! What follows from a command line.

use std::net::IpAddr;

use clap::Parser;

use super::*;
use crate::config::Secret;

const SECRET: &str = "a secret of at least thirty-two bytes";

fn config(arguments: &[&str], environment_secret: Option<&str>) -> Result<Config, ConfigError> {
    let line = std::iter::once(&"dev-server").chain(arguments);
    let args = Args::try_parse_from(line).expect("a command line");
    args.into_config(environment_secret.map(str::to_owned), !arguments.is_empty())
}

#[test]
fn development_stays_on_this_machine() {
    let config = config(&["--dev", "--database", ":memory:"], None).expect("a config");
    assert!(config.is_development);
    assert!(config.host.is_loopback());
    assert_eq!(config.origins, Origins::Loopback);
    assert_eq!(config.database, Database::Memory);
    assert_eq!(config.port, 3101);
}

#[test]
fn development_on_an_open_address_is_refused() {
    let refused = config(
        &["--dev", "--database", ":memory:", "--host", "0.0.0.0"],
        None,
    );
    assert!(
        matches!(refused, Err(ConfigError::NotLoopback(_))),
        "{refused:?}"
    );
}

#[test]
fn without_a_secret_only_development_starts() {
    for arguments in [&["--port", "0"][..], &["--database", ":memory:"]] {
        let refused = config(arguments, None);
        assert!(matches!(refused, Err(ConfigError::NoSecret)), "{refused:?}");
    }
    let refused = config(&["--port", "0"], Some(""));
    assert!(matches!(refused, Err(ConfigError::NoSecret)), "{refused:?}");
}

#[test]
fn a_secret_in_the_environment_ends_development_mode() {
    let config = config(&[], Some(SECRET)).expect("a config");
    assert!(!config.is_development);
    assert_eq!(
        config.host,
        "0.0.0.0".parse::<IpAddr>().expect("an address")
    );
    assert_eq!(config.secret, Secret::new(SECRET));
    assert_eq!(config.events_per_minute.get(), 100);
    assert_eq!(config.origins, Origins::listed([]));
}

#[test]
fn a_secret_that_can_be_guessed_is_refused() {
    let refused = config(&[], Some("secret"));
    assert!(
        matches!(refused, Err(ConfigError::WeakSecret(32))),
        "{refused:?}"
    );
}

#[test]
fn a_secret_is_read_from_its_file_without_the_line_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\r\n")).expect("written");
    let path = file.to_str().expect("text");
    let from_file = config(&["--jwt-secret-file", path], Some("ignored")).expect("a config");
    assert_eq!(from_file.secret, Secret::new(SECRET));
    let missing = config(&["--jwt-secret-file", "/nowhere/secret"], None);
    assert!(
        matches!(missing, Err(ConfigError::File { .. })),
        "{missing:?}"
    );
}

#[test]
fn developments_secret_is_kept_beside_the_database_for_its_owner_only() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("made/nchat.sqlite");
    let arguments = ["--dev", "--database", database.to_str().expect("text")];
    let first = config(&arguments, None).expect("a config").secret;
    let second = config(&arguments, None).expect("a config").secret;
    assert_eq!(first, second);
    let file = directory.path().join("made/nchat.sqlite.secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::remove_file(file).expect("removed");
    let third = config(&arguments, None).expect("a config").secret;
    assert_ne!(first, third);
}

#[test]
fn origins_are_separated_by_commas() {
    let config = config(
        &["--cors-origin", "https://a.example, https://b.example/"],
        Some(SECRET),
    );
    let origins = config.expect("a config").origins;
    assert!(origins.allow("https://a.example") && origins.allow("https://b.example"));
    assert!(!origins.allow("https://c.example"));
}

#[test]
fn presence_and_typing_last_as_long_as_the_command_line_says() {
    let memory = ["--dev", "--database", ":memory:"];
    let default = config(&memory, None).expect("a config");
    assert_eq!(default.times, Times::DEFAULT);
    let line = [
        &memory[..],
        &["--presence-grace", "0", "--typing-timeout", "3000"],
    ];
    let times = config(&line.concat(), None).expect("a config").times;
    assert_eq!((times.grace_ms, times.typing_ms), (0, 3_000));
    for line in [
        ["dev-server", "--typing-timeout", "0"],
        ["dev-server", "--presence-grace", "-1"],
        ["dev-server", "--typing-timeout", "99999999999"],
    ] {
        assert!(Args::try_parse_from(line).is_err(), "{line:?}");
    }
}

#[test]
fn a_config_does_not_show_its_secret() {
    let config = config(&[], Some(SECRET)).expect("a config");
    assert!(!format!("{config:?}").contains(SECRET));
}

#[test]
fn a_heartbeat_without_a_pause_is_refused() {
    for option in ["--ping-interval", "--ping-timeout"] {
        for value in ["0", "-1", "18446744073709551615"] {
            let line = ["dev-server", "--dev", option, value];
            assert!(Args::try_parse_from(line).is_err(), "{option} {value}");
        }
    }
}

#[test]
fn one_user_does_not_take_all_connections_but_in_development() {
    let database = ["--database", ":memory:"];
    let found = |more: &[&str], secret| {
        let config = config(&[&database, more].concat(), secret).expect("a config");
        config.max_connections_per_user
    };
    assert_eq!(found(&[], Some(SECRET)), 100);
    assert_eq!(found(&["--max-connections-per-user", "3"], Some(SECRET)), 3);
    assert_eq!(found(&["--dev"], None), 10_000);
}
