import { isRealtimeError } from "nchat-realtime";
import { useRealtimeContext } from "nchat-realtime/react";
import { type FormEvent, useState } from "react";
import { explain } from "../lib/explain";

type Progress =
  | { step: "idle" }
  | { step: "joining"; room: string }
  | { step: "failed"; room: string; reason: string; canCreate: boolean };

/** Joins a room by its name, and makes one where there is none. */
export function JoinRoom({ onJoined }: { onJoined: (room: string) => void }) {
  const { joinRoom, emitAsync, isConnected } = useRealtimeContext();
  const [name, setName] = useState("");
  const [progress, setProgress] = useState<Progress>({ step: "idle" });

  async function join(room: string, { create = false } = {}) {
    setProgress({ step: "joining", room });
    try {
      if (create) await emitAsync("room:create", { roomName: room });
      await joinRoom(room);
      setProgress({ step: "idle" });
      setName("");
      onJoined(room);
    } catch (error) {
      const canCreate = isRealtimeError(error) && error.code === "ROOM_NOT_FOUND";
      setProgress({ step: "failed", room, reason: explain(error, { room }), canCreate });
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const room = name.trim();
    if (room !== "") void join(room);
  }

  return (
    <form className="join-room" onSubmit={submit}>
      <label htmlFor="join-room-name">Join another room</label>
      <div className="field">
        <input
          id="join-room-name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={255}
          autoComplete="off"
          autoCapitalize="none"
          placeholder="Name of a room"
        />
        <button type="submit" disabled={name.trim() === "" || progress.step === "joining"}>
          Join
        </button>
      </div>
      <p role="status">
        {progress.step === "joining" &&
          (isConnected
            ? `Joining ${progress.room}…`
            : `${progress.room} waits for the connection.`)}
      </p>
      <p role="alert" className="problem">
        {progress.step === "failed" && progress.reason}{" "}
        {progress.step === "failed" && progress.canCreate && (
          <button
            type="button"
            className="link"
            onClick={() => join(progress.room, { create: true })}
          >
            Create it
          </button>
        )}
      </p>
    </form>
  );
}
