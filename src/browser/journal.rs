//! The journal: one key of localStorage a record, written in the instant. A worker has none.

use web_sys::Storage;

use super::namespace;
use crate::engine::store::{JournalCommand, Namespace};

/// The journal of one namespace.
pub(crate) struct Journal {
    storage: Option<Storage>,
    prefix: String,
}

impl Journal {
    pub(crate) fn open(namespace: &Namespace) -> Self {
        Self {
            storage: storage(),
            prefix: namespace::journal(namespace),
        }
    }

    /// Key and text of every record, of all tabs.
    pub(crate) fn records(&self) -> Vec<(String, String)> {
        let Some(storage) = &self.storage else {
            return Vec::new();
        };
        let keys = self.keys(storage).into_iter();
        keys.filter_map(|key| {
            let text = storage.get_item(&key).ok()??;
            Some((key.get(self.prefix.len()..)?.to_owned(), text))
        })
        .collect()
    }

    /// Carries out one command. A record that is not taken gives its key back.
    pub(crate) fn carry_out(&self, command: JournalCommand) -> Result<(), String> {
        match command {
            JournalCommand::Put { key, text } => {
                let name = format!("{}{key}", self.prefix);
                let taken = self
                    .storage
                    .as_ref()
                    .is_some_and(|storage| storage.set_item(&name, &text).is_ok());
                if taken { Ok(()) } else { Err(key) }
            }
            JournalCommand::Remove { key } => {
                if let Some(storage) = &self.storage {
                    // Fails only where storage was refused since, and then it is gone.
                    let _ = storage.remove_item(&format!("{}{key}", self.prefix));
                }
                Ok(())
            }
            JournalCommand::Read => Ok(()),
        }
    }

    /// Removes every record.
    pub(crate) fn wipe(&self) {
        if let Some(storage) = &self.storage {
            for key in self.keys(storage) {
                let _ = storage.remove_item(&key);
            }
        }
    }

    fn keys(&self, storage: &Storage) -> Vec<String> {
        let count = storage.length().unwrap_or_default();
        let keys = (0..count).filter_map(|index| storage.key(index).ok()?);
        keys.filter(|key| key.starts_with(&self.prefix)).collect()
    }
}

/// The page's localStorage, unless it is refused.
pub(crate) fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
