"use client";

import { useEffect, useMemo } from "react";
import { unlessCrashed } from "../errors.js";
import type { RealtimeClient } from "../realtime-client.js";
import { typingTopic } from "../topics.js";
import type { TypingRoomType, TypingSnapshot } from "../types.js";
import type { TypingPrivacySettings } from "../typing/privacy.js";
import type { TypingService } from "../typing-service.js";
import { useByValue } from "./use-by-value.js";
import { useClient } from "./use-client.js";
import { useIsCrashed } from "./use-is-crashed.js";
import { useSnapshot } from "./use-snapshot.js";
import { useSwitches } from "./use-switches.js";
import {
  type UseTypingIndicatorDisplayResult,
  useTypingIndicatorDisplay,
} from "./use-typing-indicator-display.js";
import { useUserChange } from "./use-user-change.js";

/** Options of {@link useRealtimeTyping}. Objects may be written inline. */
export interface UseRealtimeTypingOptions {
  roomName: string;
  /** Default `channel`; `thread` with a `threadId`. */
  roomType?: TypingRoomType;
  threadId?: string;
  /** In a direct conversation, with whom. */
  recipientId?: string;
  /** Whether this user's typing is told. Default true; it never is with `enableTyping: false` of the provider. */
  enabled?: boolean;
  /** As in `TypingServiceConfig`; it is the client's. */
  typingTimeout?: number;
  /** As in `TypingServiceConfig`; it is the client's. */
  debounceInterval?: number;
  /** As in `TypingServiceConfig`; they are the client's. */
  privacySettings?: Partial<TypingPrivacySettings>;
}

/** What {@link useRealtimeTyping} returns. All functions are stable while the place is the same. */
export interface UseRealtimeTypingResult
  extends Omit<UseTypingIndicatorDisplayResult, "hasTyping">,
    TypingActions {
  /** Whether this user types here. */
  isTyping: boolean;
}

interface TypingActions {
  /** Says that this user types. */
  startTyping: () => void;
  /** Says that this user types no more. */
  stopTyping: () => void;
  /** What the input field holds: another text than before is typing; none, or blanks, is not. */
  handleInputChange: (value: string) => void;
  /** The message goes: nothing is typed any more. */
  handleMessageSend: () => void;
  /** Who may know that this user types. */
  updatePrivacySettings: (settings: Partial<TypingPrivacySettings>) => void;
}

/**
 * Typing in one place, both ways. This user stops typing there when the component unmounts or is
 * given another place, and when the window is left. Renders again when who types there changes.
 *
 * @param place - A room's name, or options.
 */
export function useRealtimeTyping(
  place: string | UseRealtimeTypingOptions,
): UseRealtimeTypingResult {
  const options = typeof place === "string" ? { roomName: place } : place;
  const { roomName, roomType, threadId, recipientId } = options;
  const { enableTyping } = useSwitches();
  const enabled = enableTyping && (options.enabled ?? true);
  const { client } = useClient();
  const { typing } = client;
  const actions = useMemo(
    () => typingActions(typing, { roomName, roomType, threadId, recipientId, enabled }),
    [typing, roomName, roomType, threadId, recipientId, enabled],
  );
  useTypingOptions(client, options);
  useEffect(() => {
    const stop = () => unlessCrashed(actions.stopTyping);
    const stopUnseen = () => {
      if (document.hidden) stop();
    };
    window.addEventListener("blur", stop);
    document.addEventListener("visibilitychange", stopUnseen);
    return () => {
      window.removeEventListener("blur", stop);
      document.removeEventListener("visibilitychange", stopUnseen);
      stop();
    };
  }, [actions]);
  const { hasTyping: _, ...shown } = useTypingIndicatorDisplay(roomName, roomType, threadId);
  const isTyping = useSnapshot(client, typingTopic(roomName, threadId), selectIsTyping);
  return { ...shown, isTyping, ...actions };
}

function useTypingOptions(client: RealtimeClient, options: UseRealtimeTypingOptions): void {
  const userChange = useUserChange(client);
  const { typingTimeout, debounceInterval, privacySettings } = options;
  const config = useByValue({ typingTimeout, debounceInterval, privacySettings });
  const isCrashed = useIsCrashed(client);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user, and an engine that has crashed, was told nothing yet
  useEffect(() => {
    unlessCrashed(() => client.typing.configure(config));
  }, [client, userChange, config, isCrashed]);
}

function typingActions(
  typing: TypingService,
  { roomName, roomType, threadId, recipientId, enabled }: UseRealtimeTypingOptions,
): TypingActions {
  let text = "";
  const startTyping = () => {
    if (!enabled) return;
    if (threadId) typing.startTypingInThread(roomName, threadId);
    else if (roomType === "dm") typing.startTypingInDM(roomName, recipientId);
    else typing.startTyping(roomName);
  };
  const stopTyping = () => {
    text = "";
    if (enabled) typing.stopTyping(roomName, threadId);
  };
  return {
    startTyping,
    stopTyping,
    handleInputChange: (value) => {
      const isSame = value === text;
      text = value;
      if (value.trim() === "") stopTyping();
      else if (!isSame) startTyping();
    },
    handleMessageSend: stopTyping,
    updatePrivacySettings: (settings) => typing.updatePrivacySettings(settings),
  };
}

function selectIsTyping({ isTyping }: Readonly<TypingSnapshot>) {
  return isTyping;
}
