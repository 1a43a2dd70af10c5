import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensurePulumi } from "../../../infra/toolchain/ensure.ts";
import { readInstall, writeInstall } from "../../../infra/toolchain/install.ts";
import { toolPaths } from "../../../infra/toolchain/paths.ts";
import { sourceKey } from "../../../infra/toolchain/sources.ts";
import { versions } from "../../../infra/toolchain/versions.ts";
import { script, temporaryFolder, temporaryProject } from "./folders.ts";

beforeEach(() => {
  vi.stubEnv("DSMIL_PULUMI", "installed"); // no network, no compiler
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const plugins = JSON.stringify(Object.entries(versions.plugins).map(([name, version]) => ({ name, version })));

/** A folder on PATH with a `pulumi` that answers as the real one does, and notes its calls. */
function installed(options: { version?: string; plugins?: string; host?: string } = {}) {
  const folder = temporaryFolder();
  const calls = join(folder, "calls");
  script(
    join(folder, "pulumi"),
    `echo "$*" >>"${calls}"
    case "$*" in
      version) echo "${options.version ?? "v3.260.1"}" ;;
      "plugin ls --json") echo '${options.plugins ?? plugins}' ;;
      *) echo "error: no such host" >&2; exit 255 ;;
    esac`,
  );
  if (options.host !== "") {
    script(join(folder, "pulumi-language-nodejs"), options.host ?? "echo 12345; exec sleep 20");
  }
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  return { folder, calls: () => readFileSync(calls, "utf8").trim().split("\n") };
}

test("an installed Pulumi that works is taken, and looked at only once", async () => {
  const root = temporaryProject();
  const pulumi = installed();
  const install = await ensurePulumi({ root });
  expect(install).toMatchObject({ kind: "installed", version: "3.260.1", bin: pulumi.folder });
  expect(await ensurePulumi({ root })).toEqual(install);
  expect(pulumi.calls()).toEqual(["version", "plugin ls --json"]);
});

test("an installed Pulumi that changes is looked at again", async () => {
  const root = temporaryProject();
  installed();
  await ensurePulumi({ root });
  installed({ version: "v3.300.0" });
  expect((await ensurePulumi({ root })).version).toBe("3.300.0");
});

test.each([
  ["too old", { version: "v3.150.0" }, /3\.200\.0 or newer is needed/],
  ["without a language host", { host: "" }, /pulumi-language-nodejs is missing/],
  ["with a language host that fails", { host: "exit 1" }, /does not work/],
  ["with one that talks nonsense", { host: "echo hello; exec sleep 20" }, /printed "hello"/],
  [
    "whose plugins cannot be fetched",
    { plugins: "[]" },
    /plugin docker 5\.2\.0 cannot be fetched: error: no such host/,
  ],
])("one %s is refused with the reason", async (_, options, reason) => {
  installed(options);
  const root = temporaryProject();
  await expect(ensurePulumi({ root })).rejects.toThrow(reason);
  expect(readInstall(root)).toBeUndefined();
});

test("a word that is no way to get Pulumi is refused", async () => {
  vi.stubEnv("DSMIL_PULUMI", "magic");
  await expect(ensurePulumi({ root: temporaryProject() })).rejects.toThrow(/expected built, downloaded or installed/);
});

/** What a finished build leaves. */
function built(root: string): void {
  const paths = toolPaths(root);
  for (const file of ["pulumi", "pulumi-language-nodejs"]) script(join(paths.bin, file), "");
  for (const [name, version] of Object.entries(versions.plugins)) {
    const plugin = join(paths.home, `plugins/resource-${name}-v${version}/pulumi-resource-${name}`);
    mkdirSync(dirname(plugin), { recursive: true });
    linkSync(join(paths.bin, "pulumi"), plugin);
  }
  const { pulumi: version } = versions;
  writeInstall(root, { kind: "built", source: "built", version, bin: paths.bin, key: sourceKey(root) });
}

test("our own build is used while its sources are what they were, even when Pulumi is installed", async () => {
  vi.stubEnv("DSMIL_PULUMI", "");
  const root = temporaryProject();
  built(root);
  const pulumi = installed();
  expect((await ensurePulumi({ root })).kind).toBe("built");
  writeFileSync(join(root, "infra/toolchain/cli/language-nodejs/options_test.go"), "package main\n");
  expect((await ensurePulumi({ root })).kind).toBe("built"); // a test is not part of it
  writeFileSync(join(root, "infra/toolchain/cli/language-nodejs/options.go"), "package main\n");
  expect(await ensurePulumi({ root })).toMatchObject({ kind: "installed", bin: pulumi.folder });
});

test("a build interrupted by its caller keeps what is finished and leaves no record", async () => {
  vi.stubEnv("DSMIL_PULUMI", "built");
  const root = temporaryProject();
  const folder = temporaryFolder();
  const stop = new AbortController();
  script(
    join(folder, "go"),
    `if [[ $1 == env ]]; then echo go1.26.8; exit; fi
    [[ $PWD == */providers ]] && exec sleep 20
    while [[ $1 != -o ]]; do shift; done
    echo built >"$2"`,
  );
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  const progress = (message: string): void => {
    if (message.startsWith("docker, random and tls")) setTimeout(() => stop.abort(new Error("stopped")), 200);
  };
  await expect(ensurePulumi({ root, progress, signal: stop.signal })).rejects.toThrow("stopped");
  const staged = join(toolPaths(root).staging, sourceKey(root));
  expect(existsSync(join(staged, "pulumi"))).toBe(true);
  expect(existsSync(join(staged, "providers"))).toBe(false);
  expect(readInstall(root)).toBeUndefined();
  expect(existsSync(toolPaths(root).bin)).toBe(false);
});

test("a failed build shows the compiler's words and what to do", async () => {
  vi.stubEnv("DSMIL_PULUMI", "built");
  const folder = temporaryFolder();
  script(
    join(folder, "go"),
    'if [[ $1 == env ]]; then echo go1.26.8; else echo "write: no space left on device" >&2; exit 1; fi',
  );
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  await expect(ensurePulumi({ root: temporaryProject() })).rejects.toThrow(
    /no space left on device[\s\S]*free disk space/,
  );
});
