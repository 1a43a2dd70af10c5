import { describe, expect, it } from "vitest";
import { parseRagQuestion } from "../../../images/runtime/l7/rag/question.ts";

const DOCUMENT = { op: "ingest", id: "a.b-c_1", title: "t", source: "s", text: "x" };

describe("questions to the RAG engine", () => {
  it.each([
    [
      { op: "embed", texts: ["x"] },
      { op: "embed", texts: ["x"] },
    ],
    [DOCUMENT, DOCUMENT],
    [
      { ...DOCUMENT, source: undefined },
      { ...DOCUMENT, source: "" },
    ],
    [{ op: "list" }, { op: "list", limit: 50 }],
    [
      { op: "delete", id: "x" },
      { op: "delete", id: "x" },
    ],
    [
      { op: "query", query: "x" },
      { op: "query", query: "x", limit: 5, min_score: 0.3 },
    ],
    [
      { op: "query", query: "x", limit: 20, min_score: 0 },
      { op: "query", query: "x", limit: 20, min_score: 0 },
    ],
  ])("%j is read", (body, read) => {
    expect(parseRagQuestion(body)).toEqual(read);
  });

  it.each([
    [null, "op"],
    [[], "op"],
    ["embed", "op"],
    [{}, "op"],
    [{ op: "toString" }, "op"],
    [{ op: "embed", texts: "x" }, "texts"],
    [{ op: "embed", texts: Array(65).fill("x") }, "texts"],
    [{ op: "embed", texts: ["x".repeat(40_000), "x".repeat(40_000)] }, "texts"],
    [{ op: "embed", texts: ["x", 1] }, "texts[1]"],
    [{ op: "embed", texts: ["x"], more: 1 }, null],
    [{ ...DOCUMENT, id: ".x" }, "id"],
    [{ ...DOCUMENT, id: "x".repeat(65) }, "id"],
    [{ ...DOCUMENT, source: 1 }, "source"],
    [{ ...DOCUMENT, title: "x".repeat(201) }, "title"],
    [{ ...DOCUMENT, text: "\udc00" }, "text"],
    [{ op: "list", after: "x" }, "after"],
    [{ op: "list", limit: 0 }, "limit"],
    [{ op: "query", query: "x", limit: 1.5 }, "limit"],
    [{ op: "query", query: "x", min_score: Number.NaN }, "min_score"],
    [{ op: "query", query: " " }, "query"],
    [{ op: "delete" }, "id"],
  ])("%j is refused, naming the field", (body, param) => {
    expect(() => parseRagQuestion(body)).toThrow(expect.objectContaining({ name: "EnrichmentError", param }));
  });
});
