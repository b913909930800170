/** After this long a frame is not waited for any more: a hidden page paints none. */
const LONGEST_FRAME_MS = 100;

/** Calls back before the page is painted next; where nothing is painted, a little later. */
export function onNextFrame(callback: () => void): void {
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    callback();
  };
  const isPainted = typeof requestAnimationFrame === "function";
  const timer = setTimeout(once, isPainted ? LONGEST_FRAME_MS : 0);
  if (isPainted) requestAnimationFrame(once);
}
