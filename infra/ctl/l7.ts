import type { Command } from "commander";
import type { CtlNode } from "./config-file.ts";
import { CtlError, CtlExit } from "./ctl-error.ts";
import { readKeyFile } from "./key-file.ts";
import { checkL7, type L7Check } from "./l7-checks.ts";
import { type Cell, clean, columns, type Paint } from "./paint.ts";
import { printJson, type Session, sessionOf } from "./session.ts";

interface Options {
  readonly tenant: string;
  readonly keyFile: string;
  readonly model?: string;
  readonly address?: string;
  readonly serverName?: string;
  readonly seconds: string;
  readonly json?: boolean;
}

const PORT = 8001;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;

/** `dsmilctl l7 test` */
export function registerL7(program: Command): void {
  program
    .command("l7")
    .description("Layer 7, the API of the language models.")
    .command("test")
    .description("Ask the API for its models, an answer, a streamed answer and an embedding.")
    .requiredOption("--tenant <id>", "tenant that the key is of")
    .requiredOption("--key-file <file>", "file with the tenant's key, readable for its owner alone (0600)")
    .option("--model <id>", "model to ask (default: the first that is offered)")
    .option("--address <host[:port]>", "where the API is (default: as the configuration says)")
    .option("--server-name <name>", "name that its certificate carries (default: the configuration's, or the host)")
    .option("--seconds <n>", "longest that an answer may take, 1 to 600", "60")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Goes straight to the API, not to the nodes' control API; the fleet's CA is the
configuration's. The questions count towards the tenant's limits.
\`bin/dsmil tenant key ID\` prints a key.

Exit codes: 0 all were answered, 1 one was not, 2 it could not be asked.`,
    )
    .action(test);
}

async function test(options: Options, command: Command): Promise<void> {
  const { tenant, keyFile, model, seconds, json } = options;
  if (!TENANT.test(tenant)) throw new CtlError(`--tenant ${tenant} is no tenant's id`, "give one such as alpha");
  const timeoutMs = Number(seconds) * 1000;
  if (!(timeoutMs >= 1000 && timeoutMs <= 600_000))
    throw new CtlError(`--seconds ${seconds} is no time`, "give seconds from 1 to 600");
  const session = sessionOf(command);
  const front = frontOf(session, options);
  const key = readKeyFile(keyFile);
  const checks = await checkL7({ front, ca: session.credentials.ca, key, tenant, timeoutMs }, model);
  if (json) printJson({ ok: checks.every(({ ok }) => ok), tenant, at: `${front.address}:${front.port}`, checks });
  else process.stdout.write(`${checkTable(checks, session.paint, session.width)}\n`);
  if (!checks.every(({ ok }) => ok)) throw new CtlExit(1);
}

/** Where the API is. @throws CtlError where neither option nor configuration says it */
export function frontOf(
  { l7 }: Pick<Session, "l7">,
  { address, serverName }: Pick<Options, "address" | "serverName">,
): CtlNode {
  if (address === undefined) {
    if (l7 !== undefined) return { ...l7, serverName: serverName ?? l7.serverName };
    throw new CtlError(
      "the configuration does not say where the API of Layer 7 is",
      "give --address HOST --server-name NAME, or import a configuration of `bin/dsmil operator` anew",
    );
  }
  const [, host = "", port = String(PORT)] = /^([a-zA-Z0-9][a-zA-Z0-9.-]{0,252})(?::(\d{1,5}))?$/.exec(address) ?? [];
  if (host === "" || Number(port) < 1 || Number(port) > 65_535)
    throw new CtlError(`--address ${address} is no host and port`, `give one such as l7.example:${PORT}`);
  return { name: "l7", address: host, port: Number(port), serverName: serverName ?? l7?.serverName ?? host };
}

/** The checks as a table, with what is no good below it. */
export function checkTable(checks: readonly L7Check[], paint: Paint, width: number): string {
  const rows = checks.map(({ check, ok, ms, firstTokenMs, model, promptTokens, answerTokens, detail }): Cell[] => [
    [`${ok ? "●" : "✗"} ${check}`, ok ? paint.green : paint.red],
    ms === undefined ? "-" : `${ms} ms`,
    firstTokenMs === undefined ? "-" : `${firstTokenMs} ms`,
    tokens(promptTokens, answerTokens),
    clean(model ?? "-"),
    ok ? clean(detail) : ms === undefined ? "not asked" : "no good",
  ]);
  const table = columns(["CHECK", "LATENCY", "FIRST", "TOKENS", "MODEL", "WHAT CAME"], rows, paint, width);
  const bad = checks.filter(({ ok, ms }) => !ok && ms !== undefined);
  const lines = bad.map(({ check, detail }) => `${paint.red(`${check}:`)} ${clean(detail)}`);
  return [table, ...(lines.length > 0 ? ["", ...lines] : [])].join("\n");
}

const tokens = (read?: number, written?: number): string =>
  read === undefined && written === undefined ? "-" : `${read ?? "?"}${written === undefined ? "" : `+${written}`}`;
