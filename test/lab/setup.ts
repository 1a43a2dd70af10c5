import { existsSync } from "node:fs";
import { join } from "node:path";
import { dsmil, dsmilOk, resetManifest, root } from "./harness/dsmil.ts";

/**
 * Brings the platform up once for all lab tests, exactly as a newcomer does. What was there before is left there; what
 * this run made is removed again, also when tests fail.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const before = existsSync(join(root, ".dsmil/access.json"));
  resetManifest();
  const keep = before || process.env.DSMIL_KEEP_LAB === "1";
  const remove = async (): Promise<void> => {
    if (keep) return;
    await dsmil("destroy", "--yes");
    await dsmilOk("lab", "destroy");
  };
  try {
    const up = await dsmilOk("up");
    process.stderr.write(up.stderr);
  } catch (error) {
    // Nobody calls the teardown of a setup that failed, and its own failure must not hide the first.
    await remove().catch((left: unknown) => process.stderr.write(`${String(left)}\n`));
    throw error;
  }
  return remove;
}
