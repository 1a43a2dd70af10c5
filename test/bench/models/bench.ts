import { loadavg } from "node:os";
import { samples } from "../../../models/data/samples.ts";
import { KNOWN } from "../../../models/data/vocabulary.ts";
import { Fabric, until } from "../../services/support/fabric.ts";
import { type Inference, timeInference } from "./inference.ts";

export interface ModelBench {
  readonly runs: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How fast one layer empties a stream, with its model or by its rules alone. */
export interface Drained {
  readonly layer: "l3" | "l4";
  readonly by: "model" | "rules";
  readonly eventsPerSecond: number;
  /** Per second of processor time of the process, which only runs this layer then. */
  readonly eventsPerCpuSecond: number;
  readonly batchP99Ms: number;
}

export interface ModelResult {
  readonly events: number;
  readonly load: number;
  readonly drained: readonly Drained[];
  readonly inference: readonly Inference[];
}

const EVENTS = 20_000;
const SEED = 7;
const STREAMS = { l3: ["L3_IN", "L3_OUT"], l4: ["L4_IN", "L4_OUT"] } as const;

/** Layers 3 and 4 on a real Redis, one after the other; the lines are those of the models' generator. */
export async function benchModels({ runs, step, signal }: ModelBench): Promise<ModelResult> {
  const lines = [...samples(EVENTS, SEED, KNOWN)].map(({ line }) => line);
  const fabric = await Fabric.start();
  const drained: Drained[] = [];
  try {
    for (let run = 1; run <= runs; run++) {
      for (const by of run % 2 === 1 ? (["model", "rules"] as const) : (["rules", "model"] as const)) {
        signal.throwIfAborted();
        await fabric.reset();
        step(`run ${run} of ${runs}: ${EVENTS} events by ${by}`);
        for (let from = 0; from < lines.length; from += 1000) await fabric.send(lines.slice(from, from + 1000));
        // Layer 4 is measured on what Layer 3 left for it.
        for (const layer of ["l3", "l4"] as const) drained.push(await drain(fabric, layer, by));
      }
    }
    const inference = await timeInference(fabric.dir, fabric.models.root.publicKey);
    return { events: EVENTS, load: loadavg()[0] ?? 0, drained, inference };
  } finally {
    await fabric.stopAll();
  }
}

async function drain(fabric: Fabric, layer: "l3" | "l4", by: "model" | "rules"): Promise<Drained> {
  const [from, to] = STREAMS[layer];
  const running = await fabric.run(layer, by === "rules" ? { MODELS_DIR: `${fabric.dir}/none` } : {});
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await until(async () => (await fabric.admin.xlen(`ALPHA_${to}`)) >= EVENTS, 120_000);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begun) / 1000;
  await fabric.settled(["L3_IN", "L4_IN", "L3_OUT", "L4_OUT", "REJECTS"].filter((name) => name !== from));
  const batchP99Ms = Number(running.service.health.report().checks.latency_p99_ms);
  await running.stop();
  return {
    layer,
    by,
    eventsPerSecond: EVENTS / seconds,
    eventsPerCpuSecond: EVENTS / ((user + system) / 1e6),
    batchP99Ms,
  };
}
