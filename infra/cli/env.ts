import type { Command } from "commander";
import { AccessError, listAccess } from "../access/access.ts";
import { writeSshConfig } from "../access/ssh-config.ts";
import { pulumiEnv } from "../toolchain/env.ts";
import { projectRoot } from "./root.ts";

/** `dsmil env`: what plain `pulumi` needs, for `eval "$(bin/dsmil env)"`. */
export function registerEnv(program: Command): void {
  program
    .command("env")
    .description('Print the environment for plain pulumi commands: eval "$(bin/dsmil env)"')
    .option("--json", "print a JSON object instead of shell assignments")
    .action((options: { json?: boolean }) => {
      const env = pulumiEnv(projectRoot);
      describeNodes();
      if (options.json) {
        process.stdout.write(`${JSON.stringify(env, null, 2)}\n`);
        return;
      }
      for (const [key, value] of Object.entries(env)) process.stdout.write(`export ${key}=${quote(value)}\n`);
    });
}

/** Nodes without an endpoint yet are no reason to refuse the environment: `dsmil up` may be what comes next. */
function describeNodes(): void {
  try {
    writeSshConfig(projectRoot, listAccess(projectRoot));
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    process.stderr.write(`${error.message}\n`);
  }
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
