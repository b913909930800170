//! The database's file: made for its owner only, and used by one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::StartError;

/// Makes the file where there is none, and takes it for this process until what is returned is
/// dropped. The system gives it back where the process dies.
pub(super) fn claim(database: &Path) -> Result<File, StartError> {
    if let Some(directory) = database.parent() {
        std::fs::create_dir_all(directory).map_err(failed(directory))?;
    }
    let lock_path = lock_beside(database);
    let lock = open_private(&lock_path).map_err(failed(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StartError::InUse(database.to_owned())),
        Err(TryLockError::Error(error)) => return Err(failed(&lock_path)(error)),
    }
    // SQLite gives the files beside it the same mode.
    open_private(database).map_err(failed(database))?;
    Ok(lock)
}

/// SQLite's own locks on the database itself are not to be disturbed.
fn lock_beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// What is made is for its owner only; what is there stays as it is.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |error| StartError::File {
        path: path.clone(),
        error,
    }
}
