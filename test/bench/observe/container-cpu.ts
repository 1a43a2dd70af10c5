import { setTimeout as sleep } from "node:timers/promises";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";
import { httpsRequest } from "../../../infra/cli/stores/https-request.ts";

/** Name of a container → processor time that it has used since its start, seconds. */
export type CpuSeconds = ReadonlyMap<string, number>;

const TRIES = 20;
const PAUSE_MS = 250;
const LINE = /^dsmil_container_cpu_seconds_total\{([^}]*)\} (\S+)$/gm;

/** Processor time of all containers now, as each node's agent reads it from the kernel. */
export async function containerCpu({ endpoints, model, data }: Fleet): Promise<CpuSeconds> {
  const client = data.certificates.prometheus;
  if (client === undefined) throw new Error("the data stack has no certificate of Prometheus");
  const texts = await Promise.all(
    model.nodes.map(async ({ id }) => {
      const call = { method: "GET", path: "/containers/metrics", client } as const;
      const endpoint = await endpoints.get(`agent:${id}`);
      for (let tries = 1; ; tries++) {
        const { status, body } = await httpsRequest(endpoint, call);
        if (status === 200) return body;
        // Right after a pause Prometheus asks for all that it missed, and the agent puts off who comes then.
        if (status !== 429 || tries === TRIES) throw new Error(`the agent of ${id} answered with status ${status}`);
        await sleep(PAUSE_MS);
      }
    }),
  );
  return new Map(texts.flatMap(readCpu));
}

/** Lines of the metric, by the label `container`. */
export function readCpu(text: string): [container: string, seconds: number][] {
  return [...text.matchAll(LINE)].map(([, labels = "", value]) => [
    /(?:^|,)container="([^"]*)"/.exec(labels)?.[1] ?? "",
    Number(value),
  ]);
}
