import pc from "picocolors";
import type { TenantFacts } from "./facts.ts";

/** Everything about one tenant, for people. */
export function describeTenant(t: TenantFacts): string {
  const { retention: keep, redis, postgres, qdrant, isolation } = t;
  const none = (list: readonly string[]): string => list.join(", ") || "none";
  const rows: readonly (readonly [string, string])[] = [
    ["tenant", t.id],
    ["ROE level", t.roeLevel],
    ["actions", none(t.actions)],
    ["compartments", none(t.compartments)],
    ["tools", none(t.tools)],
    [
      "retention",
      `streams ${duration(keep.hotSeconds)}, SOC events ${duration(keep.socSeconds)}, archive ${keep.archiveDays} d`,
    ],
    ["API keys", none(t.apiKeys)],
    ["Redis users", none(redis.users)],
    ["Redis streams", none(redis.streams)],
    ["Postgres", `schema ${postgres.schema}, roles ${none(postgres.roles)}`],
    ["Qdrant", none(qdrant.collections)],
    [
      "isolation",
      isolation
        ? `${isolation.passed ? "proven" : "FAILED"} ${isolation.at} (${isolation.attempts} attempts)`
        : "not proven yet: bin/dsmil isolation",
    ],
  ];
  const services = t.services.map(({ name, node, device, health }) => {
    const mark = health === "healthy" ? pc.green("✓") : health === "unknown" ? pc.yellow("?") : pc.red("✗");
    return `  ${mark} ${name.padEnd(32)} ${node.padEnd(10)} ${device === undefined ? "" : `device ${device}`.padEnd(10)} ${health}`;
  });
  return `${rows.map(([key, value]) => `${pc.dim(key.padEnd(14))} ${value}`).join("\n")}\n\n${services.join("\n")}\n`;
}

function duration(seconds: number): string {
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}`;
  }
  return `${seconds} s`;
}
