import type { Reason } from "../../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../../images/runtime/dbe/codec/error.ts";

/** The reason of what `work` throws; anything but a DbeError goes on, undefined when it throws nothing. */
export function reasonOf(work: () => unknown): Reason | undefined {
  try {
    work();
  } catch (error) {
    return reasonIn(error);
  }
  return undefined;
}

/** As reasonOf, of what `work` rejects with. */
export async function reasonOfAsync(work: () => Promise<unknown>): Promise<Reason | undefined> {
  try {
    await work();
  } catch (error) {
    return reasonIn(error);
  }
  return undefined;
}

function reasonIn(error: unknown): Reason {
  if (error instanceof DbeError) return error.reason;
  throw error;
}
