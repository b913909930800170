import { useStorageError } from "../lib/use-storage-error";

/** What went wrong with what this browser keeps: messages go all the same. Empty while all is well. */
export function StorageTrouble() {
  const { reason, putAway } = useStorageError();
  return (
    <div role="alert" className="storage-trouble">
      {reason && (
        <p>
          Storage: {reason}.{" "}
          <button type="button" className="link" onClick={putAway}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}
