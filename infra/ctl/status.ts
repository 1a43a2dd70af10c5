import type { Command } from "commander";
import { STATUS, type StatusAnswer } from "../../images/runtime/control/answers.ts";
import { SLO, type SloAnswer } from "../../images/runtime/control/findings.ts";
import { askNodes } from "./ask-node.ts";
import { CtlError, CtlExit } from "./ctl-error.ts";
import { type FleetStatus, isAllWell, renderStatus } from "./render-status.ts";
import { printJson, type Session, sessionOf } from "./session.ts";

interface Options {
  readonly json?: boolean;
  readonly watch?: boolean | string;
}

const CLEAR = "\u001b[H\u001b[2J";

/** `dsmilctl status`: all nodes at once, and an exit code. */
export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("Show nodes, services and service levels.")
    .option("--json", "print JSON")
    .option("-w, --watch [seconds]", "show it again and again, every 2 s unless said otherwise")
    .addHelpText("after", "\nExit codes: 0 all is well, 1 something is not, or a node is away.")
    .action(async ({ json, watch }: Options, command: Command) => {
      const session = sessionOf(command);
      if (watch !== undefined) return watching(session, secondsOf(watch));
      const status = await collect(session);
      if (json) printJson({ well: isAllWell(status), ...status });
      else process.stdout.write(renderStatus(status, session.paint, session.width));
      if (!isAllWell(status)) throw new CtlExit(1);
    });
}

/** Asks every node for its status and, at the same time, for service levels, which one of them has. */
export async function collect({ nodes, credentials }: Pick<Session, "nodes" | "credentials">): Promise<FleetStatus> {
  const [told, slo] = await Promise.all([
    askNodes<StatusAnswer>(nodes, credentials, "/v1/status", STATUS),
    askNodes<SloAnswer>(nodes, credentials, "/v1/slo", SLO),
  ]);
  // Prometheus runs on one node: the others say that they have none.
  return { nodes: told, slo: slo.filter((one) => !("status" in one && one.status === 404)) };
}

async function watching(session: Session, seconds: number): Promise<void> {
  for (;;) {
    const text = renderStatus(await collect(session), session.paint, session.width);
    const head = session.paint.dim(`${new Date().toISOString().slice(0, 19)}Z, every ${seconds} s; end with Ctrl-C`);
    process.stdout.write(`${process.stdout.isTTY ? CLEAR : ""}${head}\n\n${text}\n`);
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
}

function secondsOf(given: boolean | string): number {
  const seconds = given === true ? 2 : Number(given);
  if (seconds >= 1 && seconds <= 3600) return seconds;
  throw new CtlError(`--watch ${String(given)} is no time`, "give seconds from 1 to 3600");
}
