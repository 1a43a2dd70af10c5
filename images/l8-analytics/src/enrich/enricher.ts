import { graver, type Severity } from "../../../runtime/severity.ts";
import type { ArchiveLookup } from "../../../runtime/soc/archive-lookup.ts";
import type { Enrichment, Indicator } from "../../../runtime/soc/enrichment.ts";
import type { Proposal } from "../../../runtime/soc/proposal.ts";
import { type FoundEvent, indicatorOf, type Sighting } from "../../../runtime/soc/sighting.ts";
import type { HotPathSlot } from "../hotpath/hotpath-slot.ts";
import type { FoundProposals, ProposalLookup } from "./proposal-lookup.ts";

type Searched = Proposal["searched"];

/** Answers what one tenant's stores know of an event or an indicator: first the hot path, then the archive. */
export class Enricher {
  private readonly tenant: string;
  private readonly hotPath: HotPathSlot;
  private readonly archive: ArchiveLookup;
  private readonly proposals: ProposalLookup;

  constructor(tenant: string, hotPath: HotPathSlot, archive: ArchiveLookup, proposals: ProposalLookup) {
    this.tenant = tenant;
    this.hotPath = hotPath;
    this.archive = archive;
    this.proposals = proposals;
  }

  /** @throws DbeError as ArchiveLookup */
  async answer({ event_id, indicator: asked, limit }: Enrichment): Promise<Proposal> {
    const subject = event_id === undefined ? undefined : await this.find(event_id);
    const indicator = asked ?? (subject && indicatorOf(subject.fields));
    const { sighting, searched } = indicator
      ? await this.look(indicator, subject?.event.event_id, limit)
      : { sighting: undefined, searched: null };
    const known = this.summary(subject, indicator, sighting, searched, limit);
    return { ...known, ...(await this.proposals.of(known.event_ids)) };
  }

  private async find(id: string): Promise<FoundEvent | undefined> {
    return this.hotPath.use((db) => db.findEvent(id)) ?? (await this.archive.event(id));
  }

  private async look(indicator: Indicator, besides: string | undefined, limit: number) {
    const hot = this.hotPath.use((db) => db.findIndicator(indicator, besides, limit));
    const [store, sighting] =
      hot && hot.count > 0
        ? (["hot_path", hot] as const)
        : (["archive", await this.archive.indicator(indicator, besides, limit)] as const);
    return { sighting, searched: { store, events: sighting.searched } };
  }

  private summary(
    subject: FoundEvent | undefined,
    indicator: Indicator | undefined,
    sighting: Sighting | undefined,
    searched: Searched,
    limit: number,
  ): Omit<Proposal, keyof FoundProposals> {
    const own = subject ? [subject.event] : [];
    const related = sighting?.events ?? [];
    const severities: readonly Severity[] = [...own.map(({ severity }) => severity), ...(sighting?.severities ?? [])];
    const classes = [...own.map((event) => event.class), ...(sighting?.classes ?? [])].filter((one) => one !== null);
    const times = [...own.map(({ ts }) => ts), sighting?.first ?? null, sighting?.last ?? null]
      .filter((ts) => ts !== null)
      .sort();
    return {
      tenant_id: this.tenant,
      indicator: indicator ?? null,
      event_ids: [...own, ...related].map((event) => event.event_id).slice(0, limit),
      severity: severities.length > 0 ? severities.reduce(graver) : null,
      classes: [...new Set(classes)].sort(),
      first_seen: times[0] ?? null,
      last_seen: times.at(-1) ?? null,
      count: own.length + (sighting?.count ?? 0),
      related,
      searched,
    };
  }
}
