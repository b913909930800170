import { useEffect, useState } from "react";

/** Whole seconds until a time (milliseconds since 1970), counting down to 0; undefined without a time. */
export function useSecondsUntil(time: number | undefined): number | undefined {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (time === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [time]);
  if (time === undefined || now === 0) return undefined;
  return Math.max(0, Math.ceil((time - now) / 1000));
}
