import type { DecisionPoint } from "../../runtime/policy/decision-point.ts";
import { signer } from "../../runtime/pqc/signer.ts";
import { readSecret } from "../../runtime/secret-file.ts";
import { isSignedBundle, signBundle } from "../../runtime/soc/bundle-signature.ts";
import type {
  CoalitionQuestion,
  ExportAnswer,
  ExportQuestion,
  ImportAnswer,
  ImportQuestion,
} from "../../runtime/soc/coalition.ts";
import { NothingPermitted, Permissions } from "../../runtime/soc/permissions.ts";
import type { StopGuard } from "../../runtime/stop/stop-guard.ts";
import type { CoalitionArchive } from "./coalition-archive.ts";
import type { Coalition, Partner } from "./partners.ts";
import { readBundle, UnsoundBundle } from "./read-bundle.ts";
import { sharedSightings } from "./shared-sightings.ts";
import { type SharedSighting, stixBundle } from "./stix-bundle.ts";

/** What a liaison works with. */
export interface LiaisonParts {
  readonly tenant: string;
  readonly archive: CoalitionArchive;
  /** What the deployer said last; undefined while it said nothing. */
  readonly coalition: () => Coalition | undefined;
  /** Holds signing_seed and certificate. */
  readonly folder: string;
  readonly point: DecisionPoint;
  readonly stop: StopGuard;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

type Said<T> = Omit<T, "policy">;

/**
 * What a tenant tells its partners, and what it has seen of what they tell. Nothing is sent: the tenant hands the bundle on
 * itself. Nothing of a partner's is kept.
 */
export class Liaison {
  private readonly parts: LiaisonParts;

  constructor(parts: LiaisonParts) {
    this.parts = parts;
  }

  /**
   * @param about id of the request, for the log of decisions
   * @param now ms since 1970
   * @throws DbeError as `CoalitionArchive`
   */
  async answer(question: CoalitionQuestion, about: string, now: number): Promise<ExportAnswer | ImportAnswer> {
    const { tenant, point } = this.parts;
    const permissions = new Permissions(point, tenant, about);
    try {
      await this.unlessStopped();
      // Without a policy not even the archive is asked.
      await permissions.open();
      const { partner, domain } = this.partner(question.partner);
      const said =
        question.ask === "export"
          ? await this.exported(question, partner, domain, now)
          : await this.imported(question, partner);
      // The stop may have come meanwhile.
      await this.unlessStopped();
      return { ...said, policy: permissions.policy };
    } catch (error) {
      if (!(error instanceof NothingPermitted)) throw error;
      const { reasons } = error;
      const base = question.ask === "export" ? noBundle(tenant, question) : noSightings(tenant, question);
      return { ...base, result: "refused", reasons, policy: permissions.policy };
    }
  }

  /** @throws NothingPermitted */
  private async unlessStopped(): Promise<void> {
    const frozen = await this.parts.stop.why();
    if (frozen !== undefined) throw new NothingPermitted([frozen]);
  }

  private partner(id: string): { readonly partner: Partner; readonly domain: string } {
    const coalition = this.parts.coalition();
    const partner = coalition?.partners.get(id);
    if (!coalition || !partner) throw new NothingPermitted(["unknown_partner"]);
    return { partner, domain: coalition.domain };
  }

  private async exported(
    question: ExportQuestion,
    { shares, minConfidence, marking }: Partner,
    domain: string,
    now: number,
  ): Promise<Said<ExportAnswer>> {
    const { tenant, archive, folder } = this.parts;
    // Two questions within one minute are about the same events.
    const to = (Math.floor(now / MINUTE) + 1) * MINUTE;
    const span = { from: to - question.hours * HOUR, to };
    const { findings, whole } = await archive.findings(span, shares, minConfidence);
    const { sightings, withheld } = sharedSightings(findings, domain);
    const period = { from: new Date(span.from).toISOString(), to: new Date(to).toISOString(), whole };
    const answer = { ...noBundle(tenant, question), period };
    if (sightings.length === 0) {
      const reasons = [withheld === 0 ? "nothing_found" : "nothing_shareable"];
      const counts = { ip: 0, domain: 0, hash: 0, not_shareable: withheld, left_out: 0 };
      return { ...answer, result: "insufficient_evidence", reasons, counts };
    }
    const { text, held } = stixBundle(tenant, marking, sightings);
    const signature = await signBundle(Buffer.from(text), signer(readSecret(`${folder}/signing_seed`)));
    const certificate = readSecret(`${folder}/certificate`);
    const counts = { ...tally(sightings.slice(0, held)), not_shareable: withheld, left_out: sightings.length - held };
    return { ...answer, result: "bundle", reasons: [], bundle: text, signature, certificate, counts };
  }

  private async imported(question: ImportQuestion, { id, publicKey }: Partner): Promise<Said<ImportAnswer>> {
    const { tenant, archive } = this.parts;
    if (publicKey === undefined) throw new NothingPermitted(["partner_has_no_key"]);
    if (!isSignedBundle(Buffer.from(question.bundle), publicKey, question.signature.signature)) {
      throw new NothingPermitted(["invalid_signature"]);
    }
    const { indicators, skipped } = readOrRefuse(question.bundle, id);
    const answer = noSightings(tenant, question);
    if (indicators.length === 0) {
      const counts = { indicators: 0, seen: 0, not_understood: skipped };
      return { ...answer, result: "insufficient_evidence", reasons: ["nothing_understood"], counts };
    }
    const { seen, total } = await archive.seen(indicators);
    const counts = { indicators: indicators.length, seen: total, not_understood: skipped };
    return { ...answer, result: "sightings", reasons: [], seen, counts };
  }
}

function readOrRefuse(text: string, partner: string): ReturnType<typeof readBundle> {
  try {
    return readBundle(text, partner);
  } catch (error) {
    throw error instanceof UnsoundBundle ? new NothingPermitted([error.message]) : error;
  }
}

function tally(sightings: readonly SharedSighting[]) {
  const of = (kind: SharedSighting["kind"]): number => sightings.filter((one) => one.kind === kind).length;
  return { ip: of("ip"), domain: of("domain"), hash: of("hash") };
}

const noBundle = (tenant_id: string, { partner }: ExportQuestion) =>
  ({ tenant_id, partner, period: null, bundle: null, signature: null, certificate: null, counts: null }) as const;

const noSightings = (tenant_id: string, { partner }: ImportQuestion) =>
  ({ tenant_id, partner, stored: false, seen: [], counts: null }) as const;
