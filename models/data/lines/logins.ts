import type { Context, Scenario } from "../context.ts";
import { inside, outside, syslog } from "./wire.ts";

const LURED = ["root", "admin", "oracle", "test", "ubuntu", "postgres", "guest", "pi"];
const sshd = (context: Context, message: string, level = 6): string =>
  syslog(context, context.random.pick(["sshd", "sshd", "sshd-session"]), message, level, context.random.pick([4, 10]));
const port = ({ random }: Context): number => random.whole(1024, 65_535);
const at = (c: Context, address: string): string => `from ${address} port ${port(c)} ssh2`;
const lured = ({ random }: Context): string => random.pick([...LURED, random.text(6, "abcdefghijklmnop")]);

/** Logins: people who mistype, guessers, and those who got in where they should not. */
export const LOGINS: readonly Scenario[] = [
  {
    id: "ssh_key_login",
    weight: 5,
    truth: "BENIGN",
    act: 0.01,
    line: (c) =>
      sshd(
        c,
        `Accepted publickey for ${c.random.pick(c.words.people)} ${at(c, inside(c.random))}: ED25519 SHA256:${c.random.text(20, "abcDEF0123")}`,
      ),
  },
  {
    id: "ssh_password_login",
    weight: 2,
    truth: "BENIGN",
    act: 0.04,
    line: (c) => sshd(c, `Accepted password for ${c.random.pick(c.words.people)} ${at(c, inside(c.random))}`),
  },
  {
    id: "ssh_login_from_abroad",
    weight: 0.6,
    truth: "BENIGN",
    otherwise: { truth: "BRUTE_FORCE", share: 0.15 },
    act: 0.25,
    line: (c) => sshd(c, `Accepted password for ${c.random.pick(c.words.people)} ${at(c, outside(c.random))}`),
  },
  {
    id: "ssh_session",
    weight: 3,
    truth: "BENIGN",
    act: 0.005,
    line: (c) =>
      sshd(
        c,
        `pam_unix(sshd:session): session ${c.random.pick(["opened", "closed"])} for user ${c.random.pick(c.words.people)}(uid=1000) by (uid=0)`,
      ),
  },
  {
    id: "ssh_disconnect",
    weight: 2,
    truth: "BENIGN",
    act: 0.01,
    line: (c) => sshd(c, `Disconnected from user ${c.random.pick(c.words.people)} ${inside(c.random)} port ${port(c)}`),
  },
  {
    id: "ssh_mistyped",
    weight: 2.5,
    truth: "BENIGN",
    otherwise: { truth: "BRUTE_FORCE", share: 0.12 },
    act: 0.12,
    line: (c) => sshd(c, `Failed password for ${c.random.pick(c.words.people)} ${at(c, inside(c.random))}`),
  },
  {
    id: "ssh_guess",
    weight: 4,
    truth: "BRUTE_FORCE",
    act: 0.5,
    line: (c) => sshd(c, `Failed password for ${c.random.pick(LURED)} ${at(c, outside(c.random))}`),
  },
  {
    id: "ssh_guess_inside",
    weight: 0.6,
    truth: "BRUTE_FORCE",
    otherwise: { truth: "BENIGN", share: 0.25 },
    act: 0.5,
    line: (c) => sshd(c, `Failed password for root ${at(c, inside(c.random))}`),
  },
  {
    id: "ssh_guess_unknown",
    weight: 4,
    truth: "BRUTE_FORCE",
    act: 0.5,
    line: (c) =>
      sshd(
        c,
        `Failed ${c.random.pick(["password", "none", "keyboard-interactive/pam"])} for invalid user ${lured(c)} ${at(c, outside(c.random))}`,
      ),
  },
  {
    id: "ssh_unknown_user",
    weight: 2.5,
    truth: "BRUTE_FORCE",
    act: 0.4,
    line: (c) => sshd(c, `Invalid user ${lured(c)} from ${outside(c.random)} port ${port(c)}`),
  },
  {
    id: "ssh_pam",
    weight: 1.2,
    truth: "BRUTE_FORCE",
    act: 0.5,
    line: (c) =>
      sshd(
        c,
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${outside(c.random)}${c.random.chance(0.5) ? "  user=root" : ""}`,
        5,
      ),
  },
  {
    id: "ssh_exceeded",
    weight: 0.9,
    truth: "BRUTE_FORCE",
    act: 0.9,
    line: (c) =>
      sshd(
        c,
        `error: maximum authentication attempts exceeded for ${c.random.chance(0.5) ? "invalid user " : ""}${lured(c)} ${at(c, outside(c.random))} [preauth]`,
        3,
      ),
  },
  {
    id: "ssh_repeated",
    weight: 0.7,
    truth: "BRUTE_FORCE",
    act: 0.88,
    line: (c) =>
      sshd(
        c,
        `message repeated ${c.random.whole(2, 400)} times: [ Failed password for ${lured(c)} ${at(c, outside(c.random))}]`,
      ),
  },
  {
    id: "ssh_closed",
    weight: 1.5,
    truth: "BRUTE_FORCE",
    otherwise: { truth: "BENIGN", share: 0.3 },
    act: 0.25,
    line: (c) =>
      sshd(
        c,
        `Connection ${c.random.pick(["closed", "reset"])} by authenticating user ${lured(c)} ${outside(c.random)} port ${port(c)} [preauth]`,
      ),
  },
  {
    id: "ssh_banner_grab",
    weight: 1.6,
    truth: "RECON",
    act: 0.3,
    line: (c) => sshd(c, `Did not receive identification string from ${outside(c.random)} port ${port(c)}`),
  },
  {
    id: "ssh_no_match",
    weight: 0.6,
    truth: "RECON",
    otherwise: { truth: "BENIGN", share: 0.15 },
    act: 0.3,
    line: (c) =>
      sshd(
        c,
        `Unable to negotiate with ${outside(c.random)} port ${port(c)}: no matching key exchange method found. [preauth]`,
      ),
  },
  {
    id: "ssh_bad_protocol",
    weight: 0.5,
    truth: "RECON",
    act: 0.35,
    line: (c) =>
      sshd(c, `Bad protocol version identification 'GET / HTTP/1.1' from ${outside(c.random)} port ${port(c)}`),
  },
  {
    id: "ssh_health_check",
    weight: 0.7,
    truth: "BENIGN",
    otherwise: { truth: "RECON", share: 0.1 },
    act: 0.05,
    line: (c) => sshd(c, `Did not receive identification string from ${inside(c.random)} port ${port(c)}`),
  },
  {
    id: "ssh_root_password",
    weight: 0.7,
    truth: "POLICY",
    act: 0.55,
    line: (c) =>
      sshd(c, `Accepted password for root ${at(c, c.random.chance(0.7) ? inside(c.random) : outside(c.random))}`),
  },
  {
    id: "ssh_root_key",
    weight: 0.6,
    truth: "BENIGN",
    otherwise: { truth: "POLICY", share: 0.2 },
    act: 0.12,
    line: (c) =>
      sshd(c, `Accepted publickey for root ${at(c, inside(c.random))}: RSA SHA256:${c.random.text(20, "abcDEF0123")}`),
  },
];
