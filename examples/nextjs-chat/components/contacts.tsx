import { isRealtimeError, realtimeClient } from "nchat-realtime";
import { useRealtimeContext } from "nchat-realtime/react";
import { type FormEvent, useEffect, useState } from "react";
import { explainCode } from "../lib/explain";
import { Avatar } from "./avatar";

const { presence } = realtimeClient;

/** Who counts as a contact, besides those whom one has written to. */
export function Contacts() {
  const { isAuthenticated } = useRealtimeContext();
  const [contacts, setContacts] = useState<readonly string[]>([]);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");

  useEffect(() => {
    if (isAuthenticated) presence.refreshContacts().then(() => setContacts(sorted()));
  }, [isAuthenticated]);

  async function change(action: () => Promise<void>) {
    try {
      await action();
      setContacts(sorted());
      setProblem("");
    } catch (error) {
      setProblem(isRealtimeError(error) ? explainCode(error.code, error.message) : String(error));
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const contact = name.trim();
    if (contact === "") return;
    setName("");
    void change(() => presence.addContact(contact));
  }

  return (
    <section aria-labelledby="contacts-heading">
      <h2 id="contacts-heading">My contacts</h2>
      {contacts.length === 0 && <p className="note">Nobody yet.</p>}
      <ul className="contacts">
        {contacts.map((contact) => (
          <li key={contact}>
            <Avatar name={contact} />
            <span className="member-name">{contact}</span>
            <button
              type="button"
              className="link"
              aria-label={`Remove ${contact}`}
              onClick={() => change(() => presence.removeContact(contact))}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form className="field" onSubmit={submit}>
        <input
          aria-label="Add a contact"
          value={name}
          placeholder="Name"
          autoComplete="off"
          autoCapitalize="none"
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" disabled={name.trim() === ""}>
          Add
        </button>
      </form>
      <p role="alert" className="problem">
        {problem}
      </p>
    </section>
  );
}

function sorted(): string[] {
  return presence.getCachedContacts().sort((a, b) => a.localeCompare(b));
}
