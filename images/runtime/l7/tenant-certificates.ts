import type { Log } from "../log.ts";
import { type Certificate, inForce, MAX_CERTIFICATE_LENGTH, verifyCertificate } from "../pqc/certificate.ts";
import { readBounded } from "../watch/bounded-file.ts";
import { TenantFiles } from "../watch/tenant-files.ts";

/** The tenants' public signing keys, from `<dir>/<tenant>/certificate.json`, each certified by the fleet's root. */
export class TenantCertificates {
  /** Watches the files. */
  readonly files: TenantFiles<Certificate>;
  private byTenant: ReadonlyMap<string, Certificate> = new Map();

  /** @param root hex of the fleet root's raw public key, read at the moment of use; throws where there is none */
  constructor(dir: string, root: () => string, log: Log) {
    this.files = new TenantFiles({
      ...{ dir, name: "certificate.json", what: "tenants' certificates", log },
      load: (path) => readBounded(path, MAX_CERTIFICATE_LENGTH),
      parse: (text, tenant) => verifyCertificate(text, root(), "tenant", tenant.toLowerCase(), Date.now()),
      onChange: (byTenant) => {
        this.byTenant = byTenant;
      },
    });
  }

  /**
   * Hex of an upper-case tenant's public key; undefined when none is known.
   * @throws when its certificate has ended
   */
  keyOf(tenant: string): string | undefined {
    const certificate = this.byTenant.get(tenant);
    return certificate && inForce(certificate, Date.now()).publicKey;
  }
}
