import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { readGuarded } from "../guarded-file.ts";
import { KeyError } from "../key-error.ts";

/** A transit key of Vault or OpenBao, and the way to it. */
export interface TransitSettings {
  /** `https://vault.example:8200` */
  readonly address: string;
  /** Where the transit engine is mounted: `transit`. */
  readonly mount: string;
  /** Name of the key that seals: one a node, so that each token opens one node's key only. */
  readonly key: string;
  /** Holds the token, 0400 or 0600; read at each use. */
  readonly tokenFile: string;
  /** PEM of the authority that the server's certificate must come from. */
  readonly caFile: string;
}

/** Longest answer, bytes; longest wait for all of it, ms. */
const LIMITS = { answer: 64 * 1024, token: 8 * 1024, ms: 10_000 } as const;

/**
 * Asks the transit engine (HTTP API v1) to encrypt or decrypt.
 * @returns the answer's `data`
 * @throws KeyError `away`, `refused`, `other-sealer`, `malformed`, `missing` or `permissions`; no token, no seed in it
 */
export async function transit(
  settings: TransitSettings,
  verb: "encrypt" | "decrypt",
  body: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { address, mount, key, tokenFile, caFile } = settings;
  const token = (await readGuarded(tokenFile, "the transit token", LIMITS.token)).toString("latin1").trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new KeyError("malformed", `the transit token ${tokenFile} holds no token`);
  const url = new URL(`/v1/${mount}/${verb}/${key}`, address);
  if (url.protocol !== "https:") throw new KeyError("malformed", `${address} must begin with https://`);
  const ca = await readFile(caFile, "utf8").catch((error: unknown) => {
    throw new KeyError("missing", `the transit server's authority ${caFile} cannot be read; lay it there (PEM)`, error);
  });
  const answer = await post(url, ca, token, JSON.stringify(body));
  if (answer.status !== 200) throw refusal(settings, verb, answer);
  return dataOf(url, answer.text);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(url: URL, ca: string, token: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-vault-request": "true", "x-vault-token": token };
    const signal = AbortSignal.timeout(LIMITS.ms);
    const fail = (error: Error): void => {
      const why = signal.aborted ? `no answer within ${LIMITS.ms / 1000} s` : error.message;
      const remedy = "check that it runs, is reachable from this node, and has a certificate of the given authority";
      reject(new KeyError("away", `the transit server ${url.origin} cannot be asked (${why}); ${remedy}`, error));
    };
    const options = { method: "POST", ca, headers, signal, minVersion: "TLSv1.2", agent: false } as const;
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LIMITS.answer) response.destroy(new Error(`an answer above ${LIMITS.answer} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    call.on("error", fail);
    call.end(body);
  });
}

function refusal({ address, mount, key, tokenFile }: TransitSettings, verb: string, answer: Answer): KeyError {
  const { status, text } = answer;
  const said = errorsIn(text);
  const at = `the transit server ${address} (status ${status}${said && `: ${said}`})`;
  if (status === 403) {
    const path = `${mount}/${verb}/${key}`;
    return new KeyError(
      "refused",
      `${at} does not let the token of ${tokenFile} use ${path}; it ended or lacks the policy`,
    );
  }
  if (status === 404)
    return new KeyError("refused", `${at} has no transit engine at ${mount}; mount it, or correct the mount`);
  if (status === 400 && /encryption key not found/.test(said)) {
    return new KeyError("refused", `${at} has no key ${mount}/${key}; create it, or correct its name`);
  }
  if (status === 400 && verb === "decrypt") {
    return new KeyError(
      "other-sealer",
      `${at} cannot open the node's key with ${mount}/${key}: sealed by another key, or changed`,
    );
  }
  if (status === 503) return new KeyError("away", `${at} is sealed or in standby; unseal it`);
  return new KeyError(status >= 500 || status === 429 ? "away" : "refused", `${at} cannot ${verb} the node's key`);
}

/** What the server gave as reasons: `{"errors": ["…"]}`. */
function errorsIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown };
    return Array.isArray(errors)
      ? errors
          .filter((e) => typeof e === "string")
          .join("; ")
          .replace(/\s+/g, " ")
          .slice(0, 200)
      : "";
  } catch {
    return "";
  }
}

function dataOf(url: URL, text: string): Readonly<Record<string, unknown>> {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    if (typeof data === "object" && data !== null) return data as Readonly<Record<string, unknown>>;
  } catch {
    // The same reason as for JSON without data.
  }
  throw new KeyError("malformed", `${url.origin} does not answer as a transit engine does; is the address right?`);
}
