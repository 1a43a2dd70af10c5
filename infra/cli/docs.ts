import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { generatedDocuments } from "../docs/documents.ts";
import { ExitError } from "./errors.ts";
import { projectRoot } from "./root.ts";

/** `dsmil docs`: the documents that are generated from manifest.yaml and the code. */
export function registerDocs(program: Command): void {
  program
    .command("docs")
    .description("Check the generated documents (docs/reference and others), or write them.")
    .option("--check", "say which are not what they should be (default)")
    .option("--write", "write those")
    .addHelpText("after", "\nExit codes: 0 all are as they should be, or were written; 1 some are not.")
    .action(docs);
}

async function docs({ write }: { readonly write?: boolean }): Promise<void> {
  const all = await generatedDocuments(projectRoot);
  const stale = all.filter(({ path, text }) => {
    const file = join(projectRoot, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  for (const { path, text } of stale) {
    if (write) {
      mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
      writeFileSync(join(projectRoot, path), text);
    }
    process.stdout.write(`${path} ${write ? "written" : "is stale"}\n`);
  }
  const rest = all.length - stale.length;
  process.stdout.write(`${rest} of ${all.length} generated documents ${write ? "were" : "are"} as they should be\n`);
  if (stale.length === 0 || write) return;
  process.stderr.write("write them with `bin/dsmil docs --write`\n");
  throw new ExitError(1);
}
