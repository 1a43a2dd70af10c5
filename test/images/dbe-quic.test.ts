import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority } from "./certificates.ts";
import { docker, eventually, image, tryDocker } from "./engine.ts";

/** Files of a node's sidecar, in one volume: the image has no shell to make them with. */
const FOLDER = "/run/dbe-quic";

describe("dsmil-dbe-quic", () => {
  const name = `t-images-${randomBytes(4).toString("hex")}`;
  const authority = new Authority();
  const healthy = () => tryDocker(["exec", name, "/dbe-quic", "-healthcheck"]);

  beforeAll(async () => {
    const { cert, key } = authority.issue("node-a.dsmil.local");
    const files = { "tls.crt": cert, "tls.key": key, "ca.crt": authority.cert };
    const lines = Object.entries(files).map(
      ([file, text]) => `echo ${Buffer.from(text).toString("base64")} | base64 -d >/x/${file}; chmod 0400 /x/${file}`,
    );
    const script = ["set -e", ...lines, "chown -R 10001:10001 /x", "chmod 0700 /x"].join("\n");
    const base = await image("dsmil-base");
    await docker(["run", "--rm", "-i", "-v", `${name}:/x`, base, "sh", "-s"], script);
    const credentials = ["-cert", `${FOLDER}/tls.crt`, "-key", `${FOLDER}/tls.key`, "-ca", `${FOLDER}/ca.crt`];
    await docker([
      ...["run", "-d", "--name", name, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--memory", "64m", "--memory-swap", "64m", "-v", `${name}:${FOLDER}`, await image("dsmil-dbe-quic")],
      ...["-domain", "dsmil.local", ...credentials],
    ]);
  });
  afterAll(async () => {
    await tryDocker(["rm", "-f", "-v", name]);
    await tryDocker(["volume", "rm", "-f", name]);
    authority.dispose();
  });

  it("is one program and runs as the services' user, without anything to write to", async () => {
    const config = JSON.parse(await docker(["inspect", "-f", "{{json .Config}}", await image("dsmil-dbe-quic")])) as {
      readonly User: string;
      readonly Entrypoint: readonly string[];
    };
    expect(config.User).toBe("10001:10001");
    expect(config.Entrypoint).toEqual(["/dbe-quic"]);
    expect((await tryDocker(["exec", name, "/bin/sh"])).code).not.toBe(0);
  });

  it("comes up, answers its health check, and ends in order", async () => {
    await eventually("health", async () => ((await healthy()).code === 0 ? true : undefined));
    await docker(["stop", "-t", "10", name]);
    expect(await docker(["inspect", "-f", "{{.State.ExitCode}}", name])).toBe("0");
    expect(await docker(["logs", name])).toContain('"msg":"stopped"');
  });
});
