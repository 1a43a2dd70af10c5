import type { Command } from "commander";
import { imageTags } from "../images/tag.ts";
import { checkManifestText, loadManifest } from "../model/load-manifest.ts";
import { ManifestInvalid } from "../model/manifest-error.ts";
import { resolve } from "../model/resolve.ts";
import type { Model } from "../model/types.ts";
import { languageModelNames } from "../models/language-models.ts";
import { cannotUndo, deletedBy, type Pin, pinImages, pinsFor, pinsOf } from "../plan/rollback.ts";
import { ExitError, UserError } from "./errors.ts";
import { type GoodState, rollbackTarget } from "./good-states.ts";
import { manifestPath } from "./model.ts";
import { removedTenants } from "./removed-tenants.ts";
import { replaceManifest } from "./replace-manifest.ts";
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
      "a state is kept at the end of every `bin/dsmil up` that ends healthy; after a rollback only those before it count",
    );
  const then = modelOf(target.manifest);
  const pins = pinsFor(then, target.images, imageTags(projectRoot));
  const added = await removedTenants(projectRoot, then);
  process.stdout.write(describe({ target, then, present: presentModel(), pins, added }));
  if (!options.yes) throw new ExitError(2);
  const undropped = added.filter((id) => !options.drop.includes(id));
  if (undropped.length > 0)
    throw new UserError(
      `the good state has no ${undropped.join(", ")}: going back would drop what they stored; nothing was changed`,
      `say so: bin/dsmil rollback --yes --drop ${undropped.join(" ")}`,
    );
  const text = pinImages(target.manifest, pins);
  const kept = replaceManifest(manifestPath(), text);
  if (kept !== undefined) process.stdout.write(`the manifest before is kept as ${kept}\n`);
  const { yes: _, ...upOptions } = options;
  try {
    await up({ ...upOptions, returnsTo: target.at });
  } catch (error) {
    process.stderr.write(
      `the manifest is that of ${target.at} by now: \`bin/dsmil up\` goes on with it, \`rollback\` may go further back\n`,
    );
    throw error;
  }
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`back at the state of ${target.at} in ${seconds.toFixed(1)} s\n${pinsLeft(modelOf(text))}`);
}

/** The manifest at hand, resolved; undefined where it has mistakes or is not there. */
function presentModel(): Model | undefined {
  const now = loadManifest(manifestPath());
  return Array.isArray(now) ? undefined : resolve(now);
}

interface Return {
  readonly target: GoodState;
  readonly then: Model;
  readonly present: Model | undefined;
  readonly pins: readonly Pin[];
  /** Tenants that are deployed and that the good state does not know. */
  readonly added: readonly string[];
}

function describe({ target: { at, commit, images }, then, present, pins, added }: Return): string {
  const lines = [
    `returns to the state of ${at}${commit ? `, commit ${commit.slice(0, 12)}` : ""}: ${then.tenants.length} tenants, ` +
      `${then.containers.length} containers, ${Object.keys(images).length} images`,
    ...pins.map(({ service, tag }) => `pins ${service} to its image of then, ${tag}`),
    ...added.map((id) => `removes tenant ${id} with its data; that needs --drop ${id}`),
    ...(present
      ? [
          ...deletedBy(then, present).map((what) => `deletes ${what}`),
          ...cannotUndo(then, present).map((what) => `cannot be undone: ${what}`),
        ]
      : ["what else it deletes cannot be said: the manifest at hand is missing or has mistakes"]),
    "not undone: policies, models, feeds, the deployer's own code, nodes' keys and certificates, and what was written meanwhile",
  ];
  return `${lines.map((line) => `- ${line}`).join("\n")}\n`;
}

/** Reminds of pins: while they stand, their services get no newer image. */
function pinsLeft(model: Model): string {
  const pins = pinsOf(model).map(({ service, tag }) => `${service} (${tag})`);
  if (pins.length === 0) return "";
  return `pinned in the manifest: ${pins.join(", ")}; remove these \`tag:\` entries once the sources are mended\n`;
}

function modelOf(text: string): Model {
  const manifest = checkManifestText("the good state's manifest", text, languageModelNames(projectRoot));
  if (Array.isArray(manifest)) throw new ManifestInvalid(manifest);
  return resolve(manifest);
}
