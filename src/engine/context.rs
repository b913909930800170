//! What every part of the engine is lent while it handles one input.

use std::collections::VecDeque;

use super::config::Settings;
use super::error::ClientError;
use super::ids::Random;
use super::input::RequestId;
use super::output::{Notification, Output};
use super::store::{JournalCommand, Keeper, Namespace};
use super::time::Now;
use crate::socketio::Value;

/// The moment, the settings, the randomness, the store, and where effects go.
pub(crate) struct Context<'a, V: Value> {
    pub(crate) now: Now,
    pub(crate) settings: &'a Settings,
    pub(crate) random: &'a mut Random,
    pub(crate) keep: &'a mut Keeper<V>,
    pub(crate) outputs: &'a mut VecDeque<Output<V>>,
    /// Whether another tab was heard: nothing is posted to nobody.
    pub(crate) has_company: bool,
}

impl<V: Value> Context<'_, V> {
    pub(crate) fn notify(&mut self, notification: Notification<V>) {
        self.outputs.push_back(Output::Notify(notification));
    }

    pub(crate) fn resolve(&mut self, request: RequestId, value: V) {
        self.outputs.push_back(Output::Settle {
            request,
            result: Ok(value),
        });
    }

    pub(crate) fn reject(&mut self, request: RequestId, error: ClientError<V>) {
        self.outputs.push_back(Output::Settle {
            request,
            result: Err(error),
        });
    }

    /// Keeps a record in this instant, or no longer.
    pub(crate) fn journal(&mut self, command: JournalCommand) {
        self.outputs.push_back(Output::Journal(command));
    }

    /// Tells the other tabs, if there are any.
    pub(crate) fn post(&mut self, kind: &str, fields: Vec<(&'static str, V)>) {
        if self.has_company {
            self.say(kind, fields);
        }
    }

    /// Says something to the other tabs, known or not.
    pub(crate) fn say(&mut self, kind: &str, mut fields: Vec<(&'static str, V)>) {
        fields.push(("type", V::string(kind)));
        self.outputs.push_back(Output::Post(V::object(&fields)));
    }

    pub(crate) fn open_store(&mut self, namespace: Namespace) {
        self.keep.open(self.outputs, namespace);
    }

    pub(crate) fn wipe_store(&mut self, namespace: Namespace) {
        self.keep.wipe(self.outputs, namespace);
    }
}
