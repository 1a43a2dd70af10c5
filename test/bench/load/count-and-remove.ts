import { accountFor, type RunAccount, removeRun } from "./account.ts";
import type { AdminStores } from "./admin.ts";
import type { TenantRun } from "./stream-account.ts";

/** Counts a part in every store and takes it out again, so that it stays in nobody's way. */
export async function countAndRemove(
  runs: readonly TenantRun[],
  ends: ReadonlyMap<string, string>,
  open: () => Promise<AdminStores>,
): Promise<RunAccount[]> {
  const admin = await open();
  try {
    const accounts = await accountFor(admin, runs, ends);
    for (const [at, one] of runs.entries()) if (accounts[at]) await removeRun(admin, one, accounts[at].streams);
    return accounts;
  } finally {
    await admin.close();
  }
}
