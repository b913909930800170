"use client";

import { RealtimeProvider } from "nchat-realtime/react";
import { fetchToken, serverUrl } from "../lib/server";
import { useAddress } from "../lib/use-address";
import { ConnectionLine } from "./connection-line";
import { Conversation } from "./conversation";
import { PrivacySettings } from "./privacy-settings";
import { RoomList } from "./room-list";
import { SignIn } from "./sign-in";
import { StatusPicker } from "./status-picker";

/** The whole page: a name to choose, then the chat of whoever it is. */
export function Chat() {
  const { user, room, isPrivacyOpen, goToRoom, goToPrivacy } = useAddress();
  if (user === undefined) return <SignIn />;
  return (
    <RealtimeProvider userId={user} token={() => fetchToken(user)} serverUrl={serverUrl()}>
      <a className="skip-link" href="#composer">
        Skip to the message field
      </a>
      <div className="chat">
        <ConnectionLine user={user} />
        <RoomList openRoom={isPrivacyOpen ? undefined : room} onOpen={goToRoom} />
        {isPrivacyOpen ? (
          <PrivacySettings onBack={() => goToRoom(room)} />
        ) : (
          <Conversation room={room} user={user} />
        )}
      </div>
      <StatusPicker onPrivacy={goToPrivacy} />
    </RealtimeProvider>
  );
}
