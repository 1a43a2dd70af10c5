import { setTimeout as pause } from "node:timers/promises";
import { shellQuote } from "../../access/shell-quote.ts";
import type { Doors } from "./doors.ts";

/** What is started in a container beside its service, within the same memory. */
const NODE = "/usr/local/bin/node";
const BUSYBOX = "/bin/busybox";

/** How long the first command of a container waits for others, ms; those that come while some run wait as well. */
const WINDOW_MS = 20;
/** Commands that go together, and Node processes among them, which come one after the other. */
const MOST = 32;
const MOST_NODE = 4;
/** Time for each of those that come one after the other, ms. */
const EACH_MS = 15_000;

type Result = Awaited<ReturnType<Doors["exec"]>>;

interface Waiting {
  readonly command: readonly string[];
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * The same doors, with what is run in a container taken together: one `docker exec` for all that wait for it, since starting
 * one costs more than what it runs. A container gets one Node process at a time: several would not fit beside its service.
 * A command that was not run, or whose end is not known, is an error and never an exit status.
 */
export function inTurns(doors: Doors): Doors {
  const queues = new Map<string, Queue>();
  return {
    ...doors,
    exec(node, argv, timeoutMs) {
      const [program, verb, container = "", command = ""] = argv;
      const inside = program === "docker" && verb === "exec" && (command === NODE || command === BUSYBOX);
      if (!inside) return doors.exec(node, argv, timeoutMs);
      const key = `${node}/${container}`;
      const queue = queues.get(key) ?? new Queue(doors, node, container);
      queues.set(key, queue);
      return queue.ask(argv.slice(3));
    },
  };
}

class Queue {
  private readonly doors: Doors;
  private readonly node: string;
  private readonly container: string;
  private waiting: Waiting[] = [];
  private running = false;

  constructor(doors: Doors, node: string, container: string) {
    this.doors = doors;
    this.node = node;
    this.container = container;
  }

  ask(command: readonly string[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ command, resolve, reject });
      if (!this.running) void this.work();
    });
  }

  /** Never throws. */
  private async work(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      await pause(WINDOW_MS);
      const batch = this.next();
      try {
        const results = await this.together(batch.map(({ command }) => command));
        for (const [i, { resolve, reject }] of batch.entries()) {
          const result = results.get(i);
          if (result) resolve(result);
          else reject(new Error(`${this.container} on ${this.node}: no end of the command was reported`));
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }

  private next(): Waiting[] {
    let nodes = 0;
    const batch = this.waiting.filter(({ command }) => command[0] !== NODE || ++nodes <= MOST_NODE).slice(0, MOST);
    this.waiting = this.waiting.filter((waiting) => !batch.includes(waiting));
    return batch;
  }

  private async together(commands: readonly (readonly string[])[]): Promise<ReadonlyMap<number, Result>> {
    const argv = ["docker", "exec", this.container, BUSYBOX, "sh", "-c", script(commands)];
    const inTurn = commands.filter((command) => !isDial(command)).length;
    const { code, stdout, stderr } = await this.doors.exec(this.node, argv, EACH_MS * Math.max(1, inTurn));
    if (code !== 0) {
      const words = stderr.trim().split("\n").at(-1)?.slice(0, 200);
      throw new Error(`${this.container} on ${this.node}: ${words || `exit status ${code}`}`);
    }
    return parse(stdout);
  }
}

/** Ends by itself within a time, and writes little: may run beside others. */
const isDial = ([program, applet]: readonly string[]): boolean => program === BUSYBOX && applet === "timeout";

/** Runs "$@" as number $1 and reports two lines: `1 o <exit status> <stdout>` and `1 e <stderr>`, texts in Base64. */
const ONE = `
b64() { ${BUSYBOX} base64 -w 0; }
one() {
  i=$1
  shift
  {
    err=$( { out=$("$@" 2>&4 5>&-); printf '%s o %s %s\\n' "$i" "$?" "$(printf %s "$out" | b64)" >&5; } 4>&1 )
    printf '%s e %s\\n' "$i" "$(printf %s "$err" | b64)"
  } 5>&1
}
`;

/** Connections first, all at once: most of them wait for an answer that does not come. */
function script(commands: readonly (readonly string[])[]): string {
  const line = (command: readonly string[], i: number): string => `one ${i} ${shellQuote(command)}`;
  const lines = commands.map((command, i) => ({ text: line(command, i), dial: isDial(command) }));
  const dials = lines.filter(({ dial }) => dial).map(({ text }) => `${text} &`);
  const others = lines.filter(({ dial }) => !dial).map(({ text }) => text);
  return [ONE, ...dials, "wait", ...others, "exit 0"].join("\n");
}

const text = (base64 = ""): string => Buffer.from(base64, "base64").toString();

/** Only commands of which both lines came whole. */
function parse(stdout: string): ReadonlyMap<number, Result> {
  const ends = new Map<number, { code: number; stdout: string }>();
  const results = new Map<number, Result>();
  for (const line of stdout.split("\n").slice(0, -1)) {
    const [, i, , code, out] = /^(\d+) (o) (\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
    if (i !== undefined) ends.set(Number(i), { code: Number(code), stdout: text(out) });
    const [, e, err] = /^(\d+) e ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
    const end = e === undefined ? undefined : ends.get(Number(e));
    if (end) results.set(Number(e), { ...end, stderr: text(err) });
  }
  return results;
}
