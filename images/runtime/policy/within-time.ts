import { createContext, Script } from "node:vm";
import { PolicyError } from "./policy-error.ts";

// WebAssembly cannot be interrupted from JavaScript on the same thread; V8's own watchdog, which node:vm starts, can.
const desk: { work: () => void } = Object.assign(Object.create(null), { work: () => {} });
const context = createContext(desk, { name: "policy" });
const script = new Script("work()", { filename: "policy" });

/**
 * Runs synchronous work and ends it when it takes longer: a loop in a WebAssembly module, too. What the work left behind
 * is then in any state. The watchdog costs about 0.1 ms.
 * @throws PolicyError `time`; what the work throws
 */
export function withinTime<T>(ms: number, work: () => T): T {
  let result: { readonly value: T } | undefined;
  desk.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: ms });
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new PolicyError("time", `no decision within ${ms} ms`);
  } finally {
    desk.work = () => {};
  }
  if (result === undefined) throw new PolicyError("module", "the rules came to no end");
  return result.value;
}
