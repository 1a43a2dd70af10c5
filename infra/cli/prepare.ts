import { ensureEngine, findEngine, stopOwnEngine } from "../lab/engine.ts";
import { ensurePackages, missingPackages } from "../lab/packages.ts";
import { preflight } from "../lab/preflight.ts";
import type { Model } from "../model/types.ts";
import { ensurePassphrase, ensurePulumi } from "../toolchain/ensure.ts";
import { UserError } from "./errors.ts";
import { projectLab, projectModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/** Debian packages with the real servers that service and provider tests start for themselves, and for Python clients. */
const TEST_PACKAGES = [
  ...["redis-server", "postgresql-15", "haproxy", "python3-venv"],
  ...["prometheus", "prometheus-alertmanager"],
] as const;

/** Makes this machine fit: checks everything first, then packages, Pulumi and an engine. */
export async function prepareMachine(
  phases: Phases,
  model: Model,
  lab: boolean,
  extraPackages: readonly string[] = [],
): Promise<boolean> {
  const { packages } = await phases.run("check this machine", () => refuseUnfit(model, lab));
  await phases.run(
    "packages",
    async (step) => {
      const missing = [...packages, ...(await missingPackages(extraPackages))];
      if (missing.length > 0) await ensurePackages(missing, step);
      return missing;
    },
    (missing) => (missing.length > 0 ? `installed ${missing.join(", ")}` : "nothing to do"),
  );
  await phases.run(
    "Pulumi and plugins",
    (step) => ensurePulumi({ root: projectRoot, progress: step }),
    (i) => i.source,
  );
  ensurePassphrase(projectRoot);
  const before = await findEngine(projectRoot);
  const engine = await phases.run(
    "container engine",
    (step) => ensureEngine(projectRoot, step),
    (e) => e.version,
  );
  return engine.own && before.engine === undefined;
}

/** The same for tests; the returned function stops an engine that this call started. */
export async function prepare(): Promise<() => Promise<void>> {
  const started = await prepareMachine(new Phases(), projectModel(), true, TEST_PACKAGES);
  return async () => {
    if (started) await stopOwnEngine(projectRoot);
  };
}

async function refuseUnfit(model: Model, lab: boolean) {
  const found = await preflight({ root: projectRoot, ...(lab && { lab: projectLab(model) }) });
  if (found.problems.length === 0) return found;
  throw new UserError(
    `this machine cannot run it yet:\n${found.problems.map((p) => `  - ${p.what}\n    remedy: ${p.remedy}`).join("\n")}`,
    "nothing was changed",
  );
}
