import { describe, expect, it } from "vitest";
import { differences } from "../../../infra/provider/diff.ts";
import { formatPath, parsePath, positions, valueAt } from "../../../infra/provider/path.ts";

describe("property paths", () => {
  it.each([
    [["users", "alpha_reader", "rules"], 'users["alpha_reader"].rules'],
    [["files", 'conf.d/a "b".conf'], 'files["conf.d/a \\"b\\".conf"]'],
    [["list", 3, "x"], "list[3].x"],
    [["a", "b", "c-d"], 'a["b"]["c-d"]'],
  ])("write and read %j", (path, text) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  it("read what people write by hand", () => {
    expect(parsePath("files.tls")).toEqual(["files", "tls"]);
    expect(() => parsePath("files[tls]")).toThrow("stuck at character 6");
  });

  it("find elements of lists by name, and their positions", () => {
    const root = { users: [{ name: "a" }, { name: "b", rules: "x" }] };
    expect(valueAt(root, ["users", "b", "rules"])).toBe("x");
    expect(valueAt(root, ["users", 1, "rules"])).toBe("x");
    expect(valueAt(root, ["users", "c", "rules"])).toBeUndefined();
    expect(positions(root, ["users", "b", "rules"])).toEqual(["users", 1, "rules"]);
    expect(positions(root, ["users", "c"])).toBeUndefined();
  });
});

describe("differences", () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: "1" }, [["a"]]],
    [{ a: 1 }, {}, [["a"]]],
    [{ a: undefined }, {}, []],
    [{ a: [1, 2] }, { a: [1, 3] }, [["a", 1]]],
    [{ a: [1] }, { a: [1, 2] }, [["a"]]],
    [
      { a: [{ name: "x", v: 1 }] },
      {
        a: [
          { name: "y", v: 1 },
          { name: "x", v: 2 },
        ],
      },
      [
        ["a", "x", "v"],
        ["a", "y"],
      ],
    ],
    [{ a: [{ name: "x" }, { name: "x" }] }, { a: [{ name: "x" }, { name: "z" }] }, [["a", 1, "name"]]],
    [{ a: {} }, { a: [] }, [["a"]]],
  ])("between %j and %j", (old, now, paths) => {
    expect(differences(old, now)).toEqual(paths);
  });
});
