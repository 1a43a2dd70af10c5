import { ensurePackages } from "../lab/packages.ts";
import type { Model } from "../model/types.ts";
import { fetchModel } from "../models/fetch-model.ts";
import { type FetchedModel, fetchedModel, isFetched } from "../models/fetched-model.ts";
import { command } from "../toolchain/command.ts";
import type { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/**
 * Fetches the models that do not lie in the project, where some service loads one. One that cannot be had stops nothing: what
 * needs it says `model not loaded`, and the next run tries again.
 */
export async function fetchModels(phases: Phases, model: Model): Promise<void> {
  const names = [...new Set(model.containers.flatMap(({ models = [] }) => models))].sort();
  const wanted = names.flatMap((name) => fetchedModel(projectRoot, name) ?? []);
  if (wanted.length === 0) return;
  await phases.run(
    "models",
    (step) => fetchAll(wanted, step),
    (notes) => notes.join("; ") || "nothing to do",
  );
}

async function fetchAll(wanted: readonly FetchedModel[], step: (message: string) => void): Promise<string[]> {
  const notes: string[] = [];
  for (const model of wanted.filter((one) => !isFetched(projectRoot, one))) {
    try {
      await ensurePip(step);
      await fetchModel(model, { root: projectRoot, progress: step });
      notes.push(`fetched ${model.name} ${model.version}`);
    } catch (error) {
      notes.push(`warning: ${(error as Error).message}; until then its service is degraded and answers nothing`);
    }
  }
  return notes;
}

/** Installs pip from Debian where there is none and this user may; where not, the download says what is missing. */
async function ensurePip(step: (message: string) => void): Promise<void> {
  const { code } = await command(["python3", "-m", "pip", "--version"]).catch(() => ({ code: 127 }));
  if (code !== 0) await ensurePackages(["python3-pip"], step).catch(() => []);
}
