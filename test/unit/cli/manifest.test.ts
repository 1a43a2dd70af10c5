import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it, vi } from "vitest";
import { ExitError, UserError } from "../../../infra/cli/errors.ts";
import { registerManifest } from "../../../infra/cli/manifest.ts";
import { ManifestInvalid } from "../../../infra/model/load.ts";
import { edit, GOOD } from "../model/fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-cli-"));
const good = join(folder, "good.yaml");
const bad = join(folder, "bad.yaml");
writeFileSync(good, GOOD);
writeFileSync(
  bad,
  edit(edit(GOOD, "SOC_ASSIST", "SOC_ASIST"), "role: ai, address: 172.20.0.20", "role: a1, address: 172.20.0.20"),
);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `dsmil manifest …`; what it printed, and what it threw. */
async function manifest(...args: string[]): Promise<{ out: string; error: unknown }> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const program = new Command("dsmil").exitOverride();
  registerManifest(program);
  let error: unknown;
  try {
    await program.parseAsync(["manifest", ...args], { from: "user" });
  } catch (thrown) {
    error = thrown;
  }
  const out = written.mock.calls.map(([text]) => String(text)).join("");
  written.mockRestore();
  return { out, error };
}

describe("dsmil manifest check", () => {
  it("says in one line what a good manifest holds", async () => {
    const { out, error } = await manifest("check", "--file", good);
    expect(error).toBeUndefined();
    expect(out).toBe(`✓ ${good}: 4 nodes, 4 devices, 8 services, 2 tenants, 12 containers\n`);
  });

  it("looks at what DSMIL_MANIFEST names, as every command does", async () => {
    vi.stubEnv("DSMIL_MANIFEST", bad);
    const { error } = await manifest("check");
    vi.unstubAllEnvs();
    expect(error).toBeInstanceOf(ManifestInvalid);
  });

  it("refuses a bad one with every mistake", async () => {
    const { out, error } = await manifest("check", "--file", bad);
    expect(out).toBe("");
    expect(error).toBeInstanceOf(ManifestInvalid);
    expect(String(error)).toMatch(
      /bad\.yaml:8:\d+ {2}nodes\[1\]\.role .*\n.*bad\.yaml:41:16 {2}tenants\[0\]\.roe_level /,
    );
  });

  it("gives the same as JSON, with exit code 1", async () => {
    const { out, error } = await manifest("check", "--json", "--file", bad);
    expect(error).toBeInstanceOf(ExitError);
    expect((error as ExitError).code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      errors: [
        { line: 8, path: "nodes[1].role", suggestion: "ai" },
        { line: 41, column: 16, path: "tenants[0].roe_level", suggestion: "SOC_ASSIST" },
      ],
    });
    const sound = await manifest("check", "--json", "--file", good);
    expect(sound.error).toBeUndefined();
    expect(JSON.parse(sound.out)).toMatchObject({ ok: true, errors: [] });
  });
});

describe("dsmil manifest show", () => {
  it("prints every part, and no colour where nobody looks", async () => {
    const { out } = await manifest("show", "--file", good);
    for (const text of ["Nodes", "Layers", "dsmil-l8-analytics-bravo", "public_api_net 10.212.1.11", "ANALYSIS_ONLY"]) {
      expect(out).toContain(text);
    }
    expect(out).not.toContain("\u001b");
  });

  it("prints the model as JSON", async () => {
    const model = JSON.parse((await manifest("show", "--json", "--file", good)).out);
    expect(model.containers).toHaveLength(12);
    expect(model.devices[0]).toMatchObject({ id: 18, tokenIdBase: 0x8036 });
  });

  it("prints one tenant's part", async () => {
    const { out } = await manifest("show", "--tenant", "bravo", "--file", good);
    expect(out).toContain("BRAVO_SOC_EVENTS");
    expect(out).not.toMatch(/alpha/i);
    const part = JSON.parse((await manifest("show", "--tenant", "bravo", "--json", "--file", good)).out);
    expect(part.containers.map((c: { tenant: string }) => c.tenant)).toEqual(["bravo", "bravo", "bravo"]);
  });

  it("names the tenant that was meant", async () => {
    const { error } = await manifest("show", "--tenant", "bravp", "--file", good);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain('no tenant "bravp"; did you mean "bravo"?');
  });

  it("refuses a bad manifest", async () => {
    expect((await manifest("show", "--file", bad)).error).toBeInstanceOf(ManifestInvalid);
  });
});
