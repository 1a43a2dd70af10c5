import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { expect, it } from "vitest";
import { followTlsFiles, readTlsFiles } from "../../../images/runtime/api/tls-files.ts";

it("a server is given a renewed certificate, and a renewed authority of its clients", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dsmil-tls-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of ["tls.crt", "tls.key", "clients-ca.crt"]) write(name, "1");
  const given: object[] = [];
  const until = async (count: number) => {
    while (given.length < count) await new Promise((done) => setTimeout(done, 5));
  };
  const stopping = new AbortController();
  const server = { setSecureContext: (context: object) => void given.push(context) };
  const log = pino({ level: "silent" });
  const more = { files: readTlsFiles(folder), clientCa: "1", clientCaFile: join(folder, "clients-ca.crt"), everyMs: 5 };
  const following = followTlsFiles({ server, folder, log, ...more }, stopping.signal);
  write("clients-ca.crt", "2");
  await until(1);
  write("tls.crt", "2");
  await until(2);
  stopping.abort();
  await following;
  rmSync(folder, { recursive: true });
  expect(given).toEqual([
    { cert: "1", key: "1", ca: "2", minVersion: "TLSv1.2" },
    { cert: "2", key: "1", ca: "2", minVersion: "TLSv1.2" },
  ]);
}, 5000);
