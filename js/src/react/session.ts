"use client";

import type { RealtimeClient } from "../realtime-client.js";
import type { RealtimeClientConfig, TokenSource } from "../types.js";

/** Who is signed in, as hooks and provider take it. */
export interface Identity {
  /**
   * The token, or a (perhaps asynchronous) function that is asked for one at every connection
   * attempt. A function may be written inline. With a string that changes, also give `userId`:
   * without it another string is taken for another user.
   */
  token?: TokenSource | null;
  /**
   * The signed-in user. Without a `token`, a development server takes `user:<id>` for one. `null`,
   * or an empty id, says that nobody is signed in, or that it is not known yet: nothing connects,
   * whatever the token. Left out, it is the token's user. Inside a provider, nobody named is the
   * provider's user.
   */
  userId?: string | null;
  /** The same, as the documents' auth contexts have it. */
  user?: { id: string } | null;
}

/** What a provider, or a hook outside one, works with. */
export interface Session {
  readonly client: RealtimeClient;
  /** Changes with the user; undefined while nobody is signed in. */
  readonly identity: string | undefined;
  readonly token: TokenSource | undefined;
  readonly config: RealtimeClientConfig;
  readonly enablePresence: boolean;
  readonly enableTyping: boolean;
  /** Connects. Rejects `AUTH_REQUIRED` while nobody is signed in. Stable. */
  readonly connect: () => Promise<void>;
  /** Disconnects, until `connect` is called or another user signs in. Stable. */
  readonly disconnect: () => void;
  /** Disconnects and connects again. Stable. */
  readonly reconnect: () => Promise<void>;
}

/** The user's id; null where it is said that there is none, undefined where nothing is said. */
export function userIdOf({ userId, user }: Identity): string | null | undefined {
  const id = userId || user?.id;
  if (id) return id;
  return userId === undefined && user === undefined ? undefined : null;
}

/** Tells one user from another. */
export function identityOf(given: Identity): string | undefined {
  const { token } = given;
  const id = userIdOf(given);
  if (id !== undefined) return id === null ? undefined : `user:${id}`;
  if (typeof token === "function") return "token:callback";
  return token ? `token:${token}` : undefined;
}
