import type { LineView } from "./line-view.ts";

/** A feature with a name that stays, and how it is read off a line: a number, mostly 0 to 1. */
export interface Feature {
  readonly name: string;
  readonly of: (view: LineView) => number;
}

type Part = "signature" | "url" | "agent" | "message";

/** Patterns in texts; each is a feature of its own. Signature, URL and message are lower case when they are matched. */
const PATTERNS: readonly (readonly [name: string, part: Part, pattern: RegExp])[] = [
  ["sig_malware", "signature", /trojan|malware|ransom|botnet|backdoor|stealer|loader|cobalt ?strike|meterpreter/],
  ["sig_c2", "signature", /command and control|\b(?:c2|cnc|rat)\b|beacon|check-?in/],
  ["sig_exploit", "signature", /exploit|shellcode|overflow|remote code|\brce\b|injection|deserializ|traversal/],
  ["sig_attempted", "signature", /attempted|privilege gain|web application attack/],
  ["sig_scan", "signature", /\bscan|sweep|probe|recon|enumerat|information leak/],
  ["sig_brute", "signature", /brute ?force|login attempt|password|credential|unsuccessful/],
  ["sig_exfil", "signature", /exfil|data (?:leak|theft|loss)|tunnel/],
  ["sig_policy", "signature", /policy|inappropriate|corporate privacy|not suspicious|p2p|torrent|vpn|tor\b/],
  ["sig_info", "signature", /\binfo\b|informational|misc activity|generic protocol|update|stream|decoder|checksum/],
  ["sig_antivirus", "signature", /anti-?(?:malware|virus)|defender|endpoint protection|test/],
  ["url_traversal", "url", /\.\.[/\\]|\/etc\/(?:passwd|shadow)|boot\.ini|win\.ini/],
  ["url_sqli", "url", /union\s+(?:all\s+)?select|'\s*or\s*'?1|sleep\(|benchmark\(|information_schema|;\s*drop /],
  ["url_xss", "url", /<script|javascript:|onerror\s*=|<img/],
  ["url_jndi", "url", /\$\{(?:jndi|lower|upper|env|::-)/],
  ["url_command", "url", /cmd\.exe|\/bin\/(?:ba)?sh|;\s*(?:wget|curl|id|cat)\b|\|\s*nc |powershell/],
  ["url_secret_file", "url", /\/\.(?:env|git|svn|aws|ssh)\b|wp-config|\.(?:bak|sql|old)$/],
  ["url_admin_panel", "url", /wp-login|phpmyadmin|\/manager\/html|\/admin\b|\/actuator|\/solr\//],
  ["url_executable", "url", /\.(?:exe|dll|ps1|hta|scr|jar|bat|vbs)(?:$|\?)/],
  ["agent_scanner", "agent", /sqlmap|nikto|nmap|masscan|zgrab|gobuster|dirbuster|nuclei|acunetix|wpscan|ffuf/],
  ["agent_script", "agent", /curl|wget|python|go-http|java\/|libwww|okhttp|powershell/],
  ["agent_browser", "agent", /mozilla\/5/],
  ["agent_monitor", "agent", /kube-probe|prometheus|pingdom|uptime|elb-health|googlebot/],
  ["msg_sudo_refused", "message", /not in sudoers|incorrect password attempt|failed su|authentication failure/],
  ["msg_account", "message", /new user: name=|add '.+' to (?:shadow )?group|password changed for|usermod|visudo/],
  ["msg_root_group", "message", /'(?:sudo|wheel|root|admin)'|uid=0\b/],
  ["msg_sudo_command", "message", /\bcommand=/],
  ["msg_shell", "message", /command=\S*\/(?:ba|z|da)?sh\b|nc -|\/dev\/tcp\/|base64 -d|chmod \+?[0-7]*s|setuid|pkexec/],
  ["msg_tamper", "message", /log (?:file )?(?:cleared|truncated|deleted)|auditd.*(?:stop|disab)|history -c|shred/],
  ["msg_fault", "message", /segfault|out of memory|oom-kill|kernel panic|i\/o error/],
  ["msg_firewall", "message", /\b(?:drop(?:ped)?|blocked|denied|reject)\b/],
  ["msg_routine", "message", /started |stopped |finished |rotat|session (?:opened|closed)|\(cron\)|synchroni[sz]ed/],
];

/** 1 where the pattern is found. */
export const SIGNS: readonly Feature[] = PATTERNS.map(([name, part, pattern]) => ({
  name,
  of: (view) => (view[part] !== "" && pattern.test(view[part]) ? 1 : 0),
}));
