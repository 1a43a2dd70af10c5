import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test's own. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), "t-images-ca-"));
  readonly cert: string;

  constructor() {
    const subject = ["-subj", "/CN=test authority", "-days", "2"];
    this.openssl(["req", "-x509", ...EC, "-nodes", "-keyout", "ca.key", "-out", "ca.crt", ...subject]);
    this.cert = readFileSync(join(this.folder, "ca.crt"), "utf8");
  }

  /** A new server certificate for localhost. */
  issue(name: string): Certificate {
    const names = join(this.folder, "names");
    writeFileSync(names, `subjectAltName=DNS:localhost,DNS:${name},IP:127.0.0.1\n`);
    this.openssl(["req", ...EC, "-nodes", "-keyout", "tls.key", "-out", "tls.csr", "-subj", `/CN=${name}`]);
    const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
    this.openssl(["x509", "-req", "-in", "tls.csr", "-out", "tls.crt", ...signing]);
    const read = (file: string): string => readFileSync(join(this.folder, file), "utf8");
    return { cert: read("tls.crt"), key: read("tls.key") };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private openssl(args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
