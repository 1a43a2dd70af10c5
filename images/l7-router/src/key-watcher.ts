import { readFile, stat } from "node:fs/promises";
import type { Log } from "../../runtime/log.ts";
import { readKeyFile } from "./key-file.ts";
import type { ApiKey, KeyRing } from "./key-ring.ts";
import { TenantFiles } from "./tenant-files.ts";

const MAX_FILE_BYTES = 256 * 1024;

/** Keeps a key ring equal to the files `<dir>/<tenant>/api_keys.json`. */
export class KeyWatcher extends TenantFiles<readonly ApiKey[]> {
  constructor(dir: string, ring: KeyRing, log: Log) {
    super({
      ...{ dir, name: "api_keys.json", what: "API keys", log },
      load: readBounded,
      parse: readKeyFile,
      onChange: (byTenant) => ring.replace(byTenant),
    });
  }
}

/** The file's text; undefined when there is none. */
async function readBounded(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`api_keys.json has ${size} bytes, at most ${MAX_FILE_BYTES}`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
