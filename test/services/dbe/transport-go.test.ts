import { resolve } from "node:path";
import { expect, it } from "vitest";
import { command } from "../../../infra/toolchain/command.ts";
import { findGo } from "../../../infra/toolchain/go.ts";

const root = resolve(import.meta.dirname, "../../..");

it("the sidecar's own tests pass, and vet finds nothing", async () => {
  const go = await findGo({ root });
  const cwd = resolve(root, "infra/toolchain/dbe-quic");
  const env = { ...go.env, GOWORK: "off", GOFLAGS: "-buildvcs=false -mod=readonly" };
  for (const job of ["vet", "test"]) {
    const { code, tail } = await command([go.path, job, "./..."], { cwd, env });
    expect(code, tail).toBe(0);
  }
});
