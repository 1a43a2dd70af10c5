/** A rule of Alertmanager: while a source fires, targets that agree with it in `equal` are told to nobody. */
interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

/** Of a severe and a mild alert about the same thing, the severe one is told. */
const MILDER: readonly (readonly [severe: string, mild: string, equal: readonly string[]])[] = [
  ["NodeDiskFull", "NodeDiskLow", ["node", "mountpoint"]],
  ["IngestBufferFull", "IngestBufferOld", ["node", "tenant"]],
  ["CertificateEnds", "CertificateEndsSoon", ["certificate"]],
  ["SignerEnds", "SignerEndsSoon", ["signer"]],
  ["BalancerWithoutServer", "BalancerServerDown", ["node"]],
  ["ContainerDown", "ServiceDown", ["container"]],
  ["ContainerOutOfMemory", "ContainerMemoryHigh", ["container"]],
  ["ServiceDown", "ContainerUnhealthy", ["container"]],
  ["ServiceDown", "ServiceUnhealthy", ["container"]],
  ["ServiceUnhealthy", "ServiceDegraded", ["container"]],
];

/** Stores by whose outage services work with less, or get behind. */
const STORES = 'alertname=~"RedisDown|PostgresDown|QdrantDown"';
const FOLLOWS =
  'alertname=~"ServiceDegraded|StreamBehind|StreamPending|IngestBufferOld|AuditSpoolWaits|AuditTrailBroken"';

/** What is held back, as something else explains it. */
export const inhibitions: readonly Inhibition[] = [
  // A node that is away says nothing of what runs on it.
  {
    source_matchers: ['alertname="NodeAway"'],
    target_matchers: ['alertname!="NodeAway"', 'node!=""'],
    equal: ["node"],
  },
  { source_matchers: [STORES], target_matchers: [FOLLOWS], equal: [] },
  // Its own alert says more than that of a container.
  {
    source_matchers: [STORES],
    target_matchers: ['alertname=~"ContainerDown|ServiceDown"', 'service=~"redis|postgres|qdrant"'],
    equal: ["node"],
  },
  ...MILDER.map(([severe, mild, equal]) => ({
    source_matchers: [`alertname="${severe}"`],
    target_matchers: [`alertname="${mild}"`],
    equal,
  })),
  // Of an error budget the fastest loss is told.
  {
    source_matchers: ['slo!=""', 'severity="critical"'],
    target_matchers: ['slo!=""', 'severity="warning"'],
    equal: ["slo", "layer", "tenant"],
  },
];
