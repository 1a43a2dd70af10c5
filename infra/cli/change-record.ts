import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ChangeRequest } from "../plan/change-request.ts";
import type { Review } from "../plan/review.ts";
import { UserError } from "./errors.ts";

/** What came of an attempt; `started` where nobody could say so any more, as the run was killed. */
export type Outcome = "started" | "applied" | "not healthy" | "failed";

/** One `up --change` whose plan was admitted. */
export interface Attempt {
  readonly request: ChangeRequest;
  /** RFC 3339; tells attempts apart. */
  readonly started: string;
  readonly ended?: string;
  /** User of the machine. */
  readonly by: string;
  readonly outcome: Outcome;
  readonly reviewDue: boolean;
  readonly plan: Pick<Review, "totals" | "groups" | "dataAtRisk">;
}

const fileOf = (root: string, id: string): string => join(root, ".dsmil/changes", `${id}.json`);

/**
 * The attempts at a change, the oldest first.
 * @throws UserError where its record is there and cannot be read
 */
export function attemptsAt(root: string, id: string): Attempt[] {
  const file = fileOf(root, id);
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as Attempt | { readonly attempts: readonly Attempt[] };
    // Before attempts were listed, a record was the last one.
    return "attempts" in record ? [...record.attempts] : [record];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new UserError(
      `the record of change ${id} cannot be read: ${(error as Error).message}`,
      `look at ${file}, or ask for a new change: \`bin/dsmil plan --change-out FILE\``,
    );
  }
}

/** Adds an attempt to a change's record, or what came of it; the other ones stay. Whole or not at all. */
export function keepAttempt(root: string, attempt: Attempt): void {
  const { id } = attempt.request;
  const others = attemptsAt(root, id).filter(({ started }) => started !== attempt.started);
  const file = fileOf(root, id);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ id, attempts: [...others, attempt] }, null, 2);
  writeFileSync(`${file}.${process.pid}`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
