import type { Fleet } from "../../../infra/cli/stores/fleet.ts";
import { httpsRequest } from "../../../infra/cli/stores/https-request.ts";

/** Name of a container → processor time that it has used since its start, seconds. */
export type CpuSeconds = ReadonlyMap<string, number>;

const LINE = /^dsmil_container_cpu_seconds_total\{([^}]*)\} (\S+)$/gm;

/** Processor time of all containers now, as each node's agent reads it from the kernel. */
export async function containerCpu({ endpoints, model, data }: Fleet): Promise<CpuSeconds> {
  const client = data.certificates.prometheus;
  if (client === undefined) throw new Error("the data stack has no certificate of Prometheus");
  const texts = await Promise.all(
    model.nodes.map(async ({ id }) => {
      const call = { method: "GET", path: "/containers/metrics", client } as const;
      const { status, body } = await httpsRequest(await endpoints.get(`agent:${id}`), call);
      if (status !== 200) throw new Error(`the agent of ${id} answered with status ${status}`);
      return body;
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
