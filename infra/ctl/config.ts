import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type CtlConfig, chosenContext, configPath, parseConfig, readConfig, writeConfig } from "./config-file.ts";
import { CtlError } from "./ctl-error.ts";
import { columns, paintFor } from "./paint.ts";

interface Globals {
  readonly config?: string;
  readonly context?: string;
}

/** `dsmilctl config import|add-node|use-context|list` */
export function registerConfig(program: Command): void {
  const config = program.command("config").description("Fleets, their nodes, and the certificate to ask with.");
  config
    .command("import")
    .description("Take over the contexts of a file that `bin/dsmil operator` wrote.")
    .argument("<file>")
    .action(importFile);
  config
    .command("add-node")
    .description("Add a node to the context, or change it.")
    .argument("<name>")
    .argument("<address>")
    .option("--port <port>", "port of its control API", "8099")
    .option("--server-name <name>", "name that its certificate carries")
    .action(addNode);
  config.command("use-context").description("Choose the fleet to ask.").argument("<name>").action(useContext);
  config.command("list").description("List contexts and their nodes.").action(list);
}

function opened(command: Command): { readonly path: string; readonly config: CtlConfig; readonly context?: string } {
  const { config: given, context } = command.optsWithGlobals<Globals>();
  const path = configPath(given);
  return { path, config: readConfig(path), ...(context !== undefined && { context }) };
}

function importFile(file: string, _options: unknown, command: Command): void {
  const { path, config } = opened(command);
  const from = resolve(file);
  let content: string;
  try {
    content = readFileSync(from, "utf8");
  } catch (error) {
    throw new CtlError(
      `${file} cannot be read: ${(error as Error).message}`,
      "name the config.yaml that `bin/dsmil operator` wrote",
    );
  }
  const added = parseConfig(content, from);
  const names = Object.keys(added.contexts);
  const current = added.current ?? config.current ?? names[0];
  writeConfig(path, { ...(current !== undefined && { current }), contexts: { ...config.contexts, ...added.contexts } });
  process.stdout.write(`${path} has ${names.join(", ") || "nothing new"}\n`);
}

interface AddOptions {
  readonly port: string;
  readonly serverName?: string;
}

function addNode(name: string, address: string, { port, serverName }: AddOptions, command: Command): void {
  const { path, config, context } = opened(command);
  const chosen = context ?? config.current ?? Object.keys(config.contexts)[0] ?? "";
  const { nodes, ...files } = chosenContext(config, path, chosen);
  const node = { name, address, port: Number(port), serverName: serverName ?? address };
  const changed = { ...files, nodes: [...nodes.filter((one) => one.name !== name), node] };
  const whole = { ...config, contexts: { ...config.contexts, [chosen]: changed } };
  // What would not be understood is not written.
  writeConfig(path, parseConfig(JSON.stringify(whole), path));
}

function useContext(name: string, _options: unknown, command: Command): void {
  const { path, config } = opened(command);
  chosenContext(config, path, name);
  writeConfig(path, { ...config, current: name });
}

function list(_options: unknown, command: Command): void {
  const { config } = opened(command);
  const rows = Object.entries(config.contexts).flatMap(([name, { nodes }]) =>
    nodes.map((node) => [
      name === config.current ? `* ${name}` : `  ${name}`,
      node.name,
      `${node.address}:${node.port}`,
      node.serverName,
    ]),
  );
  process.stdout.write(
    `${columns(["  CONTEXT", "NODE", "ADDRESS", "CERTIFICATE OF"], rows, paintFor(process.stdout))}\n`,
  );
}
