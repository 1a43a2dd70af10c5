import type { Command } from "commander";
import { SOC, type SocAnswer } from "../../images/runtime/control/soc.ts";
import { askNodes } from "./ask-node.ts";
import { CtlError } from "./ctl-error.ts";
import type { Answered } from "./gather.ts";
import { clean, fit } from "./paint.ts";
import { renderSoc } from "./render-soc.ts";
import { openScreen, type Screen } from "./screen.ts";
import { printJson, type Session, sessionOf } from "./session.ts";

interface Options {
  readonly tenant?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const EVERY_MS = 2000;
/** Lines above the tables. */
const HEAD = 2;

/** `dsmilctl soc top` */
export function registerSoc(program: Command): void {
  program
    .command("soc")
    .description("What the SOC sees.")
    .command("top")
    .description("Show rates by layer, and what was found, decided and alerted last, every 2 s.")
    .option("--tenant <id>", "of this tenant alone")
    .option("--once", "show it once; so it is where the output is no terminal")
    .option("--json", "print JSON, once")
    .addHelpText(
      "after",
      `
For analysts. q or Ctrl-C ends. Things of one sort are one row: how many within
15 minutes, and the age of the newest, to about 30 s. Single events and their
texts are not told here: \`bin/dsmil events tail\` has them.`,
    )
    .action(top);
}

async function top({ tenant, once, json }: Options, command: Command): Promise<void> {
  const session = sessionOf(command);
  const path = `/v1/soc${tenant === undefined ? "" : `?tenant=${encodeURIComponent(tenant)}`}`;
  const first = await ask(session, path);
  if (json) return printJson(first.answer);
  const { paint, width } = session;
  if (once || !process.stdout.isTTY) {
    process.stdout.write(renderSoc(first.answer, paint, { width, now: Date.now() }));
    return;
  }
  const screen = openScreen();
  try {
    await follow(screen, session, path, first);
  } finally {
    screen.close();
  }
}

async function follow(screen: Screen, session: Session, path: string, first: Answered<SocAnswer>): Promise<void> {
  const { paint } = session;
  // Each question is a line in the trail of each node that is asked: who has answered is asked alone.
  const nodes = session.nodes.filter(({ name }) => name === first.node);
  let [soc, trouble]: [SocAnswer, string] = [first.answer, ""];
  while (!screen.signal.aborted) {
    const width = Math.max(40, screen.columns);
    const head = fit(`SOC  ${soc.time.slice(0, 19)}Z, every ${EVERY_MS / 1000} s; end with q`, width);
    const body = renderSoc(soc, paint, { width, height: screen.rows - HEAD, now: Date.now() });
    screen.show(`${trouble === "" ? paint.dim(head) : paint.red(fit(`✗ ${clean(trouble)}`, width))}\n\n${body}`);
    await screen.wait(EVERY_MS);
    if (screen.signal.aborted) return;
    try {
      [soc, trouble] = [(await ask({ ...session, nodes }, path)).answer, ""];
    } catch (error) {
      // What was told last stays, with its age; the next answer takes its place.
      trouble = `${soc.time.slice(11, 19)}Z, since then: ${(error as Error).message}`;
    }
  }
}

/** Asks all nodes: the one with Prometheus answers. @throws CtlError when none does */
async function ask({ nodes, credentials }: Session, path: string): Promise<Answered<SocAnswer>> {
  const told = await askNodes<SocAnswer>(nodes, credentials, path, SOC);
  for (const one of told) if ("answer" in one) return one;
  const failed = told.flatMap((one) => ("failure" in one ? [one] : []));
  // Where Prometheus does not run, nothing is wrong.
  const wrong = failed.filter(({ status }) => status !== 404);
  const reasons = (wrong.length > 0 ? wrong : failed).map(({ node, failure }) => `${node}: ${failure}`);
  const refused = failed.some(({ status }) => status === 400 || status === 401 || status === 403);
  throw new CtlError(
    clean(reasons.join("; ")),
    refused
      ? "ask for another tenant, or with another certificate"
      : "see `dsmilctl status` and `dsmilctl config list`",
  );
}
