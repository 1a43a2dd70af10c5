import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { signBundle } from "../../../images/runtime/soc/bundle-signature.ts";
import { registerCoalition } from "../../../infra/cli/coalition.ts";
import { ExitError } from "../../../infra/cli/errors.ts";
import { certificate, newKey } from "../../services/dbe-gateway/support/keys.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-cli-coalition-"));
const file = (name: string): string => join(folder, name);
const [root, key] = [newKey(), newKey()];

beforeAll(async () => {
  const bundle = '{"type":"bundle","id":"bundle--1","objects":[]}';
  const signature = await signBundle(Buffer.from(bundle), key);
  const text = certificate(root, "signer", "coalition-alpha", key);
  writeFileSync(file("bundle.json"), bundle);
  writeFileSync(file("changed.json"), `${bundle} `);
  writeFileSync(file("signature.json"), JSON.stringify({ tenant_id: "ALPHA", certificate: text, signature }));
  writeFileSync(file("root.hex"), `${root.publicKey}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `dsmil coalition verify …`; what it printed, and its exit code. */
async function verify(...args: string[]): Promise<{ out: string; code: number }> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const program = new Command("dsmil").exitOverride();
  registerCoalition(program);
  const thrown = await program
    .parseAsync(["coalition", "verify", ...args], { from: "user" })
    .then(() => undefined)
    .catch((error: unknown) => error);
  const out = [...written.mock.calls, ...told.mock.calls].map(([text]) => String(text)).join("");
  written.mockRestore();
  told.mockRestore();
  if (thrown !== undefined && !(thrown instanceof ExitError)) throw thrown;
  return { out, code: thrown === undefined ? 0 : thrown.code };
}

describe("dsmil coalition verify", () => {
  it("says who signed a bundle, by a root in a file or in hex", async () => {
    for (const key of [file("root.hex"), root.publicKey]) {
      expect(await verify(file("bundle.json"), file("signature.json"), "--root", key)).toEqual({
        ...{ code: 0, out: "valid: signed by coalition-alpha\n" },
      });
    }
    const { out } = await verify(file("bundle.json"), file("signature.json"), "--root", root.publicKey, "--json");
    expect(JSON.parse(out)).toEqual({ valid: true, signer: "coalition-alpha", issued_at: expect.any(String) });
  });

  it("says why one does not hold", async () => {
    const { out, code } = await verify(file("changed.json"), file("signature.json"), "--root", root.publicKey);
    expect([out, code]).toEqual(["not valid: the bundle is not what coalition-alpha signed\n", 1]);
    const other = await verify(file("bundle.json"), file("signature.json"), "--root", newKey().publicKey, "--json");
    expect([JSON.parse(other.out).valid, other.code]).toEqual([false, 1]);
    expect((await verify(file("bundle.json"), file("bundle.json"), "--root", root.publicKey)).code).toBe(1);
  });

  it("ends with 2 where a file cannot be used", async () => {
    const missing = await verify(file("none.json"), file("signature.json"), "--root", root.publicKey);
    expect([missing.code, missing.out]).toEqual([2, expect.stringContaining("ENOENT")]);
    expect((await verify(file("bundle.json"), file("signature.json"), "--root", file("bundle.json"))).code).toBe(2);
    expect((await verify(folder, file("signature.json"), "--root", root.publicKey)).code).toBe(2);
  });
});
