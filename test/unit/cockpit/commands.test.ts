import { join, resolve } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cockpitKeys } from "../../../infra/cockpit/keys.ts";
import { cockpitSession } from "../../../infra/cockpit/session.ts";
import { loadModel } from "../../../infra/model/load.ts";

const root = resolve(import.meta.dirname, "../../..");
const model = loadModel(join(root, "manifest.yaml"));
const programs = { root: "/srv/dsmil", dsmilctl: "dsmilctl" };

/** Every command that a cockpit starts, in words. */
const commands = (): string[][] => {
  const launches = [...cockpitSession(model, programs).matchAll(/^launch --hold --title (?:'[^']*'|\S+) (.*)$/gm)];
  const inTabs = launches.map(([, line = ""]) => line.split(" "));
  return [...inTabs, ...cockpitKeys(model, programs).map(({ argv }) => [...argv])];
};

/** Programs by their names, as their main files make them; none is run. */
const trees = new Map<string, Command>();
beforeAll(async () => {
  vi.spyOn(Command.prototype, "parseAsync").mockImplementation(async function (this: Command) {
    trees.set(this.name(), this);
    return this;
  });
  await import("../../../infra/ctl/main.ts");
  await import("../../../infra/cli/main.ts");
}, 60_000);
afterAll(() => vi.restoreAllMocks());

/** What a program finds wrong with words; undefined where it would do something. */
function fault([program = "", ...words]: readonly string[]): string | undefined {
  let command = trees.get(program === programs.dsmilctl ? "dsmilctl" : "dsmil");
  let rest = words;
  while (command !== undefined && command.commands.length > 0) {
    const [name = ""] = rest;
    command = command.commands.find((one) => one.name() === name || one.aliases().includes(name));
    rest = rest.slice(1);
  }
  if (command === undefined) return "no such command";
  const { operands, unknown } = command.parseOptions([...rest]);
  if (unknown.length > 0) return `no such option: ${unknown.join(" ")}`;
  const takes = command.registeredArguments;
  const most = takes.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : takes.length;
  const least = takes.filter(({ required }) => required).length;
  return operands.length < least || operands.length > most ? `${operands.length} arguments` : undefined;
}

describe("what the cockpit starts", () => {
  it("is a command that there is, with options that it has", () => {
    const all = commands();
    expect([all.length > 20, trees.size]).toEqual([true, 2]);
    expect(new Set(all.map(([program]) => program))).toEqual(new Set(["dsmilctl", "/srv/dsmil/bin/dsmil"]));
    expect(all.map((words) => [words.join(" "), fault(words)]).filter(([, wrong]) => wrong !== undefined)).toEqual([]);
  });

  it("would be found out otherwise", () => {
    expect(fault(["dsmilctl", "nosuch"])).toBe("no such command");
    expect(fault(["dsmilctl", "status", "--nosuch"])).toBe("no such option: --nosuch");
    expect(fault(["dsmilctl", "tenant", "show"])).toBe("0 arguments");
    expect(fault(["dsmilctl", "tenant", "show", "a", "b"])).toBe("2 arguments");
  });
});
