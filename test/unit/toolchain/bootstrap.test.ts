import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot, script, temporaryFolder } from "./folders.ts";

const platform = `node-linux-${process.arch}`;

/** A project folder with bin/dsmil, a program that prints its arguments, and an npm that installs this Node. */
function project(npm = "", node = "v20.20.2") {
  const root = temporaryFolder();
  const tools = temporaryFolder();
  cpSync(join(projectRoot, "bin/dsmil"), join(root, "bin/dsmil"));
  mkdirSync(join(root, "infra/cli"), { recursive: true });
  writeFileSync(
    join(root, "infra/cli/main.ts"),
    "const args: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(args));\n",
  );
  writeFileSync(join(root, "package-lock.json"), "{}");
  script(join(tools, "node"), `echo ${node}`);
  script(
    join(tools, "npm"),
    `echo "$*" >>"${tools}/calls"
    ${npm}
    mkdir -p node_modules/${platform}/bin
    ln -sf "${process.execPath}" node_modules/${platform}/bin/node`,
  );
  const env = { ...process.env, PATH: `${tools}:/usr/bin:/bin` };
  const calls = (): string[] => {
    const file = join(tools, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const run = (...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(join(root, "bin/dsmil"), args, { env, encoding: "utf8", cwd: "/" });
  return { root, tools, env, calls, run };
}

test("installs the packages once, then hands over with the arguments as they are", () => {
  const { run, calls } = project();
  const first = run("--help", "a b", "*");
  expect(first).toMatchObject({ status: 0, stdout: '["--help","a b","*"]\n' });
  expect(first.stderr).toMatch(/installing npm packages[\s\S]*installed in \d+ s/);
  expect(run("again")).toMatchObject({ status: 0, stdout: '["again"]\n', stderr: "" });
  expect(calls()).toEqual(["ci --no-audit --no-fund --loglevel=error"]);
});

test("works through symbolic links", () => {
  const { root, tools, env } = project();
  symlinkSync(join(root, "bin/dsmil"), join(tools, "first"));
  symlinkSync("first", join(tools, "second"));
  expect(spawnSync(join(tools, "second"), ["x"], { env, encoding: "utf8" }).stdout).toBe('["x"]\n');
});

test("installs again when the lock file changes", () => {
  const { root, run, calls } = project();
  run();
  writeFileSync(join(root, "package-lock.json"), '{"changed":true}');
  run();
  expect(calls()).toHaveLength(2);
});

test("installs again when the packages are gone", () => {
  const { root, run, calls } = project();
  run();
  rmSync(join(root, "node_modules"), { recursive: true });
  expect(run("x").stdout).toBe('["x"]\n');
  expect(calls()).toHaveLength(2);
});

test("leaves packages alone that npm itself installed from this lock file", () => {
  const { root, run, calls } = project();
  run();
  rmSync(join(root, ".dsmil"), { recursive: true });
  writeFileSync(join(root, "node_modules/.package-lock.json"), "{}");
  expect(run("x").stdout).toBe('["x"]\n');
  expect(calls()).toHaveLength(1);
  rmSync(join(root, ".dsmil"), { recursive: true });
  utimesSync(join(root, "node_modules/.package-lock.json"), 1, 1);
  run();
  expect(calls()).toHaveLength(2);
});

test("a failed install shows npm's words, and is tried again", () => {
  const { root, run, calls } = project("echo 'npm error ENOTFOUND' >&2; [[ -f ok ]] || exit 1");
  const failed = run();
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/npm error ENOTFOUND[\s\S]*registry has to be reachable/);
  writeFileSync(join(root, "ok"), "");
  expect(run("x").stdout).toBe('["x"]\n');
  expect(calls()).toHaveLength(2);
});

test("an old Node is named, with the remedy, and nothing is installed", () => {
  const { root, run, calls } = project("", "v18.19.0");
  const refused = run();
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/Node\.js 18 is too old[\s\S]*remedy: /);
  expect(calls()).toEqual([]);
  expect(existsSync(join(root, "node_modules"))).toBe(false);
});

test("two at once install once", async () => {
  const { root, env, calls } = project("sleep 1");
  const start = (name: string) =>
    new Promise<string>((resolve) => {
      const child = spawn(join(root, "bin/dsmil"), [name], { env, stdio: ["ignore", "pipe", "ignore"] });
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        out += chunk;
      });
      child.on("close", () => resolve(out));
    });
  expect(await Promise.all([start("a"), start("b")])).toEqual(['["a"]\n', '["b"]\n']);
  expect(calls()).toHaveLength(1);
});
