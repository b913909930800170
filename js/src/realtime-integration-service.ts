import { checkedOptions, checkedToken } from "./checks.js";
import { hostOf } from "./client-host.js";
import { definedOnly, featureDefaults } from "./config.js";
import type { DeliveryEventHandler } from "./delivery-event-handler.js";
import { Emitter, guarded } from "./emitter.js";
import { realtimeError, reportFailedConnection } from "./errors.js";
import { type IntegrationServices, startServices, stopServices } from "./integration-services.js";
import {
  type Features,
  type IntegrationStatus,
  type RealtimeIntegrationConfig,
  sameStatus,
  statusOf,
} from "./integration-status.js";
import type { OfflineQueueService } from "./offline-queue-service.js";
import type { PresenceService } from "./presence-service.js";
import type { RealtimeClient } from "./realtime-client.js";
import type { RoomsService } from "./rooms-service.js";
import type { SyncService } from "./sync-service.js";
import type { TokenSource, Unsubscribe } from "./types.js";
import type { TypingService } from "./typing-service.js";

/**
 * One client with all of its services, set up by one call: connection, rooms, presence, typing,
 * receipts, what waits to be sent, and synchronisation after a reconnect, which it does by itself.
 */
export class RealtimeIntegrationService {
  readonly #client: RealtimeClient;
  readonly #listeners = new Emitter<[status: Readonly<IntegrationStatus>]>();
  /** Who watches over the end of one use and the beginning of another. */
  readonly #watchers = new Emitter<[]>();
  #config: RealtimeIntegrationConfig = {};
  /** How many users of the client were signed out when the options were looked at last. */
  #signedOut = 0;
  #services: IntegrationServices | undefined;
  #status: Readonly<IntegrationStatus> | undefined;
  /** What was told last: who asks for the status in between takes it from nobody. */
  #told: Readonly<IntegrationStatus> | undefined;
  #detach: Unsubscribe[] = [];

  /** Most apps take the one of {@link getRealtimeIntegration}. */
  constructor(client: RealtimeClient) {
    this.#client = client;
    this.#signedOut = hostOf(client).user.signedOut;
  }

  /**
   * Sets everything up, and connects where there is a token (`autoConnect`); why that failed is in
   * the client's `connection.error`. May be called again, with the same or with other
   * options: another user gets a connection of their own, with nothing of the one before.
   *
   * @throws `VALIDATION_ERROR`
   */
  initialize(options: RealtimeIntegrationConfig = {}): void {
    const given = definedOnly(checkedOptions(options));
    this.#forgetSignedOut();
    // Whom the app named last, also before a `destroy`: what is left is theirs.
    const userId = this.#config.userId ?? hostOf(this.#client).options.config.userId;
    const token = this.#token;
    const isOther = userId !== undefined && given.userId !== undefined && given.userId !== userId;
    if (isOther) this.#signOut();
    this.#config = { ...this.#config, ...given };
    const { realtimeUrl: url, debug, autoConnect = true } = this.#config;
    this.#client.initialize({ url, debug, userId: this.#config.userId });
    this.#provide();
    const isNewToken = this.#token !== undefined && this.#token !== token;
    if (isOther || token === undefined) {
      if (isNewToken && autoConnect) this.#connectUnasked();
    } else if (isNewToken && this.#token) {
      this.#showToken(this.#token);
    }
    this.#tell();
  }

  /** Whether it is set up: between `initialize` and `destroy`. */
  get initialized(): boolean {
    return this.#services !== undefined;
  }

  /** The options given so far; of a user who was signed out, neither name nor token. */
  getConfig(): RealtimeIntegrationConfig {
    this.#forgetSignedOut();
    return { ...this.#config };
  }

  /**
   * Connects; resolves once the server has accepted it.
   *
   * @param token - Default: that of the options.
   * @throws `NOT_INITIALIZED`; `AUTH_REQUIRED` without any token; as `RealtimeClient.connect`.
   */
  async connect(token?: TokenSource): Promise<void> {
    this.#required();
    this.#forgetSignedOut();
    const given = token ?? this.#token;
    if (!given) throw noToken();
    this.#keepToken(given);
    await this.#client.connect(given);
  }

  /** Ends the connection, and the search for one. */
  disconnect(): void {
    this.#client.disconnect();
  }

  /**
   * Ends the connection and makes a new one, with the token of the options, else the client's own.
   * Without any it leaves the connection alone.
   *
   * @throws As {@link RealtimeIntegrationService.connect}.
   */
  async reconnect(): Promise<void> {
    this.#required();
    this.#forgetSignedOut();
    const token = this.#token ?? hostOf(this.#client).options.token;
    if (!token) throw noToken();
    this.disconnect();
    await this.#client.connect(token);
  }

  /** Keeps another token, and shows it to the server if a connection stands. */
  updateToken(token: TokenSource): void {
    this.#required();
    this.#forgetSignedOut();
    if (token === this.#token) return;
    this.#keepToken(token);
    this.#showToken(token);
  }

  /** Says who is signed in. Somebody else than before is disconnected first, and needs a token. */
  updateUserId(userId: string): void {
    this.#required();
    this.initialize({ userId });
  }

  /** Where it stands, frozen; the identical object until something changes. */
  getStatus(): Readonly<IntegrationStatus> {
    const status = statusOf(this.#client, this.#features());
    if (!this.#status || !sameStatus(this.#status, status)) this.#status = status;
    return this.#status;
  }

  /** Calls back at once with the status, then whenever a part of it changes. */
  onStatusChange(listener: (status: Readonly<IntegrationStatus>) => void): Unsubscribe {
    // What the others have not heard yet is not new to this one.
    this.#tell();
    const unsubscribe = this.#listeners.add(listener);
    guarded(listener, [this.getStatus()]);
    return unsubscribe;
  }

  get isConnected(): boolean {
    return this.#client.isConnected;
  }

  get isAuthenticated(): boolean {
    return this.#client.isAuthenticated;
  }

  /** What the browser says of the network: a hint. */
  get isOnline(): boolean {
    return this.#client.isOnline;
  }

  /** Whether the browser was offline since the last successful synchronisation. */
  get wasOffline(): boolean {
    return this.#client.wasOffline;
  }

  clearWasOffline(): void {
    hostOf(this.#client).callIfAny((engine) => engine.clearWasOffline());
  }

  /** @throws `NOT_INITIALIZED` */
  getRooms(): RoomsService {
    return this.#required().rooms;
  }

  /** @throws `NOT_INITIALIZED` */
  getSync(): SyncService {
    return this.#required().sync;
  }

  /** @throws `NOT_INITIALIZED`, also where the service is not enabled. */
  getPresence(): PresenceService {
    return enabled(this.#required().presence, "Presence service");
  }

  /** @throws `NOT_INITIALIZED`, also where the service is not enabled. */
  getTyping(): TypingService {
    return enabled(this.#required().typing, "Typing service");
  }

  /** @throws `NOT_INITIALIZED`, also where the service is not enabled. */
  getDelivery(): DeliveryEventHandler {
    return enabled(this.#required().delivery, "Delivery receipts service");
  }

  /** @throws `NOT_INITIALIZED`, also where the service is not enabled. */
  getOfflineQueue(): OfflineQueueService {
    return enabled(this.#required().queue, "Offline queue service");
  }

  /** Disconnects, and takes every listener off. What waits to be sent stays, and goes with the next connection. */
  destroy(): void {
    if (!this.#services) return;
    this.#client.disconnect();
    for (const detach of this.#detach) detach();
    this.#detach = [];
    stopServices(this.#services);
    this.#services = undefined;
    this.#config = {};
    this.#told = undefined;
    this.#listeners.clear();
    this.#watchers.emit();
  }

  /** Calls back when the status changes, over every `destroy`: for hooks. @internal */
  watch(listener: () => void): Unsubscribe {
    return this.#watchers.add(listener);
  }

  /** The services while it is set up: for hooks. @internal */
  get services(): IntegrationServices | undefined {
    return this.#services;
  }

  #features(): Features {
    const { presence, typing, delivery, queue } = this.#services ?? {};
    return { presence: !!presence, typing: !!typing, delivery: !!delivery, queue: !!queue };
  }

  /** The services that the options ask for, and no others. */
  #provide(): void {
    const { enablePresence, enableTyping, enableDeliveryReceipts, enableOfflineQueue } =
      this.#config;
    const defaults = featureDefaults();
    const wanted: Features = {
      presence: enablePresence ?? defaults.presence,
      typing: enableTyping ?? defaults.typing,
      delivery: enableDeliveryReceipts ?? defaults.delivery,
      queue: enableOfflineQueue ?? defaults.queue,
    };
    const now = this.#features();
    const isAsWanted = (Object.keys(wanted) as (keyof Features)[]).every(
      (feature) => wanted[feature] === now[feature],
    );
    if (this.#services && !isAsWanted) stopServices(this.#services);
    if (!this.#services || !isAsWanted) this.#services = startServices(this.#client, wanted);
    if (this.#detach.length > 0) return;
    const tell = () => this.#tell();
    this.#detach = [
      this.#client.subscribe("connection", tell),
      this.#client.subscribe("queue", tell),
    ];
  }

  #required(): IntegrationServices {
    if (this.#services) return this.#services;
    throw realtimeError("NOT_INITIALIZED", "RealtimeIntegrationService not initialized");
  }

  get #token(): TokenSource | undefined {
    return this.#config.getToken ?? this.#config.token;
  }

  #keepToken(token: TokenSource): void {
    const { token: _, getToken: __, ...config } = this.#config;
    const checked = checkedToken(token);
    const kept = typeof checked === "string" ? { token: checked } : { getToken: checked };
    this.#config = { ...config, ...kept };
  }

  #showToken(token: TokenSource): void {
    const host = hostOf(this.#client);
    host.options.token = token;
    host.callIfAny((engine) => engine.updateToken(token));
  }

  #connectUnasked(): void {
    this.connect().catch((error: unknown) => {
      reportFailedConnection(error, this.#client.connection.error);
    });
  }

  /** Leaves nothing of a user to the next one. */
  #signOut(): void {
    hostOf(this.#client).signOut();
    this.#forgetSignedOut();
  }

  /** Keeps nothing of a user who was signed out meanwhile, by whomever: `logout`, a provider. */
  #forgetSignedOut(): void {
    const { signedOut } = hostOf(this.#client).user;
    if (signedOut === this.#signedOut) return;
    this.#signedOut = signedOut;
    const { userId: _, token: __, getToken: ___, ...config } = this.#config;
    this.#config = config;
  }

  #tell(): void {
    const status = this.getStatus();
    if (status === this.#told) return;
    this.#told = status;
    this.#listeners.emit(status);
    this.#watchers.emit();
  }
}

function noToken(): Error {
  return realtimeError("AUTH_REQUIRED", "No auth token provided");
}

function enabled<T>(service: T | undefined, name: string): T {
  if (service) return service;
  throw realtimeError("VALIDATION_ERROR", `${name} is not enabled`);
}

const integrations = new WeakMap<RealtimeClient, RealtimeIntegrationService>();

/** The integration of a client. @internal */
export function integrationOf(client: RealtimeClient): RealtimeIntegrationService {
  const integration = integrations.get(client) ?? new RealtimeIntegrationService(client);
  integrations.set(client, integration);
  return integration;
}
