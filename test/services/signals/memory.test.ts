import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeCertificates } from "../support/certificates.ts";
import { TaxiiServer } from "./taxii-server.ts";

/** As in the image's Dockerfile. */
const HEAP = ["--max-old-space-size=160", "--max-semi-space-size=8", "--expose-gc"];
const PROGRAM = join(import.meta.dirname, "full-memory.ts");

let dir: string;
let server: TaxiiServer;
let feed: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "dsmil-memory-"));
  mkdirSync(`${dir}/access`);
  makeCertificates(dir);
});
beforeEach(async () => {
  server = new TaxiiServer(dir);
  const url = await server.start();
  const files = { token: "token", ca: "ca.pem" };
  feed = JSON.stringify({ id: "cert", kind: "taxii", url, everySeconds: 60, confidence: 50, ...files });
  writeFileSync(`${dir}/access/token`, `${server.token}\n`);
  copyFileSync(`${dir}/ca.crt`, `${dir}/access/ca.pem`);
});
afterEach(() => server.stop());
afterAll(() => rmSync(dir, { recursive: true }));

/** What the service would be at, with all its tables full; rejects where it ends for want of memory. */
async function full(polls: number): Promise<Record<string, unknown>> {
  const args = [...HEAP, PROGRAM, feed, `${dir}/access`, String(polls)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
  console.info(stdout.trim());
  return JSON.parse(stdout) as Record<string, unknown>;
}

const object = (n: number, version: number, pattern: string) => ({
  ...{ type: "indicator", spec_version: "2.1", id: `indicator--${String(n).padStart(36, "0")}`, pattern_type: "stix" },
  ...{ pattern, valid_from: "2026-01-01T00:00:00Z", modified: `2026-01-0${version}T00:00:00Z` },
});

describe("the heap of the image, with all tables full", () => {
  it("holds as many indicators as there is room for, and a poll that changes them all", async () => {
    server.pageSize = 500;
    for (const version of [1, 2]) {
      for (let n = 0; n < 50_000; n++) {
        const pattern = `[domain-name:value = 'name-${version}-${String(n).padStart(8, "0")}.evil.example']`;
        const at = `2026-02-0${version}T00:00:00.${String(n).padStart(6, "0")}Z`;
        server.objects.push({ at, object: object(n, version, pattern) });
      }
    }
    const later = server.objects.splice(50_000);
    const shown = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (server.asked.length < 100) return;
        clearInterval(timer);
        server.objects.push(...later);
        resolve();
      }, 1);
    });
    const [figures] = await Promise.all([full(2), shown]);
    expect(figures).toMatchObject({ indicators: 50_000, problems: [] });
  }, 180_000);

  const envelope = { "content-type": "application/taxii+json;version=2.1" };
  const many = Array.from({ length: 1000 }, (_, n) => `domain-name:value = 'n${n}.example'`).join(" OR ");
  let page = 0;
  const next = (objects: readonly object[]): string => JSON.stringify({ more: true, next: String(page++), objects });
  const batch = (size: number, pattern: (n: number) => string): string =>
    next(Array.from({ length: size }, (_, n) => object(page * 1000 + n, 1, pattern(n))));
  // In the order of polls: what the server sends, and what is said of it.
  const attempts: readonly (readonly [() => string, string])[] = [
    [() => batch(100, () => `[${many}]`), "has more than 50000 indicators"],
    [() => `{"objects":[${"[],".repeat(1_300_000)}0]}`, "more than 200000 values"],
    [() => `{"objects":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`, "more than 200000 values"],
    [() => `{"objects":[${Array.from({ length: 66_000 }, (_, n) => `{"k${n}":0}`).join()}]}`, "the 500 objects a page"],
    [() => batch(501, (n) => `[domain-name:value = 'n${n}.example']`), "the 500 objects a page"],
    [
      () => batch(40, (n) => `[${filler} OR domain-name:value = 'n${page}-${n}.example.org']`),
      "more than 67108864 bytes",
    ],
  ];
  const filler = `url:value = '${"x".repeat(60_000)}'`;

  it("outlasts servers that send all that they can, and says why it was refused", async () => {
    let poll = -1;
    server.instead = (response) => {
      // A poll begins with a page that no other one named.
      if (!server.asked.at(-1)?.searchParams.has("next")) poll += 1;
      response.writeHead(200, envelope).end(attempts[poll]?.[0]());
    };
    const { problems } = await full(attempts.length);
    expect(problems).toEqual(attempts.map(([, problem]) => expect.stringContaining(problem)));
  }, 180_000);
});
