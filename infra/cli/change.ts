import { readFileSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import {
  type ChangeRequest,
  ChangeRequestInvalid,
  formatChangeRequest,
  parseChangeRequest,
} from "../plan/change-request.ts";
import { refusals, requestRefusals } from "../plan/judge-change.ts";
import type { Review } from "../plan/review.ts";
import { type Attempt, attemptsAt, keepAttempt, type Outcome } from "./change-record.ts";
import { UserError } from "./errors.ts";
import { projectRoot } from "./root.ts";

/** How long a request may be applied, milliseconds. */
const LIFETIME = 7 * 24 * 3_600_000;

/** Most bytes of a request's file. */
const MOST_BYTES = 256 * 1024;

export interface RequestOptions {
  /** Who asks; default the user of this machine. */
  readonly requester?: string;
  readonly title?: string;
  /** Declares an emergency, with its reason. */
  readonly emergency?: string;
}

/**
 * Writes the change request for a plan, or says that there is nothing to ask for. Refuses to overwrite a file, which may hold
 * approvals.
 */
export function writeChangeRequest(file: string, review: Review, options: RequestOptions): void {
  if (review.groups.length === 0) {
    process.stderr.write(`nothing would change: no change request is written to ${file}\n`);
    return;
  }
  const now = Date.now();
  const { requester = userInfo().username, emergency } = options;
  const request: ChangeRequest = {
    id: `change-${new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)}-${review.digest.slice(0, 8)}`,
    title: options.title ?? titleOf(review),
    class: emergency === undefined ? review.change.class : "emergency",
    reasons: emergency === undefined ? review.change.reasons : [emergency, ...review.change.reasons],
    requester,
    plan: review.digest,
    created: new Date(now).toISOString(),
    expires: new Date(now + LIFETIME).toISOString(),
    approvals: [],
  };
  try {
    writeFileSync(file, formatChangeRequest(request), { flag: "wx" });
  } catch (error) {
    throw new UserError(`the change request cannot be written: ${(error as Error).message}`, "name a new file");
  }
}

/** @throws UserError where the file is none */
function readChangeRequest(file: string): ChangeRequest {
  try {
    if (statSync(file).size > MOST_BYTES) throw new ChangeRequestInvalid(`has more than ${MOST_BYTES} bytes`);
    return parseChangeRequest(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      `${file}: ${(error as Error).message}`,
      "`bin/dsmil plan --change-out FILE` writes one; docs/changes.md describes it",
    );
  }
}

/** One `up` under a change request: looked at first, admitted once its plan is known, recorded from then on. */
export class ChangeRun {
  private readonly request: ChangeRequest;
  private readonly root: string;
  private attempt: Attempt | undefined;

  /**
   * Checks everything that needs no plan: form, dates, approvals.
   * @throws UserError where it may not be applied, whatever its plan is, or was applied before
   */
  constructor(file: string, root: string = projectRoot) {
    this.request = readChangeRequest(file);
    this.root = root;
    const { id } = this.request;
    if (attemptsAt(root, id).some(({ outcome }) => outcome === "applied"))
      throw new UserError(`change ${id} was applied before`, "`bin/dsmil plan --change-out FILE` asks for a new one");
    this.refuse(requestRefusals(this.request, Date.now()));
  }

  /**
   * Lets the plan be applied, and records that it was begun.
   * @throws UserError with every reason why it may not be, or where no record can be written
   */
  admit(review: Review): void {
    const broken = review.policyFindings.map(({ rule, resource }) => `it breaks policy ${rule}: ${resource}`);
    this.refuse([...refusals(this.request, review, Date.now()), ...broken]);
    const { totals, groups, dataAtRisk, change } = review;
    const attempt: Attempt = {
      request: this.request,
      started: new Date().toISOString(),
      by: userInfo().username,
      outcome: "started",
      reviewDue: this.request.class === "emergency" || change.class === "emergency",
      plan: { totals, groups, dataAtRisk },
    };
    try {
      keepAttempt(this.root, attempt);
    } catch (error) {
      throw new UserError(
        `change ${this.request.id} cannot be recorded; nothing was changed: ${(error as Error).message}`,
        "make room, or .dsmil/changes writable",
      );
    }
    this.attempt = attempt;
  }

  /** Keeps what came of it. A refused change leaves nothing; what cannot be written is told, as the change is made by now. */
  end(outcome: Exclude<Outcome, "started">): void {
    if (this.attempt === undefined) return;
    const attempt: Attempt = { ...this.attempt, ended: new Date().toISOString(), outcome };
    this.attempt = undefined;
    try {
      keepAttempt(this.root, attempt);
    } catch (error) {
      process.stderr.write(
        `warning: change ${this.request.id} ended as ${outcome}, its record still says started: ${(error as Error).message}\n`,
      );
    }
  }

  private refuse(reasons: readonly string[]): void {
    if (reasons.length === 0) return;
    throw new UserError(
      `change ${this.request.id} is refused; nothing was changed\n${reasons.map((r) => `       - ${r}`).join("\n")}`,
      "`bin/dsmil plan` shows what would happen now, `--change-out FILE` asks for it anew",
    );
  }
}

function titleOf({ totals }: Review): string {
  return `${totals.create} created, ${totals.update} changed, ${totals.replace} replaced, ${totals.delete} deleted`;
}
