import { type KeyboardEvent, useId, useRef, useState } from "react";

/** What one can say with one click. */
const EMOJIS = ["👍", "❤️", "😂", "🎉"];

interface Props {
  /** Said with the button's name, so that one menu is told from another. */
  about: string;
  canChange: boolean;
  onReact: (emoji: string) => void;
  onEdit: () => void;
  onDelete: () => void;
}

/** What can be done with a message: behind a button, so that it is there for fingers and keyboards too. */
export function MessageMenu({ about, canChange, onReact, onEdit, onDelete }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  function choose(action: () => void) {
    setIsOpen(false);
    action();
  }

  function closeOnEscape(event: KeyboardEvent) {
    if (event.key !== "Escape") return;
    setIsOpen(false);
    button.current?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape in any of its buttons
    <div className="menu" onKeyDown={closeOnEscape}>
      <button
        ref={button}
        type="button"
        className="menu-button"
        aria-label={`Actions for “${about}”`}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        ⋯
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: it is no part of a form
        <div id={id} className="menu-items" role="group" aria-label="Actions">
          {EMOJIS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={`React with ${emoji}`}
              onClick={() => choose(() => onReact(emoji))}
            >
              {emoji}
            </button>
          ))}
          {canChange && (
            <>
              <button type="button" onClick={() => choose(onEdit)}>
                Edit
              </button>
              <button type="button" className="danger" onClick={() => choose(onDelete)}>
                Delete
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
