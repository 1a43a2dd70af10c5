import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { UserError } from "./errors.ts";
import { projectRoot } from "./root.ts";

/** What the executable is told to run, by Node's own documentation. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** `dsmil ctl build`: dsmilctl as one file for machines without Node. */
export function registerCtl(program: Command): void {
  program
    .command("ctl")
    .description("The operators' program, dsmilctl.")
    .command("build")
    .description("Make .dsmil/dsmilctl, one file for machines without Node.")
    .action(async () => {
      const { file, bytes } = await buildCtl(projectRoot, join(projectRoot, ".dsmil"));
      process.stdout.write(`${pc.green("✓")} ${file}, ${Math.round(bytes / 1024 / 1024)} MiB\n`);
    });
}

/**
 * Bundles dsmilctl and puts it into a copy of Node (single executable application).
 * @throws UserError where the packages are not installed; Error where it does not build
 */
export async function buildCtl(
  root: string,
  folder: string,
): Promise<{ readonly file: string; readonly bytes: number }> {
  const node = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  if (!existsSync(node)) throw new UserError(`${node} is not there`, "install the packages with: npm ci");
  const work = join(folder, `ctl.${process.pid}`);
  const file = join(folder, "dsmilctl");
  mkdirSync(work, { recursive: true });
  try {
    const { build } = await import("esbuild");
    await build({
      ...{ bundle: true, platform: "node", format: "cjs", target: "node24", legalComments: "none", logLevel: "error" },
      entryPoints: [join(root, "infra/ctl/main.ts")],
      outfile: join(work, "main.cjs"),
    });
    const output = join(work, "sea.blob");
    const sea = { main: join(work, "main.cjs"), output, disableExperimentalSEAWarning: true, useCodeCache: true };
    writeFileSync(join(work, "sea.json"), JSON.stringify(sea));
    execFileSync(node, ["--experimental-sea-config", join(work, "sea.json")], { stdio: "pipe" });
    copyFileSync(node, join(work, "dsmilctl"));
    chmodSync(join(work, "dsmilctl"), 0o755);
    const postject = join(root, "node_modules/postject/dist/cli.js");
    const inject = [postject, join(work, "dsmilctl"), "NODE_SEA_BLOB", output, "--sentinel-fuse", FUSE];
    execFileSync(node, inject, { stdio: "pipe" });
    renameSync(join(work, "dsmilctl"), file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { file, bytes: statSync(file).size };
}
