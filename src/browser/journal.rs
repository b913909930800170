//! The journal: one key of localStorage a record, written in the instant. A worker has none.

use web_sys::Storage;

use super::{namespace, storage};
use crate::engine::store::{JournalCommand, Namespace};

/// The journal of one namespace.
pub(crate) struct Journal {
    storage: Option<Storage>,
    prefix: String,
}

impl Journal {
    pub(crate) fn open(namespace: &Namespace) -> Self {
        Self {
            storage: storage::local(),
            prefix: namespace::journal(namespace),
        }
    }

    /// Key and text of every record, of all tabs.
    pub(crate) fn records(&self) -> Vec<(String, String)> {
        let Some(storage) = &self.storage else {
            return Vec::new();
        };
        storage::entries(storage, &self.prefix)
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

    /// Removes those of these records that are still the same.
    pub(crate) fn forget(&self, records: &[(String, String)]) {
        for (key, _) in self.records().iter().filter(|it| records.contains(it)) {
            // A removal is not refused.
            let _ = self.carry_out(JournalCommand::Remove { key: key.clone() });
        }
    }

    /// Removes every record.
    pub(crate) fn wipe(&self) {
        for (key, _) in self.records() {
            // It has no answer.
            let _ = self.carry_out(JournalCommand::Remove { key });
        }
    }
}
