import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Incident } from "../../../infra/ctl/incident-file.ts";
import { ctl } from "./ctl.ts";
import { fill, ID } from "./fleet.ts";
import { type ControlRig, startControl, until } from "./rig.ts";

let rig: ControlRig;
let program: Server;

beforeAll(async () => {
  program = createServer((_request, response) => {
    response.writeHead(503, { "content-type": "application/json" }).end('{"status":"unhealthy"}');
  });
  await new Promise<void>((done) => program.listen(0, "127.0.0.1", done));
  rig = await startControl();
  fill(rig, (program.address() as AddressInfo).port);
  const line = { log: '{"level":"error","msg":"login with password=hunter22"}\n', stream: "stdout" };
  rig.log(ID.shared, [{ ...line, time: "2026-01-01T00:00:01Z" }]);
  const told = async () => JSON.parse((await rig.ask("ada", "/v1/status")).body).containers;
  await until(async () => (await told()).filter(({ state }: { state: string }) => state === "running").length === 3);
}, 60_000);
afterAll(async () => {
  program.close();
  await rig.stop();
});

const read = (path: string): Incident => JSON.parse(readFileSync(path, "utf8"));

describe("dsmilctl incident", () => {
  it("has what is not well with its lines, the trail, and no secret, for its owner alone", async () => {
    const out = `${rig.dir}/incident.json`;
    const { code, stdout } = await ctl(rig, "ada", "incident", "--out", out);
    expect([code, statSync(out).mode & 0o777]).toEqual([0, 0o600]);
    expect(stdout).toContain("● node-a  4 containers, 2 looked into, 1 lines");
    const [node] = read(out).nodes;
    expect(node).toMatchObject({
      looked: ["dsmil-gone", "dsmil-shrink"],
      health: [{ container: "dsmil-shrink", status: 503, report: { status: "unhealthy" } }],
      logs: [{ container: "dsmil-shrink", text: '{"level":"error","msg":"login with password=[removed]"}' }],
      missing: [],
    });
    expect(node?.trail?.entries).toContainEqual(
      expect.objectContaining({ operator: "ada", path: "/v1/status", status: 200 }),
    );
    expect(readFileSync(out, "utf8")).not.toMatch(/hunter22|PRIVATE KEY/);
  });

  it("has what an operator may see, says what was refused, and compresses", async () => {
    const out = `${rig.dir}/bob.json.gz`;
    const { code, stdout } = await ctl(rig, "bob", "incident", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toContain("without trail: 403 wrong_role");
    const text = gunzipSync(readFileSync(out)).toString();
    expect(text).not.toContain("alpha");
    const [node] = (JSON.parse(text) as Incident).nodes;
    expect([node?.trail, node?.missing.every(({ refused }) => refused)]).toEqual([undefined, true]);
  });

  it("leaves a file that is there, and writes none where no node tells anything", async () => {
    const out = `${rig.dir}/there.json`;
    writeFileSync(out, "mine");
    const there = await ctl(rig, "ada", "incident", "--out", out);
    expect([there.code, there.stderr, readFileSync(out, "utf8")]).toEqual([
      ...[2, expect.stringContaining("is there already"), "mine"],
    ]);
    const none = `${rig.dir}/none.json`;
    const refused = await ctl(rig, "rex", "incident", "--out", none);
    expect([refused.code, refused.stderr, existsSync(none)]).toEqual([
      ...[2, expect.stringContaining("401 revoked"), false],
    ]);
  });
});
