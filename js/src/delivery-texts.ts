import type { DeliveryRecord, MessageEvent } from "./types.js";

const DAY_MS = 86_400_000;

const TEXTS: Readonly<Record<DeliveryRecord["state"], string>> = {
  pending: "Pending",
  sending: "Sending...",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Failed to send",
};

/** How far a message has come, in words. */
export function deliveryText({ state }: Pick<DeliveryRecord, "state">): string {
  return TEXTS[state];
}

/** How many of the recipients have read a message, in whole percent; 0 where there are none. */
export function readPercentage({
  readCount,
  totalRecipients,
}: Pick<DeliveryRecord, "readCount" | "totalRecipients">): number {
  if (totalRecipients <= 0) return 0;
  return Math.min(100, Math.round((readCount / totalRecipients) * 100));
}

/** Options of {@link isDeliveryShown}. */
export interface DeliveryShownOptions {
  /** Until when it is shown, in ms since the message. Default: a day. */
  maxAge?: number;
  /** The present, in ms since 1970. Default: the clock's. */
  now?: number;
}

/** Whether it is worth showing how far a message has come: one's own, for as long as it is new. */
export function isDeliveryShown(
  { userId, timestamp }: Pick<MessageEvent, "userId" | "timestamp">,
  ownUserId: string,
  { maxAge = DAY_MS, now = Date.now() }: DeliveryShownOptions = {},
): boolean {
  return userId === ownUserId && now - Date.parse(timestamp) < maxAge;
}
