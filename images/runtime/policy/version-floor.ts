import { rename, writeFile } from "node:fs/promises";
import type { PolicyStamp } from "./decision.ts";
import { PolicyError } from "./policy-error.ts";
import { readBytes } from "./read-bytes.ts";

const FORM = /^([1-9]\d{0,15}) ([0-9a-f]{96})\n$/;

/**
 * The newest version of a policy that was in force: an older one, rightly signed as it is, is no policy any more. Kept
 * in a file where there is one, so that a restart does not forget it.
 */
export class VersionFloor {
  private readonly file: string | undefined;
  private highest: PolicyStamp | undefined;
  private read: boolean;

  /** @param file in a folder of the service's own; without one the floor lives as long as the process */
  constructor(file?: string) {
    this.file = file;
    this.read = file === undefined;
  }

  /** Takes what the file says, once. A file that cannot be understood stops everything: it was not left so by us. */
  async load(): Promise<void> {
    if (this.read || this.file === undefined) return;
    try {
      const text = (await readBytes(this.file, 256)).toString();
      const [, version, bundle] = FORM.exec(text) ?? [];
      if (version === undefined || bundle === undefined) {
        throw new PolicyError("malformed", `${this.file} is not of its form; remove it to accept any version`);
      }
      this.highest = { version: Number(version), bundle };
    } catch (error) {
      if (!(error instanceof PolicyError && error.problem === "missing")) throw error;
    }
    this.read = true;
  }

  /**
   * @param stamp of a bundle whose signature holds
   * @throws PolicyError `rollback`
   */
  check({ version, bundle }: PolicyStamp): void {
    const { highest } = this;
    if (highest === undefined || version > highest.version) return;
    if (version === highest.version && bundle === highest.bundle) return;
    const remedy = this.file === undefined ? "run `dsmil up`" : `run \`dsmil up\`, or remove ${this.file}`;
    throw new PolicyError(
      "rollback",
      `version ${version} is not newer than ${highest.version}, in force before; ${remedy}`,
    );
  }

  /** Remembers a version that is in force now. */
  async raise(stamp: PolicyStamp): Promise<void> {
    if (this.highest?.version === stamp.version) return;
    if (this.file !== undefined) {
      const fresh = `${this.file}.new`;
      await writeFile(fresh, `${stamp.version} ${stamp.bundle}\n`, { mode: 0o600 });
      await rename(fresh, this.file);
    }
    // Only now: a version that could not be remembered is not in force, at the next look neither.
    this.highest = stamp;
  }
}
