import type { Command } from "commander";
import { TENANT, TENANTS, type TenantAnswer, type TenantsAnswer } from "../../images/runtime/control/answers.ts";
import { containerTable } from "./containers.ts";
import { gather, WHOLE } from "./gather.ts";
import { clean, columns } from "./paint.ts";
import { printJson, sessionOf } from "./session.ts";
import { span } from "./units.ts";

interface Options {
  readonly json?: boolean;
}

/** `dsmilctl tenant list|show` */
export function registerTenant(program: Command): void {
  const tenant = program.command("tenant").description("Tenants that you see.").addHelpText("afterAll", WHOLE);
  tenant.command("list").description("List tenants.").option("--json", "print JSON").action(list);
  tenant
    .command("show")
    .description("Show what a tenant's block allows, and its containers on all nodes.")
    .argument("<id>")
    .option("--json", "print JSON")
    .action(show);
}

async function list({ json }: Options, command: Command): Promise<void> {
  const session = sessionOf(command);
  const told = (await gather<TenantsAnswer>(session, "/v1/tenants", TENANTS)).flatMap(({ answer }) => answer.tenants);
  const ids = [...new Set(told.map(({ id }) => id))].sort();
  const tenants = ids.map((id) => {
    const own = told.filter((one) => one.id === id);
    return {
      id,
      roeLevel: own[0]?.roeLevel ?? "",
      containers: own.reduce((sum, { containers }) => sum + containers, 0),
    };
  });
  if (json) return printJson(tenants);
  const rows = tenants.map(({ id, roeLevel, containers }) => [clean(id), clean(roeLevel), String(containers)]);
  process.stdout.write(
    `${columns(["TENANT", "RULES OF ENGAGEMENT", "CONTAINERS"], rows, session.paint, session.width)}\n`,
  );
}

async function show(id: string, { json }: Options, command: Command): Promise<void> {
  const session = sessionOf(command);
  const told = await gather<TenantAnswer>(session, `/v1/tenants/${encodeURIComponent(id)}`, TENANT);
  const containers = told.flatMap(({ node, answer }) => answer.containers.map((one) => ({ ...one, node })));
  const [first] = told;
  if (first === undefined) return;
  if (json) return printJson({ ...first.answer, containers });
  const { paint, width } = session;
  const { roeLevel, classification, actions, compartments, tools, retention, limits } = first.answer;
  const words = (list: readonly string[]): string => clean(list.join(", ")) || "none";
  const kept = `streams ${span(retention.hotSeconds)}, SOC ${span(retention.socSeconds)}, archive ${retention.archiveDays} d`;
  const facts: [string, string][] = [
    ["rules of engagement", clean(roeLevel)],
    ["classification", clean(classification)],
    ["actions", words(actions)],
    ["compartments", words(compartments)],
    ["tools", words(tools)],
    ["kept", kept],
    ["limits", `${limits.requestsPerMinute} requests a minute, ${limits.tokensPerDay} tokens a day`],
  ];
  const lines = facts.map(([name, value]) => `  ${paint.dim(name.padEnd(20))} ${value}`);
  process.stdout.write(
    `${paint.bold(clean(first.answer.id))}\n${lines.join("\n")}\n\n${containerTable(containers, paint, width)}\n`,
  );
}
