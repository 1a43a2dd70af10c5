import { Batcher } from "../../batcher.ts";
import type { NodeLink } from "../../handler.ts";
import { said } from "../../run.ts";

/** What the engine says about a container. */
export interface Inspected {
  readonly id: string;
  /** `running`, `restarting`, `exited` … */
  readonly status: string;
  readonly exitCode: number;
  readonly restarts: number;
  /** Its address on some network of the node; empty while it does not run. */
  readonly address: string;
}

/** One question to the engine for all gates of a node that wait at the same moment. */
const WINDOW_MS = 25;

const inspectors = new WeakMap<NodeLink, Batcher<readonly string[], ReadonlyMap<string, Inspected>>>();

/** Name → container, of those that exist. */
export function inspect(link: NodeLink, names: readonly string[]): Promise<ReadonlyMap<string, Inspected>> {
  let inspector = inspectors.get(link);
  if (inspector === undefined) {
    inspector = new Batcher(WINDOW_MS, async (requests) => {
      const found = await inspectAll(link, [...new Set(requests.flat())]);
      return requests.map(() => found);
    });
    inspectors.set(link, inspector);
  }
  return inspector.ask(names);
}

const FORMAT =
  "{{.Name}} {{.Id}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}";

async function inspectAll(link: NodeLink, names: readonly string[]): Promise<ReadonlyMap<string, Inspected>> {
  const result = await link.exec(["docker", "container", "inspect", "-f", FORMAT, ...names], { timeoutMs: 20_000 });
  if (result.code !== 0 && !/no such container/i.test(result.stderr)) {
    throw new Error(`cannot ask the engine for its containers: ${said(result)}`);
  }
  const found = new Map<string, Inspected>();
  for (const line of result.stdout.split("\n").filter((text) => text !== "")) {
    const [name = "", id = "", status = "", exitCode, restarts, ...addresses] = line.split(" ");
    const address = addresses.find((text) => text !== "") ?? "";
    const entry = { id, status, exitCode: Number(exitCode), restarts: Number(restarts), address };
    found.set(name.replace(/^\//, ""), entry);
  }
  return found;
}
