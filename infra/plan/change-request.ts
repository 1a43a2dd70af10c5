import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parseDocument, stringify } from "yaml";
import schema from "./change.schema.json" with { type: "json" };
import type { ChangeClass } from "./change-class.ts";

/** Who may approve (docs/changes.md). */
export type ApproverRole = "ai-ml-lead" | "systems-architect" | "security-lead" | "team-lead";

export interface Approval {
  readonly name: string;
  readonly role: ApproverRole;
  /** RFC 3339. */
  readonly date: string;
}

/** A change as it is asked for and approved: bound to one plan by its digest. */
export interface ChangeRequest {
  readonly id: string;
  readonly title: string;
  readonly class: ChangeClass;
  readonly reasons: readonly string[];
  readonly requester: string;
  /** Digest of the plan, 64 hex digits. */
  readonly plan: string;
  /** RFC 3339. */
  readonly created: string;
  /** RFC 3339; no later than that may it be applied. */
  readonly expires: string;
  readonly approvals: readonly Approval[];
}

/** A file that is no change request; the message says why. */
export class ChangeRequestInvalid extends Error {
  override readonly name = "ChangeRequestInvalid";
}

/** Largest file that is read, characters. */
const MOST = 64 * 1024;

const HELP = `# A change request (docs/changes.md). Reviewers add themselves to approvals:
#   approvals:
#     - { name: Ada Lovelace, role: team-lead, date: "2026-01-31T10:00:00Z" }
# Roles: ai-ml-lead, systems-architect, security-lead, team-lead. Then: bin/dsmil up --change FILE
`;

let validate: ValidateFunction | undefined;

/** @throws ChangeRequestInvalid with every mistake */
export function parseChangeRequest(text: string): ChangeRequest {
  if (text.length > MOST) throw new ChangeRequestInvalid(`has more than ${MOST} characters`);
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, logLevel: "error" });
  const [mistake] = document.errors;
  if (mistake) throw new ChangeRequestInvalid(`is not valid YAML: ${mistake.message.split("\n")[0] ?? ""}`);
  const data: unknown = document.toJS({ maxAliasCount: 0 });
  validate ??= compile();
  if (validate(data)) return data as ChangeRequest;
  const mistakes = (validate.errors ?? []).map(
    ({ instancePath, message = "", params }) =>
      `${instancePath.slice(1).replaceAll("/", ".") || "the file"}: ${message}${params.additionalProperty ? ` (${String(params.additionalProperty)})` : ""}${params.allowedValues ? ` (${(params.allowedValues as string[]).join(", ")})` : ""}`,
  );
  throw new ChangeRequestInvalid(mistakes.join("; "));
}

/** The file that reviewers add themselves to. */
export function formatChangeRequest(request: ChangeRequest): string {
  return HELP + stringify(request);
}

function compile(): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, strict: true });
  addFormats.default(ajv, ["date-time"]);
  return ajv.compile(schema);
}
