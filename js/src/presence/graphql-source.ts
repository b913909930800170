import { realtimeError } from "../errors.js";
import {
  CHECK_CONTACT_RELATIONSHIP,
  GET_PRESENCE_SETTINGS,
  GET_USER_CONTACTS,
  UPDATE_PRESENCE_SETTINGS,
} from "./graphql-operations.js";
import {
  DEFAULT_PRESENCE_SETTINGS,
  type PresenceSettings,
  type PresenceSettingsInput,
} from "./settings.js";
import type { PresenceSource } from "./source.js";

/** Gives the token that the endpoint is asked with; null for none. */
export type AuthTokenGetter = () => string | null | undefined | Promise<string | null | undefined>;

interface SettingsRow {
  id?: string;
  user_id: string;
  visibility: PresenceSettings["visibility"];
  show_last_seen: boolean;
  show_online_status: boolean;
  allow_read_receipts: boolean;
  invisible_mode: boolean;
}

interface ContactRows {
  nchat_dm_participants: { dm: { participants: { user_id: string }[] } | null }[];
  nchat_contacts: { contact_user_id: string }[];
}

/** An app's own GraphQL endpoint, with the documents' tables. */
export class GraphqlSource implements PresenceSource {
  readonly #endpoint: string;
  readonly #token: AuthTokenGetter;

  constructor(endpoint: string, token: AuthTokenGetter) {
    this.#endpoint = endpoint;
    this.#token = token;
  }

  async settings(userId: string): Promise<PresenceSettings | null> {
    type Found = { nchat_presence_settings_by_pk: SettingsRow | null };
    const found = await this.#ask<Found>(GET_PRESENCE_SETTINGS, { userId });
    const row = found.nchat_presence_settings_by_pk;
    return row && toSettings(row);
  }

  /** All five are sent, as the endpoint may set to a default what is left out. */
  async update(userId: string, input: PresenceSettingsInput): Promise<PresenceSettings> {
    const known = (await this.settings(userId)) ?? DEFAULT_PRESENCE_SETTINGS;
    const { visibility, showLastSeen, showOnlineStatus, allowReadReceipts, invisibleMode } = {
      ...known,
      ...input,
    };
    type Changed = { insert_nchat_presence_settings_one: SettingsRow };
    const changed = await this.#ask<Changed>(UPDATE_PRESENCE_SETTINGS, {
      userId,
      visibility,
      showLastSeen,
      showOnlineStatus,
      allowReadReceipts,
      invisibleMode,
    });
    return toSettings(changed.insert_nchat_presence_settings_one);
  }

  async contacts(userId: string): Promise<string[]> {
    const found = await this.#ask<ContactRows>(GET_USER_CONTACTS, { userId });
    const ids = new Set(found.nchat_contacts.map((row) => row.contact_user_id));
    for (const { dm } of found.nchat_dm_participants) {
      for (const { user_id } of dm?.participants ?? []) ids.add(user_id);
    }
    ids.delete(userId);
    return [...ids];
  }

  /** Whom the target lists: adding somebody to one's own list shows nothing of them. */
  async isContact(viewerId: string, targetId: string): Promise<boolean> {
    type Rows = Record<"nchat_direct_messages" | "nchat_contacts", unknown[]>;
    const found = await this.#ask<Rows>(CHECK_CONTACT_RELATIONSHIP, {
      viewerId: targetId,
      targetId: viewerId,
    });
    return found.nchat_direct_messages.length > 0 || found.nchat_contacts.length > 0;
  }

  async #ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const token = await this.#token();
    const response = await fetch(this.#endpoint, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = response.ok ? await response.json() : undefined;
    if (!body?.data || body.errors) {
      throw realtimeError("INTERNAL_ERROR", "The GraphQL endpoint gave no answer", {
        details: { status: response.status },
        retryable: response.status >= 500,
      });
    }
    return body.data;
  }
}

function toSettings(row: SettingsRow): PresenceSettings {
  return {
    ...(row.id !== undefined && { id: row.id }),
    userId: row.user_id,
    visibility: row.visibility,
    showLastSeen: row.show_last_seen,
    showOnlineStatus: row.show_online_status,
    allowReadReceipts: row.allow_read_receipts,
    invisibleMode: row.invisible_mode,
  };
}
