"use client";

import type { DeliveryRecord } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/**
 * How far one of this user's messages has come: its state, how many it has reached, who has read
 * it. Undefined for others' messages. Renders again when that changes, and for no other message.
 *
 * @param messageId - The server's id, or the client's: `messageKey(message)`.
 */
export function useDelivery(messageId: string): Readonly<DeliveryRecord> | undefined {
  const { client } = useClient();
  return useSnapshot(client, `delivery:${messageId}`, whole);
}
