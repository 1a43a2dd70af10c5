import type { Command } from "commander";
import pc from "picocolors";
import type { Signer } from "../../images/runtime/pqc/signer.ts";
import type { StopAnswer } from "../../images/runtime/stop/stop-answer.ts";
import type { Model } from "../model/types.ts";
import { ExitError, UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { askGate, stopStateOf } from "./officer/ask-gate.ts";
import { readOfficerKey } from "./officer/key-file.ts";
import { type Asked, newRequest, signRequest } from "./officer/request.ts";
import { shown } from "./officer/shown.ts";
import { findTenant } from "./stores/fleet.ts";

interface Options {
  readonly fleet?: boolean;
  readonly key: readonly string[];
  readonly reason?: string;
}

/** `dsmil stop`, `dsmil release`: the emergency stop of a tenant's proposals, or of everybody's. */
export function registerStop(program: Command): void {
  program
    .command("stop")
    .description("Emergency stop: Layers 8 and 9 propose nothing more for a tenant. One officer's key is enough.")
    .argument("[tenant]")
    .option("--fleet", "every tenant")
    .requiredOption("--key <file...>", "the officer's key")
    .option("--reason <text>", "for the audit log", "")
    .addHelpText("after", "\nExit codes: 0 stopped, 1 not for all, 64 usage.")
    .action((tenant: string | undefined, options: Options) =>
      forEach(tenant, options, async () => ({ what: "stop", reason: options.reason ?? "" })),
    );
  program
    .command("release")
    .description(
      "End an emergency stop. It takes the keys of two officers; `officer prepare release` lets each sign apart.",
    )
    .argument("[tenant]")
    .option("--fleet", "every tenant that is stopped")
    .requiredOption("--key <file...>", "the two officers' keys")
    .addHelpText("after", "\nExit codes: 0 released, 1 not for all, 64 usage.")
    .action((tenant: string | undefined, options: Options) =>
      forEach(tenant, options, async (model, id) => {
        const { stop } = await stopStateOf(model, id);
        return stop === null ? undefined : { what: "release", releases: stop };
      }),
    );
}

async function forEach(
  tenant: string | undefined,
  { fleet, key: files }: Options,
  ask: (model: Model, tenant: string) => Promise<Asked | undefined>,
): Promise<void> {
  if ((tenant === undefined) !== (fleet === true)) throw new UserError("whom?", "name one tenant, or say --fleet");
  const model = projectModel();
  const tenants = tenant === undefined ? model.tenants.map(({ prefix }) => prefix) : [findTenant(model, tenant).prefix];
  const keys = await Promise.all(files.map(readOfficerKey));
  let failed = 0;
  // One that cannot be reached must not keep the others from being stopped.
  for (const id of tenants) {
    const line = await order(model, id, keys, ask).catch((error: Error) => {
      failed += 1;
      return `${pc.red("✗")} ${id}  ${error.message}`;
    });
    process.stdout.write(`${line}\n`);
  }
  if (failed > 0) throw new ExitError(1);
}

async function order(
  model: Model,
  tenant: string,
  keys: readonly Signer[],
  ask: (model: Model, tenant: string) => Promise<Asked | undefined>,
): Promise<string> {
  const asked = await ask(model, tenant);
  if (asked === undefined) return `${pc.green("✓")} ${tenant}  was not stopped`;
  let request = newRequest(tenant, asked);
  for (const key of keys) request = await signRequest(request, key);
  const { stopped, since } = JSON.parse(await askGate(model, request)) as StopAnswer;
  return `${pc.green("✓")} ${tenant}  ${stopped ? `stopped since ${shown(String(since))}` : "released"}`;
}
