import { type FormEvent, type KeyboardEvent, useState } from "react";

interface Props {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** A message's text, to be changed in its place. Enter saves, Escape leaves it as it was. */
export function MessageEditor({ text, onSave, onCancel }: Props) {
  const [draft, setDraft] = useState(text);

  function save(event?: FormEvent) {
    event?.preventDefault();
    if (draft.trim() !== "") onSave(draft.trim());
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    save();
  }

  return (
    <form className="editor" onSubmit={save}>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: whoever asks to edit wants to type
        autoFocus
        aria-label="Edit the message"
        rows={1}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="editor-buttons">
        <button type="submit" className="primary" disabled={draft.trim() === ""}>
          Save
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </span>
    </form>
  );
}
