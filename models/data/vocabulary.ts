/** The words that lines are made of. `UNSEEN` shares none of them with `KNOWN`: models are tried on it, never trained. */
export interface Vocabulary {
  readonly malware: readonly string[];
  readonly exploits: readonly string[];
  readonly scans: readonly string[];
  readonly bruteSignatures: readonly string[];
  readonly exfilSignatures: readonly string[];
  readonly policies: readonly string[];
  readonly infos: readonly string[];
  readonly domains: readonly string[];
  readonly people: readonly string[];
  readonly hosts: readonly string[];
  readonly pages: readonly string[];
  readonly scanners: readonly string[];
  readonly daemons: readonly string[];
}

export const KNOWN: Vocabulary = {
  malware: [
    "Cobalt Strike Beacon",
    "Emotet CnC Activity",
    "AsyncRAT Checkin",
    "Trojan.Win32 Generic",
    "Mirai Variant Botnet",
    "RedLine Stealer Exfil",
    "QakBot Loader",
    "Sliver C2 Framework",
    "LockBit Ransomware Note",
  ],
  exploits: [
    "Apache Log4j RCE Attempt (CVE-2021-44228)",
    "SQL Injection SELECT FROM",
    "Possible Buffer Overflow x86 shellcode",
    "Struts OGNL remote code execution",
    "PHP Object Deserialization",
    "SMB EternalBlue Exploit",
    "Directory Traversal Attempt",
  ],
  scans: [
    "Nmap Scripting Engine",
    "Possible SSH Scan Outbound",
    "Behavioral Unusual Port 445 sweep",
    "Masscan Probe",
    "SNMP public enumeration",
  ],
  bruteSignatures: ["RDP brute force login attempt", "Multiple FTP Unsuccessful Login", "HTTP Password Guess in URI"],
  exfilSignatures: ["Possible data theft via FTP", "DNS Tunnel iodine", "Large outbound POST data leak"],
  policies: [
    "curl User-Agent Outbound",
    "BitTorrent P2P announce",
    "Dropbox Client Broadcasting",
    "TeamViewer Keep-alive",
    "Tor Exit Node Traffic",
  ],
  infos: [
    "Session Traversal Utilities for NAT",
    "Packet with broken ack",
    "invalid checksum",
    "Windows Update Check",
    "Observed DNS Query to .cloud TLD",
    "Anti-Malware signature update",
    "GPL ICMP Echo Reply",
  ],
  domains: [
    "example.org",
    "intranet.example.net",
    "cdn.example.com",
    "mail.example.org",
    "api.example.io",
    "updates.example.com",
    "static.example.net",
  ],
  people: ["anna", "bob", "carol", "deploy", "jenkins", "backup", "svc-web", "dmitri", "mei"],
  hosts: ["web-1", "web-2", "db-1", "bastion", "mail", "fw-1", "build-3"],
  pages: ["/", "/index.html", "/api/v1/orders", "/static/app.js", "/login", "/search", "/img/logo.png", "/docs/start"],
  scanners: [
    "sqlmap/1.7#stable",
    "Nikto/2.5.0",
    "Mozilla/5.0 zgrab/0.x",
    "gobuster/3.6",
    "Nuclei - Open-source project",
  ],
  daemons: ["systemd", "kernel", "nginx", "postgres", "chronyd", "dockerd"],
};

export const UNSEEN: Vocabulary = {
  malware: [
    "Brute Ratel Beacon",
    "IcedID CnC Domain",
    "NjRAT Check-in",
    "Backdoor.Linux Agent",
    "Gafgyt Botnet",
    "Vidar Stealer",
    "BumbleBee Loader",
    "Havoc C2",
    "BlackCat Ransomware",
  ],
  exploits: [
    "Spring4Shell RCE (CVE-2022-22965)",
    "XML External Entity Injection",
    "Heap Overflow in TLS heartbeat",
    "Confluence OGNL Injection",
    "Java Deserialization ysoserial",
    "PrintNightmare Exploit",
    "Path Traversal in Citrix ADC",
  ],
  scans: ["ZMap Recon", "Suspicious inbound to MSSQL port 1433 scan", "LDAP enumeration", "RPC portmap probe"],
  bruteSignatures: ["SMTP credential stuffing", "VNC brute force", "IMAP login attempt flood"],
  exfilSignatures: ["Data exfil over ICMP", "Rclone data loss to object store", "DNS Tunnel dnscat2"],
  policies: [
    "Outbound IRC policy",
    "uTorrent P2P ping",
    "AnyDesk Remote Access",
    "OpenVPN over 443",
    "Cryptomining pool corporate privacy",
  ],
  infos: [
    "NTP monlist reply",
    "Excessive retransmissions",
    "truncated packet decoder",
    "Linux APT update",
    "Observed Telegram DNS",
    "Endpoint Protection cloud lookup",
    "TTL exceeded in transit",
  ],
  domains: ["corp.test", "files.corp.test", "edge.invalid-corp.test", "sso.corp.test", "git.corp.test"],
  people: ["erik", "fatima", "gitlab-runner", "ops", "yuki", "svc-db", "hans"],
  hosts: ["app-7", "cache-2", "jump", "vpn", "ci-1"],
  pages: ["/home", "/rest/items", "/assets/main.css", "/account", "/find", "/fonts/a.woff2", "/help/faq"],
  scanners: ["Acunetix-Product", "wpscan v3.8", "dirbuster/1.0", "masscan-ng/1.3"],
  daemons: ["cron", "haproxy", "redis-server", "containerd", "rsyslogd"],
};
