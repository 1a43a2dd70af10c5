import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptSources } from "./apt-sources.ts";
import { runProcess } from "./process.ts";

/** What a build borrows from the machine it runs on, to reach its package registries. Nothing of it stays in an image. */
export interface HostSettings {
  /** sources.list with this machine's mirror. */
  readonly aptSources: string;
  /** PEM bundle of the authorities this machine trusts. */
  readonly caBundle: string;
  /** pip's settings, for an index of one's own. */
  readonly pipConfig: string;
  /** http_proxy and the like, where they are set. */
  readonly proxies: Readonly<Record<string, string>>;
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const BUNDLES = [
  process.env.SSL_CERT_FILE,
  process.env.NODE_EXTRA_CA_CERTS,
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];

/** Collects the settings; writes the files that have to be made into `folder`. */
export async function hostSettings(folder: string): Promise<HostSettings> {
  const read = (pattern: string): string[] => globSync(pattern).map((path) => readFileSync(path, "utf8"));
  const lists = [...read("/etc/apt/sources.list"), ...read("/etc/apt/sources.list.d/*.list")];
  const sources = join(folder, "sources.list");
  const keyring = existsSync(KEYRING) ? KEYRING : undefined;
  writeFileSync(sources, aptSources(lists, read("/etc/apt/sources.list.d/*.sources"), keyring), { mode: 0o644 });
  const pip = join(folder, "pip.conf");
  writeFileSync(pip, pipConfig(), { mode: 0o600 });
  const bundle = BUNDLES.find((path) => path !== undefined && existsSync(path));
  const none = join(folder, "no-ca.pem");
  if (bundle === undefined) writeFileSync(none, "");
  return { aptSources: sources, caBundle: bundle ?? none, pipConfig: pip, proxies: await proxies() };
}

/** An index of packages other than PyPI, when this machine's environment or pip.conf names one. */
function pipConfig(): string {
  const home = process.env.HOME ?? "/root";
  const files = ["/etc/pip.conf", `${home}/.config/pip/pip.conf`, `${home}/.pip/pip.conf`].filter(existsSync);
  const found = new Map<string, string>();
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const [, key = "", value = ""] = /^\s*(index-url|extra-index-url|trusted-host)\s*=\s*(.+)$/.exec(line) ?? [];
      if (key !== "") found.set(key, value.trim());
    }
  }
  for (const key of ["index-url", "extra-index-url", "trusted-host"]) {
    const value = process.env[`PIP_${key.replaceAll("-", "_").toUpperCase()}`];
    if (value) found.set(key, value);
  }
  return ["[global]", ...[...found].map(([key, value]) => `${key} = ${value}`), ""].join("\n");
}

/** Proxies of the environment, else those that apt is told to use. */
async function proxies(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    const value = process.env[name] ?? process.env[name.toUpperCase()];
    if (value) found[name] = value;
  }
  for (const scheme of ["http", "https"]) {
    if (found[`${scheme}_proxy`] !== undefined || !existsSync("/usr/bin/apt-config")) continue;
    const said = await runProcess(["apt-config", "shell", "PROXY", `Acquire::${scheme}::Proxy`]).catch(() => "");
    const value = /PROXY='([^']+)'/.exec(said)?.[1];
    if (value !== undefined && value !== "DIRECT") found[`${scheme}_proxy`] = value;
  }
  return found;
}
