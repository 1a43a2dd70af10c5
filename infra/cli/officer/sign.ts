import { signNc3Query } from "../../../images/runtime/dbe/claim/two-person.ts";
import { UserError } from "../errors.ts";

export interface SignedProbe {
  /** `ALPHA` */
  readonly tenant: string;
  readonly destination: number;
  /** 32 hex digits. */
  readonly messageId: string;
  readonly payload: string;
}

/** Hex of key id and signature. @throws UserError for what makes no message */
export function signProbe({ tenant, destination, messageId, payload }: SignedProbe, seed: string): Promise<string> {
  if (!/^[0-9a-f]{32}$/.test(messageId)) throw new UserError(`--message-id ${messageId} is none`, "give 32 hex digits");
  if (!Number.isInteger(destination) || destination < 0 || destination > 0xffff) {
    throw new UserError(`--to ${destination} is no device`, "give a device's number, such as 61");
  }
  return signNc3Query({ tenant, destination, messageId, payload }, seed);
}
