import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { stringify } from "yaml";
import type { Model } from "../model/types.ts";
import { UserError } from "./errors.ts";
import { withFleet } from "./stores/fleet.ts";

/** `dsmil operator`: hands out what an operator asks the control API with. */
export function registerOperator(program: Command): void {
  program
    .command("operator")
    .description("Write an operator's certificate, key and configuration for dsmilctl into a new folder.")
    .argument("<name>", "an operator of the manifest")
    .requiredOption("--out <folder>", "where they go; it must not be there yet")
    .action(async (name: string, { out }: { readonly out: string }) => {
      const folder = resolve(out);
      await withFleet(async ({ model, data }) => {
        const operator = model.operators.find((one) => one.name === name);
        if (operator === undefined) throw unknownOperator(model, name);
        const own = data.control?.operators[name];
        if (own === undefined) throw new UserError(`${name} has no certificate yet`, "run `bin/dsmil up`");
        make(folder);
        write(folder, "operator.crt", own.cert, 0o644);
        write(folder, "operator.key", own.key, 0o600);
        write(folder, "ca.crt", data.caCert, 0o644);
        write(folder, "config.yaml", stringify(operatorConfig(model)), 0o600);
      });
      process.stdout.write(
        `${pc.green("✓")} ${folder} is for ${name}; next: dsmilctl config import ${folder}/config.yaml\n`,
      );
    });
}

/** Configuration of dsmilctl for a fleet: files beside it, the nodes that have a control API, and the API of Layer 7. */
export function operatorConfig({ fleet, nodes, services }: Pick<Model, "fleet" | "nodes" | "services">) {
  const reached = nodes.flatMap(({ id: name, address, hostname: serverName }) => {
    const api = services.find(({ id, node }) => id === "control-api" && node === name);
    return api === undefined ? [] : [{ name, address, port: api.port, serverName }];
  });
  const front = services.find(({ id }) => id === "haproxy");
  const l7 = nodes.flatMap(({ id, address, hostname: serverName }) =>
    id === front?.node ? { name: "l7", address, port: front.publish ?? front.port, serverName } : [],
  );
  const files = { ca: "ca.crt", cert: "operator.crt", key: "operator.key" };
  const context = { ...files, nodes: reached, ...(l7[0] && { l7: l7[0] }) };
  return { current: fleet.name, contexts: { [fleet.name]: context } };
}

function unknownOperator({ operators }: Pick<Model, "operators">, name: string): UserError {
  const there = operators.map((one) => one.name).join(", ") || "none";
  return new UserError(
    `there is no operator ${JSON.stringify(name)}: the manifest has ${there}`,
    "enter the operator in the manifest's `operators` and run `bin/dsmil up`",
  );
}

function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw new UserError(`${folder} cannot be made: ${(error as Error).message}`, "name a folder that is not there yet");
  }
}

const write = (folder: string, name: string, content: string, mode: number): void =>
  writeFileSync(join(folder, name), content, { mode, flag: "wx" });
