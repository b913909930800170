import { realtimeClient } from "nchat-realtime";
import { useCallback, useEffect, useState } from "react";
import { explainCode } from "./explain";

const STORAGE_CODES: ReadonlySet<string> = new Set([
  "RECORD_CORRUPT",
  "SCHEMA_TOO_NEW",
  "STORAGE_BUSY",
  "STORAGE_FULL",
  "STORAGE_LOST",
]);

/** What last went wrong with what this browser keeps, in words, until it is put away. */
export function useStorageError() {
  const [reason, setReason] = useState<string>();
  useEffect(
    () =>
      realtimeClient.onError(({ code, message }) => {
        if (STORAGE_CODES.has(code)) setReason(explainCode(code, message));
      }),
    [],
  );
  const putAway = useCallback(() => setReason(undefined), []);
  return { reason, putAway };
}
