import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import type { Container } from "../../infra/model/types.ts";
import { renderHaproxyConf } from "../../infra/render/haproxy-conf.ts";
import { Authority } from "./certificates.ts";
import { docker, eventually } from "./engine.ts";
import { Rig } from "./rig.ts";

describe("dsmil-haproxy", () => {
  const model = loadModel();
  const rig = new Rig(model.containers.find((c) => c.service === "haproxy") as Container);
  const authority = new Authority();

  const certificates = async (name: string): Promise<void> => {
    const { cert, key } = authority.issue(name);
    await rig.write("/etc/dsmil/certs", { "tls.pem": { content: cert + key, mode: "0400" } });
  };
  /** Status and the certificate's name. */
  const ask = async (): Promise<{ status: number; name: string }> => {
    const port = await rig.port(8001);
    return new Promise((done, fail) => {
      const asked = request(
        { port, host: "localhost", path: "/v1/models", ca: authority.cert, agent: false },
        (answer) => {
          const name = "getPeerCertificate" in answer.socket ? certificateName(answer.socket) : "";
          answer.resume().on("end", () => done({ status: answer.statusCode ?? 0, name }));
        },
      );
      asked.on("error", fail).end();
    });
  };

  beforeAll(async () => {
    await certificates("first.dsmil.local");
    await rig.write("/etc/haproxy", { "haproxy.cfg": renderHaproxyConf(model) });
    await rig.start();
    await eventually("haproxy", ask);
  });
  afterAll(async () => {
    await rig.dispose();
    authority.dispose();
  });

  it("answers over TLS, and says that no server is up", async () => {
    // Servers count as up until their first checks have failed.
    await eventually("no server", async () => (await ask()).status === 503 || undefined);
    expect(await ask()).toEqual({ status: 503, name: "first.dsmil.local" });
    expect((await rig.exec(rig.plan.health.argv)).code).not.toBe(0);
  });

  it("takes a new certificate and keeps its process", async () => {
    const started = await docker(["inspect", "-f", "{{.State.StartedAt}}", rig.name]);
    await certificates("second.dsmil.local");
    expect((await rig.exec(["/usr/local/bin/reload"])).code).toBe(0);
    await eventually("new certificate", async () => (await ask()).name === "second.dsmil.local" || undefined);
    expect(await docker(["inspect", "-f", "{{.State.StartedAt}}", rig.name])).toBe(started);
  });

  it("refuses a configuration that is wrong, and goes on with the old one", async () => {
    await rig.write("/etc/haproxy", { "haproxy.cfg": "frontend broken\n  bind nonsense\n" });
    expect((await rig.exec(["/usr/local/bin/reload"])).code).not.toBe(0);
    expect((await ask()).status).toBe(503);
    await rig.write("/etc/haproxy", { "haproxy.cfg": renderHaproxyConf(model) });
  });

  it("comes back after a kill and ends in order", async () => {
    await rig.crash();
    await eventually("haproxy", ask);
    expect(await rig.stop()).toBe(0);
  });
});

function certificateName(socket: { getPeerCertificate?: unknown }): string {
  const certificate = (socket.getPeerCertificate as () => { subject?: { CN?: string } }).call(socket);
  return certificate.subject?.CN ?? "";
}
