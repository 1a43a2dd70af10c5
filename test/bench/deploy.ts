import { setTimeout as sleep } from "node:timers/promises";
import { closeConnections } from "../../infra/access/connection.ts";
import { requireNodes } from "../../infra/cli/deploy.ts";
import type { Node } from "../../infra/model/types.ts";
import { composeTool } from "./compose-tool.ts";
import { Engine } from "./engine.ts";
import { imageOnNodes, removeImage } from "./image.ts";
import { type Sample, Stopwatch } from "./measure.ts";
import { endAll } from "./run.ts";
import type { Side } from "./side.ts";
import { ComposeSide } from "./sides/compose.ts";
import { LimitSide, ready } from "./sides/limit.ts";
import { OurSide } from "./sides/ours.ts";
import { remains, sweep } from "./sweep.ts";
import { onNode, type Workload } from "./workload.ts";

export interface DeployBench {
  readonly root: string;
  readonly nodes: readonly Node[];
  readonly runs: number;
  readonly containers: number;
  readonly step: (text: string) => void;
  /** Ends what runs and cleans the nodes. */
  readonly signal: AbortSignal;
}

/** Steps that every side does, in this order. */
export const STEPS = ["up from nothing", "no-op", "one variable of a third", "one more tenant", "destroy"] as const;

/** Other answers to "is there anything to do": what they ask is in the name. */
export const OTHER_NO_OPS = {
  plan: "no-op: nodes, program, state",
  preview: "no-op: program against state",
  up: "no-op: update",
} as const;

/**
 * Times the same work on the same nodes by our program, by docker compose and by the Engine API, interleaved. After
 * every step it checks, outside of the measurement, that all containers are as they should be and answer.
 */
export async function benchDeploy(bench: DeployBench): Promise<readonly Sample[]> {
  const { root, step, signal } = bench;
  await requireNodes(root, bench.nodes);
  const nodes = bench.nodes.map((node) => node.id);
  const engines = new Map<string, Engine>();
  let image = "";
  const stop = (): void => void endAll();
  signal.addEventListener("abort", stop);
  try {
    for (const node of nodes) engines.set(node, await Engine.connect(root, node));
    await sweep(root, engines.values());
    image = await imageOnNodes(root, nodes, step);
    const compose = new ComposeSide(root, await composeTool(root, step));
    const limit = new LimitSide(root, engines);
    const ours = new OurSide(root);
    const workload: Workload = { nodes, containers: bench.containers, revision: "1", extraTenant: false, image };
    const watch = new Stopwatch(step);
    const course = new Course({ root, watch, engines, limit, signal });
    const sides: Side[] = [ours, compose, limit];
    for (let run = 0; run < bench.runs; run++) {
      await ours.prepare(workload);
      // Each goes first in turn, so that none always meets the machine as the one before it left it.
      for (let i = 0; i < sides.length; i++) await course.run(sides[(run + i) % sides.length] as Side, workload);
    }
    return watch.samples;
  } finally {
    signal.removeEventListener("abort", stop);
    await endAll();
    await sweep(root, engines.values());
    if (image !== "") await removeImage(root, nodes, image);
    for (const engine of engines.values()) engine.close();
    await closeConnections();
  }
}

interface CourseArgs {
  readonly root: string;
  readonly watch: Stopwatch;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly limit: LimitSide;
  readonly signal: AbortSignal;
}

/** All steps of one side, each followed by a check. */
class Course {
  readonly #args: CourseArgs;

  constructor(args: CourseArgs) {
    this.#args = args;
  }

  async run(side: Side, first: Workload): Promise<void> {
    const changed = { ...first, revision: "2" };
    const grown = { ...changed, extraTenant: true };
    await this.#apply(side, STEPS[0], first);
    await this.#time(side, STEPS[1], () => side.verify(first));
    if (side instanceof OurSide) {
      await this.#time(side, OTHER_NO_OPS.plan, () => side.verifyAll(first));
      await this.#time(side, OTHER_NO_OPS.preview, () => side.verifyState(first));
      await this.#time(side, OTHER_NO_OPS.up, () => side.apply(first));
    }
    await this.#apply(side, STEPS[2], changed);
    await this.#apply(side, STEPS[3], grown);
    await this.#time(side, STEPS[4], () => side.destroy(grown));
    const left = await remains(this.#args.engines.values());
    if (left.length > 0) throw new Error(`${side.name} left behind: ${left.join(", ")}`);
  }

  async #apply(side: Side, step: string, workload: Workload): Promise<void> {
    await this.#time(side, step, () => side.apply(workload));
    await until(this.#args.signal, this.#check(workload));
  }

  async #check(workload: Workload): Promise<void> {
    await this.#args.limit.verify(workload);
    for (const engine of this.#args.engines.values()) {
      await ready(this.#args.root, engine, onNode(workload, engine.node));
    }
  }

  async #time(side: Side, step: string, work: () => Promise<void>): Promise<void> {
    this.#args.signal.throwIfAborted();
    await until(this.#args.signal, this.#args.watch.time(side.name, step, work));
  }
}

/** Longest that interrupted work may take to end by itself, ms. */
const END_MS = 10_000;

/** The work's result, or the signal's reason once the work has ended for it or is given up. */
async function until(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const ended = work.catch(() => undefined);
  await Promise.race([work, aborted]);
  if (!signal.aborted) return;
  await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
  signal.throwIfAborted();
}
