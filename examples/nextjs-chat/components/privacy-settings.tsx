import type { PresenceSettings, PresenceSettingsInput } from "nchat-realtime";
import { usePresenceSettings } from "nchat-realtime/react";
import { startTransition, useId, useOptimistic } from "react";
import { Contacts } from "./contacts";

const VISIBILITIES = [
  { value: "everyone", label: "Everyone" },
  { value: "contacts", label: "My contacts", hint: "Those below, and whom you have written to" },
  { value: "nobody", label: "Nobody" },
] as const;

/** The settings that are on or off. */
type Switch = {
  [K in keyof PresenceSettings]-?: NonNullable<PresenceSettings[K]> extends boolean ? K : never;
}[keyof PresenceSettings];

const SWITCHES: readonly { setting: Switch; label: string; hint: string }[] = [
  {
    setting: "showOnlineStatus",
    label: "Show whether I am online",
    hint: "Without it nobody sees what you say of yourself, or when you were last here, either.",
  },
  {
    setting: "showLastSeen",
    label: "Show when I was last here",
    hint: "Beside your name, while you are offline.",
  },
  {
    setting: "broadcastTyping",
    label: "Show that I am typing",
    hint: "In the rooms that you write in.",
  },
  {
    setting: "allowReadReceipts",
    label: "Send read receipts",
    hint: "Without it you do not see those of others, either.",
  },
  {
    setting: "invisibleMode",
    label: "Be invisible",
    hint: "You read and write as usual, and look as if you were not here.",
  },
];

/** Who may know what of one. The server keeps to it, and tells all of one's devices. */
export function PrivacySettings({ onBack }: { onBack: () => void }) {
  const { settings: saved, isLoading, error, updateSettings } = usePresenceSettings();
  // A switch moves at once, and back if the server refuses.
  const [settings, show] = useOptimistic(saved, merge);
  const change = (input: PresenceSettingsInput) =>
    startTransition(async () => {
      show(input);
      await updateSettings(input);
    });
  return (
    <main className="settings">
      <div className="conversation-heading">
        <h1>Privacy</h1>
        <button type="button" onClick={onBack}>
          Back to the chat
        </button>
      </div>
      {!settings && !error && (
        <p className="loading">
          {isLoading ? "Loading your settings…" : "Your settings come with the connection."}
        </p>
      )}
      <p role="alert" className="problem">
        {error}
      </p>
      {settings && (
        <form>
          <fieldset className="choices">
            <legend>Who sees whether I am here</legend>
            {VISIBILITIES.map((choice) => (
              <label key={choice.value} className="choice">
                <input
                  type="radio"
                  name="visibility"
                  checked={settings.visibility === choice.value}
                  onChange={() => change({ visibility: choice.value })}
                />
                <span>
                  {choice.label}
                  {"hint" in choice && <span className="note">{choice.hint}</span>}
                </span>
              </label>
            ))}
          </fieldset>
          <fieldset className="choices">
            <legend>What they see</legend>
            {SWITCHES.map(({ setting, label, hint }) => (
              <SwitchRow
                key={setting}
                label={label}
                hint={hint}
                isOn={settings[setting] ?? false}
                onChange={(isOn) => change({ [setting]: isOn })}
              />
            ))}
          </fieldset>
        </form>
      )}
      <Contacts />
    </main>
  );
}

function merge(
  settings: Readonly<PresenceSettings> | null,
  input: PresenceSettingsInput,
): Readonly<PresenceSettings> | null {
  return settings && { ...settings, ...input };
}

interface SwitchRowProps {
  label: string;
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

function SwitchRow({ label, hint, isOn, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <label className="choice">
      <input
        type="checkbox"
        checked={isOn}
        aria-describedby={id}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        <span id={id} className="note" aria-hidden="true">
          {hint}
        </span>
      </span>
    </label>
  );
}
