import type { RoeLevel } from "../../runtime/soc/coa.ts";
import type { Action } from "../../runtime/soc/proposed-action.ts";

/** Something to do about a concern. The figures are judgements of this project. */
export interface Remedy {
  readonly id: string;
  readonly title: string;
  /** Names of the classes and categories, or `entity`; empty: any. */
  readonly for: readonly string[];
  /** What the tenant's SOC would propose; null where people do it by other means. */
  readonly action: Action | null;
  /** Level of engagement that it needs. */
  readonly level: RoeLevel;
  /** How much of the concern it takes away, and how much work it disturbs; 0 to 1. */
  readonly effect: number;
  readonly disruption: number;
}

const advice = { action: null, level: "ANALYSIS_ONLY" } as const;
const helped = (action: Action) => ({ action, level: "SOC_ASSIST" }) as const;

/** In this order of equals. */
export const REMEDIES: readonly Remedy[] = [
  {
    ...{ id: "block_sources", title: "Block the addresses that attack", for: ["BRUTE_FORCE", "RECON", "EXPLOIT"] },
    ...{ ...helped("BLOCK_IP"), effect: 0.7, disruption: 0.2 },
  },
  {
    ...{ id: "harden_logins", title: "Allow logins by key alone where passwords are tried", for: ["BRUTE_FORCE"] },
    ...{ ...advice, effect: 0.8, disruption: 0.4 },
  },
  {
    ...{ id: "shrink_surface", title: "Close or hide the services that are looked for", for: ["RECON"] },
    ...{ ...advice, effect: 0.6, disruption: 0.3 },
  },
  {
    ...{ id: "patch_exposed", title: "Patch the programs that are attacked", for: ["EXPLOIT"] },
    ...{ ...advice, effect: 0.9, disruption: 0.4 },
  },
  {
    ...{ id: "isolate_hosts", title: "Isolate the hosts that speak to command servers", for: ["MALWARE_C2"] },
    ...{ ...helped("ISOLATE_HOST"), effect: 0.9, disruption: 0.8 },
  },
  {
    ...{
      id: "cut_channels",
      title: "Block the domains that data or commands go by",
      for: ["MALWARE_C2", "EXFILTRATION"],
    },
    ...{ ...helped("BLOCK_DOMAIN"), effect: 0.7, disruption: 0.15 },
  },
  {
    ...{ id: "review_outflow", title: "Find what left, and who could read it", for: ["EXFILTRATION"] },
    ...{ ...advice, effect: 0.6, disruption: 0.1 },
  },
  {
    ...{ id: "disable_accounts", title: "Disable the accounts that gained rights", for: ["PRIVILEGE_ESCALATION"] },
    ...{ ...helped("DISABLE_ACCOUNT"), effect: 0.75, disruption: 0.4 },
  },
  {
    ...{ id: "review_rights", title: "Look through who may become root, and why", for: ["PRIVILEGE_ESCALATION"] },
    ...{ ...advice, effect: 0.6, disruption: 0.1 },
  },
  {
    ...{ id: "renew_protocols", title: "Retire the outdated protocols and root logins that are seen", for: ["POLICY"] },
    ...{ ...advice, effect: 0.8, disruption: 0.3 },
  },
  {
    ...{
      id: "verify_layers",
      title: "Look into contradictions of the layers before verdicts are trusted",
      for: ["ADVML"],
    },
    ...{ ...advice, effect: 0.8, disruption: 0.05 },
  },
  {
    ...{ id: "watch_entity", title: "Have somebody watch this one for the next hour", for: ["entity"] },
    ...{ action: "ALERT_ONLY", level: "ANALYSIS_ONLY", effect: 0.5, disruption: 0.05 },
  },
  {
    ...{ id: "investigate", title: "Look into these events", for: [] },
    ...{ ...advice, effect: 0.3, disruption: 0 },
  },
];
