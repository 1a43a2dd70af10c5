import pc from "picocolors";
import type { FleetStatus, ServiceHealth, ServiceStatus } from "./types.ts";

const MARKS: Readonly<Record<ServiceHealth, string>> = {
  healthy: pc.green("✓"),
  degraded: pc.yellow("!"),
  unhealthy: pc.red("✗"),
  missing: pc.red("✗"),
};

/** The fleet as a table for people: nodes with their services, then tenants. Fits 80 columns. */
export function printStatus(status: FleetStatus): void {
  const out: string[] = [""];
  for (const node of status.nodes) {
    const mark = node.reachable ? pc.green("●") : pc.red("●");
    out.push(
      `${mark} ${pc.bold(node.id)} (${node.role}) ${node.address}  ${node.reachable ? pc.dim(`engine ${node.engine ?? "?"}`) : pc.red(node.cause ?? "away")}`,
    );
    for (const service of status.services.filter((s) => s.node === node.id)) out.push(`  ${line(service)}`);
  }
  out.push("", pc.bold("tenants"));
  for (const { id, roeLevel, services, healthy } of status.tenants) {
    out.push(
      `  ${healthy === services ? pc.green("✓") : pc.red("✗")} ${id.padEnd(18)} ${roeLevel.padEnd(16)} ${healthy} of ${services} services healthy`,
    );
  }
  out.push("", status.healthy ? pc.green(status.summary) : pc.red(status.summary), "");
  process.stdout.write(out.join("\n"));
}

function line({ name, health, layer, device, state, cause }: ServiceStatus): string {
  const place = device === undefined ? "" : `${layer ?? ""} device ${device}`;
  return `${MARKS[health]} ${name.padEnd(32)} ${place.padEnd(14)} ${health.padEnd(10)} ${pc.dim(cause ?? state)}`;
}
