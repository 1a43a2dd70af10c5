import type { Context, Scenario } from "../context.ts";
import { inside, outside, syslog } from "./wire.ts";

const port = ({ random }: Context): number => random.whole(1024, 65_535);
const sudo = (c: Context, message: string, level = 5): string => syslog(c, "sudo", message, level, 10);
const who = (c: Context): string => c.random.pick(c.words.people);

/** What runs on hosts: sudo, accounts, daemons, faults, and attempts to hide. */
export const HOSTS: readonly Scenario[] = [
  {
    id: "sudo_routine",
    weight: 2,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      sudo(
        c,
        `${who(c)} : TTY=pts/0 ; PWD=/home ; USER=root ; COMMAND=/usr/bin/${c.random.pick(["systemctl restart nginx", "apt-get update", "journalctl -xe", "docker ps"])}`,
      ),
  },
  {
    id: "sudo_refused",
    weight: 0.8,
    truth: "PRIVILEGE_ESCALATION",
    act: 0.6,
    line: (c) =>
      sudo(
        c,
        `${who(c)} : user NOT in sudoers ; TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/${c.random.pick(["bash", "cat /etc/shadow", "sh"])}`,
        1,
      ),
  },
  {
    id: "sudo_mistyped",
    weight: 0.7,
    truth: "PRIVILEGE_ESCALATION",
    otherwise: { truth: "BENIGN", share: 0.4 },
    act: 0.4,
    line: (c) =>
      sudo(
        c,
        `${who(c)} : ${c.random.whole(1, 3)} incorrect password attempt${c.random.chance(0.5) ? "s" : ""} ; TTY=pts/1 ; PWD=/home ; USER=root ; COMMAND=/usr/bin/id`,
        1,
      ),
  },
  {
    id: "su_failed",
    weight: 0.4,
    truth: "PRIVILEGE_ESCALATION",
    act: 0.55,
    line: (c) => syslog(c, "su", `FAILED SU (to root) ${who(c)} on pts/2`, 5, 10),
  },
  {
    id: "sudo_shell",
    weight: 0.6,
    truth: "PRIVILEGE_ESCALATION",
    otherwise: { truth: "BENIGN", share: 0.35 },
    act: 0.45,
    line: (c) =>
      sudo(
        c,
        `${who(c)} : TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=${c.random.pick(["/bin/bash", "/usr/bin/env /bin/sh", "/bin/chmod u+s /tmp/a", "/usr/bin/pkexec /bin/sh"])}`,
      ),
  },
  {
    id: "account_root_group",
    weight: 0.35,
    truth: "PRIVILEGE_ESCALATION",
    otherwise: { truth: "BENIGN", share: 0.2 },
    act: 0.6,
    line: (c) =>
      syslog(
        c,
        "usermod",
        `add '${who(c)}' to ${c.random.pick(["", "shadow "])}group '${c.random.pick(["sudo", "wheel", "root"])}'`,
        6,
        10,
      ),
  },
  {
    id: "account_new",
    weight: 0.4,
    truth: "BENIGN",
    otherwise: { truth: "PRIVILEGE_ESCALATION", share: 0.25 },
    act: 0.3,
    line: (c) =>
      syslog(
        c,
        "useradd",
        `new user: name=${who(c)}, UID=${c.random.whole(1000, 1100)}, GID=1000, home=/home/x, shell=/bin/bash`,
        6,
        10,
      ),
  },
  {
    id: "account_uid_zero",
    weight: 0.1,
    truth: "PRIVILEGE_ESCALATION",
    act: 0.95,
    line: (c) => syslog(c, "useradd", `new user: name=${who(c)}, UID=0, GID=0, home=/root, shell=/bin/bash`, 6, 10),
  },
  {
    id: "log_tamper",
    weight: 0.2,
    truth: "PRIVILEGE_ESCALATION",
    act: 0.93,
    line: (c) =>
      syslog(
        c,
        c.random.pick(["auditd", "bash", "rsyslogd"]),
        c.random.pick([
          "audit log file cleared by uid=0",
          "auditd service stopped by user",
          "log truncated: /var/log/auth.log",
          "HISTORY: history -c",
        ]),
        4,
      ),
  },
  {
    id: "log_rotated",
    weight: 1,
    truth: "BENIGN",
    act: 0.005,
    line: (c) =>
      syslog(
        c,
        "logrotate",
        `rotating pattern: /var/log/${c.random.pick(["auth", "sys", "kern"])}.log, old logs are removed after ${c.random.whole(4, 12)} rotations`,
      ),
  },
  {
    id: "cron",
    weight: 3,
    truth: "BENIGN",
    act: 0.003,
    line: (c) =>
      syslog(
        c,
        "CRON",
        `(${c.random.pick(["root", "www-data"])}) CMD (/usr/lib/${c.random.pick(["sysstat/debian-sa1", "php/sessionclean", "update-notifier"])})`,
        6,
        9,
      ),
  },
  {
    id: "daemon",
    weight: 6,
    truth: "BENIGN",
    act: 0.005,
    line: (c) =>
      syslog(
        c,
        c.random.pick(c.words.daemons),
        c.random.pick([
          `Started Session ${c.random.whole(1, 999)} of user ${who(c)}.`,
          "Finished Daily apt download activities.",
          "checkpoint complete: wrote 42 buffers",
          "Reloaded configuration",
          "synchronized to time server",
          `connection from ${inside(c.random)} accepted`,
        ]),
      ),
  },
  {
    id: "daemon_warning",
    weight: 2,
    truth: "BENIGN",
    act: 0.06,
    line: (c) =>
      syslog(
        c,
        c.random.pick(c.words.daemons),
        c.random.pick([
          "upstream timed out while reading response header",
          "disk usage above 80 percent",
          "certificate expires in 20 days",
          `could not resolve ${c.random.pick(c.words.domains)}`,
        ]),
        c.random.pick([3, 4]),
      ),
  },
  {
    id: "firewall_drop",
    weight: 4,
    truth: "BENIGN",
    otherwise: { truth: "RECON", share: 0.18 },
    act: 0.06,
    line: (c) =>
      syslog(
        c,
        "kernel",
        `[UFW BLOCK] IN=eth0 OUT= SRC=${outside(c.random)} DST=${inside(c.random)} PROTO=TCP SPT=${port(c)} DPT=${c.random.whole(1, 9000)} dropped`,
        4,
        0,
      ),
  },
  {
    id: "system_fault",
    weight: 0.7,
    truth: "BENIGN",
    act: 0.36,
    line: (c) =>
      syslog(
        c,
        "kernel",
        c.random.pick([
          `nginx[${c.random.whole(100, 9000)}]: segfault at 0 ip 00007f sp 00007f error 4`,
          "Out of memory: Killed process 1234 (java)",
          "blk_update_request: I/O error, dev sda, sector 1",
        ]),
        c.random.pick([2, 3]),
        0,
      ),
  },
];
