//! The four operations by which an application's own GraphQL endpoint is asked for settings and
//! contacts, with the product documents' table and column names: `POST {query, variables}`, with the token
//! as `Authorization: Bearer`. The server answers them at `/v1/graphql`, for the caller's own id.

/// A user's settings. Variable: `userId`.
pub const GET_PRESENCE_SETTINGS: &str = include_str!("graphql/get-presence-settings.graphql");
/// Changes them. Variables: `userId`, and `visibility`, `showLastSeen`, `showOnlineStatus`,
/// `allowReadReceipts`, `invisibleMode`. To our server what is left out stays as it is; other
/// endpoints may set it to a default, so that all five are to be sent.
pub const UPDATE_PRESENCE_SETTINGS: &str = include_str!("graphql/update-presence-settings.graphql");
/// Whether two have a direct conversation, or one lists the other. Variables: `viewerId`,
/// `targetId`.
pub const CHECK_CONTACT_RELATIONSHIP: &str =
    include_str!("graphql/check-contact-relationship.graphql");
/// With whom a user has direct conversations, and whom they list. Variable: `userId`.
pub const GET_USER_CONTACTS: &str = include_str!("graphql/get-user-contacts.graphql");
