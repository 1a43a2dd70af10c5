import { describe, expect, it } from "vitest";
import { chunksOf } from "../../../images/l7-rag/src/knowledge/chunks.ts";

/** A token a word, or one for every four characters of a long one. */
const count = (word: string): number => Math.ceil(word.length / 12);
const tokens = (text: string): number => text.split(/\s+/).reduce((sum, word) => sum + count(word), 0);
const sentence = "Every alert is looked at by a person before anything is done about it. ";

describe("chunks of a document", () => {
  it("are one where the text is short, without the space around it", () => {
    const text = "  \n A short text.\n";
    expect(chunksOf(text, count)).toEqual([{ start: 4, end: 17, text: "A short text." }]);
    expect(chunksOf(" \n ", count)).toEqual([]);
  });

  it("hold 180 tokens at most, cover every word, end with sentences and repeat a little of the one before", () => {
    const text = sentence.repeat(120);
    const chunks = chunksOf(text, count);
    expect(chunks.length).toBeGreaterThan(5);
    for (const [at, chunk] of chunks.entries()) {
      expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
      expect(tokens(chunk.text)).toBeLessThanOrEqual(180);
      expect(chunk.text.endsWith("it.")).toBe(true);
      const next = chunks[at + 1];
      if (!next) continue;
      expect(next.start).toBeGreaterThan(chunk.start);
      expect(next.start).toBeLessThan(chunk.end);
      expect(tokens(text.slice(next.start, chunk.end))).toBeLessThanOrEqual(30);
    }
    expect(chunks.at(-1)?.end).toBe(text.trimEnd().length);
  });

  it("end where a paragraph ends, if one does in the second half", () => {
    const first = sentence.repeat(9).trim();
    const [chunk] = chunksOf(`${first}\n\n${sentence.repeat(40)}`, count);
    expect(chunk?.text).toBe(first);
  });

  it.each([
    ["a word without end", "x".repeat(50_000)],
    ["a script without spaces", "語".repeat(10_000)],
    ["characters of two units", "🚀".repeat(10_000)],
    ["signs", "=".repeat(10_000)],
    ["many short words", "a ".repeat(30_000)],
  ])("are bounded for %s, and cut no character in two", (_, text) => {
    const each = (word: string): number => (/^[a-z]+$/.test(word) ? 1 : word.length);
    const chunks = chunksOf(text, each);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) {
      expect(chunk.text.isWellFormed()).toBe(true);
      expect(chunk.text.split(/\s+/).reduce((sum, word) => sum + each(word), 0)).toBeLessThanOrEqual(180);
    }
    let covered = 0;
    for (const { start, end } of chunks) {
      expect(text.slice(covered, start).trim()).toBe("");
      covered = Math.max(covered, end);
    }
    expect(text.slice(covered).trim()).toBe("");
  });
});
