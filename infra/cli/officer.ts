import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { signer } from "../../images/runtime/pqc/signer.ts";
import { UserError } from "./errors.ts";
import { knownTenant } from "./known-tenant.ts";
import { projectModel } from "./model.ts";
import { askGate, stopStateOf } from "./officer/ask-gate.ts";
import { readOfficerKey } from "./officer/key-file.ts";
import { type Asked, newRequest, parseRequest, signRequest } from "./officer/request.ts";

/** `dsmil officer keygen|prepare|sign|send`: requests that two people sign, each with a key that never leaves them. */
export function registerOfficer(program: Command): void {
  const officer = program.command("officer").description("Make, sign and send what officers have to sign.");
  officer
    .command("keygen")
    .description("Make an officer's key, and print the block for the manifest's `officers`.")
    .argument("<person>", "who it is: duty.officer")
    .requiredOption("--out <file>", "where the key goes; it must not be there yet")
    .action(keygen);
  officer
    .command("prepare")
    .description("Write a request to a tenant's gate into a file; it can be signed and sent for 5 minutes.")
    .argument("<what>", "nc3-status, stop or release")
    .argument("<tenant>")
    .requiredOption("--out <file>")
    .option("--reason <text>", "of a stop, for the audit log", "")
    .action(prepare);
  officer
    .command("sign")
    .description("Add an officer's signature to a request's file.")
    .argument("<file>")
    .requiredOption("--key <file>", "the officer's key")
    .action(sign);
  officer
    .command("send")
    .description("Send a signed request over the bus, and print the gate's answer.")
    .argument("<file>")
    .action(async (file: string) => {
      const answer = await askGate(projectModel(), parseRequest(read(file)));
      process.stdout.write(`${JSON.stringify(JSON.parse(answer), null, 2)}\n`);
    });
}

function keygen(person: string, { out }: { readonly out: string }): void {
  if (!/^[a-z][a-z0-9._-]{1,63}$/.test(person)) {
    throw new UserError(
      `${JSON.stringify(person)} is no person's name`,
      "2 to 64 lower-case letters, digits and . _ -",
    );
  }
  const seed = randomBytes(32).toString("hex");
  try {
    writeFileSync(out, `${seed}\n`, { mode: 0o400, flag: "wx" });
  } catch (error) {
    throw new UserError(`${out} cannot be made: ${(error as Error).message}`, "name a file that is not there yet");
  }
  process.stdout.write(`      - person: ${person}\n        public_key: ${signer(seed).publicKey}\n`);
}

interface PrepareOptions {
  readonly out: string;
  readonly reason: string;
}

async function prepare(what: string, id: string, { out, reason }: PrepareOptions): Promise<void> {
  const model = projectModel();
  const tenant = knownTenant(model, id);
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

async function sign(file: string, { key }: { readonly key: string }): Promise<void> {
  const request = parseRequest(read(file));
  process.stdout.write(`signing for ${request.tenant}: ${request.payload}\n`);
  write(file, await signRequest(request, await readOfficerKey(key)));
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
