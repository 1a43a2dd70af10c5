/** What Layer 4 can call an event, in the order of its model's outputs; BENIGN is what remains. */
export const CLASSES = [
  "BENIGN",
  "BRUTE_FORCE",
  "MALWARE_C2",
  "EXPLOIT",
  "RECON",
  "EXFILTRATION",
  "PRIVILEGE_ESCALATION",
  "POLICY",
] as const;

export type ThreatClass = Exclude<(typeof CLASSES)[number], "BENIGN">;
