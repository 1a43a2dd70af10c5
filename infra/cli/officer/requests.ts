import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { UserError } from "../errors.ts";
import { projectModel } from "../model.ts";
import { findTenant } from "../stores/fleet.ts";
import { askGate, stopStateOf } from "./ask-gate.ts";
import { readOfficerKey } from "./key.ts";
import { type Asked, newRequest, parseRequest, signRequest } from "./request.ts";

/** `dsmil officer prepare|approve|send`: a request in a file that officers sign one after the other. */
export function registerOfficerRequests(officer: Command): void {
  officer
    .command("prepare")
    .description("Write a request to a tenant's gate into a file; it can be signed and sent for 5 minutes.")
    .argument("<what>", "nc3-status, stop or release")
    .argument("<tenant>")
    .requiredOption("--out <file>")
    .option("--reason <text>", "of a stop, for the audit log", "")
    .action(prepare);
  officer
    .command("approve")
    .description("Add an officer's signature to a request's file.")
    .argument("<file>")
    .requiredOption("--key <file>", "the officer's key")
    .action(approve);
  officer
    .command("send")
    .description("Send a signed request over the bus, and print the gate's answer.")
    .argument("<file>")
    .action(async (file: string) => {
      const answer = await askGate(projectModel(), parseRequest(read(file)));
      process.stdout.write(`${JSON.stringify(JSON.parse(answer), null, 2)}\n`);
    });
}

interface PrepareOptions {
  readonly out: string;
  readonly reason: string;
}

async function prepare(what: string, id: string, { out, reason }: PrepareOptions): Promise<void> {
  const model = projectModel();
  const tenant = findTenant(model, id).prefix;
  const asked = await askedOf(what, reason, () => stopStateOf(model, tenant));
  write(out, newRequest(tenant, asked));
}

async function askedOf(
  what: string,
  reason: string,
  state: () => Promise<{ readonly stop: string | null }>,
): Promise<Asked> {
  if (what === "nc3-status") return { what };
  if (what === "stop") return { what, reason };
  if (what !== "release") throw new UserError(`${what} cannot be asked`, "name nc3-status, stop or release");
  const { stop } = await state();
  if (stop === null) throw new UserError("the tenant is not stopped", "there is nothing to release");
  return { what, releases: stop };
}

async function approve(file: string, { key }: { readonly key: string }): Promise<void> {
  const request = parseRequest(read(file));
  process.stdout.write(`signing for ${request.tenant}: ${request.payload}\n`);
  write(file, await signRequest(request, signer(readOfficerKey(key))));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, "name a file that is there");
  }
}

function write(file: string, request: object): void {
  writeFileSync(file, `${JSON.stringify(request, null, 2)}\n`, { mode: 0o600 });
}
