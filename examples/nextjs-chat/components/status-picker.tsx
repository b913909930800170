import type { PresenceStatusName } from "nchat-realtime";
import { formatCustomStatus, STATUS_LOOKS } from "nchat-realtime/presence";
import { useRealtimeContext } from "nchat-realtime/react";
import { Avatar } from "./avatar";
import { CustomStatusForm } from "./custom-status-form";
import { PresenceDot } from "./presence-dot";

const CHOICES: readonly PresenceStatusName[] = ["online", "away", "busy", "invisible"];

/** How one is. Opens the {@link StatusPicker}. */
export function StatusButton({ user }: { user: string }) {
  const { presenceStatus, customStatus } = useRealtimeContext();
  const said = formatCustomStatus(customStatus, { maxLength: 30 });
  return (
    <button type="button" className="me" popoverTarget="status-popover">
      <Avatar name={user} />
      <span className="me-text">
        <strong>{user}</strong>
        <span className="note">
          <PresenceDot status={presenceStatus} /> {said ?? STATUS_LOOKS[presenceStatus].label}
        </span>
      </span>
      <span className="visually-hidden">: change your status</span>
    </button>
  );
}

/** The means to change how one is, and what one says of oneself. */
export function StatusPicker({ onPrivacy }: { onPrivacy: () => void }) {
  const { presenceStatus, customStatus, ...actions } = useRealtimeContext();
  const { setPresenceStatus, setCustomStatus } = actions;
  return (
    <div id="status-popover" popover="auto" role="dialog" aria-label="Your status">
      <fieldset className="choices">
        <legend>Your status</legend>
        {CHOICES.map((choice) => (
          <label key={choice} className="choice">
            <input
              type="radio"
              name="status"
              checked={choice === presenceStatus}
              onChange={() => setPresenceStatus(choice)}
            />
            <PresenceDot status={choice} />
            <span>
              {STATUS_LOOKS[choice].label}
              <span className="note">{STATUS_LOOKS[choice].description}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <CustomStatusForm
        key={formatCustomStatus(customStatus)}
        status={customStatus}
        onSave={setCustomStatus}
      />
      <button
        type="button"
        className="link"
        popoverTarget="status-popover"
        popoverTargetAction="hide"
        onClick={onPrivacy}
      >
        Privacy settings
      </button>
    </div>
  );
}
