import type { Command } from "commander";
import pc from "picocolors";
import { closeConnections } from "../access/connection.ts";
import { TENANT_ID_PATTERN } from "../model/names.ts";
import { ExitError, UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";
import { type Search, searchTraces } from "./traces/search.ts";

const COULD_NOT_SEARCH = 3;

/** `dsmil traces NAME`: what is left of a tenant, anywhere. */
export function registerTraces(program: Command): void {
  program
    .command("traces")
    .description("Search all stores, engines, files and stacks for what is left of a tenant.")
    .argument("<name>", "the tenant's id; it need not be in the manifest any more")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Looks at Redis users, keys, groups and connections; Postgres roles, schemas, objects, grants and sessions; Qdrant
collections; containers, volumes, networks and images with their labels; files below /etc/dsmil, /opt/dsmil and
/var/lib/dsmil; and the state of every stack. Logs are not searched; entries of shared streams are shown but do not
count, as they age out.

Example:
  bin/dsmil traces charlie

Exit codes: 0 nothing found, 1 something is left, 3 a place could not be searched, 64 usage.`,
    )
    .action(async (name: string, options: { json?: boolean }) => {
      if (!new RegExp(TENANT_ID_PATTERN).test(name)) {
        throw new UserError(
          `${JSON.stringify(name)} is no tenant id`,
          "use lower-case letters and digits, 2 to 16 of them",
        );
      }
      const search = await searchTraces(projectRoot, projectModel(), name).finally(closeConnections);
      process.stdout.write(options.json ? `${JSON.stringify(search, null, 2)}\n` : describe(search));
      if (search.traces.length > 0) throw new ExitError(1);
      if (search.unsearched.length > 0) throw new ExitError(COULD_NOT_SEARCH);
    });
}

function describe({ name, searched, traces, history, unsearched }: Search): string {
  const out: string[] = [];
  for (const { place, what } of traces) out.push(`${pc.red("✗")} ${place.padEnd(20)} ${what}`);
  for (const { place, what } of history) out.push(`${pc.dim("·")} ${place.padEnd(20)} ${what} ${pc.dim("(ages out)")}`);
  for (const { place, problem } of unsearched)
    out.push(`${pc.yellow("?")} ${place.padEnd(20)} not searched: ${problem}`);
  if (traces.length > 0)
    out.push(
      pc.red(`${traces.length} things of ${name} are left in ${new Set(traces.map((t) => t.place)).size} places`),
    );
  else if (unsearched.length > 0)
    out.push(pc.yellow(`nothing of ${name} in the ${searched.length} places that could be searched`));
  else out.push(pc.green(`nothing of ${name} is left in ${searched.length} places`));
  return `${out.join("\n")}\n`;
}
