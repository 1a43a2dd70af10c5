import { readdir, stat } from "node:fs/promises";

const WRITABLE_BY_OTHERS = 0o022;
const READABLE_BY_OTHERS = 0o077;
const MOST_FILES = 1000;

/** A folder, and whether what lies in it is secret. */
export interface WatchedFolder {
  readonly path: string;
  /** Names of files that only their owner may read. */
  readonly secrets: readonly string[];
}

/**
 * What is wrong with the modes of folders of keys and of what lies in them: anyone but the owner may write, or read a
 * secret. What cannot be looked at is named too.
 */
export async function modeProblems(folders: readonly WatchedFolder[]): Promise<readonly string[]> {
  const found = await Promise.all(folders.map(problemsOf));
  return found.flat().sort();
}

async function problemsOf({ path, secrets }: WatchedFolder): Promise<string[]> {
  try {
    const names = (await readdir(path)).sort().slice(0, MOST_FILES);
    const judged = [path, ...names.map((name) => `${path}/${name}`)].map(async (one) => {
      const found = await stat(one).catch(unlessGone);
      if (found === undefined) return [];
      const { mode, uid } = found;
      const octal = (mode & 0o7777).toString(8).padStart(4, "0");
      if ((mode & WRITABLE_BY_OTHERS) !== 0) return [`${one} is ${octal}, of uid ${uid}: others may write`];
      const secret = secrets.some((name) => one === `${path}/${name}`);
      return secret && (mode & READABLE_BY_OTHERS) !== 0 ? [`${one} is ${octal}, of uid ${uid}: others may read`] : [];
    });
    return (await Promise.all(judged)).flat();
  } catch (error) {
    return [`${path} cannot be looked at: ${(error as NodeJS.ErrnoException).code ?? "unreadable"}`];
  }
}

/** A tenant may go between two looks. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
