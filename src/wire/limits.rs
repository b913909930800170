//! Bounds that both sides keep, with the unit in the name.

/// Largest packet or HTTP body in bytes, in both directions.
pub const MAX_PAYLOAD_BYTES: usize = 1_000_000;
/// Longest room name, in characters.
pub const MAX_ROOM_NAME_CHARS: usize = 255;
/// Longest user id, in characters.
pub const MAX_USER_ID_CHARS: usize = 255;
/// Longest identifier of any other kind, in characters.
pub const MAX_ID_CHARS: usize = 255;
/// Longest user name or avatar address, in characters.
pub const MAX_PROFILE_TEXT_CHARS: usize = 2_048;
/// Longest content of one message, in bytes of UTF-8.
pub const MAX_CONTENT_BYTES: usize = 64 * 1024;
/// Largest `metadata` of one message, in bytes of JSON.
pub const MAX_METADATA_BYTES: usize = 16 * 1024;
/// Largest list of attachments of one message, in bytes of JSON.
pub const MAX_ATTACHMENTS_BYTES: usize = 64 * 1024;
/// Most users mentioned in one message.
pub const MAX_MENTIONS: usize = 100;
/// Most attachments described in one message.
pub const MAX_ATTACHMENTS: usize = 50;
/// Most members that one `room:create` names.
pub const MAX_INVITED: usize = 100;
/// Largest `maxMembers` of a room.
pub const MAX_ROOM_MEMBERS: u32 = 100_000;
/// Most members listed in the answer to `room:join`; `room:members` pages through the rest.
pub const JOIN_MEMBERS: usize = 100;
/// Most members in one page of `room:members`, and its default.
pub const MAX_MEMBERS_PAGE: u32 = 200;
/// Messages in one page of `sync:messages` unless asked otherwise.
pub const DEFAULT_HISTORY_PAGE: u32 = 50;
/// Most messages in one page of `sync:messages`; a larger `limit` means this.
pub const MAX_HISTORY_PAGE: u32 = 200;
/// Content bytes after which a page of `sync:messages` ends early.
pub const MAX_HISTORY_PAGE_BYTES: usize = 512 * 1024;
/// Most rooms in one answer to `sync:channels`.
pub const MAX_SYNC_CHANNELS: u32 = 1_000;
/// Longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// Longest reaction, in characters.
pub const MAX_EMOJI_CHARS: usize = 64;
/// Most different reactions on one message.
pub const MAX_REACTIONS: usize = 50;
/// Most reactions on one message, over all of its users.
pub const MAX_MESSAGE_REACTIONS: usize = 1_000;
/// Most ids in one receipt or one `delivery:sync`.
pub const MAX_RECEIPT_IDS: usize = 500;
/// Most messages that one `message:batch-read` or `message:batch-delivered` lists.
pub const MAX_BATCH_RECEIPT_IDS: usize = 100;
/// Unread messages of one room after which no more are counted.
pub const MAX_UNREAD_COUNT: u32 = 10_000;
/// Most rooms in one `sync:resume`.
pub const MAX_RESUME_ROOMS: usize = 100;
/// Most log entries of one room in the answer to `sync:resume`.
pub const MAX_RESUME_OPERATIONS: u32 = 200;
/// Bytes of log entries after which the answer to `sync:resume` ends.
pub const MAX_RESUME_BYTES: usize = 256 * 1024;
/// Most members' receipts of one room in the answer to `sync:resume`.
pub const MAX_RESUME_RECEIPTS: u32 = 200;
/// Most users whose presence one connection subscribes to.
pub const MAX_PRESENCE_SUBSCRIPTIONS: usize = 100;
/// Most users in one `presence:get`, and most members in one `presence:window`.
pub const MAX_PRESENCE_IDS: usize = 100;
/// Longest text of a custom status, in characters.
pub const MAX_CUSTOM_STATUS_CHARS: usize = 256;
/// Most contacts of one user, and most that one user blocks.
pub const MAX_CONTACTS: u32 = 5_000;
