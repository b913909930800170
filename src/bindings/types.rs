//! The TypeScript types that a Rust type cannot say: callbacks, and what is made of JavaScript
//! values. All others are generated where the Rust type is.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = r#"
/** A token, or a function that gives one (or a promise of one) before every attempt. */
export type TokenSource = string | (() => string | null | undefined | Promise<string | null | undefined>);

/** What every error of this package carries, and what `connect_error` and `error` events say. */
export interface RealtimeError extends ErrorSnapshot {
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** More for programs, as the server sent it. */
  details?: Record<string, unknown>;
}

/** Payload of `connected`. */
export type ConnectedEvent = Connected;
/** Payload of `authenticated`. */
export type AuthenticatedEvent = Authenticated;
/** Payload of `user:joined`. */
export type UserJoinedEvent = MembershipChange;
/** Payload of `user:left`. */
export type UserLeftEvent = MembershipChange;

/** Gets every notification of one client: what the arguments are, the first says. */
export type Sink = (kind: number, a: any, b: any, c?: any, d?: any) => void;

/** A WebSocket that was opened before there was an engine. */
export interface EarlySocket {
  /** Gives it away, once, if it is for this address and has not ended. */
  take(url: string): WebSocket | undefined;
}

/** Where a message of one's own stands; absent on messages that came from the server. */
export type MessageState = "sending" | "sent" | "failed";

/** A message of a room: the server's own object, or the local echo of one's own. */
export interface MessageEvent extends Omit<MessageNew, "messageId"> {
  /** The server's id; of a message that the server gave none, the client's own. */
  messageId: string;
  state?: MessageState;
  /** Code of the error for which a message of one's own failed. */
  error?: string;
}

/** Options of `sendMessage`. */
export type SendMessageOptions = Partial<
  Pick<MessageSend, "type" | "threadId" | "replyTo" | "mentions" | "attachments" | "metadata" | "clientMessageId">
>;

/** The server took a message. Servers of the plain dialect give no `seq`, `epoch`, `timestamp`. */
export type SendReceipt = Pick<SendAck, "messageId" | "clientMessageId"> &
  Partial<Pick<SendAck, "seq" | "epoch" | "timestamp">>;
"#;

#[wasm_bindgen]
extern "C" {
    /// `TokenSource` of TypeScript.
    #[wasm_bindgen(typescript_type = "TokenSource")]
    pub type JsTokenSource;
    /// `Sink` of TypeScript.
    #[wasm_bindgen(typescript_type = "Sink")]
    pub type JsSink;
    /// `RealtimeClientConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "RealtimeClientConfig")]
    pub type JsConfig;
    /// `ConnectionSnapshot` of TypeScript.
    #[wasm_bindgen(typescript_type = "ConnectionSnapshot")]
    pub type JsConnectionSnapshot;
    /// `SendMessageOptions` of TypeScript.
    #[wasm_bindgen(typescript_type = "SendMessageOptions | undefined")]
    pub type JsSendOptions;
    /// `Room[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "Room[]")]
    pub type JsRooms;
    /// `RoomMember[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "RoomMember[]")]
    pub type JsMembers;
    /// `MessageEvent[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "MessageEvent[]")]
    pub type JsMessages;
    /// `Promise<void>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<void>")]
    pub type JsPromiseVoid;
    /// `Promise<Room>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<Room>")]
    pub type JsPromiseRoom;
    /// `Promise<SendReceipt>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SendReceipt>")]
    pub type JsPromiseReceipt;
}
