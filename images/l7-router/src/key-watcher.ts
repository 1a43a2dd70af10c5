import type { Log } from "../../runtime/log.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";
import { TenantFiles } from "../../runtime/watch/tenant-files.ts";
import { readKeyFile } from "./key-file.ts";
import type { KeyRing, StoredKey } from "./key-ring.ts";

const MAX_FILE_BYTES = 256 * 1024;

/** Keeps a key ring equal to the files `<dir>/<tenant>/api_keys.json`. */
export class KeyWatcher extends TenantFiles<readonly StoredKey[]> {
  constructor(dir: string, ring: KeyRing, log: Log) {
    super({
      ...{ dir, name: "api_keys.json", what: "API keys", log },
      load: (path) => readBounded(path, MAX_FILE_BYTES),
      parse: readKeyFile,
      onChange: (byTenant) => ring.replace(byTenant),
    });
  }
}
