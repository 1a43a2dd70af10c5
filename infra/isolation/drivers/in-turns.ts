import type { Doors } from "./doors.ts";

/** What is started in a container beside its service, within the same memory. */
const NODE = "/usr/local/bin/node";

/** The same doors, through which a container gets one Node process at a time: several would not fit beside its service. */
export function inTurns(doors: Doors): Doors {
  const last = new Map<string, Promise<unknown>>();
  return {
    ...doors,
    exec(node, argv) {
      const [program, verb, container] = argv;
      if (program !== "docker" || verb !== "exec" || !argv.includes(NODE)) return doors.exec(node, argv);
      const key = `${node}/${container}`;
      const turn = (last.get(key) ?? Promise.resolve()).then(() => doors.exec(node, argv));
      last.set(
        key,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}
