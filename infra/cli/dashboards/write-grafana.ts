import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { grafanaFiles } from "../../dashboards/grafana/files.ts";
import { fleetSources } from "../../dashboards/grafana/sources.ts";
import type { Model } from "../../model/types.ts";
import { UserError } from "../errors.ts";

export interface Written {
  /** Paths below the folder, sorted. */
  readonly files: readonly string[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** Says that a folder is ours, so that what is no longer made may be taken out of it. */
const MARK = ".dsmil-dashboards";

/**
 * Writes what Grafanas mount. Files of an earlier run that are no longer made are removed; a folder with files of somebody
 * else is refused.
 * @throws UserError when the folder is not ours, or cannot be written
 */
export function writeGrafana(model: Model, folder: string, tenantGate: string | undefined): Written {
  const gate = tenantGate === undefined ? undefined : gateOf(tenantGate);
  const files = grafanaFiles(model, gate);
  const paths = [...files.keys()].sort();
  try {
    const before = ownFiles(folder);
    for (const path of paths) put(join(folder, path), files.get(path) ?? "");
    put(join(folder, MARK), `${paths.join("\n")}\n`);
    for (const path of before) if (!files.has(path)) rmSync(join(folder, path), { force: true });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${folder} cannot be written: ${(error as Error).message}`,
      "name a folder that may be written",
    );
  }
  return { files: paths, notes: notesOf(model, gate) };
}

function gateOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" && !url.username && !url.search && !url.hash) return url;
  throw new UserError(`${JSON.stringify(text)} is no address of a gate`, "use one such as https://gate.example:8443");
}

/** Files of an earlier run; none in a new or empty folder. */
function ownFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const mark = join(folder, MARK);
  if (existsSync(mark)) {
    const listed = readFileSync(mark, "utf8").split("\n");
    return listed.filter((path) => /^(operators|tenants)\/[\w./-]+$/.test(path) && !path.includes(".."));
  }
  if (readdirSync(folder).length === 0) return [];
  throw new UserError(`${folder} has files of somebody else`, "name a new or an empty folder");
}

/** Whoever reads the file sees the old text or the new one. */
function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function notesOf(model: Model, gate: URL | undefined): string[] {
  const { prometheus, loki } = fleetSources(model);
  return [
    ...(prometheus
      ? []
      : ["the manifest has no prometheus with a published port: the operators' set has no such datasource"]),
    ...(loki ? [] : ["the manifest has no Loki: the operators' set has no such datasource"]),
    ...(gate || model.tenants.length === 0 ? [] : ["no --tenant-gate: nothing is written for tenants' own people"]),
  ];
}
