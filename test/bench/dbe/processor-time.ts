import { readdirSync, readFileSync } from "node:fs";

/**
 * Processor time that processes have used so far, all threads, microseconds: what a busy machine cannot falsify. Linux
 * counts it in /proc; a thread that has ended meanwhile is left out.
 */
export function processorTime(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      try {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
      } catch {
        // Ended between the two calls.
      }
    }
  }
  return nanoseconds / 1000;
}
