import { openSync } from "node:fs";
import { registerHooks } from "node:module";

/** Ways to the outside that Node's permission model of this version leaves open. */
const GLOBALS = ["fetch", "WebSocket", "EventSource"] as const;

/**
 * Closes what is left open to a tool: no module can be loaded any more, and every file descriptor that the kernel allows
 * this process is taken, so that no socket, pipe or file can be opened, whatever asks for it.
 * @param file a file that may be read
 */
export function closeFence(file: string): void {
  registerHooks({
    resolve(specifier) {
      throw new Error(`a tool loads no modules: ${specifier}`);
    },
  });
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(process, "getBuiltinModule");
  try {
    for (;;) openSync(file, "r");
  } catch (error) {
    // Anything but the limit of the kernel would leave descriptors free.
    if ((error as NodeJS.ErrnoException).code !== "EMFILE") throw error;
  }
}
