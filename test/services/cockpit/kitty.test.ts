import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cockpitConf, cockpitKeys } from "../../../infra/cockpit/keys.ts";
import { cockpitSession } from "../../../infra/cockpit/session.ts";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { loadModel } from "../../../infra/model/load.ts";

const root = resolve(import.meta.dirname, "../../..");
const model = loadModel(join(root, "manifest.yaml"));
/** A folder whose name needs quoting. */
const programs = { root: "/srv/the fleet's own", dsmilctl: "dsmilctl" };

/** kitty's own parsers of sessions and configuration, which need no display. */
const SCRIPT = `
import json, sys
from kitty.config import load_config
from kitty.session import parse_session
bad = []
opts = load_config(sys.argv[-1], accumulate_bad_lines=bad)
tabs = [{"title": t.name, "layout": t.layout, "windows": [
    {"title": w.launch_spec.opts.window_title, "hold": w.launch_spec.opts.hold, "argv": list(w.launch_spec.args)}
    for w in t.windows]} for s in parse_session(open(sys.argv[-2]).read(), opts) for t in s.tabs]
if hasattr(opts, "keymap"):
    maps = list(opts.keymap.values()) + [d for s in opts.sequence_map.values() for d in s.values()]
else:  # since 0.32
    maps = [d.definition for all in opts.keyboard_modes[""].keymap.values() for d in all]
print(json.dumps({"bad": [str(b) for b in bad], "tabs": tabs, "maps": maps}))
`;

interface Read {
  readonly bad: readonly string[];
  readonly tabs: readonly {
    readonly title: string;
    readonly layout: string;
    readonly windows: readonly { readonly title: string; readonly hold: boolean; readonly argv: readonly string[] }[];
  }[];
  readonly maps: readonly string[];
}

let folder: string;
beforeAll(async () => {
  // 1.5 MB, and libraries that most machines have.
  if (!existsSync("/usr/bin/kitty")) await ensurePackages(["kitty"]);
  folder = mkdtempSync(join(tmpdir(), "dsmil-cockpit-"));
}, 300_000);
afterAll(() => folder && rmSync(folder, { recursive: true }));

function read(session: string, conf: string): Read {
  const files = [join(folder, "dsmil.session"), join(folder, "dsmil.conf")] as const;
  writeFileSync(files[0], session);
  writeFileSync(files[1], conf);
  const env = { ...process.env, HOME: folder, KITTY_CONFIG_DIRECTORY: folder };
  return JSON.parse(
    execFileSync("/usr/bin/kitty", ["+runpy", SCRIPT, ...files], { encoding: "utf8", env, stdio: "pipe" }),
  );
}

it("kitty reads the session and the keys as they are meant", () => {
  const { bad, tabs, maps } = read(cockpitSession(model, programs), cockpitConf(model, programs));
  expect(bad).toEqual([]);
  const layers = model.layers.map(({ id, name }) => `${id} ${name}`);
  const nodes = model.nodes.map(({ id, role }) => `${id} (${role})`);
  expect(tabs.map(({ title }) => title)).toEqual(["fleet", ...nodes, ...layers, "ALPHA", "BRAVO", "console"]);
  const dsmil = `${programs.root}/bin/dsmil`;
  expect(tabs.find(({ title }) => title === "ALPHA")?.windows).toEqual([
    { title: "alpha: SOC", hold: true, argv: ["dsmilctl", "soc", "top", "--tenant", "alpha"] },
    { title: "alpha: events", hold: true, argv: [dsmil, "events", "tail", "--tenant", "alpha"] },
    { title: "alpha: warnings", hold: true, argv: [dsmil, "logs", "--follow", "--tenant", "alpha", "--level", "warn"] },
  ]);
  const own = maps.filter((definition) => definition.includes("dsmil"));
  expect(own).toHaveLength(cockpitKeys(model, programs).length);
  expect(own).toContainEqual(expect.stringMatching(/--title status dsmilctl status$/));
});

it("kitty refuses what is none, so that the test above says something", () => {
  expect(() => read("launc x\n", "")).toThrow(/Unknown command in session file/);
  expect(read("launch x\n", "font_size big\n").bad.length).toBeGreaterThan(0);
});
