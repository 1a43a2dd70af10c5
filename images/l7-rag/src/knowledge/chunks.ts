/** A part of a document; `start` and `end` are places in its text, in UTF-16 units. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Tokens of a chunk at most, and of what it repeats of the one before: a thought at a cut is found in one of both. */
const MOST_TOKENS = 180;
const OVERLAP = 30;
/** Characters of a chunk at most: a word that the model does not know is one token, however long it is. */
const MOST_CHARACTERS = 2000;
/** A longer word is cut: it is data. */
const LONGEST_WORD = 400;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  /** How good a place after it is for a cut: 2 a paragraph's end, 1 a sentence's, 0 another. */
  readonly ending: 0 | 1 | 2;
}

/**
 * Cuts a text into chunks of at most 180 tokens and 2,000 characters, where a paragraph or a sentence ends if there is such a place in the
 * chunk's second half. Each begins with up to 30 tokens of the one before.
 * @param count tokens of a word
 */
export function chunksOf(text: string, count: (word: string) => number): Chunk[] {
  const words = wordsOf(text, count);
  const chunks: Chunk[] = [];
  for (let from = 0; from < words.length; ) {
    const to = cut(words, from);
    const [start, end] = [words[from]?.start ?? 0, words[to - 1]?.end ?? 0];
    chunks.push({ start, end, text: text.slice(start, end) });
    if (to >= words.length) break;
    from = overlapped(words, from, to);
  }
  return chunks;
}

/** Index after the last word of the chunk that begins with word `from`. */
function cut(words: readonly Word[], from: number): number {
  let [tokens, to] = [0, from];
  let [best, bestEnding] = [0, 0];
  for (; to < words.length; to++) {
    const word = words[to] as Word;
    const isTooLong = word.end - (words[from]?.start ?? 0) > MOST_CHARACTERS;
    if (to > from && (isTooLong || tokens + word.tokens > MOST_TOKENS)) break;
    tokens += word.tokens;
    if (tokens * 2 >= MOST_TOKENS && word.ending > 0 && word.ending >= bestEnding) {
      [best, bestEnding] = [to + 1, word.ending];
    }
  }
  return to >= words.length || best === 0 ? to : best;
}

/** Where the next chunk begins: some words before `to`, and always after `from`. */
function overlapped(words: readonly Word[], from: number, to: number): number {
  let [tokens, next] = [0, to];
  while (next - 1 > from && tokens + (words[next - 1]?.tokens ?? 0) <= OVERLAP) {
    next -= 1;
    tokens += words[next]?.tokens ?? 0;
  }
  return next;
}

function wordsOf(text: string, count: (word: string) => number): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/(\S+)(\s*)/gu)) {
    const [, word = "", space = ""] = match;
    const ending = /\n\s*\n/.test(space) ? 2 : /[.!?:;。！？]["')\]]*$/u.test(word) || space.includes("\n") ? 1 : 0;
    for (let at = 0; at < word.length; ) {
      const end = partEnd(word, at);
      const tokens = count(word.slice(at, end));
      const start = match.index + at;
      words.push({ start, end: match.index + end, tokens, ending: end === word.length ? ending : 0 });
      at = end;
    }
  }
  return words;
}

/** A part of a word that begins at `at`; no character outside of the basic plane is cut in two. */
function partEnd(word: string, at: number): number {
  const longest = isDense(word) ? MOST_TOKENS / 2 : LONGEST_WORD;
  const end = at + longest;
  if (end >= word.length) return word.length;
  return (word.charCodeAt(end) & 0xfc00) === 0xdc00 ? end - 1 : end;
}

/** Whether a word is of a script without spaces, or of signs, where each character is a token. */
const isDense = (word: string): boolean => word.length > MOST_TOKENS / 2 && !/^[\p{Script=Latin}\p{N}_]*$/u.test(word);
