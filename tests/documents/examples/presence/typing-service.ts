// Typing: in a channel, a thread and a direct conversation, and who else does.
import { getTypingService } from "nchat-realtime";
import "../../prelude/given";

const typingService = getTypingService({ debug: true });
typingService.initialize();
typingService.setCurrentUserId("user-123");

export const told: number[] = [];
typingService.onRoomTypingChange("channel-1", "channel", (_roomName, users) => {
  told.push(users.length);
});

/** What the document does at once, for when there is a connection. */
export const typeIn = {
  channel: () => typingService.startTyping("channel-1"),
  thread: () => typingService.startTypingInThread("channel-1", "thread-123"),
  conversation: () => typingService.startTypingInDM("dm-456", "recipient-789"),
  input: (messageContent: string) => typingService.handleInputChange("channel-1", messageContent),
};

export const stop = () => typingService.stopTyping("channel-1");

export function whoTypes() {
  const typingUsers = typingService.getTypingUsers("channel-1");
  const typingText = typingService.getTypingText("channel-1");
  return { ids: typingUsers.map((user) => user.userId), typingText };
}

export const keepToContacts = () =>
  typingService.updatePrivacySettings({
    broadcastTyping: true,
    typingVisibility: "contacts",
  });
