import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { fetchedModel, isFetched } from "../models/fetched-model.ts";
import { allModelNames, modelRelease } from "../models/model-release.ts";
import { OPERATOR_MODELS, type OperatorModel, operatorModelNames, operatorVersions } from "../models/operator-model.ts";
import { faultOf, registerModel } from "../models/register-model.ts";
import { ExitError, UserError } from "./errors.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";
import { textTable } from "./text-table.ts";

/** `dsmil model`: the models of the project and an operator's own language models. */
export function registerModels(program: Command): void {
  const model = program.command("model").description("List and check models; register a language model of your own.");
  model.command("list").description("Print every model, its version, size and where it lies.").action(list);
  model
    .command("verify")
    .description("Compute the digest of every model anew and compare it with its model.json. Exit 1 on a difference.")
    .action(verify);
  model
    .command("sign")
    .description("Register a GGUF file, so that `up` signs it, sends it to the node and loads it.")
    .argument("<file>", "a GGUF file; hard-linked or copied below .dsmil/models, outside of git")
    .requiredOption("--name <name>", "its name, which a worker's `model` in the manifest says")
    .requiredOption("--version <version>", "its version, such as 1.0.0; the highest one is loaded")
    .addHelpText(
      "after",
      "\nThe fleet's signing key never leaves the data stack: `up` signs what is registered.\n\nExample:\n  bin/dsmil model sign ~/mistral-7b.Q4_K_M.gguf --name mistral-7b --version 1.0.0",
    )
    .action(sign);
}

async function sign(file: string, { name, version }: { name: string; version: string }): Promise<void> {
  const found = await new Phases()
    .run("register model", () => registerModel(projectRoot, { path: resolve(file), name, version }))
    .catch((error: Error) => {
      throw new UserError(`${error.message}; nothing was registered`, "see bin/dsmil model sign --help");
    });
  process.stdout.write(
    `${name} ${version}: ${found.bytes} bytes, SHA-384 ${found.sha384.slice(0, 16)}…, in ${OPERATOR_MODELS}/${name}/${version}\n` +
      `Next: say \`model: ${name}\` at a service of image dsmil-l7-worker in manifest.yaml, give its device memory for it, and run bin/dsmil up\n`,
  );
}

const operators = (): OperatorModel[] =>
  operatorModelNames(projectRoot).flatMap((name) => operatorVersions(projectRoot, name));

function list(): void {
  const ours = allModelNames(projectRoot).map((name) => {
    const fetched = fetchedModel(projectRoot, name);
    if (fetched) {
      const bytes = Object.values(fetched.files).reduce((sum, file) => sum + file.bytes, 0);
      const place = isFetched(projectRoot, fetched) ? fetched.source : "not fetched yet: `up` does";
      return [name, fetched.version, String(bytes), place];
    }
    const { version, content, file } = modelRelease(projectRoot, name);
    return [name, version, String(content.length), join("models", name, file)];
  });
  const theirs = operators().map(({ name, version, bytes, source }) => [name, version, String(bytes), source]);
  process.stdout.write(`${textTable(["MODEL", "VERSION", "BYTES", "FILE"], [...ours, ...theirs], pc.dim)}\n`);
}

async function verify(): Promise<void> {
  let wrong = 0;
  const say = (name: string, version: string, fault: string | undefined): void => {
    if (fault !== undefined) wrong += 1;
    process.stdout.write(
      `${fault === undefined ? pc.green("✓") : pc.red("✗")} ${name} ${version}: ${fault ?? "whole"}\n`,
    );
  };
  for (const name of allModelNames(projectRoot)) {
    try {
      const fetched = fetchedModel(projectRoot, name);
      if (!fetched) say(name, modelRelease(projectRoot, name).version, undefined);
      else if (!existsSync(join(projectRoot, fetched.source))) process.stdout.write(`- ${name}: not fetched yet\n`);
      else say(name, fetched.version, isFetched(projectRoot, fetched) ? undefined : "not the files of model.json");
    } catch (error) {
      say(name, "", (error as Error).message);
    }
  }
  for (const model of operators()) say(model.name, model.version, await faultOf(projectRoot, model));
  if (wrong > 0) throw new ExitError(1);
}
