import { L7Rig, MODEL } from "../../services/l7/rig.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";

/** How many requests one L7 router answers. */
export interface ApiFigures {
  /** `GET /v1/models`: key, limits, answer; no worker and no bus. */
  readonly models: Quantiles & { readonly perSecond: number };
  /** Chats of one token: key, limits, the check of the prompt over the bus, a claim, a worker. */
  readonly chat: Quantiles & {
    readonly perSecond: number;
    /** The worker's own part of a chat, mean; and what the router and the bus add to it. */
    readonly workerMs: number;
    readonly addedMs: number;
  };
}

const SECONDS = 5;
/** Clients at once. */
const CLIENTS = { models: 16, chat: 3 };
const MOST = 1_000_000;

/** One router of the test rig between two gateways, with the real tiny model, and limits that do not bind. */
export async function measureApi(step: (text: string) => void): Promise<ApiFigures> {
  const rig = await L7Rig.start();
  try {
    rig.limit("alpha", MOST, 1e12);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const client = rig.client();
    step("L7 router: lists of models");
    const models = await drive(CLIENTS.models, async () => void (await client.models.list()));
    step("L7 router: chats of one token");
    const before = await workerTime(rig);
    const messages = [{ role: "user", content: "Which ports are open?" } as const];
    const chat = await drive(CLIENTS.chat, async () => {
      await client.chat.completions.create({ model: MODEL, messages, max_tokens: 1 });
    });
    const after = await workerTime(rig);
    const workerMs = ((after.seconds - before.seconds) / (after.count - before.count)) * 1000;
    return { models: summed(models), chat: { ...summed(chat), workerMs, addedMs: mean(chat.times) - workerMs } };
  } finally {
    await rig.close();
  }
}

interface Driven {
  readonly times: readonly number[];
  readonly seconds: number;
}

const summed = ({ times, seconds }: Driven) => ({ ...quantiles(times), perSecond: times.length / seconds });
const mean = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0) / times.length;

/** So many clients, each one request after the other, for five seconds. A failure ends it. */
async function drive(clients: number, request: () => Promise<void>): Promise<Driven> {
  const times: number[] = [];
  const begun = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - begun < SECONDS * 1000) {
      const asked = performance.now();
      await request();
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { times, seconds: (performance.now() - begun) / 1000 };
}

/** What the workers say of their own requests. */
async function workerTime(rig: L7Rig): Promise<{ readonly seconds: number; readonly count: number }> {
  let [seconds, count] = [0, 0];
  for (const worker of [...rig.workers, rig.small]) {
    seconds += await worker.metric("dsmil_request_latency_seconds_sum");
    count += await worker.metric("dsmil_request_latency_seconds_count");
  }
  return { seconds, count };
}
