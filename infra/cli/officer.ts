import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { signer } from "../../images/runtime/pqc/signer.ts";
import { UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { enrolOfficer } from "./officer/enrol.ts";
import { readOfficerKey } from "./officer/key.ts";
import { signProbe } from "./officer/sign.ts";
import { projectRoot } from "./root.ts";
import { findTenant } from "./stores/fleet.ts";

interface AddOptions {
  readonly tenant: string;
  readonly person: string;
  readonly key?: string;
}

interface SignOptions {
  readonly tenant: string;
  readonly key: string;
  readonly to: string;
  readonly messageId: string;
  readonly payload: string;
}

/** `dsmil officer`: keys of the people whose two signatures release what needs two persons. */
export function registerOfficer(program: Command): void {
  const officer = program
    .command("officer")
    .description("Make the key of a person whose signature counts, and sign a protected request with it.");
  officer
    .command("add")
    .description("Make a key and enter its public half in the manifest.")
    .requiredOption("-t, --tenant <id>", "tenant whose requests the person signs")
    .requiredOption("--person <name>", "who it is, such as duty.officer; one person's keys count once")
    .option("--key <file>", "where the key goes (default: .dsmil/officers/<tenant>-<person>.key)")
    .addHelpText(
      "after",
      `
The key never leaves this machine; give each officer a file of their own, on a machine of their own. The nodes learn of
the officer with the next \`bin/dsmil up\`.

Exit codes: 0 done, 1 not done, 64 usage.`,
    )
    .action(add);
  officer
    .command("sign")
    .description("Sign one NC3 query (type 0x62); prints what `dbe send --signature-a` takes.")
    .requiredOption("-t, --tenant <id>")
    .requiredOption("--key <file>", "the officer's key")
    .requiredOption("--message-id <hex>", "id of the message, 32 hex digits; all who sign agree on it first")
    .requiredOption("--payload <text>", "content, exactly as it will be sent")
    .option("--to <device>", "device it is for", "61")
    .action(sign);
}

function add({ tenant: id, person, key }: AddOptions): void {
  const tenant = findTenant(projectModel(), id).id;
  if (!/^[a-z][a-z0-9._-]{1,63}$/.test(person)) {
    throw new UserError(
      `${JSON.stringify(person)} is no name of a person`,
      "2 to 64 of a-z, 0-9, '.', '_', '-', a letter first",
    );
  }
  const manifest = resolve(projectRoot, process.env.DSMIL_MANIFEST || "manifest.yaml");
  const file = resolve(key ?? join(projectRoot, ".dsmil/officers", `${tenant}-${person}.key`));
  const seed = randomBytes(32).toString("hex");
  const text = enrolOfficer(readFileSync(manifest, "utf8"), tenant, person, signer(seed).publicKey);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${seed}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UserError(`${file} is there already`, "name another file with --key");
    throw new UserError(`${file} cannot be written: ${message}`, "name another file with --key");
  }
  const draft = `${manifest}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, manifest);
  const next = pc.dim("next: bin/dsmil up");
  process.stdout.write(`${pc.green("✓")} ${person} is an officer of ${tenant}; the key is ${file}\n${next}\n`);
}

async function sign({ tenant, key, to, messageId, payload }: SignOptions): Promise<void> {
  const { prefix } = findTenant(projectModel(), tenant);
  const request = { tenant: prefix, destination: Number(to), messageId: messageId.toLowerCase(), payload };
  process.stdout.write(`${await signProbe(request, readOfficerKey(key))}\n`);
}
