//! Who does something.

use serde::{Deserialize, Serialize};

use crate::store::Fence;

/// A user, as their token describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl User {
    /// A user of whom nothing but the id is known.
    pub fn from_id(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            avatar: None,
        }
    }
}

/// A user on one of their sockets.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Who.
    pub user: &'a User,
    /// The socket's id.
    pub socket_id: &'a str,
    /// The browser profile, where the client says.
    pub device_id: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// A user who asks over HTTP: on no socket, and of no browser profile.
    pub const fn without_socket(user: &'a User) -> Self {
        Self {
            user,
            socket_id: "",
            device_id: None,
        }
    }

    /// The leader's place of this epoch, for a client that says what its device is.
    pub(super) fn fence(&self, epoch: Option<u64>) -> Option<Fence> {
        Some(Fence {
            device_id: self.device_id?.to_owned(),
            epoch: epoch?,
        })
    }
}
