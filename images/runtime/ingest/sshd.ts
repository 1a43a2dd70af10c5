import type { LineFields } from "./normalized-line.ts";

const ADDRESS = "(?<src_ip>[0-9A-Fa-f.:]{2,45})";
const FROM = String.raw`from ${ADDRESS}(?: port (?<src_port>\d{1,5}))?`;
const AT = String.raw`${ADDRESS} port (?<src_port>\d{1,5})`;
const WHO = String.raw`(?:invalid |illegal |authenticating )?user (?<user>\S{0,512}) `;
/** A name the client chose may itself hold " from …": greedy, so that the last address, which is sshd's, counts. */
const NAME = "(?<user>.{0,512})";
const REPEATED = String.raw`message repeated (?<times>\d{1,6}) times: \[ ?`;
const EXCEEDED = "(?:error: )?(?:maximum authentication attempts exceeded|Too many authentication failures)";

/** Messages of OpenSSH 7 to 10 (auth.c, auth2.c, packet.c, session.c, sshd.c) and the fact each states. */
const MESSAGES: readonly (readonly [fact: string, pattern: RegExp])[] = [
  ["invalid_user_failed", message(`Failed (?<method>\\S+) for (?:invalid|illegal) user ${NAME} ${FROM}`)],
  ["failed", message(`Failed (?<method>\\S+) for ${NAME} ${FROM}`)],
  ["accepted", message(`Accepted (?<method>\\S+) for ${NAME} ${FROM}`)],
  ["invalid_user", message(`(?:Invalid|Illegal) user ${NAME} ${FROM}`)],
  ["repeated", message(`${REPEATED}Failed (?<method>\\S+) for (?:invalid user )?${NAME} ${FROM}`)],
  ["too_many_failures", message(`${EXCEEDED} for (?:invalid user )?${NAME} ${FROM}`)],
  ["too_many_failures", message(`Disconnecting ${WHO}${AT}: Too many authentication failures`)],
  ["disconnected", message(`(?:Received disconnect|Disconnected) from (?:${WHO})?${AT}`)],
  ["closed_preauth", message(`Connection (?:closed|reset) by (?:${WHO})?${AT} \\[preauth\\]`)],
  ["disconnected", message(`Connection (?:closed|reset) by (?:${WHO})?${AT}`)],
  ["no_identification", message(`Did not receive identification string ${FROM}`)],
  ["no_identification", message(`(?:error: )?banner exchange: Connection ${FROM}`)],
  ["bad_protocol", message(`Bad protocol version identification .{0,512} ${FROM}`)],
  ["no_match", message(`Unable to negotiate with ${AT}`)],
  ["not_allowed", message(`User ${NAME} ${FROM} not allowed because`)],
  ["connection", message(`Connection ${FROM}`)],
  [
    "pam_failure",
    message(
      String.raw`pam_unix\(sshd:auth\): authentication failure;.{0,512}rhost=${ADDRESS}(?:\s+user=(?<user>\S{1,512}))?`,
    ),
  ],
  ["session", message(String.raw`pam_unix\(sshd:session\): session (?:opened|closed) for user (?<user>[^\s(]{1,512})`)],
  ["server", message("(?:Server listening on|Received signal \\d+; terminating|Starting session:)")],
];

/**
 * What a message of OpenSSH's server says: `ssh_fact`, `user`, `src_ip`, `src_port`, `auth_method`, `times`.
 * Undefined for other texts.
 */
export function readSshd(text: string): LineFields | undefined {
  for (const [fact, pattern] of MESSAGES) {
    const match = pattern.exec(text);
    if (!match) continue;
    const { user, src_ip, src_port, method, times } = match.groups ?? {};
    return {
      ssh_fact: fact,
      ...(user && { user: user.slice(0, 64) }),
      ...(src_ip && { src_ip }),
      ...(src_port && { src_port: Number(src_port) }),
      ...(method && { auth_method: method.slice(0, 32) }),
      ...(times && { times: Number(times) }),
    };
  }
  return undefined;
}

function message(source: string): RegExp {
  return new RegExp(`^${source}`);
}
