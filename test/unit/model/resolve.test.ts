import { describe, expect, it } from "vitest";
import { loadModel, ManifestInvalid } from "../../../infra/model/load.ts";
import type { Container, Model } from "../../../infra/model/types.ts";
import { edit, GOOD, modelOf, tenantBlock } from "./fixture.ts";

const model = modelOf(GOOD);
const named = (m: Model, name: string): Container | undefined => m.containers.find((c) => c.name === name);
const folder = (source: string, target: string) => ({ type: "bind", source, target, readOnly: true });

describe("resolve", () => {
  it("resolves a tenant's container wholly", () => {
    expect(named(model, "dsmil-l8-analytics-alpha")).toEqual({
      name: "dsmil-l8-analytics-alpha",
      service: "l8-analytics",
      image: "dsmil-l8-analytics",
      node: "node-a",
      tenant: "alpha",
      layer: "L8",
      device: 52,
      memoryMiB: 128,
      cpus: 0.5,
      networks: [{ id: "dsmil_net" }],
      publish: [],
      env: {
        NODE_ID: "node-a",
        SERVICE: "l8-analytics",
        DEVICE_ID: "52",
        LAYER: "L8",
        TOKEN_ID_BASE: "0x809C",
        LOG_LEVEL: "INFO",
        HTTP_PORT: "8080",
        CA_FILE: "/etc/dsmil/ca/ca.crt",
        TENANT_ID: "ALPHA",
        SECRETS_DIR: "/run/dsmil/secrets",
        HOTPATH_DIR: "/hotpath",
        REDIS_HOST: "redis.dsmil.local",
        REDIS_PORT: "6379",
        REDIS_USER: "alpha_writer",
        REDIS_STREAM_L3_IN: "ALPHA_L3_IN",
        REDIS_STREAM_L3_OUT: "ALPHA_L3_OUT",
        REDIS_STREAM_L4_IN: "ALPHA_L4_IN",
        REDIS_STREAM_L4_OUT: "ALPHA_L4_OUT",
        REDIS_STREAM_L5_OUT: "ALPHA_L5_OUT",
        REDIS_STREAM_L6_OUT: "ALPHA_L6_OUT",
        REDIS_STREAM_SOC_EVENTS: "ALPHA_SOC_EVENTS",
        REDIS_STREAM_REJECTS: "ALPHA_REJECTS",
        REDIS_STREAM_HEALTH_EVENTS: "HEALTH_EVENTS",
        POSTGRES_HOST: "postgres.dsmil.local",
        POSTGRES_PORT: "5432",
        POSTGRES_DB: "dsmil",
        POSTGRES_USER: "alpha_app",
        POSTGRES_SCHEMA: "dsmil_alpha",
        RETENTION_HOT_SECONDS: "86400",
        RETENTION_SOC_SECONDS: "604800",
        RETENTION_ARCHIVE_DAYS: "90",
        SHRINK_URL: "",
        SHRINK_POLL_INTERVAL: "1.0",
        BATCH_SIZE: "500",
        POLL_TIMEOUT: "5000",
      },
      mounts: [
        folder("/etc/dsmil/ca", "/etc/dsmil/ca"),
        folder("/etc/dsmil/tenants/alpha", "/run/dsmil/secrets"),
        { type: "volume", source: "dsmil-hotpath-alpha", target: "/hotpath", readOnly: false },
      ],
      tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=16m,mode=0700,uid=10001,gid=10001" },
      devices: [],
      user: "10001:10001",
      command: [],
      logTag: "dsmil-l8-analytics-ALPHA",
      labels: {
        "dsmil.node": "node-a",
        "dsmil.tenant": "alpha",
        "dsmil.layer": "L8",
        "dsmil.device": "52",
        "dsmil.service": "l8-analytics",
      },
      health: {
        kind: "http",
        port: 8080,
        path: "/healthz",
        argv: ["busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"],
      },
      stopSeconds: 15,
    });
  });

  it("gives a service the addresses of what it needs, and no others", () => {
    expect(named(model, "dsmil-l3-router-alpha")?.env).not.toHaveProperty("POSTGRES_HOST");
  });

  it("puts the balancer among the entry points and its servers from .11 of its node's public subnet", () => {
    const at = (name: string) => named(model, name)?.networks;
    expect(at("dsmil-haproxy")).toEqual([{ id: "public_api_net", ipv4: "10.212.1.232" }]);
    expect(at("dsmil-l7-router-1")).toEqual([{ id: "public_api_net", ipv4: "10.212.1.11" }]);
    expect(at("dsmil-l7-router-2")).toEqual([{ id: "public_api_net", ipv4: "10.212.1.12" }]);
  });

  it("publishes stores and the balancer, and nothing else", () => {
    const published = model.containers.filter((c) => c.publish.length > 0).map((c) => [c.name, c.publish[0]?.external]);
    expect(published).toEqual([
      ["dsmil-redis", 6379],
      ["dsmil-postgres", 5432],
      ["dsmil-qdrant", 6333],
      ["dsmil-haproxy", 8001],
    ]);
  });

  it("keeps stores' data in named volumes and asks each for its health in its own way", () => {
    expect(model.volumes.filter((v) => v.tenant === undefined).map((v) => v.name)).toEqual([
      "dsmil-redis-data",
      "dsmil-postgres-data",
      "dsmil-postgres-wal",
      "dsmil-qdrant-data",
    ]);
    const probes = model.containers.map(({ service, health }) => `${service} ${health.kind} ${health.port}`);
    expect(new Set(probes)).toEqual(
      new Set([
        "redis tcp 6379",
        "postgres tcp 5432",
        "qdrant https 6333",
        "l3-router http 8080",
        "l4-classifier http 8080",
        "l8-analytics http 8080",
        "l7-router http 8001",
        "haproxy http 8404",
      ]),
    );
  });

  it("names every node and store of the address plan", () => {
    expect(Object.fromEntries(model.hosts.map(({ host, ip }) => [host, ip]))).toEqual({
      "node-a.dsmil.local": "172.20.0.10",
      "node-b.dsmil.local": "172.20.0.20",
      "node-c.dsmil.local": "172.20.0.30",
      "node-d.dsmil.local": "172.20.0.40",
      "redis.dsmil.local": "172.20.0.30",
      "postgres.dsmil.local": "172.20.0.30",
      "qdrant.dsmil.local": "172.20.0.30",
      "loki.dsmil.local": "172.20.0.30",
      "prometheus.dsmil.local": "172.20.0.10",
      "grafana.dsmil.local": "172.20.0.30",
    });
  });

  it("is frozen through and through", () => {
    const thawed: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, part] of Object.entries(value)) look(part, `${path}.${key}`);
    };
    look(model, "model");
    expect(thawed).toEqual([]);
  });
});

describe("change", () => {
  const without = (m: Model, tenant: string) => m.containers.filter((c) => c.tenant !== tenant);

  it("of tenants leaves every other container as it is, wherever the block stands", () => {
    const last = modelOf(GOOD + tenantBlock("charlie"));
    const first = modelOf(edit(GOOD, "tenants:\n", `tenants:${tenantBlock("charlie")}`));
    for (const grown of [last, first]) {
      expect(grown.containers).toHaveLength(model.containers.length + 3);
      expect(without(grown, "charlie")).toEqual(model.containers);
      expect(grown.volumes.filter((v) => v.tenant !== "charlie")).toEqual(model.volumes);
      expect({ ...grown, tenants: [], containers: [], volumes: [] }).toEqual({
        ...model,
        tenants: [],
        containers: [],
        volumes: [],
      });
    }
    const bravoGone = modelOf(GOOD.slice(0, GOOD.indexOf("\n  - id: bravo")));
    expect(bravoGone.containers).toEqual(without(model, "bravo"));
  });

  it("of one tenant changes that tenant's containers only", () => {
    const changed = modelOf(edit(GOOD, "hot: 24h", "hot: 12h"));
    expect(without(changed, "alpha")).toEqual(without(model, "alpha"));
    expect(named(changed, "dsmil-l3-router-alpha")).not.toEqual(named(model, "dsmil-l3-router-alpha"));
  });

  it("of replicas keeps the names and addresses of those there are", () => {
    const grown = modelOf(edit(GOOD, "replicas: 2", "replicas: 3"));
    expect(grown.containers.filter((c) => c.name !== "dsmil-l7-router-3")).toEqual(model.containers);
    const shrunk = modelOf(edit(GOOD, "replicas: 2", "replicas: 1"));
    expect(model.containers.filter((c) => c.name !== "dsmil-l7-router-2")).toEqual(shrunk.containers);
  });

  it("of nodes leaves containers as they are when the new one comes last", () => {
    const grown = modelOf(
      edit(GOOD, "\nnetworks:", "  - { id: node-e, role: soc, address: 172.20.0.50, memory: 8GiB }\n\nnetworks:"),
    );
    expect(grown.containers).toEqual(model.containers);
    expect(grown.networks[0]?.subnets["node-e"]).toBe("10.210.4.0/24");
  });
});

describe("good variants", () => {
  it("takes no tenants at all", () => {
    const none = modelOf(`${GOOD.slice(0, GOOD.indexOf("tenants:"))}tenants: []\n`);
    expect(none.containers.every((c) => c.tenant === undefined)).toBe(true);
  });

  it("fills in defaults", () => {
    const bravo = model.tenants.find((t) => t.id === "bravo");
    expect(bravo).toMatchObject({
      tools: [],
      notify: [],
      apiKeys: ["default"],
      retentionHotSeconds: 86_400,
      retentionArchiveDays: 90,
    });
    expect(model.fleet).toMatchObject({
      imageSource: "lab",
      logDriver: "json-file",
      database: "dsmil",
      logLevel: "INFO",
    });
  });

  it("tells nobody of alerts where nothing is said, and all of both severities where a receiver says no more", () => {
    expect(model.alerts).toEqual({ webhooks: [] });
    const block = "alerts:\n  webhooks: [{ id: ops, url: 'https://ops.example/x' }]\n\ntenants:\n";
    expect(modelOf(edit(GOOD, "tenants:\n", block)).alerts).toEqual({
      webhooks: [{ id: "ops", url: "https://ops.example/x", severities: ["critical", "warning"], layers: [] }],
    });
  });

  it("takes thirty tenants, ids that begin one another among them", () => {
    const ids = Array.from({ length: 28 }, (_, i) => `alpha${i}`);
    const many = modelOf(
      edit(GOOD, "172.20.0.10, memory: 8GiB", "172.20.0.10, memory: 12GiB") + ids.map(tenantBlock).join(""),
    );
    expect(many.tenants).toHaveLength(30);
    expect(new Set(many.containers.map((c) => c.name)).size).toBe(6 + 30 * 3);
  });
});

describe("loadModel", () => {
  it("takes the project's own manifest", () => {
    const project = loadModel("manifest.yaml");
    expect(project.nodes.map((n) => n.id)).toEqual(expect.arrayContaining(["node-a", "node-b", "node-c"]));
    expect(project.devices.map((d) => d.id)).toEqual([...Array.from({ length: 49 }, (_, i) => 14 + i), 83]);
    const memory = (layer: string) =>
      project.devices.filter((d) => d.layer === layer).reduce((sum, d) => sum + d.memoryMiB, 0);
    expect(["L3", "L4", "L5", "L6", "L7", "L8", "L9"].map((l) => memory(l) / 1024)).toEqual([
      9, 10, 3, 7, 40, 8, 12.25,
    ]);
  });

  it("throws every mistake at once, and says that nothing was done", () => {
    expect(() => loadModel("test/unit/model/nowhere.yaml")).toThrow(ManifestInvalid);
    expect(() => loadModel("test/unit/model/nowhere.yaml")).toThrow(/1 mistake, nothing was done$/);
  });
});
