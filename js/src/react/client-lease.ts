"use client";

import { hostOf } from "../client-host.js";
import { reportFailedConnection, unlessCrashed } from "../errors.js";
import type { RealtimeClient } from "../realtime-client.js";
import type { RealtimeClientConfig, TokenSource } from "../types.js";
import { type Offer, Offers } from "./offers.js";

const leases = new WeakMap<RealtimeClient, ClientLease>();

/** The lease that all providers and hooks of a client share. */
export function leaseOf(client: RealtimeClient): ClientLease {
  const lease = leases.get(client) ?? new ClientLease(client);
  leases.set(client, lease);
  return lease;
}

/**
 * What mounted components share of one client: the connection that they opened stays until the
 * last of them is gone, and is opened by itself once per user, so that an explicit disconnect
 * stays.
 */
export class ClientLease {
  readonly #client: RealtimeClient;
  #holders = 0;
  #present = 0;
  #closing: ReturnType<typeof setTimeout> | undefined;
  readonly #offers = new Offers();
  /** The last offer taken; none before the first, and after signing out. */
  #taken: Offer | undefined;
  /** The offer whose connection ended with the last component: what its user wanted is still in the engine. */
  #left: Offer | undefined;
  #config: RealtimeClientConfig = {};
  /** Whether it was a component that opened the connection, and not the app by itself. */
  #opened = false;
  /** How often the client was destroyed when it was last told anything. */
  #destroys: number;

  constructor(client: RealtimeClient) {
    this.#client = client;
    this.#destroys = hostOf(client).destroys;
  }

  /**
   * Counts a mounted component. When the last one is gone, the connection is closed in a later
   * task: StrictMode and fast refresh mount again before that.
   */
  retain(): () => void {
    this.#holders += 1;
    clearTimeout(this.#closing);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#closing = setTimeout(() => this.#release());
    };
  }

  /** Counts a mounted component that has the server told how this user is. */
  retainPresence(): () => void {
    this.#present += 1;
    hostOf(this.#client).presence.start(this, true);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#present -= 1;
      if (this.#present === 0) hostOf(this.#client).presence.start(this, false);
    };
  }

  /**
   * Takes over a component's user, token and options, until the function returned is called;
   * `autoConnect` opens for a user not seen before.
   */
  offer(offer: Offer, autoConnect: boolean): () => void {
    // First: the options are another user's, and not for the engine that still is the one's.
    this.#makeWay(offer.identity);
    const takeBack = this.#offers.add(offer);
    this.#configure(offer.config);
    if (this.#taken) {
      this.#refreshToken(offer);
    } else if (autoConnect) {
      this.open(offer).catch((error) => this.#report(error));
    }
    return takeBack;
  }

  /** Connects. Another user than before gets another engine, with nothing of the first one in it. */
  async open(offer: Offer): Promise<void> {
    this.#makeWay(offer.identity);
    this.#taken = this.#offers.inForce(offer, this.#taken);
    this.#left = undefined;
    this.#opened ||= this.#isIdle;
    this.#client.initialize(offer.config);
    // A connection that the app made itself keeps the app's token.
    await this.#client.connect(this.#opened ? this.#tokenOf(this.#taken) : undefined);
  }

  /** Disconnects for all components; none of them connects again by itself. */
  close(): void {
    this.#client.disconnect();
  }

  /** Ends a user's connection and forgets their rooms and token, if it is they who are connected. */
  signOut(identity: string): void {
    this.#noticeDestroy();
    if (this.#taken?.identity !== identity) return;
    this.#taken = undefined;
    this.#opened = false;
    hostOf(this.#client).signOut();
  }

  /** Has the engine of another user end, with all that is in it. */
  #makeWay(identity: string): void {
    this.#noticeDestroy();
    if (this.#taken) {
      if (this.#taken.identity !== identity) this.signOut(this.#taken.identity);
    } else if (this.#left && this.#left.identity !== identity) {
      this.#left = undefined;
      // Else the app has connected by itself since, and knows for whom.
      if (this.#isIdle) hostOf(this.#client).signOut();
    }
  }

  /** Whether nobody seeks a connection. */
  get #isIdle(): boolean {
    return ["disconnected", "error"].includes(this.#client.state);
  }

  /** A client that was destroyed knows nothing of what it was told. */
  #noticeDestroy(): void {
    const { destroys } = hostOf(this.#client);
    if (destroys === this.#destroys) return;
    this.#destroys = destroys;
    this.#taken = undefined;
    this.#left = undefined;
    this.#config = {};
    this.#opened = false;
  }

  #release(): void {
    this.#noticeDestroy();
    if (this.#opened) {
      this.#left = this.#taken;
      unlessCrashed(() => this.#client.disconnect());
    }
    this.#taken = undefined;
    this.#opened = false;
  }

  #configure(config: RealtimeClientConfig): void {
    const next = { ...this.#config, ...config };
    if (JSON.stringify(next) === JSON.stringify(this.#config)) return;
    const moved = next.url !== this.#config.url;
    this.#config = next;
    try {
      this.#client.initialize(config);
      if (moved && this.#opened && this.#client.state !== "disconnected") {
        this.#client.reconnect().catch((error) => this.#report(error));
      }
    } catch (error) {
      this.#report(error);
    }
  }

  /** Of the same user: the engine is told of another token. */
  #refreshToken(offer: Offer): void {
    const before = this.#taken && this.#tokenOf(this.#taken);
    this.#taken = this.#offers.inForce(offer, this.#taken);
    const token = this.#tokenOf(this.#taken);
    // A connection that the app made itself asks the app.
    if (token === before || (token === this.#ask && !this.#opened)) return;
    const host = hostOf(this.#client);
    host.options.token = token;
    unlessCrashed(() => host.callIfAny((engine) => engine.updateToken(token)));
  }

  #tokenOf({ token }: Offer): TokenSource {
    return typeof token === "function" ? this.#ask : token;
  }

  /** What the engine has for a token callback: which component's is asked is decided then. */
  readonly #ask = () => {
    const offer = this.#taken ?? this.#left;
    const token = offer ? this.#offers.standIn(offer).token : "";
    return typeof token === "function" ? token() : token;
  };

  #report(error: unknown): void {
    reportFailedConnection(error, this.#client.connection.error);
  }
}
