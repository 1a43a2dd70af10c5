import { relative, resolve as resolvePath } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { loadManifest } from "../model/load-manifest.ts";
import { type ManifestError, ManifestInvalid } from "../model/manifest-error.ts";
import { nearest } from "../model/nearest.ts";
import { resolve } from "../model/resolve.ts";
import type { Model, Tenant } from "../model/types.ts";
import { languageModelNames } from "../models/language-models.ts";
import { ExitError, UserError } from "./errors.ts";
import { modelSummary, modelView, tenantView, type ViewStyle } from "./manifest-view.ts";
import { manifestPath } from "./model.ts";
import { projectRoot } from "./root.ts";

interface CheckOptions {
  readonly file?: string;
  readonly json?: boolean;
}

interface ShowOptions extends CheckOptions {
  readonly tenant?: string;
}

/** `dsmil manifest check` and `dsmil manifest show`: neither touches anything but the file. */
export function registerManifest(program: Command): void {
  const manifest = program.command("manifest").description("Check the manifest and show what it resolves to.");
  manifest
    .command("check")
    .description("Check the manifest; print every mistake with its line. Exit 1 when there is one.")
    .option("--file <path>", "the manifest (default: what DSMIL_MANIFEST names, or manifest.yaml of the project)")
    .option("--json", "print the result as JSON")
    .action(check);
  manifest
    .command("show")
    .description("Print the resolved model: every name, address and limit.")
    .option("--file <path>", "the manifest (default: what DSMIL_MANIFEST names, or manifest.yaml of the project)")
    .option("--tenant <id>", "only what belongs to this tenant")
    .option("--json", "print the model as JSON")
    .action(show);
}

function check(options: CheckOptions): void {
  const file = manifestFile(options);
  const result = load(file);
  if (options.json) {
    const errors = Array.isArray(result) ? result : [];
    const summary = Array.isArray(result) ? undefined : modelSummary(result);
    print(JSON.stringify({ ok: errors.length === 0, file, summary, errors }, null, 2));
    if (errors.length > 0) throw new ExitError(1);
    return;
  }
  if (Array.isArray(result)) throw new ManifestInvalid(result);
  print(`${colours().green("✓")} ${file}: ${modelSummary(result)}`);
}

function show(options: ShowOptions): void {
  const model = load(manifestFile(options));
  if (Array.isArray(model)) throw new ManifestInvalid(model);
  const tenant = options.tenant === undefined ? undefined : findTenant(model, options.tenant);
  if (options.json) {
    print(JSON.stringify(tenant === undefined ? model : partOf(model, tenant), null, 2));
    return;
  }
  const style: ViewStyle = { heading: colours().bold, header: colours().dim };
  print(tenant === undefined ? modelView(model, style) : tenantView(model, tenant, style));
}

/** The part of a model that belongs to one tenant. */
function partOf(model: Model, tenant: Tenant): Pick<Model, "containers" | "volumes"> & { tenant: Tenant } {
  return {
    tenant,
    containers: model.containers.filter((container) => container.tenant === tenant.id),
    volumes: model.volumes.filter((volume) => volume.tenant === tenant.id),
  };
}

function findTenant(model: Model, id: string): Tenant {
  const ids = model.tenants.map((tenant) => tenant.id);
  const found = model.tenants.find((tenant) => tenant.id === id.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(id, ids);
  throw new UserError(
    `the manifest has no tenant "${id}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
    `name one of: ${ids.join(", ") || "(there are none)"}`,
  );
}

function load(file: string): Model | ManifestError[] {
  const manifest = loadManifest(file, languageModelNames(projectRoot));
  return Array.isArray(manifest) ? manifest : resolve(manifest);
}

/** As people would type it from where they are; absolute when it is not below. */
function manifestFile({ file }: CheckOptions): string {
  const path = file === undefined ? manifestPath() : resolvePath(file);
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

/** Colours on a terminal only, and never against NO_COLOR. */
const colours = (): ReturnType<typeof pc.createColors> =>
  pc.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
