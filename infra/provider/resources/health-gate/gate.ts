import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext, NodeLink } from "../../handler.ts";
import { said } from "../../run.ts";
import type { GatedContainer, HealthGateInputs } from "./args.ts";
import { type Inspected, inspect } from "./inspect.ts";
import { probe } from "./probe.ts";

/** Between two questions to the same container, ms. */
const POLL_MS = 150;
/** The engine is asked again for address and state of those that do not answer, ms. */
const INSPECT_MS = 2000;
/** Containers asked at once. */
const WIDTH = 8;

/**
 * Waits until every container answers.
 * @throws naming each that does not, with why and its last words
 */
export async function waitForAll(inputs: HealthGateInputs, ctx: HandlerContext): Promise<void> {
  const link = await ctx.connect(inputs.node);
  const seconds = inputs.timeoutSeconds ?? 60;
  const deadline = Date.now() + seconds * 1000;
  const troubles = new Map(inputs.containers.map((container) => [container, "was not asked yet"]));
  let known: ReadonlyMap<string, Inspected> = new Map();
  let inspected = 0;
  while (troubles.size > 0) {
    ctx.signal.throwIfAborted();
    const started = Date.now();
    if (started - inspected > INSPECT_MS) {
      known = await inspect(
        link,
        [...troubles.keys()].map(({ name }) => name),
      );
      inspected = Date.now();
    }
    const waiting = [...troubles.keys()];
    for (let i = 0; i < waiting.length; i += WIDTH) {
      await Promise.all(
        waiting.slice(i, i + WIDTH).map(async (container) => {
          const trouble = await ask(link, container, known.get(container.name));
          if (trouble === undefined) troubles.delete(container);
          else troubles.set(container, trouble);
        }),
      );
    }
    if (troubles.size === 0) return;
    if (Date.now() >= deadline) throw await failure(link, inputs, seconds, troubles);
    await sleep(Math.max(0, POLL_MS - (Date.now() - started)), undefined, { signal: ctx.signal });
  }
}

async function ask(
  link: NodeLink,
  container: GatedContainer,
  found: Inspected | undefined,
): Promise<string | undefined> {
  if (found === undefined) return "does not exist";
  if (!found.id.startsWith(container.instance)) {
    return `is another container (${found.id.slice(0, 12)}) than the one that was made (${container.instance.slice(0, 12)})`;
  }
  // What shares the node's network has no address; it is asked inside.
  if (found.status !== "running" || (found.address === "" && container.kind !== "exec")) {
    return `is ${found.status} (exit status ${found.exitCode}, ${found.restarts} restarts)`;
  }
  return container.kind === "exec" ? askInside(link, container) : probe(link, found.address, container);
}

async function askInside(link: NodeLink, { name, argv = [] }: GatedContainer): Promise<string | undefined> {
  const result = await link.exec(["docker", "exec", name, ...argv], { timeoutMs: 10_000 });
  return result.code === 0 ? undefined : `${argv.join(" ")} says: ${said(result)}`;
}

async function failure(
  link: NodeLink,
  { node }: HealthGateInputs,
  seconds: number,
  troubles: ReadonlyMap<GatedContainer, string>,
): Promise<Error> {
  const reports = await Promise.all(
    [...troubles].map(async ([{ name }, trouble]) => {
      const logs = await link
        .exec(["docker", "logs", "--tail", "20", name], { timeoutMs: 10_000 })
        .then(({ code, stdout, stderr }) => (code === 0 ? `${stdout}${stderr}` : ""))
        .catch(() => "");
      const lines = logs
        .trim()
        .split("\n")
        .filter((line) => line !== "");
      const tail = lines.slice(-20).map((line) => `    ${line}`);
      return [`  ${name}: ${trouble}`, ...(tail.length > 0 ? tail : ["    (no log)"])].join("\n");
    }),
  );
  return new Error(
    `${troubles.size} of the containers on ${node} did not become healthy within ${seconds} s:\n${reports.join("\n")}\n` +
      `  Look with "docker logs" on ${node}; the next "pulumi up" waits for them again`,
  );
}
