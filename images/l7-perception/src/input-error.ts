import type { PerceptionCode } from "../../runtime/l7/perception.ts";

/** A picture or a sound that is not taken, or cannot be worked on now. */
export class InputError extends Error {
  readonly code: PerceptionCode;

  constructor(code: PerceptionCode, message: string) {
    super(message);
    this.name = "InputError";
    this.code = code;
  }
}
