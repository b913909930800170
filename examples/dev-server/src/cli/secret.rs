//! Where the key of tokens comes from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::ConfigError;
use crate::config::{Database, Secret};

/// Shortest key, in bytes: that of HS256's hash.
const MIN_SECRET_BYTES: usize = 32;
/// Length of a key made here, in bytes of randomness; it is written in hexadecimal.
const MADE_SECRET_BYTES: usize = 32;

/// The key that the operator gave, if any: a file before the environment.
pub(super) fn given(
    file: Option<&Path>,
    environment: Option<String>,
) -> Result<Option<Secret>, ConfigError> {
    let text = match file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(file_error(path))?),
        None => environment.filter(|text| !text.is_empty()),
    };
    text.map(|text| checked(text.trim_end_matches(['\r', '\n'])))
        .transpose()
}

/// The key of development: kept beside the database, so that tokens outlive a restart as the
/// messages do; with a database in memory, as short-lived as it.
pub(super) fn for_development(database: &Database) -> Result<Secret, ConfigError> {
    let Database::File(database) = database else {
        return Ok(Secret::new(made()?));
    };
    let path = beside(database);
    match std::fs::read_to_string(&path) {
        Ok(text) => checked(text.trim_end()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = made()?;
            write_private(&path, &secret).map_err(file_error(&path))?;
            Ok(Secret::new(secret))
        }
        Err(error) => Err(file_error(&path)(error)),
    }
}

fn checked(text: &str) -> Result<Secret, ConfigError> {
    if text.len() < MIN_SECRET_BYTES {
        return Err(ConfigError::WeakSecret(MIN_SECRET_BYTES));
    }
    Ok(Secret::new(text))
}

fn made() -> Result<String, ConfigError> {
    let mut bytes = [0; MADE_SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".secret");
    PathBuf::from(name)
}

/// Readable by its owner only, from the first moment on.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> ConfigError + use<> {
    let path = path.to_owned();
    move |error| ConfigError::File {
        path: path.clone(),
        error,
    }
}
