import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says, where it is not a server's of a test. */
export interface CertificateWishes {
  /** Names instead of localhost, the subject's and 127.0.0.1; as openssl writes them. */
  readonly names?: readonly string[];
  /** Days that it holds; negative for one that has expired. */
  readonly days?: number;
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

  /** A new certificate, by default a server's for localhost. */
  issue(name: string, wishes: CertificateWishes = {}): Certificate {
    const { names = ["DNS:localhost", `DNS:${name}`, "IP:127.0.0.1"], days = 2 } = wishes;
    writeFileSync(join(this.folder, "names"), `subjectAltName=${names.join(",")}\n`);
    this.openssl(["req", ...EC, "-nodes", "-keyout", "tls.key", "-out", "tls.csr", "-subj", `/CN=${name}`]);
    const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", `${days}`, "-extfile", "names"];
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
