// Receipts: following a message of one's own, saying that another was read.
import { getDeliveryEventHandler } from "nchat-realtime";
import "../../prelude/given";

const deliveryHandler = getDeliveryEventHandler({ debug: true });
deliveryHandler.initialize();

deliveryHandler.trackOutgoingMessage("client-msg-123", "ch-1", 3);

deliveryHandler.acknowledgeRead("server-msg-456", "ch-1");

export const delivered: (string | undefined)[] = [];
deliveryHandler.subscribe((event, data) => {
  if (event === "message:delivered") delivered.push(data.messageId);
});

export const record = () => deliveryHandler.getRecord("client-msg-123");
