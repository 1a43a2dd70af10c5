import { expect, it } from "vitest";
import { parse } from "yaml";
import { renderLokiConf, renderLokiOverrides } from "../../../infra/render/loki-conf.ts";

const settings = { retentionHours: 720 };

it("is one program that asks whose the lines are, keeps them in its folder and reports to nobody", () => {
  const conf = parse(renderLokiConf(settings)) as Record<string, Record<string, unknown>>;
  expect(conf).toMatchObject({
    auth_enabled: true,
    analytics: { reporting_enabled: false },
    server: { http_listen_port: 3100, grpc_listen_address: "127.0.0.1" },
    common: { path_prefix: "/loki", replication_factor: 1 },
    limits_config: { retention_period: "720h", unordered_writes: true, discover_service_name: [] },
    compactor: { retention_enabled: true },
    runtime_config: { file: "/etc/loki-tenants/overrides.yaml" },
  });
});

it("keeps tenants' lines as long as each wants", () => {
  expect(parse(renderLokiOverrides({ tenants: { "alpha.01": 2160 } }))).toEqual({
    overrides: { "alpha.01": { retention_period: "2160h" } },
  });
  expect(parse(renderLokiOverrides({ tenants: {} }))).toEqual({ overrides: {} });
});
