import { type Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import type { Model } from "../model/types.ts";
import { askGateway, knownNode } from "./dbe/ask-gateway.ts";
import { registerDbeSend } from "./dbe/send.ts";
import { describeGateway, type Shown } from "./dbe/show.ts";
import { ExitError, UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";

interface PingResult {
  readonly node: string;
  readonly count: number;
  readonly ms: { readonly min: number; readonly p50: number; readonly p99: number; readonly max: number };
}

/** `dsmil dbe ping|show|send|rotate`: the bus between the nodes, asked through each node's own gateway. */
export function registerDbe(program: Command): void {
  const dbe = program.command("dbe").description("Look at the bus between the nodes, try it, and renew its keys.");
  registerPing(dbe);
  registerShow(dbe);
  registerDbeSend(dbe);
  registerRotate(dbe);
}

function registerPing(dbe: Command): void {
  dbe
    .command("ping")
    .description("Send echoes to a node's gateway and back, over the bus.")
    .argument("<node>", "where to")
    .option("--from <node>", "where from; default the first other node of the manifest")
    .option("-c, --count <n>", "how many, one after the other", whole(1000), 5)
    .option("--tenant <id>", "whom the echoes belong to; default the first tenant")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit codes: 0 echoed, 1 not, 64 usage.")
    .action(async (node: string, o: { from?: string; count: number; tenant?: string; json?: boolean }) => {
      const model = projectModel();
      const to = knownNode(model, node);
      const from = o.from === undefined ? otherNode(model, to) : knownNode(model, o.from);
      const args = ["ping", to, String(o.count), ...(o.tenant === undefined ? [] : [o.tenant.toUpperCase()])];
      const { ok, answer } = await askGateway<PingResult>(projectRoot, model, from, args);
      if (o.json) process.stdout.write(`${JSON.stringify({ from, ...answer }, null, 2)}\n`);
      if (!ok && o.json) throw new ExitError(1);
      if (!ok)
        throw new UserError(`${from} → ${to}: ${answer.reason ?? ""} ${answer.error}`, "see `bin/dsmil dbe show`");
      if (o.json) return;
      const { min, p50, p99, max } = answer.ms;
      const times = `min ${min.toFixed(2)}  p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}  max ${max.toFixed(2)} ms`;
      process.stdout.write(`${pc.green("✓")} ${from} → ${to}  ${answer.count} echoes  ${times}\n`);
    });
}

function registerShow(dbe: Command): void {
  dbe
    .command("show")
    .description("Show each gateway's sessions, key ages, counters, refusals and audit.")
    .option("-n, --node <id>", "only this node's")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit codes: 0 every session is up, 1 one is not or a gateway does not answer, 64 usage.")
    .action(async (o: { node?: string; json?: boolean }) => {
      const model = projectModel();
      const nodes = o.node === undefined ? model.nodes.map(({ id }) => id) : [knownNode(model, o.node)];
      const asked = await Promise.allSettled(nodes.map((id) => askGateway<Shown>(projectRoot, model, id, ["show"])));
      const shown = asked.flatMap((one) => (one.status === "fulfilled" && one.value.ok ? [one.value.answer] : []));
      process.stdout.write(o.json ? `${JSON.stringify(shown, null, 2)}\n` : shown.map(describeGateway).join("\n"));
      for (const one of asked) {
        if (one.status === "rejected") process.stderr.write(`${pc.red("error:")} ${(one.reason as Error).message}\n`);
      }
      const up = shown.length === nodes.length && shown.every((s) => s.sessions.every(({ state }) => state === "up"));
      if (!up) throw new ExitError(1);
    });
}

function registerRotate(dbe: Command): void {
  dbe
    .command("rotate")
    .description("Make new session keys, without losing a message.")
    .argument("[node]", "whose sessions; default every node's")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nNode and tenant keys are renewed by Pulumi, see docs/pqc.md.\n\nExit codes: 0 renewed, 1 not, 64 usage.",
    )
    .action(async (node: string | undefined, o: { json?: boolean }) => {
      const model = projectModel();
      const nodes = node === undefined ? model.nodes.map(({ id }) => id) : [knownNode(model, node)];
      const results: { node: string; rotated: readonly string[] }[] = [];
      for (const id of nodes) {
        const { ok, answer } = await askGateway<{ rotated: readonly string[] }>(projectRoot, model, id, ["rotate"]);
        if (!ok) throw new UserError(`${id}: ${answer.error}`, "see `bin/dsmil dbe show`");
        results.push({ node: id, rotated: answer.rotated });
      }
      process.stdout.write(
        o.json
          ? `${JSON.stringify(results, null, 2)}\n`
          : results
              .map((r) => `${pc.green("✓")} ${r.node}: new keys with ${r.rotated.join(", ") || "nobody"}\n`)
              .join(""),
      );
    });
}

/** Somewhere to ask from that is not `node` itself. */
function otherNode(model: Model, node: string): string {
  const other = model.nodes.find(({ id }) => id !== node);
  if (other === undefined) throw new UserError("there is only one node", "an echo needs two");
  return other.id;
}

const whole =
  (most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1 || number > most) {
      throw new InvalidArgumentError(`give a whole number from 1 to ${most}`);
    }
    return number;
  };
