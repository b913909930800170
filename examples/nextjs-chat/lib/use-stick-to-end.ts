import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Pixels from the end that still count as the end. */
const TOLERANCE = 48;

/** What {@link useStickToEnd} returns. */
interface Sticking {
  /** For the element that scrolls. */
  ref: RefObject<HTMLDivElement | null>;
  /** Whether the reader is at the end. */
  isAtEnd: boolean;
  /** Goes to the end. Stable. */
  goToEnd: () => void;
}

/**
 * Keeps a scrolled list at its end while the reader is there. While they read further up, what they read stays
 * where it is, also when something comes in before it.
 *
 * @param content - Changes whenever the list does.
 * @param first - Changes whenever something comes in before the rest.
 */
export function useStickToEnd(content: unknown, first: unknown): Sticking {
  const ref = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const seen = useRef({ first, height: 0 });
  const [isAtEnd, setIsAtEnd] = useState(true);

  const goToEnd = useCallback(() => {
    const list = ref.current;
    if (list) list.scrollTop = list.scrollHeight;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content decides how long the list is
  useLayoutEffect(() => {
    const list = ref.current;
    if (!list) return;
    const { first: firstBefore, height } = seen.current;
    seen.current = { first, height: list.scrollHeight };
    if (stick.current) goToEnd();
    else if (first !== firstBefore) list.scrollTop += list.scrollHeight - height;
  }, [content, first, goToEnd]);

  useEffect(() => {
    const list = ref.current;
    if (!list) return;
    const look = () => {
      stick.current = list.scrollHeight - list.clientHeight - list.scrollTop <= TOLERANCE;
      setIsAtEnd(stick.current);
    };
    const resized = new ResizeObserver(() => stick.current && goToEnd());
    list.addEventListener("scroll", look, { passive: true });
    resized.observe(list);
    return () => {
      list.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [goToEnd]);

  return { ref, isAtEnd, goToEnd };
}
