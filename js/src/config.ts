declare const process: { env: Record<string, string | undefined> };

/** Where a client connects when nobody says where. */
export const FALLBACK_URL = "http://localhost:3101";

/**
 * The server's address from the environment: `NEXT_PUBLIC_REALTIME_URL`, else
 * `NEXT_PUBLIC_REALTIME_WS_URL`, else `NEXT_PUBLIC_SOCKET_URL`, else
 * `http://localhost:3101`. Empty variables count as absent.
 *
 * Each variable is written out because bundlers replace exactly this text by its value, and read
 * under a guard because plain browsers know no `process`.
 */
export function defaultUrl(): string {
  return (
    read(() => process.env.NEXT_PUBLIC_REALTIME_URL) ||
    read(() => process.env.NEXT_PUBLIC_REALTIME_WS_URL) ||
    read(() => process.env.NEXT_PUBLIC_SOCKET_URL) ||
    FALLBACK_URL
  );
}

/** The app's own GraphQL endpoint from the environment, `NEXT_PUBLIC_GRAPHQL_URL`; empty where there is none. */
export function graphqlUrl(): string {
  return read(() => process.env.NEXT_PUBLIC_GRAPHQL_URL) ?? "";
}

/** What the environment leaves on, unless an app says otherwise. */
export interface FeatureDefaults {
  readonly presence: boolean;
  readonly typing: boolean;
  readonly delivery: boolean;
  readonly queue: boolean;
  /** Synchronising by itself after a reconnect. */
  readonly autoSync: boolean;
}

/** What `NEXT_PUBLIC_FEATURE_*` variables leave on: only the text `false` switches something off. */
export function featureDefaults(): FeatureDefaults {
  return {
    presence: isOn(() => process.env.NEXT_PUBLIC_FEATURE_USER_PRESENCE),
    typing: isOn(() => process.env.NEXT_PUBLIC_FEATURE_TYPING_INDICATORS),
    delivery: isOn(() => process.env.NEXT_PUBLIC_FEATURE_DELIVERY_RECEIPTS),
    queue: isOn(() => process.env.NEXT_PUBLIC_FEATURE_OFFLINE_QUEUE),
    autoSync: isOn(() => process.env.NEXT_PUBLIC_FEATURE_AUTO_SYNC),
  };
}

/** `given` without the keys that are `undefined` or `null`: those must not hide a default. */
export function definedOnly<T extends object>(given: T): Partial<T> {
  const entries = Object.entries(given).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return Object.fromEntries(entries) as Partial<T>;
}

function isOn(variable: () => string | undefined): boolean {
  return read(variable) !== "false";
}

function read(variable: () => string | undefined): string | undefined {
  try {
    return variable();
  } catch {
    return undefined;
  }
}
