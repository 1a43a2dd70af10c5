import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { imageTags } from "../images/tag.ts";
import { checkManifestText } from "../model/load-manifest.ts";
import { ManifestInvalid } from "../model/manifest-error.ts";
import { resolve } from "../model/resolve.ts";
import type { Model } from "../model/types.ts";
import { languageModelNames } from "../models/language-models.ts";
import { cannotUndo, type Pin, pinImages, pinsFor } from "../plan/rollback.ts";
import { ExitError, UserError } from "./errors.ts";
import { type GoodState, rollbackTarget } from "./good-states.ts";
import { manifestPath } from "./model.ts";
import { projectRoot } from "./root.ts";
import { type UpOptions, up } from "./up.ts";

interface RollbackOptions extends UpOptions {
  readonly yes?: boolean;
}

/** `dsmil rollback`: back to the last state in which everything was healthy. */
export function registerRollback(program: Command): void {
  program
    .command("rollback")
    .description(
      "Return to the last good state: its manifest and its images. Without --yes it only says what it would do.",
    )
    .option("--yes", "do it: replace the manifest, which is kept beside it, and deploy")
    .option("--no-lab", "deploy to the machines named in the stack files (Pulumi.<node>.yaml), over SSH")
    .option("--no-refresh", "trust the state instead of looking at the nodes first (faster; leaves drift as it is)")
    .option("--drop <tenant...>", "allow the data of tenants that the good state did not have to be dropped", [])
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 2 it would do something and needs --yes, 1 stopped with a reason, 64 usage.",
    )
    .action(rollback);
}

async function rollback(options: RollbackOptions): Promise<void> {
  const started = performance.now();
  const target = rollbackTarget(projectRoot, manifestPath());
  if (target === undefined)
    throw new UserError(
      "there is no other good state to return to",
      "a state is kept at the end of every `bin/dsmil up` that ends healthy",
    );
  const then = modelOf(target.manifest);
  const pins = pinsFor(then, target.images, imageTags(projectRoot));
  const present = presentModel();
  const added = addedTenants(then, present);
  process.stdout.write(describe(target, then, present, pins));
  if (!options.yes) throw new ExitError(2);
  const undropped = added.filter((id) => !options.drop.includes(id));
  if (undropped.length > 0)
    throw new UserError(
      `the good state has no ${undropped.join(", ")}: going back would drop what they stored; nothing was changed`,
      `say so: bin/dsmil rollback --yes --drop ${undropped.join(" ")}`,
    );
  const kept = replaceManifest(pinImages(target.manifest, pins));
  process.stdout.write(`the manifest before is kept as ${kept}\n`);
  const { yes: _, ...upOptions } = options;
  await up(upOptions);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`back at the state of ${target.at} in ${seconds.toFixed(1)} s\n`);
}

/** The manifest at hand, resolved; undefined where it has mistakes. */
function presentModel(): Model | undefined {
  const now = checkManifestText(manifestPath(), readFileSync(manifestPath(), "utf8"));
  return Array.isArray(now) ? undefined : resolve(now);
}

/** Tenants that the good state does not know. */
function addedTenants(then: Model, present: Model | undefined): string[] {
  return (present?.tenants ?? []).map(({ id }) => id).filter((id) => !then.tenants.some((one) => one.id === id));
}

function describe(
  { at, commit, images }: GoodState,
  then: Model,
  present: Model | undefined,
  pins: readonly Pin[],
): string {
  const lines = [
    `returns to the state of ${at}${commit ? `, commit ${commit.slice(0, 12)}` : ""}: ${then.tenants.length} tenants, ` +
      `${then.containers.length} containers, ${Object.keys(images).length} images`,
    ...pins.map(({ service, tag }) => `pins ${service} to its image of then, ${tag}`),
    ...addedTenants(then, present).map((id) => `removes tenant ${id} with its data; that needs --drop ${id}`),
    ...(present ? cannotUndo(then, present) : ["what the manifest at hand changed; it has mistakes"]).map(
      (what) => `cannot be undone: ${what}`,
    ),
    "not undone: the deployer's own code, nodes' keys and certificates, and what was written meanwhile",
  ];
  return `${lines.map((line) => `- ${line}`).join("\n")}\n`;
}

/** Puts another text into the manifest's place, whole or not at all; returns where the former one is. */
function replaceManifest(text: string): string {
  const file = manifestPath();
  const kept = `${file}.${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`;
  copyFileSync(file, kept);
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
  return kept;
}

function modelOf(text: string): Model {
  const manifest = checkManifestText("the good state's manifest", text, languageModelNames(projectRoot));
  if (Array.isArray(manifest)) throw new ManifestInvalid(manifest);
  return resolve(manifest);
}
