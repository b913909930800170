// Presence: one's own status, others', and who may see what.
import { getPresenceService, type UserPresence } from "nchat-realtime";
import "../../prelude/given";

const presenceService = getPresenceService({ debug: true });
presenceService.initialize();
presenceService.setCurrentUserId("user-123");

presenceService.setStatus("online");

presenceService.setCustomStatus({
  text: "In a meeting",
  emoji: "📅",
  expiresAt: new Date(Date.now() + 3600000),
});

presenceService.subscribeToUsers(["user-1", "user-2", "user-3"]);

export const heard: string[] = [];
presenceService.onPresenceChange((presence) => {
  heard.push(`${presence.userId} is now ${presence.status}`);
});

export const presenceOf = (userId: string): UserPresence | undefined =>
  presenceService.getPresence(userId);

/** What the document awaits at once, for when there is a connection. */
export async function changeSettings() {
  const settings = await presenceService.updatePresenceSettings("user-123", {
    visibility: "contacts",
    showLastSeen: false,
    invisibleMode: false,
  });
  const isDone = await presenceService.setInvisibleMode(true);
  return { settings, isDone, isInvisible: presenceService.isInvisibleModeEnabled() };
}

/** What one user may see of another. */
export const canView = (viewerId: string, targetId: string) =>
  presenceService.canViewPresence(viewerId, targetId);
