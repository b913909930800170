// The receipts of the guide's reference: each call once, and the events by name.
import { getDeliveryEventHandler } from "nchat-realtime";
import "../../prelude/given";

const delivery = getDeliveryEventHandler();

export const heard: string[] = [];
delivery.subscribe((event, _data) => {
  switch (event) {
    case "message:sent":
    case "message:delivered":
    case "message:read":
    case "message:failed":
      heard.push(event);
      break;
  }
});

export function send(clientMessageId: string, channelId: string): void {
  const totalRecipients = 1;
  delivery.trackOutgoing(clientMessageId, channelId, totalRecipients);
}

export function read(messageId: string, channelId: string): void {
  delivery.acknowledgeRead(messageId, channelId);
}

export async function ask(...messageIds: string[]): Promise<void> {
  await delivery.syncDeliveryStatus(messageIds);
}
