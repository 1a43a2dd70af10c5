import type { Target } from "../../runtime/soc/coa.ts";

/** What can be done about a threat, as far as this project knows: a table, not a model. */
export interface Course {
  readonly id: string;
  readonly title: string;
  /** Actions of the policy, each with the kind of thing it is aimed at; all must be in the evidence. */
  readonly actions: readonly { readonly action: string; readonly target: Target["type"] | null }[];
  /** How much of a threat of a class it takes away, 0 to 1; what is not named gets `otherwise`. */
  readonly fit: Readonly<Record<string, number>> & { readonly otherwise: number };
  /** How much of the tenant's own work it stops, 0 to 1. */
  readonly disruption: number;
  /** How wholly and quickly it can be taken back, 0 to 1. */
  readonly reversibility: number;
  /** Sentences; `{ip}` and the like stand for the targets. */
  readonly effect: string;
  readonly risk: string;
  readonly undo: string;
}

/** All courses. Of two with the same score the one that stands first comes first. docs/l9.md has the table. */
export const COURSES: readonly Course[] = [
  {
    id: "block_source",
    title: "Block the remote address",
    actions: [{ action: "BLOCK_IP", target: "ip" }],
    fit: { BRUTE_FORCE: 0.8, RECON: 0.7, EXPLOIT: 0.6, MALWARE_C2: 0.6, EXFILTRATION: 0.6, otherwise: 0.3 },
    disruption: 0.2,
    reversibility: 1,
    effect: "Traffic with {ip} ends at the tenant's border.",
    risk: "Others behind the same address are cut off too; the sender may use another one.",
    undo: "The block is lifted at once.",
  },
  {
    id: "block_domain",
    title: "Block the domain",
    actions: [{ action: "BLOCK_DOMAIN", target: "domain" }],
    fit: { MALWARE_C2: 0.7, EXFILTRATION: 0.7, POLICY: 0.4, otherwise: 0.3 },
    disruption: 0.15,
    reversibility: 1,
    effect: "{domain} no longer resolves for the tenant's hosts.",
    risk: "A domain that is used for good reasons too is lost as well.",
    undo: "The block is lifted at once.",
  },
  {
    id: "cut_channel",
    title: "Block the remote address and the domain",
    actions: [
      { action: "BLOCK_IP", target: "ip" },
      { action: "BLOCK_DOMAIN", target: "domain" },
    ],
    fit: { MALWARE_C2: 0.8, EXFILTRATION: 0.8, otherwise: 0.35 },
    disruption: 0.3,
    reversibility: 1,
    effect: "Neither {ip} nor {domain} can be reached from the tenant's hosts.",
    risk: "Others behind the same address or domain are cut off too.",
    undo: "Both blocks are lifted at once.",
  },
  {
    id: "isolate_host",
    title: "Isolate the host",
    actions: [{ action: "ISOLATE_HOST", target: "host" }],
    fit: {
      MALWARE_C2: 0.9,
      EXFILTRATION: 0.85,
      PRIVILEGE_ESCALATION: 0.8,
      EXPLOIT: 0.75,
      BRUTE_FORCE: 0.5,
      otherwise: 0.3,
    },
    disruption: 0.8,
    reversibility: 0.8,
    effect: "{host} talks to nobody but the responders; what is on it cannot spread.",
    risk: "All that the host serves is away while it lasts.",
    undo: "The host is let back in; work that it missed is lost.",
  },
  {
    id: "disable_account",
    title: "Disable the account",
    actions: [{ action: "DISABLE_ACCOUNT", target: "user" }],
    fit: { PRIVILEGE_ESCALATION: 0.75, BRUTE_FORCE: 0.5, EXFILTRATION: 0.4, POLICY: 0.4, otherwise: 0.2 },
    disruption: 0.4,
    reversibility: 0.9,
    effect: "Nobody logs in as {user} any more.",
    risk: "Its owner, and programs that use it, stop working; a name that does not exist is no gain.",
    undo: "The account is enabled again.",
  },
  {
    id: "isolate_and_disable",
    title: "Isolate the host and disable the account",
    actions: [
      { action: "ISOLATE_HOST", target: "host" },
      { action: "DISABLE_ACCOUNT", target: "user" },
    ],
    fit: { PRIVILEGE_ESCALATION: 0.95, EXFILTRATION: 0.9, MALWARE_C2: 0.9, otherwise: 0.35 },
    disruption: 0.95,
    reversibility: 0.7,
    effect: "{host} is cut off and {user} can log in nowhere else.",
    risk: "All that the host serves, and all that the account does elsewhere, is away while it lasts.",
    undo: "Host and account are let back in; work that was missed is lost.",
  },
  {
    id: "quarantine_file",
    title: "Quarantine the file",
    actions: [{ action: "QUARANTINE_FILE", target: "file" }],
    fit: { MALWARE_C2: 0.6, EXPLOIT: 0.5, otherwise: 0.2 },
    disruption: 0.2,
    reversibility: 0.9,
    effect: "The file {file} is kept where nothing can run it.",
    risk: "A program that needs the file stops working.",
    undo: "The file is put back.",
  },
  {
    id: "kill_process",
    title: "End the process",
    actions: [{ action: "KILL_PROCESS", target: "process" }],
    fit: { MALWARE_C2: 0.5, EXPLOIT: 0.5, otherwise: 0.1 },
    disruption: 0.5,
    reversibility: 0.3,
    effect: "{process} ends.",
    risk: "What it had in memory, evidence too, is lost; it may be started again.",
    undo: "It can be started again; its memory is gone.",
  },
  {
    id: "alert",
    title: "Alert the tenant's people",
    actions: [{ action: "ALERT_ONLY", target: null }],
    fit: { otherwise: 0.25 },
    disruption: 0,
    reversibility: 1,
    effect: "People know and can decide; nothing changes on the network.",
    risk: "The threat goes on until somebody acts.",
    undo: "There is nothing to take back.",
  },
  {
    id: "hunt",
    title: "Look for further traces before acting",
    actions: [],
    fit: { otherwise: 0.15 },
    disruption: 0,
    reversibility: 1,
    effect: "What else belongs to it becomes known.",
    risk: "The threat goes on meanwhile.",
    undo: "There is nothing to take back.",
  },
  {
    id: "observe",
    title: "Keep watching",
    actions: [],
    fit: { otherwise: 0.05 },
    disruption: 0,
    reversibility: 1,
    effect: "Events go on being recorded; a change shows at the next question.",
    risk: "The threat goes on.",
    undo: "There is nothing to take back.",
  },
];
