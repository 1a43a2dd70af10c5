import type { FeedIndicator } from "./indicator.ts";

/** What indicators take in memory. */
export interface Load {
  readonly indicators: number;
  /** Of values, labels and ids. */
  readonly characters: number;
}

/** Of all feeds of a tenant together at most; measured (docs/signals.md, Memory). */
export const ROOM: Load = { indicators: 50_000, characters: 4_000_000 };

/** Counts what is kept of a feed, so that it is refused before it takes more memory than there is. */
export class LoadCount {
  private readonly room: Load;
  private indicators = 0;
  private characters = 0;

  constructor(room: Load, { indicators, characters }: Load = { indicators: 0, characters: 0 }) {
    this.room = room;
    this.indicators = indicators;
    this.characters = characters;
  }

  get load(): Load {
    return { indicators: this.indicators, characters: this.characters };
  }

  /** @throws Error where there is no room for it */
  add(more: Load): void {
    this.indicators += more.indicators;
    this.characters += more.characters;
    const { indicators, characters } = this.room;
    if (this.indicators > indicators)
      throw new Error(`has more than ${indicators} indicators, for which there is room`);
    if (this.characters > characters)
      throw new Error(`has more than ${characters} characters, for which there is room`);
  }

  remove(less: Load): void {
    this.indicators -= less.indicators;
    this.characters -= less.characters;
  }
}

/** What one indicator takes. */
export function loadOf({ value, labels }: FeedIndicator): Load {
  return { indicators: 1, characters: labels.reduce((sum, label) => sum + label.length, value.length) };
}

/** What is left of the room. */
export function roomBeside(others: readonly Load[]): Load {
  const sum = (key: keyof Load): number => others.reduce((all, one) => all + one[key], 0);
  return {
    indicators: Math.max(0, ROOM.indicators - sum("indicators")),
    characters: Math.max(0, ROOM.characters - sum("characters")),
  };
}
