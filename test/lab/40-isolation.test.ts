import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import type { EventCounts } from "../../infra/cli/events/count.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import type { SignedReport } from "../../infra/isolation/signature.ts";
import type { Layer } from "../../infra/isolation/types.ts";
import { postgres } from "../../infra/provider/stores/postgres.ts";
import { redis } from "../../infra/provider/stores/redis.ts";
import { heard } from "./harness/counts.ts";
import { dsmil, dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-isolation-"));
const report = (name: string): string => join(folder, `${name}.json`);

const sql = (text: string): Promise<unknown> =>
  postgres.use(lookingContext(), "node-c", (pool) => pool.query(text), "dsmil");
const redisAdmin = (...[name = "", ...args]: string[]): Promise<unknown> =>
  redis.use(lookingContext(), "node-c", (client) => client.call(name, ...args));

const count = async () =>
  heard(JSON.parse((await dsmilOk("events", "count", "--tenant", "alpha", "--json")).stdout) as EventCounts);

/** Runs the proof, of some layers or all, and returns its code and what it did not pass. */
async function prove(
  name: string,
  ...layers: Layer[]
): Promise<{ code: number; failed: string[]; signed: SignedReport }> {
  const only = layers.length > 0 ? ["--layer", ...layers] : [];
  const { code, stdout, stderr } = await dsmil("isolation", "--json", "--report", report(name), ...only);
  if (stdout === "") throw new Error(`isolation printed nothing: ${stderr}`);
  const signed = JSON.parse(stdout) as SignedReport;
  const failed = signed.report.attempts.filter((a) => a.verdict !== "refused").map((a) => `${a.verdict} ${a.id}`);
  return { code, failed, signed };
}

beforeAll(() => untilHealthy());
afterAll(async () => {
  await Promise.all([redis.close(), postgres.close()]);
  await closeConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe("isolation", () => {
  let before: Awaited<ReturnType<typeof count>>;

  it("refuses every attempt, with every control working, and signs it", async () => {
    before = await count();
    const { code, failed, signed } = await prove("whole");
    expect(failed).toEqual([]);
    expect(code).toBe(0);
    const cross = signed.report.attempts.filter((a) => a.victim !== a.attacker);
    expect(cross.length).toBeGreaterThanOrEqual(100);
    expect(new Set(cross.map((a) => a.layer))).toEqual(
      new Set([
        ...["redis", "postgres", "qdrant", "archive", "files", "network", "bus"],
        ...["api", "jwt", "chat", "ingest", "shrink", "monitoring", "control"],
      ]),
    );
    expect(statSync(report("whole")).mode & 0o777).toBe(0o600);
    expect((await dsmilOk("isolation", "verify", report("whole"))).stdout).toContain("genuine");
  });

  it("knows a report that was changed", async () => {
    const text = readFileSync(report("whole"), "utf8");
    writeFileSync(report("changed"), text.replace('"verdict": "refused"', '"verdict": "leak"'));
    const { code, stdout } = await dsmil("isolation", "verify", report("changed"));
    expect([code, stdout]).toEqual([1, expect.stringContaining("NOT GENUINE")]);
  });

  it("leaves nothing behind and disturbs no counts", async () => {
    expect(await count()).toEqual(before);
    expect(((await redisAdmin("KEYS", "*PROBE*")) as string[]).length).toBe(0);
  });

  it("names a Redis user that was loosened", async () => {
    const list = async () =>
      ((await redisAdmin("ACL", "LIST")) as string[]).find((r) => r.startsWith("user bravo_writer ")) ?? "";
    const rules = await list();
    await redisAdmin("ACL", "SETUSER", "bravo_writer", "~ALPHA_*");
    try {
      const { code, failed } = await prove("redis", "redis", "archive");
      expect(code).toBe(1);
      expect(failed).toContainEqual(
        expect.stringMatching(/^leak redis\/bravo→alpha\/bravo_writer@stack\/XRANGE ALPHA_SOC_EVENTS/),
      );
      expect(failed.every((f) => f.includes("bravo_writer"))).toBe(true);
    } finally {
      await redisAdmin("ACL", "SETUSER", "bravo_writer", "reset", ...aclWords(rules));
    }
    expect(await list()).toBe(rules);
  });

  it("names row security that was switched off", async () => {
    await sql("alter table dsmil_alpha.events disable row level security");
    try {
      const { code, failed } = await prove("rls", "postgres", "archive");
      expect(code).toBe(1);
      expect(failed).toContainEqual(
        expect.stringMatching(/^leak postgres\/bravo→alpha\/row security\/read rows of events/),
      );
    } finally {
      await sql("alter table dsmil_alpha.events enable row level security");
    }
  });

  it("names a collection token that was swapped on the node", async () => {
    const [own, saved] = ["/etc/dsmil/tenants/bravo/qdrant_token", "/etc/dsmil/tenants/bravo/.saved"];
    await onNodeOk("node-a", "sh", "-c", `cp -p ${own} ${saved} && cat /etc/dsmil/tenants/alpha/qdrant_token > ${own}`);
    try {
      const { code, failed } = await prove("token", "qdrant", "files");
      expect(code).toBe(1);
      expect(failed).toContainEqual(expect.stringMatching(/^leak qdrant\/bravo→alpha\/describe alpha_events@node/));
      expect(failed).toContainEqual(expect.stringMatching(/^leak files\/bravo→alpha\/secrets of alpha in/));
    } finally {
      await onNodeOk("node-a", "sh", "-c", `cat ${saved} > ${own} && rm ${saved}`);
    }
  });

  it("is whole again", async () => {
    const { failed, signed } = await prove("again", "redis", "postgres", "archive", "qdrant", "files");
    expect(failed).toEqual([]);
    expect(signed.report.only).toEqual(["redis", "postgres", "qdrant", "archive", "files"]);
    expect((await dsmilOk("isolation", "verify", report("again"))).stdout).toContain("(only redis, postgres,");
  });
});

/** The words of one line of ACL LIST; a selector in brackets is one word. */
function aclWords(rule: string): string[] {
  return (rule.match(/\([^)]*\)|\S+/g) ?? []).slice(2);
}
