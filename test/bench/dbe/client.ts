import { loadavg } from "node:os";
import { DbeWire } from "./channel-wire.ts";
import { percentile, pingTimes, pipelined } from "./drive.ts";
import { processorTime } from "./processor-time.ts";
import { openRig, type Rig } from "./rig.ts";
import { type DbeResult, type DbeSample, LOADS, SIDES, type SideName } from "./sides.ts";

/** What the measuring process tells the one that started it. */
export type ClientMessage = { readonly step: string } | { readonly result: DbeResult };

const HANDSHAKES = 60;
/** Share of a measurement that goes before it, for compilers and windows. */
const WARM_UP = 0.2;

/** Sends the same messages over every path, interleaved, to the echo server. */
async function run(runs: number, step: (text: string) => void, signal: AbortSignal): Promise<DbeResult> {
  step("build the sidecar, open all paths");
  const rig = await openRig();
  const samples: DbeSample[] = [];
  const handshakes: Record<"tls" | "quic", number[]> = { tls: [], quic: [] };
  try {
    for (let round = 0; round < runs; round++) {
      for (const load of LOADS) {
        for (let i = 0; i < SIDES.length; i++) {
          signal.throwIfAborted();
          // Each goes first in turn, so that none always meets the machine as the one before it left it.
          const side = SIDES[(round + i) % SIDES.length] as SideName;
          const sample = { round, side, ...(await measure(rig, side, load)), load: loadavg()[0] ?? 0 };
          samples.push(sample);
          step(`round ${round + 1}: ${side}, ${load.size} bytes: p50 ${sample.p50.toFixed(0)} µs`);
        }
      }
      for (const [transport, side] of [
        ["tls", "dbe over tls"],
        ["quic", "dbe over quic"],
      ] as const) {
        const wire = rig.wires[side];
        if (wire instanceof DbeWire) handshakes[transport].push(await handshakeRate(wire));
      }
    }
    return { samples, handshakes };
  } finally {
    await rig.close();
  }
}

async function measure({ wires, pids }: Rig, side: SideName, { size, single, many, window }: (typeof LOADS)[number]) {
  const wire = wires[side];
  await pingTimes(wire, size, single * WARM_UP);
  const times = await pingTimes(wire, size, single);
  await pipelined(wire, size, many * WARM_UP, window);
  const before = processorTime(pids);
  const rate = await pipelined(wire, size, many, window);
  const processor = (processorTime(pids) - before) / many;
  return { size, p50: percentile(times, 0.5), p99: percentile(times, 0.99), rate, processor };
}

async function handshakeRate(wire: DbeWire): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < HANDSHAKES; i++) await wire.handshake();
  return HANDSHAKES / ((performance.now() - started) / 1000);
}

const stop = new AbortController();
// Whoever started this may be gone, or may have had enough; a Ctrl-C is theirs to answer.
process.on("disconnect", () => stop.abort(new Error("nobody waits for the result")));
process.on("SIGINT", () => {});
const tell = (message: ClientMessage): void => void (process.connected && process.send?.(message));
const result = await run(Number(process.argv[2]), (step) => tell({ step }), stop.signal);
tell({ result });
process.disconnect();
