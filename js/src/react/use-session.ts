"use client";

import { useContext, useEffect, useMemo, useRef } from "react";
import { realtimeError } from "../errors.js";
import type { RealtimeClient } from "../realtime-client.js";
import { realtimeClient } from "../singletons.js";
import type { RealtimeClientConfig, TokenSource } from "../types.js";
import { leaseOf } from "./client-lease.js";
import { SessionContext } from "./context.js";
import type { Offer } from "./offers.js";
import { type Identity, identityOf, type Session, userIdOf } from "./session.js";
import { useByValue } from "./use-by-value.js";

export interface SessionOptions extends Identity {
  client?: RealtimeClient;
  autoConnect: boolean;
  enablePresence: boolean;
  enableTyping: boolean;
  config: RealtimeClientConfig;
  /** What `connect` rejects with while nobody is signed in. */
  signedOutMessage: string;
}

/**
 * Keeps a client connected for the signed-in user while the component is mounted. Inside a
 * provider, what is not given is the provider's. The session returned is stable but for a change
 * of client, user, token string or options (by value).
 */
export function useSession(options: SessionOptions): Session {
  const parent = useContext(SessionContext);
  const client = options.client ?? parent?.client ?? realtimeClient;
  const lease = leaseOf(client);
  const inherited = options.client === undefined || options.client === parent?.client;
  const outer = inherited && parent && isUserOf(parent, options) ? parent : undefined;
  const identity = outer?.identity ?? identityOf(options);
  const token = useToken(options.token) ?? outer?.token ?? developmentToken(options);
  const config = useByValue({
    ...(inherited ? parent?.config : undefined),
    ...options.config,
    ...userOf(options),
  });
  const { autoConnect, enablePresence, enableTyping, signedOutMessage } = options;

  const offer = useMemo<Offer | undefined>(
    () => (identity !== undefined && token !== undefined ? { identity, token, config } : undefined),
    [identity, token, config],
  );

  useEffect(() => lease.retain(), [lease]);
  useEffect(() => {
    return enablePresence ? lease.retainPresence() : undefined;
  }, [lease, enablePresence]);

  const signedIn = useRef<string>(undefined);
  useEffect(() => {
    const before = signedIn.current;
    signedIn.current = offer?.identity;
    if (offer) return lease.offer(offer, autoConnect);
    if (before !== undefined) lease.signOut(before);
  }, [lease, offer, autoConnect]);

  return useMemo<Session>(() => {
    const connect = async () => {
      if (!offer) throw realtimeError("AUTH_REQUIRED", signedOutMessage);
      await lease.open(offer);
    };
    const disconnect = () => lease.close();
    const reconnect = () => {
      disconnect();
      return connect();
    };
    const actions = { connect, disconnect, reconnect };
    return { client, identity, token, config, enablePresence, enableTyping, ...actions };
  }, [
    client,
    lease,
    offer,
    identity,
    token,
    config,
    enablePresence,
    enableTyping,
    signedOutMessage,
  ]);
}

/** Whether it is the provider's user: a token alone does not say that it is somebody else. */
function isUserOf({ identity, config }: Session, options: Identity): boolean {
  if (identity === undefined) return false;
  if (!userIdOf(options) || identityOf(options) === identity) return true;
  // Of a provider that has a token only, the name given here is the token's user's.
  return config.userId === undefined && options.token == null;
}

/** Whom the browser keeps things for, where it is said who is signed in. */
function userOf(given: Identity): RealtimeClientConfig {
  const id = userIdOf(given);
  return id ? { userId: id } : {};
}

/** The token to connect with: a function of it is wrapped once, and always asks the latest one. */
function useToken(token: Identity["token"]): TokenSource | undefined {
  const latest = useRef(token);
  useEffect(() => {
    // One that is taken away may still be asked for: nothing else is known of who is signed in.
    if (token) latest.current = token;
  }, [token]);
  const ask = useMemo(
    () => () => {
      const current = latest.current;
      return typeof current === "function" ? current() : (current ?? "");
    },
    [],
  );
  return typeof token === "function" ? ask : (token ?? undefined);
}

/** What a development server takes for a user's token. */
function developmentToken(given: Identity): string | undefined {
  const id = userIdOf(given);
  return id ? `user:${id}` : undefined;
}
