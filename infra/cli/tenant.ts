import type { Command } from "commander";
import pc from "picocolors";
import { L7_ROLES } from "../../images/runtime/l7/token.ts";
import { UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";
import { deployedTenant, findTenant, withFleet } from "./stores/fleet.ts";
import { writeCredentials } from "./tenant/credentials.ts";
import { type TenantFacts, tenantFacts } from "./tenant/facts.ts";
import { describeTenant } from "./tenant/show.ts";
import { issueToken } from "./tenant/token.ts";
import { textTable } from "./text-table.ts";

/** `dsmil tenant list|show|key|credentials`: the tenants and what belongs to them. */
export function registerTenant(program: Command): void {
  const tenant = program.command("tenant").description("List tenants, show one, and hand out its credentials.");
  tenant
    .command("list")
    .description("List the manifest's tenants with the health of their services and the last isolation proof.")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nNodes that cannot be reached leave their services `unknown`.\n\nExit codes: 0 listed, 1 not, 64 usage.",
    )
    .action(async (options: { json?: boolean }) => {
      const facts = await tenantFacts(projectRoot, projectModel());
      process.stdout.write(options.json ? `${JSON.stringify(facts, null, 2)}\n` : describeList(facts));
    });
  tenant
    .command("show")
    .description("Show everything that belongs to one tenant.")
    .argument("<tenant>", "its id")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nNo secret is shown.\n\nExample:\n  bin/dsmil tenant show alpha --json | jq .services\n\nExit codes: 0 shown, 1 not, 64 usage.",
    )
    .action(async (id: string, options: { json?: boolean }) => {
      const model = projectModel();
      const { id: known } = findTenant(model, id);
      const facts = (await tenantFacts(projectRoot, model)).find((t) => t.id === known);
      if (facts === undefined) throw new UserError(`tenant ${known} is gone`, "run the command again");
      process.stdout.write(options.json ? `${JSON.stringify(facts, null, 2)}\n` : describeTenant(facts));
    });
  registerKey(tenant);
  registerToken(tenant);
  registerCredentials(tenant);
}

function registerKey(tenant: Command): void {
  tenant
    .command("key")
    .description("Print one of a tenant's API keys, and nothing else, on stdout.")
    .argument("<tenant>", "its id")
    .option("--name <name>", "which key", "default")
    .addHelpText(
      "after",
      '\nExample:\n  curl --cacert ca.crt -H "Authorization: Bearer $(bin/dsmil tenant key alpha)" https://l7.dsmil.local:8001/v1/models\n\nExit codes: 0 printed, 1 not, 64 usage.',
    )
    .action((id: string, { name }: { name: string }) =>
      withFleet(async (fleet) => {
        const { tenant: known, secrets } = deployedTenant(fleet, id);
        const key = secrets.apiKeys[name];
        if (key === undefined) {
          const there = Object.keys(secrets.apiKeys).join(", ") || "none";
          throw new UserError(
            `tenant ${known.id} has no API key ${name}; it has ${there}`,
            "name one of these, or add it to api_keys in manifest.yaml",
          );
        }
        process.stdout.write(`${key}\n`);
      }),
    );
}

function registerToken(tenant: Command): void {
  tenant
    .command("token")
    .description("Print a token (JWT) for the L7 API that speaks for a tenant, and nothing else, on stdout.")
    .argument("<tenant>", "its id")
    .option("--roles <roles>", `what it allows: ${L7_ROLES.join(", ")}, with commas between them`, "chat")
    .option("--subject <name>", "whom it is for; stands in claims and logs", "operator")
    .option("--minutes <n>", "how long it holds, 60 at most", "60")
    .addHelpText(
      "after",
      "\nExample:\n  bin/dsmil tenant token alpha --roles chat,soc\n\nExit codes: 0 printed, 1 not, 64 usage.",
    )
    .action((id: string, options: { roles: string; subject: string; minutes: string }) =>
      withFleet(async (fleet) => {
        const { tenant: known, secrets } = deployedTenant(fleet, id);
        const { roles, subject, minutes } = options;
        const request = { tenant: known.prefix, roles: roles.split(","), subject, minutes: Number(minutes) };
        process.stdout.write(`${await issueToken(secrets.signing.seed, request)}\n`);
      }),
    );
}

function registerCredentials(tenant: Command): void {
  tenant
    .command("credentials")
    .description("Write a tenant's credentials into files that only you can read.")
    .argument("<tenant>", "its id")
    .requiredOption("--out <folder>", "folder to write to; made if it is not there")
    .addHelpText(
      "after",
      "\nExample:\n  bin/dsmil tenant credentials alpha --out ~/alpha\n\nExit codes: 0 written, 1 not, 64 usage.",
    )
    .action((id: string, { out }: { out: string }) =>
      withFleet(async (fleet) => {
        const files = writeCredentials(out, deployedTenant(fleet, id), fleet.data.caCert);
        for (const file of files) process.stdout.write(`${file}\n`);
      }),
    );
}

function describeList(tenants: readonly TenantFacts[]): string {
  const rows = tenants.map((t) => [
    t.id,
    t.roeLevel,
    t.services.some((s) => s.health === "unknown")
      ? "unknown"
      : `${t.services.filter((s) => s.health === "healthy").length} of ${t.services.length}`,
    `${t.retention.archiveDays} d`,
    t.isolation ? `${t.isolation.passed ? "proven" : "FAILED"} ${t.isolation.at.slice(0, 16)}` : "not proven yet",
  ]);
  return `${textTable(["TENANT", "ROE LEVEL", "HEALTHY", "ARCHIVE", "ISOLATION"], rows, pc.dim)}\n`;
}
