import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageTags } from "../images/tag.ts";
import type { LoadedModel } from "../model/load.ts";
import type { Model } from "../model/types.ts";
import { stateKey } from "../plan/state-key.ts";
import { manifestPath } from "./model.ts";
import { projectRoot } from "./root.ts";

/** What `bin/dsmil rollback` returns to: everything that an operator decides, as it was when all was healthy. */
export interface GoodState {
  /** When it was reached, RFC 3339. */
  readonly at: string;
  /** Path of the manifest; tests deploy one of their own from the same folder. */
  readonly file: string;
  readonly manifest: string;
  /** Image name → reference with tag. */
  readonly images: Readonly<Record<string, string>>;
  /** Git commit of the project's folder, where it is one. */
  readonly commit?: string;
}

/** What was deployed last, whatever came of it. */
interface Attempt {
  readonly key: string;
  /** Path of the manifest. */
  readonly file: string;
  /** `at` of the good state that a rollback returned to by it. */
  readonly returnsTo?: string;
}

/** States that are kept. */
const KEPT = 5;

const folderOf = (root: string): string => join(root, ".dsmil/good");
const attemptOf = (root: string): string => join(folderOf(root), "attempt");
const NAME = /^\d{17}\.json$/;

/**
 * What is deployed when this model is. Taken once, before anything is: what the files say later may be something else.
 * @param text the manifest's, as the model was resolved from it
 */
export function goodState({ model, text }: LoadedModel): GoodState {
  const commit = commitOf(projectRoot);
  return {
    at: new Date().toISOString(),
    file: manifestPath(),
    manifest: text,
    images: imagesOf(model, imageTags(projectRoot)),
    ...(commit && { commit }),
  };
}

/** References of the images that a model's containers are of, pinned ones as they are pinned. */
export function imagesOf(
  { services, containers }: Pick<Model, "services" | "containers">,
  tags: ReadonlyMap<string, string>,
): Record<string, string> {
  const found = new Map<string, string>();
  for (const { image } of containers) {
    const pinned = services.find((service) => service.image === image)?.imageTag;
    const reference = pinned === undefined ? tags.get(image) : `${image}:${pinned}`;
    if (reference !== undefined) found.set(image, reference);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Remembers what is about to be deployed, so that a rollback knows what to leave.
 * @param returnsTo `at` of the good state that a rollback returns to; kept when the same is deployed once more
 */
export function recordAttempt(root: string, state: GoodState, returnsTo?: string): void {
  const [before, key, file] = [attemptAt(root), keyOf(state), state.file];
  const to = returnsTo ?? (before?.key === key && before.file === file ? before.returnsTo : undefined);
  const attempt: Attempt = { key, file, ...(to !== undefined && { returnsTo: to }) };
  mkdirSync(folderOf(root), { recursive: true, mode: 0o700 });
  writeFileSync(attemptOf(root), JSON.stringify(attempt), { mode: 0o600 });
}

/** Remembers a state in which everything was healthy; one that is reached again becomes the newest, and is not kept twice. */
export function recordGood(root: string, state: GoodState): void {
  const key = keyOf(state);
  const [newest, ...older] = goodStates(root).filter(({ file }) => file === state.file);
  if (newest && keyOf(newest) === key) return;
  mkdirSync(folderOf(root), { recursive: true, mode: 0o700 });
  const file = pathOf(root, state);
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
  const others = older.filter((one) => keyOf(one) !== key);
  for (const old of older.filter((one) => !others.slice(0, KEPT - 2).includes(one)))
    rmSync(pathOf(root, old), { force: true });
}

/**
 * The same at the end of an `up`, whose outcome it does not decide: where it cannot be kept, that is told.
 * @param state what was deployed; undefined where files were edited meanwhile, and nobody can say
 */
export function keepGood(root: string, state: GoodState | undefined, tell: (line: string) => void = warn): void {
  if (state === undefined) {
    tell("the manifest or a source was edited during this run: no good state is kept; run `bin/dsmil up` again");
    return;
  }
  try {
    recordGood(root, { ...state, at: new Date().toISOString() });
  } catch (error) {
    tell(`the good state cannot be kept, \`bin/dsmil rollback\` will not know it: ${(error as Error).message}`);
  }
}

const warn = (line: string): void => {
  process.stderr.write(`warning: ${line}\n`);
};

/** The good states, newest first; one that cannot be read is none. */
export function goodStates(root: string): GoodState[] {
  return namesIn(root).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folderOf(root), name), "utf8")) as GoodState];
    } catch {
      return [];
    }
  });
}

/**
 * The newest good state that is not what was deployed last; after a rollback the newest before the one that it returned to.
 * @returns undefined where there is none
 */
export function rollbackTarget(root: string, manifest: string): GoodState | undefined {
  const attempt = attemptAt(root);
  const before = attempt?.file === manifest ? attempt.returnsTo : undefined;
  return goodStates(root).find(
    (state) => state.file === manifest && keyOf(state) !== attempt?.key && (before === undefined || state.at < before),
  );
}

/** What was deployed last; undefined where nothing was since that is kept. */
function attemptAt(root: string): Attempt | undefined {
  try {
    return JSON.parse(readFileSync(attemptOf(root), "utf8")) as Attempt;
  } catch {
    return undefined;
  }
}

function pathOf(root: string, { at }: GoodState): string {
  return join(folderOf(root), `${at.replace(/\D/g, "")}.json`);
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(folderOf(root))
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

const keyOf = ({ manifest, images }: GoodState): string => stateKey(manifest, images);

function commitOf(root: string): string | undefined {
  try {
    const argv = ["-C", root, "rev-parse", "HEAD"];
    return execFileSync("git", argv, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5_000 }).trim();
  } catch {
    return undefined;
  }
}
