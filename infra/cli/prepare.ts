import { ensureEngine, stopOwnEngine } from "../lab/engine.ts";
import { ensurePackages } from "../lab/packages.ts";
import { preflight } from "../lab/preflight.ts";
import { ensurePassphrase, ensurePulumi } from "../toolchain/ensure.ts";
import { UserError } from "./errors.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/** Debian packages with the real servers that service and provider tests start for themselves. */
const TEST_PACKAGES = ["redis-server", "postgresql-15", "haproxy"] as const;

/** Makes this machine fit: checks everything first, then packages, Pulumi and an engine. */
export async function prepareMachine(
  phases: Phases,
  lab: boolean,
  extraPackages: readonly string[] = [],
): Promise<boolean> {
  const { packages } = await phases.run("check this machine", () => refuseUnfit(lab));
  await phases.run(
    "packages",
    (step) => ensurePackages([...packages, ...extraPackages], step),
    (n) => (n.length > 0 ? `${n.length} installed` : "nothing to do"),
  );
  await phases.run(
    "Pulumi and plugins",
    (step) => ensurePulumi({ root: projectRoot, progress: step }),
    (i) => i.source,
  );
  ensurePassphrase(projectRoot);
  const engine = await phases.run(
    "container engine",
    (step) => ensureEngine(projectRoot, step),
    (e) => e.version,
  );
  return engine.started;
}

/** The same for tests; the returned function stops an engine that this call started. */
export async function prepare(): Promise<() => Promise<void>> {
  const started = await prepareMachine(new Phases(), true, TEST_PACKAGES);
  return async () => {
    if (started) await stopOwnEngine(projectRoot);
  };
}

async function refuseUnfit(lab: boolean) {
  const found = await preflight({ root: projectRoot, lab });
  if (found.problems.length === 0) return found;
  throw new UserError(
    `this machine cannot run it yet:\n${found.problems.map((p) => `  - ${p.message}\n    remedy: ${p.remedy}`).join("\n")}`,
    "nothing was changed",
  );
}
