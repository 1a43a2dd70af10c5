import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { signer } from "../../images/runtime/pqc/signer.ts";
import { UserError } from "./errors.ts";
import { manifestPath, projectModel } from "./model.ts";
import { askGate, stopStateOf } from "./officer/ask-gate.ts";
import { enrolOfficer } from "./officer/enrol.ts";
import { readOfficerKey } from "./officer/key-file.ts";
import { type Asked, newRequest, parseRequest, signRequest } from "./officer/request.ts";
import { shown } from "./officer/shown.ts";
import { findTenant } from "./stores/fleet.ts";

/** `dsmil officer add|keygen|prepare|sign|send`: requests that two people sign, each with a key that never leaves them. */
export function registerOfficer(program: Command): void {
  const officer = program.command("officer").description("Make, sign and send what officers have to sign.");
  officer
    .command("add")
    .description("Make an officer's key and enter the officer in the manifest; the nodes learn of it with `up`.")
    .argument("<tenant>")
    .argument("<person>", "who it is: duty.officer; one person's keys count once")
    .requiredOption("--out <file>", "where the key goes; it must not be there yet")
    .action(add);
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
      process.stdout.write(`${shown(JSON.stringify(JSON.parse(answer), null, 2))}\n`);
    });
}

function add(id: string, person: string, { out }: { readonly out: string }): void {
  const tenant = findTenant(projectModel(), id).id;
  const file = manifestPath();
  const text = readFileSync(file, "utf8");
  // What cannot be entered is found out before there is a key.
  enrolOfficer(text, tenant, person, "");
  const enrolled = enrolOfficer(text, tenant, person, newKey(person, out));
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, enrolled);
  renameSync(draft, file);
  process.stdout.write(`${pc.green("✓")} ${person} is an officer of ${tenant}; next: bin/dsmil up\n`);
}

function keygen(person: string, { out }: { readonly out: string }): void {
  process.stdout.write(`      - person: ${person}\n        public_key: ${newKey(person, out)}\n`);
}

/** Makes a key in a file that only its owner reads. @returns hex of the public key */
function newKey(person: string, out: string): string {
  if (!/^[a-z][a-z0-9._-]{1,63}$/.test(person)) {
    const form = "2 to 64 lower-case letters, digits and . _ -, a letter first";
    throw new UserError(`${JSON.stringify(person)} is no person's name`, form);
  }
  const seed = randomBytes(32).toString("hex");
  try {
    mkdirSync(dirname(resolve(out)), { recursive: true, mode: 0o700 });
    writeFileSync(out, `${seed}\n`, { mode: 0o400, flag: "wx" });
  } catch (error) {
    throw new UserError(`${out} cannot be made: ${(error as Error).message}`, "name a file that is not there yet");
  }
  return signer(seed).publicKey;
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

async function sign(file: string, { key }: { readonly key: string }): Promise<void> {
  const request = parseRequest(read(file));
  process.stdout.write(`signing for ${request.tenant}: ${shown(request.payload)}\n`);
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
