import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { rollbackTarget } from "../../../infra/cli/good-states.ts";
import { removedTenants } from "../../../infra/cli/removed-tenants.ts";
import { registerRollback } from "../../../infra/cli/rollback.ts";
import { up } from "../../../infra/cli/up.ts";
import { modelOf } from "../model/fixture.ts";

vi.mock("../../../infra/cli/up.ts", () => ({ up: vi.fn() }));
vi.mock("../../../infra/cli/removed-tenants.ts", () => ({ removedTenants: vi.fn() }));
vi.mock("../../../infra/cli/good-states.ts", () => ({ rollbackTarget: vi.fn() }));

const MANIFEST = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");
const AT = "2026-02-01T10:00:00.000Z";

describe("dsmil rollback", () => {
  let root: string;
  let file: string;
  let said: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-rollback-"));
    file = join(root, "manifest.yaml");
    said = "";
    vi.stubEnv("DSMIL_MANIFEST", file);
    const listen = (text: string | Uint8Array): boolean => {
      said += String(text);
      return true;
    };
    vi.spyOn(process.stdout, "write").mockImplementation(listen);
    vi.spyOn(process.stderr, "write").mockImplementation(listen);
    vi.mocked(up).mockReset().mockResolvedValue();
    vi.mocked(removedTenants).mockReset().mockResolvedValue([]);
    const images = { "dsmil-l8-soar": "dsmil-l8-soar:v5.0-0123456789ab" };
    vi.mocked(rollbackTarget).mockReturnValue({ at: AT, file, manifest: MANIFEST, images });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });
  const rollback = async (...argv: string[]): Promise<void> => {
    const program = new Command();
    registerRollback(program);
    await program.parseAsync(["rollback", ...argv], { from: "user" });
  };

  it("refuses to drop a tenant that is deployed, whatever the manifest at hand says, and leaves that", async () => {
    writeFileSync(file, "a: [");
    vi.mocked(removedTenants).mockResolvedValue(["charlie"]);
    await expect(rollback("--yes")).rejects.toThrow(/has no charlie.*nothing was changed/);
    expect(readFileSync(file, "utf8")).toBe("a: [");
    expect(up).not.toHaveBeenCalled();
    await rollback("--yes", "--drop", "charlie");
    expect(up).toHaveBeenCalledWith(expect.objectContaining({ drop: ["charlie"], returnsTo: AT }));
  });

  it("does without a manifest at hand, and tells of the pins that it leaves", async () => {
    await rollback("--yes");
    expect(modelOf(readFileSync(file, "utf8")).services.find(({ id }) => id === "l8-soar")?.imageTag).toBe(
      "v5.0-0123456789ab",
    );
    expect(said).toMatch(/pinned in the manifest: l8-soar \(v5\.0-0123456789ab\); remove these/);
  });

  it("says what it would delete, and does nothing unasked", async () => {
    writeFileSync(file, MANIFEST.replace("loki: false", "loki: true"));
    await expect(rollback()).rejects.toThrow("exit 2");
    expect(said).toContain("- deletes volume dsmil-loki-data on node-c with everything in it");
    expect(up).not.toHaveBeenCalled();
  });

  it("says where it stands when it failed", async () => {
    vi.mocked(up).mockRejectedValue(new Error("a node is away"));
    await expect(rollback("--yes")).rejects.toThrow("a node is away");
    expect(existsSync(file)).toBe(true);
    expect(said).toContain(`the manifest is that of ${AT} by now`);
  });
});
