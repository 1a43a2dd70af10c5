import { readFileSync } from "node:fs";
import type { Command } from "commander";
import pc from "picocolors";
import { ExitError, UserError } from "../errors.ts";
import { projectModel } from "../model.ts";
import { projectRoot } from "../root.ts";
import { askGateway, knownNode } from "./ask-gateway.ts";

interface SendOptions {
  readonly type: string;
  readonly tenant?: string;
  readonly to: string;
  readonly source?: string;
  readonly from?: string;
  readonly payload?: string;
  readonly classification?: string;
  readonly compartment?: readonly string[];
  readonly roeLevel?: string;
  readonly roeToken: boolean | string;
  readonly signatureA?: string;
  readonly signatureB?: string;
  readonly claim?: string;
  readonly messageId?: string;
  readonly json?: boolean;
}

/** What came back over the bus. */
interface Answer {
  readonly type: string;
  readonly name: string;
  readonly reason?: string;
  readonly milliseconds: number;
  readonly payload: string;
}

/** `dsmil dbe send`: one message, just as it is asked for, to see what the bus makes of it. */
export function registerDbeSend(dbe: Command): void {
  dbe
    .command("send")
    .description("Send one message as an operator, to see whether and why the bus refuses it.")
    .requiredOption("--type <type>", "name or number: 0x62, L9_NC3_QUERY")
    .option("--tenant <id>", "tenant it belongs to; left out, the message has none")
    .option("--to <device>", "device it is for; 0 is the node itself", "0")
    .option("--source <device>", "device it claims to come from (an operator is device 0)")
    .option("--from <node>", "node to send from; default the first of the manifest")
    .option("--payload <text>", "content; @FILE reads a file")
    .option("--classification <name>")
    .option("--compartment <name...>")
    .option("--roe-level <name>")
    .option("--roe-token <id>", "ROE token; default the destination's where the type needs one")
    .option("--no-roe-token", "leave the ROE token out")
    .option("--signature-a <file>", "hex of key id and ML-DSA-87 signature")
    .option("--signature-b <file>", "the second person's")
    .option("--claim <file>", "L7 claim token")
    .option("--message-id <hex>", "its id, which signatures are for; default a new one")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The probe is audited before it leaves, and passes every check that a service's message passes.

Examples:
  bin/dsmil dbe send --type ECHO_REQ --tenant alpha
  bin/dsmil dbe send --type 0x62 --tenant alpha --to 61 --no-roe-token   # refused: INVALID_ROE_TOKEN

Exit codes: 0 answered, 1 refused (the reason is printed), 64 usage.`,
    )
    .action(send);
}

async function send(options: SendOptions): Promise<void> {
  const model = projectModel();
  const from = options.from === undefined ? (model.nodes[0]?.id ?? "") : knownNode(model, options.from);
  const request = JSON.stringify(probe(options));
  const { answer } = await askGateway<Answer>(projectRoot, model, from, ["send", "-"], request);
  if (options.json) process.stdout.write(`${JSON.stringify({ from, ...answer }, null, 2)}\n`);
  if (answer.error !== undefined) {
    if (options.json) throw new ExitError(1);
    throw new UserError(`${from}: ${answer.error}`, "see `bin/dsmil dbe send --help`");
  }
  const refused = answer.reason !== undefined;
  if (!options.json) {
    const mark = refused ? pc.red(`✗ ${answer.reason}`) : `${pc.green("✓")} ${answer.name}`;
    process.stdout.write(`${mark}  ${answer.milliseconds.toFixed(2)} ms${answer.payload && `\n${answer.payload}`}\n`);
  }
  if (refused) throw new ExitError(1);
}

/** The options as the gateway's operator interface takes them. */
function probe(o: SendOptions): object {
  const token = typeof o.roeToken === "string" ? { roe_token_id: number("--roe-token", o.roeToken) } : {};
  return {
    type: o.type,
    destination: number("--to", o.to),
    ...(o.tenant !== undefined && { tenant: o.tenant.toUpperCase() }),
    ...(o.source !== undefined && { source: number("--source", o.source) }),
    ...(o.payload !== undefined && { payload: o.payload.startsWith("@") ? read(o.payload.slice(1)) : o.payload }),
    ...(o.classification !== undefined && { classification: o.classification.toUpperCase() }),
    ...(o.compartment !== undefined && { compartments: o.compartment.map((name) => name.toUpperCase()) }),
    ...(o.roeLevel !== undefined && { roe_level: o.roeLevel.toUpperCase() }),
    ...token,
    ...(o.signatureA !== undefined && { signature_a: read(o.signatureA).trim() }),
    ...(o.signatureB !== undefined && { signature_b: read(o.signatureB).trim() }),
    ...(o.messageId !== undefined && { message_id: messageId(o.messageId) }),
    ...(o.claim !== undefined && { claim_token: read(o.claim).trim() }),
    omit: o.roeToken === false ? ["roe_token"] : [],
  };
}

function messageId(text: string): string {
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  throw new UserError(`--message-id ${text} is no message id`, "give 32 hex digits");
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0) return value;
  throw new UserError(`${option} ${text} is no number`, "give a whole number such as 61 or 0x80B7");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, "name a file that is there");
  }
}
