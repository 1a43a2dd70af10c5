import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { selectContainers } from "../../../infra/cli/logs/select.ts";
import { cockpitKeys } from "../../../infra/cockpit/keys.ts";
import { quoted } from "../../../infra/cockpit/programs.ts";
import { cockpitSession } from "../../../infra/cockpit/session.ts";
import { loadModel } from "../../../infra/model/load.ts";

const root = resolve(import.meta.dirname, "../../..");
const model = loadModel(join(root, "manifest.yaml"));
const programs = { root: "/srv/dsmil", dsmilctl: "dsmilctl" };
const folder = mkdtempSync(join(tmpdir(), "dsmil-cockpit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (out: string): string =>
  execFileSync(process.execPath, [join(root, "infra/cli/main.ts"), "cockpit", "--out", out], {
    encoding: "utf8",
    stdio: "pipe",
  });

describe("the session", () => {
  it("follows logs of services, nodes and tenants that there are, each tab some", () => {
    const follows = [...cockpitSession(model, programs).matchAll(/bin\/dsmil logs --follow (.*)$/gm)];
    expect(follows.length).toBeGreaterThan(model.nodes.length + model.tenants.length);
    for (const [, text = ""] of follows) {
      const words = text.split(" ");
      const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
      const [node, tenant] = [after("--node"), after("--tenant")];
      const services = words.filter((word, i) => !word.startsWith("--") && !words[i - 1]?.startsWith("--"));
      expect(selectContainers(model, { services, ...(node && { node }), ...(tenant && { tenant }) })).not.toEqual([]);
    }
  });

  it("has no keys twice, and a key for each tenant up to nine", () => {
    const keys = cockpitKeys(model, programs).map(({ keys: one }) => one);
    expect(new Set(keys).size).toBe(keys.length);
    const [tenant] = model.tenants;
    if (tenant === undefined) throw new Error("no tenant");
    const many = { ...model, tenants: Array.from({ length: 12 }, () => tenant) };
    expect(cockpitKeys(many, programs).filter(({ shows }) => shows.startsWith("tenant "))).toHaveLength(9);
  });

  it("quotes what a shell would split", () => {
    expect(quoted(["a b", "it's", "--x=1"])).toBe(`'a b' 'it'"'"'s' --x=1`);
  });
});

describe("the command", () => {
  it("writes both files, again too, and leaves those of others alone", () => {
    const out = join(folder, "new");
    expect(run(out)).toContain(`include ${out}/dsmil.conf`);
    run(out);
    expect(readFileSync(join(out, "dsmil.session"), "utf8")).toContain(`${root}/bin/dsmil`);
    writeFileSync(join(out, "dsmil.conf"), "font_size 12\n");
    expect(() => run(out)).toThrow(/is not of `bin\/dsmil cockpit`/);
    expect(readFileSync(join(out, "dsmil.conf"), "utf8")).toBe("font_size 12\n");
  }, 120_000);
});
