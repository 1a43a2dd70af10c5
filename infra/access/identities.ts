import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AgentAuthMethod, AnyAuthMethod, PublicKeyAuthMethod } from "ssh2";
import type { NodeAccess } from "./access.ts";

/** The keys to try on a node, and how a message names them. */
export interface Identities {
  readonly methods: AnyAuthMethod[];
  readonly tried: string;
}

/**
 * The node's `identityFile` alone if it has one; else the agent's keys, then `~/.ssh/id_*` without a passphrase.
 * @throws Error when there is no key at all, or the identity file cannot be used.
 */
export function identities(access: NodeAccess): Identities {
  const username = access.user;
  if (access.identityFile !== undefined) {
    const key = readFileSync(access.identityFile);
    if (!encrypted(key)) return { methods: [publicKey(username, key)], tried: access.identityFile };
    const agent = agentMethod(username);
    if (agent !== undefined) return { methods: [agent], tried: "the SSH agent" };
    throw new Error(`${access.identityFile} has a passphrase: add it to an SSH agent (ssh-add) first`);
  }
  const agent = agentMethod(username);
  const files = ownKeys();
  if (agent === undefined && files.length === 0) {
    throw new Error("no SSH key to log in with: set dsmil:identityFile, start an agent, or make one with ssh-keygen");
  }
  return {
    methods: [...(agent === undefined ? [] : [agent]), ...files.map((file) => publicKey(username, file.key))],
    tried: [...(agent === undefined ? [] : ["the SSH agent"]), ...files.map((file) => file.path)].join(", "),
  };
}

function publicKey(username: string, key: Buffer): PublicKeyAuthMethod {
  return { type: "publickey", username, key };
}

function agentMethod(username: string): AgentAuthMethod | undefined {
  const agent = process.env.SSH_AUTH_SOCK;
  return agent === undefined || agent === "" ? undefined : { type: "agent", username, agent };
}

function ownKeys(): { path: string; key: Buffer }[] {
  const folder = join(homedir(), ".ssh");
  try {
    return readdirSync(folder)
      .filter((name) => /^id_[a-z0-9_]+$/.test(name))
      .map((name) => ({ path: join(folder, name), key: readFileSync(join(folder, name)) }))
      .filter(({ key }) => !encrypted(key));
  } catch {
    return [];
  }
}

/** Whether a private key in PEM or OpenSSH form needs a passphrase. */
function encrypted(key: Buffer): boolean {
  const text = key.toString("latin1");
  if (text.includes("ENCRYPTED")) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  // "openssh-key-v1\0", then the cipher's name as a string: "none" when there is no passphrase.
  return body !== undefined && Buffer.from(body, "base64").toString("latin1", 19, 23) !== "none";
}
