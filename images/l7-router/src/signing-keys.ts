import { readGuarded } from "../../runtime/dbe/keys/guarded-file.ts";
import { KeyError } from "../../runtime/dbe/keys/key-error.ts";
import type { Log } from "../../runtime/log.ts";
import { type Signer, signer } from "../../runtime/pqc/signer.ts";
import { TenantFiles } from "../../runtime/watch/tenant-files.ts";

/** A seed in hex and a line's end, with room to tell that it is too long. */
const MAX_FILE_BYTES = 256;

/** The tenants' signing keys, from `<dir>/<tenant>/signing_seed`: 64 hex digits in a file for its owner alone. */
export class SigningKeys {
  /** Watches the files. */
  readonly files: TenantFiles<Signer>;
  private byTenant: ReadonlyMap<string, Signer> = new Map();

  constructor(dir: string, log: Log) {
    this.files = new TenantFiles({
      ...{ dir, name: "signing_seed", what: "signing keys", log },
      load: readSeed,
      parse: (seed) => signer(seed),
      onChange: (byTenant) => {
        this.byTenant = byTenant;
      },
    });
  }

  /** The key of an upper-case tenant; undefined when there is none. */
  of(tenant: string): Signer | undefined {
    return this.byTenant.get(tenant);
  }
}

async function readSeed(path: string): Promise<string | undefined> {
  try {
    const bytes = await readGuarded(path, "the tenant's signing seed", MAX_FILE_BYTES);
    const seed = bytes.toString("latin1").trim();
    bytes.fill(0);
    return seed;
  } catch (error) {
    if (error instanceof KeyError && error.problem === "missing") return undefined;
    throw error;
  }
}
