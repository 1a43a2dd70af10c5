import type { ControlRig } from "./rig.ts";

export const ID = { alpha: "a".repeat(64), bravo: "b".repeat(64), shared: "c".repeat(64) } as const;

interface Made {
  readonly tenant?: string;
  readonly running?: boolean;
  readonly health?: string;
}

/** The engine's file of a container of the fleet. */
export const engineFile = (id: string, name: string, service: string, { tenant, running = true, health }: Made) => ({
  ID: id,
  Name: `/${name}`,
  RestartCount: 3,
  Config: { Labels: { "dsmil.node": "node-a", "dsmil.service": service, "dsmil.tenant": tenant ?? "shared" } },
  State: { Running: running, StartedAt: "2026-01-01T00:00:00Z", Health: { Status: health ?? "healthy" } },
  NetworkSettings: { Networks: { host: { IPAddress: "" } } },
});

const planned = (name: string, service: string, more: object = {}) => ({ name, service, memoryMiB: 128, ...more });
const tenant = (id: string) => ({
  ...{ id, roeLevel: "SOC_ASSIST", actions: ["ISOLATE_HOST"], compartments: ["SOC"], classification: "SECRET" },
  tools: ["hash"],
  retention: { hotSeconds: 3600, socSeconds: 86_400, archiveDays: 365 },
  limits: { requestsPerMinute: 60, tokensPerDay: 1000 },
});

/** Two tenants with a router each, a shared container, one that is missing; with health at a port of the test's. */
export function fill(rig: ControlRig, healthPort: number): void {
  const at = { layer: "L3", device: 18, healthPort };
  const router = (id: string) => planned(`dsmil-l3-router-${id}`, "l3-router", { tenant: id, ...at });
  for (const id of ["alpha", "bravo"]) {
    rig.summary(id, { tenant: tenant(id), devices: [], containers: [router(id)] });
    rig.engine(ID[id as "alpha"], engineFile(ID[id as "alpha"], `dsmil-l3-router-${id}`, "l3-router", { tenant: id }));
    const line = (at: string, msg: string) => ({ log: `${msg}\n`, stream: "stdout", time: `2026-01-01T00:00:${at}Z` });
    rig.log(ID[id as "alpha"], [
      line("01.5", `{"level":"info","msg":"${id} began"}`),
      line("02.5", `{"level":"error","msg":"${id} stumbled"}`),
    ]);
  }
  const device = { id: 18, layer: "L3", role: "Sensor fusion", node: "node-a", memoryMiB: 1024 };
  rig.summary("shared", {
    devices: [{ ...device, tokens: ["0x8036", "0x8037", "0x8038"] }],
    containers: [planned("dsmil-shrink", "shrink", { healthPort }), planned("dsmil-gone", "gone")],
  });
  rig.engine(ID.shared, engineFile(ID.shared, "dsmil-shrink", "shrink", { health: "unhealthy" }));
}
