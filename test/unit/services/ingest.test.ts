import { describe, expect, it } from "vitest";
import type { LineContext } from "../../../images/runtime/ingest/normalized-line.ts";
import { parseLine } from "../../../images/runtime/ingest/parse-line.ts";

const context: LineContext = { format: "auto", source: "auth.log", receivedAt: "2026-01-02T08:00:00.000Z" };
const parse = (line: string, changes: Partial<LineContext> = {}) => parseLine(line, { ...context, ...changes });
const understood = (line: string, changes: Partial<LineContext> = {}) => {
  const result = parse(line, changes);
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result.value;
};

const ALERT =
  '{"timestamp":"2025-11-23T12:34:56.123456+0100","flow_id":1801234567890123,"event_type":"alert","src_ip":"203.0.113.9","src_port":44321,"dest_ip":"10.0.0.5","dest_port":443,"proto":"TCP","alert":{"action":"allowed","signature_id":2019284,"signature":"ET MALWARE Beacon","category":"A Network Trojan was detected","severity":1}}';

describe("Suricata EVE", () => {
  it("picks an alert's key fields and brings its time to UTC", () => {
    expect(understood(ALERT)).toEqual({
      format: "eve",
      ts: "2025-11-23T11:34:56.123Z",
      category: "IDS",
      severity: "HIGH",
      fields: {
        event_type: "alert",
        src_ip: "203.0.113.9",
        src_port: 44321,
        dest_ip: "10.0.0.5",
        dest_port: 443,
        proto: "TCP",
        flow_id: 1801234567890123,
        signature: "ET MALWARE Beacon",
        signature_id: 2019284,
        alert_category: "A Network Trojan was detected",
        alert_severity: 1,
        action: "allowed",
      },
    });
  });

  it.each([
    [
      '"event_type":"dns","dns":{"type":"query","rrname":"a.example","rrtype":"TXT"}',
      "DNS",
      { domain: "a.example", dns_type: "TXT" },
    ],
    [
      '"event_type":"dns","dns":{"version":3,"queries":[{"rrname":"b.example","rrtype":"A"}]}',
      "DNS",
      { domain: "b.example" },
    ],
    [
      '"event_type":"http","http":{"hostname":"w.example","url":"/x?y","http_method":"GET","status":404}',
      "WEB",
      { url: "/x?y", http_status: 404 },
    ],
    [
      '"event_type":"tls","tls":{"sni":"s.example","version":"TLS 1.0"}',
      "NETWORK",
      { domain: "s.example", tls_version: "TLS 1.0" },
    ],
    [
      '"event_type":"flow","flow":{"bytes_toserver":7,"bytes_toclient":9,"state":"closed"}',
      "NETWORK",
      { bytes_out: 7, bytes_in: 9 },
    ],
    [
      '"event_type":"fileinfo","fileinfo":{"filename":"/a.exe","size":12}',
      "FILE",
      { filename: "/a.exe", file_size: 12 },
    ],
    ['"event_type":"stats","stats":{"uptime":5}', "SYSTEM", { event_type: "stats" }],
    ['"event_type":"constructor"', "NETWORK", { event_type: "constructor" }],
    ['"event_type":"something_new"', "NETWORK", { event_type: "something_new" }],
  ])("reads %s", (part, category, fields) => {
    const line = understood(`{"timestamp":"2025-11-23T12:00:00.000000+0000",${part}}`);
    expect(line.category).toBe(category);
    expect(line.fields).toMatchObject(fields);
  });

  it.each([
    ["{not json", "eve_not_json"],
    ['{"timestamp":"2025-11-23T12:00:00+0000","event_type":"dns"', "eve_not_json"],
    ["{}", "eve_no_event_type"],
    ['{"event_type":5,"timestamp":"2025-11-23T12:00:00+0000"}', "eve_no_event_type"],
    ['{"event_type":"dns"}', "eve_no_timestamp"],
    ['{"event_type":"dns","timestamp":"yesterday"}', "eve_bad_timestamp"],
    ['{"event_type":"dns","timestamp":"2025-02-30T12:00:00+0000"}', "eve_bad_timestamp"],
    ['{"event_type":"dns","timestamp":1763900000}', "eve_bad_timestamp"],
  ])("refuses %s as %s", (line, reason) => {
    expect(parse(line)).toMatchObject({ ok: false, reason });
  });

  it.each(["[1,2]", "null", "7"])("refuses %s, told to be EVE, as no object", (line) => {
    expect(parse(line, { format: "eve" })).toMatchObject({ ok: false, reason: "eve_not_object" });
  });
});

describe("syslog", () => {
  it.each([
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      { host: "mymachine", program: "su", facility: 4 },
      "AUTH",
      "HIGH",
      "2025-10-11T22:14:15.000Z",
    ],
    ["<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", { host: "10.0.0.99" }, "SYSTEM", "INFO", "2025-02-05T17:32:18.000Z"],
    [
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
      { host: "mymachine.example.com", program: "su", message: "'su root' failed" },
      "AUTH",
      "HIGH",
      "2003-10-11T22:14:15.003Z",
    ],
    [
      '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 evnt 8710 ID47 [x@32473 iut="3" q="a \\" \\] b"][y@1 z="2"] An application event',
      { program: "evnt", pid: 8710, message: "An application event" },
      "SYSTEM",
      "INFO",
      "2003-08-24T12:14:15.000Z",
    ],
    [
      "<0>1 - - - - - - the kernel is on fire",
      { message: "the kernel is on fire" },
      "SYSTEM",
      "CRITICAL",
      "2026-01-02T08:00:00.000Z",
    ],
    [
      "Nov 23 2024 12:34:56: router-7 %SYS-5-CONFIG: done",
      { host: "router-7" },
      "SYSTEM",
      "INFO",
      "2024-11-23T12:34:56.000Z",
    ],
    [
      "2024 Nov  3 01:02:03 box kernel: eth0 up",
      { host: "box", program: "kernel" },
      "SYSTEM",
      "INFO",
      "2024-11-03T01:02:03.000Z",
    ],
    [
      "2025-11-23T12:34:56.789012+01:00 box sudo[77]:  bob : user NOT in sudoers",
      { host: "box", program: "sudo", pid: 77 },
      "AUTH",
      "INFO",
      "2025-11-23T11:34:56.789Z",
    ],
  ])("reads %s", (line, fields, category, severity, ts) => {
    const value = understood(line);
    expect(value).toMatchObject({ format: "syslog", category, severity, ts });
    expect(value.fields).toMatchObject(fields);
  });

  it.each([
    ["Dec 31 23:59:59 h sshd[1]: x", "2025-12-31T23:59:59.000Z"],
    ["Jan  2 07:59:59 h sshd[1]: x", "2026-01-02T07:59:59.000Z"],
    ["Jan  3 07:00:00 h sshd[1]: x", "2026-01-03T07:00:00.000Z"],
    ["Feb 29 10:00:00 h sshd[1]: x", "2024-02-29T10:00:00.000Z"],
  ])("gives %s the year that fits its receipt", (line, ts) => {
    expect(understood(line).ts).toBe(ts);
  });

  it.each([
    ["", "line_empty"],
    ["   \t ", "line_empty"],
    [`Nov 23 12:00:00 h p: ${"ä".repeat(33_000)}`, "line_too_long"],
    ["Nov 23 12:00:00 h p: a\0b", "line_binary"],
    ["hello world", "format_unknown"],
    ["<abc>Nov 23 12:00:00 h p: x", "syslog_bad_priority"],
    ["<192>Nov 23 12:00:00 h p: x", "syslog_bad_priority"],
    ["<34", "syslog_bad_priority"],
    ["<34>1 2003-10-11T22:14:15Z only-host", "syslog_bad_header"],
    ["<34>1 2003-10-11T22:14:15Z h p 1 - [open sd", "syslog_bad_header"],
    ["<34>1 11/10/2003 h p 1 - - x", "syslog_bad_timestamp"],
    ["Feb 31 12:00:00 h p: x", "syslog_bad_timestamp"],
    ["Nov 23 25:00:00 h p: x", "syslog_bad_timestamp"],
    ["Foo 23 12:00:00 h p: x", "syslog_bad_timestamp"],
    ["Nov 23 12:00:00 h p:", "syslog_no_message"],
    ["<34>1 2003-10-11T22:14:15Z h p 1 - -", "syslog_no_message"],
  ])("refuses %j as %s", (line, reason) => {
    expect(parse(line)).toMatchObject({ ok: false, reason });
  });
});

describe("sshd", () => {
  const sshd = (message: string) => understood(`Nov 23 12:34:56 web-1 sshd[811]: ${message}`).fields;

  it.each([
    [
      "Failed password for root from 203.0.113.7 port 51234 ssh2",
      { ssh_fact: "failed", user: "root", src_ip: "203.0.113.7", src_port: 51234, auth_method: "password" },
    ],
    [
      "Failed password for invalid user oracle from 2001:db8::7 port 4 ssh2",
      { ssh_fact: "invalid_user_failed", user: "oracle", src_ip: "2001:db8::7" },
    ],
    [
      "Accepted publickey for deploy from 10.1.2.3 port 50022 ssh2: ED25519 SHA256:abc",
      { ssh_fact: "accepted", user: "deploy", auth_method: "publickey" },
    ],
    ["Invalid user admin from 203.0.113.7 port 40000", { ssh_fact: "invalid_user", user: "admin" }],
    [
      "message repeated 5 times: [ Failed password for root from 203.0.113.7 port 1 ssh2]",
      { ssh_fact: "repeated", times: 5, user: "root" },
    ],
    [
      "error: maximum authentication attempts exceeded for root from 203.0.113.7 port 1 ssh2 [preauth]",
      { ssh_fact: "too_many_failures", user: "root" },
    ],
    [
      "Connection closed by authenticating user root 203.0.113.7 port 9 [preauth]",
      { ssh_fact: "closed_preauth", src_ip: "203.0.113.7" },
    ],
    ["Connection reset by 203.0.113.7 port 9", { ssh_fact: "disconnected" }],
    ["Received disconnect from 203.0.113.7 port 9:11: Bye Bye [preauth]", { ssh_fact: "disconnected", src_port: 9 }],
    [
      "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root",
      { ssh_fact: "pam_failure", user: "root", src_ip: "203.0.113.7" },
    ],
    ["Unable to negotiate with 203.0.113.7 port 9: no matching key exchange method found", { ssh_fact: "no_match" }],
    ["Server listening on 0.0.0.0 port 22.", { ssh_fact: "server" }],
  ])("understands %s", (message, fields) => {
    expect(sshd(message)).toMatchObject(fields);
  });

  it("is not fooled by a user name that looks like an address", () => {
    const fields = sshd("Failed password for invalid user x from 10.0.0.1 port 1 ssh2 from 203.0.113.66 port 2 ssh2");
    expect(fields).toMatchObject({ src_ip: "203.0.113.66", src_port: 2, user: "x from 10.0.0.1 port 1 ssh2" });
  });

  it("takes a message without any header, as `sshd -e` writes it", () => {
    const value = understood("Failed password for root from 203.0.113.7 port 5 ssh2");
    expect(value).toMatchObject({
      ts: context.receivedAt,
      category: "AUTH",
      fields: { program: "sshd", user: "root" },
    });
  });

  it("stays fast on a hostile line", () => {
    const begun = performance.now();
    for (const unit of ["from ", "message repeated 1 times: [ Failed ", '[a b="\\"', "1 "]) {
      parse(`Nov 23 12:34:56 h sshd[1]: Failed x for ${unit.repeat(60_000 / unit.length)}`);
      parse(`<34>1 2003-10-11T22:14:15Z h p 1 - ${unit.repeat(60_000 / unit.length)}`);
    }
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
