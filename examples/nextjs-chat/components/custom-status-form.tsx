import type { CustomStatus } from "nchat-realtime";
import {
  ACTIVITIES,
  type Activity,
  activityStatus,
  expiryOf,
  formatTimeRemaining,
  MAX_CUSTOM_STATUS_LENGTH,
  STATUS_DURATIONS,
  type StatusDuration,
  toCustomStatus,
} from "nchat-realtime/presence";
import { type FormEvent, useState } from "react";

const DURATIONS = STATUS_DURATIONS.filter(({ value }) => value !== "custom");

interface Props {
  status: CustomStatus | null;
  onSave: (status: CustomStatus | null) => void;
}

/** What one says of oneself: by a preset, or in words of one's own, and for how long. */
export function CustomStatusForm({ status, onSave }: Props) {
  const [emoji, setEmoji] = useState(status?.emoji ?? "");
  const [text, setText] = useState(status?.text ?? "");
  const [duration, setDuration] = useState<StatusDuration>("indefinite");
  const left = formatTimeRemaining(status?.expiresAt);

  function submit(event: FormEvent) {
    event.preventDefault();
    onSave(toCustomStatus({ emoji, text, expiresAt: expiryOf(duration) }));
  }

  return (
    <form className="custom-status" onSubmit={submit}>
      <h2 id="presets-heading">What are you doing?</h2>
      <ul className="presets" aria-labelledby="presets-heading">
        {(Object.keys(ACTIVITIES) as Activity[]).map((activity) => (
          <li key={activity}>
            <button type="button" onClick={() => onSave(activityStatus(activity))}>
              <span aria-hidden="true">{ACTIVITIES[activity].emoji}</span>{" "}
              {ACTIVITIES[activity].text}
            </button>
          </li>
        ))}
      </ul>
      <div className="field">
        <input
          className="emoji"
          aria-label="Emoji"
          value={emoji}
          placeholder="🙂"
          autoComplete="off"
          onChange={(event) => setEmoji(event.target.value)}
        />
        <input
          aria-label="In your own words"
          value={text}
          maxLength={MAX_CUSTOM_STATUS_LENGTH}
          placeholder="In your own words"
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="field">
        <select
          aria-label="For how long"
          value={duration}
          onChange={(event) => setDuration(event.target.value as StatusDuration)}
        >
          {DURATIONS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <button type="submit" className="primary">
          Save
        </button>
        {status && (
          <button type="button" onClick={() => onSave(null)}>
            Clear
          </button>
        )}
      </div>
      {left !== null && <p className="note">It ends in {left}.</p>}
    </form>
  );
}
