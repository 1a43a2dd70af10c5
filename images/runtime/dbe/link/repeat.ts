import type { Clock } from "./clock.ts";

/** Runs `action` every `ms` milliseconds until the function returned is called. */
export function repeat(clock: Clock, ms: number, action: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(ms, () => {
      next();
      action();
    });
  };
  next();
  return () => cancel();
}
