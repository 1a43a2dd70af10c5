import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { cockpitConf, cockpitKeys } from "../cockpit/keys.ts";
import type { Programs } from "../cockpit/programs.ts";
import { cockpitSession, MARK } from "../cockpit/session.ts";
import { UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { replaceFile } from "./replace-file.ts";
import { projectRoot } from "./root.ts";
import { textTable } from "./text-table.ts";

interface CockpitFlags {
  readonly out: string;
  readonly dsmilctl: string;
}

/** `dsmil cockpit`: a session of the terminal kitty with the fleet in tabs, and keys for it. */
export function registerCockpit(program: Command): void {
  program
    .command("cockpit")
    .description("Write a session and keys for the terminal kitty: a tab a node, layer and tenant (docs/cockpit.md).")
    .requiredOption("--out <dir>", "folder that gets dsmil.session and dsmil.conf")
    .option("--dsmilctl <path>", "dsmilctl, where it is not on PATH", "dsmilctl")
    .addHelpText("after", "\nExample:\n  bin/dsmil cockpit --out ~/.config/kitty && kitty --session dsmil.session")
    .action(cockpit);
}

function cockpit({ out, dsmilctl }: CockpitFlags): void {
  const model = projectModel();
  const programs: Programs = { root: projectRoot, dsmilctl };
  const folder = resolve(out);
  for (const text of [projectRoot, dsmilctl, folder]) {
    if (/\p{Cc}/u.test(text)) throw new UserError(`${JSON.stringify(text)} has control characters`, "use another path");
  }
  const files = { "dsmil.session": cockpitSession(model, programs), "dsmil.conf": cockpitConf(model, programs) };
  for (const name of Object.keys(files)) refuseForeign(join(folder, name));
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) replaceFile(join(folder, name), text);
  } catch (error) {
    throw new UserError(
      `${folder} cannot be written: ${(error as Error).message}`,
      "name a folder that may be written",
    );
  }
  const rows = cockpitKeys(model, programs).map(({ keys, shows }) => [keys, shows]);
  process.stdout.write(`${textTable(["keys", "show"], rows, pc.bold)}\n\n`);
  process.stdout.write(`add to kitty.conf:  include ${join(folder, "dsmil.conf")}\n`);
  process.stdout.write(`start it:           kitty --session ${join(folder, "dsmil.session")}\n`);
}

/** A file of the same name that is not ours stays as it is. */
function refuseForeign(file: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8").startsWith(MARK)) return;
  throw new UserError(`${file} is not of \`bin/dsmil cockpit\``, "move it away, or name another folder");
}
