import type { Log } from "../../../runtime/log.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import { TenantFiles } from "../../../runtime/watch/tenant-files.ts";
import type { Limiter } from "./limiter.ts";
import { parseLimits, type TenantLimits } from "./tenant-limits.ts";

const MAX_FILE_BYTES = 4096;

/** Keeps a limiter equal to the files `<dir>/<tenant>/limits.json`. */
export class LimitsWatcher extends TenantFiles<TenantLimits> {
  constructor(dir: string, limiter: Limiter, log: Log) {
    super({
      ...{ dir, name: "limits.json", what: "limits", log },
      load: (path) => readBounded(path, MAX_FILE_BYTES),
      parse: parseLimits,
      onChange: (byTenant) => limiter.replace(byTenant),
    });
  }
}
