import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readInstall } from "../../../infra/toolchain/install.ts";
import { projectRoot } from "./folders.ts";

// Where Pulumi was not built here, Go and its modules are not on the machine, nor is what they would test in use.
const builtHere = readInstall(projectRoot)?.kind === "built" && spawnSync("go", ["version"]).status === 0;

test.runIf(builtHere).each([
  ["cli", "./language-nodejs"],
  ["providers", "."],
])("Go tests of %s", { timeout: 300_000 }, (module, pkg) => {
  const run = spawnSync("go", ["test", "-mod=readonly", "-tags=no_compose", pkg], {
    cwd: join(projectRoot, "infra/toolchain", module),
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" },
    encoding: "utf8",
  });
  expect(run.stdout + run.stderr).toMatch(/^ok/);
});
