import { OFFSETS } from "../../../../images/runtime/dbe/codec/constants.ts";
import type { Random } from "./random.ts";

/** Numbers at which checks go wrong. */
const EDGES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x4001, 0x7fff, 0xffff, 0x100000, 0x100001, 0x7fffffff, 0xffffffff,
];

const FIELDS = Object.values(OFFSETS);

type Mutation = (frame: Buffer, random: Random, other: Buffer) => Buffer;

const flipBit: Mutation = (frame, random) => {
  const at = random.below(frame.length);
  frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
  return frame;
};
const setByte: Mutation = (frame, random) => {
  frame[random.below(frame.length)] = random.below(256);
  return frame;
};
const edgeInHeader: Mutation = (frame, random) => {
  const at = random.pick(FIELDS);
  const edge = Buffer.alloc(4);
  const value = random.pick(EDGES);
  const width = random.pick([1, 2, 4]);
  edge.writeUInt32BE(value);
  edge.copy(frame, at, 4 - width);
  return frame;
};
const edgeAnywhere: Mutation = (frame, random) => {
  if (frame.length >= 4) frame.writeUInt32BE(random.pick(EDGES), random.below(frame.length - 3));
  return frame;
};
const cut: Mutation = (frame, random) => frame.subarray(0, random.below(frame.length));
const extend: Mutation = (frame, random) => Buffer.concat([frame, random.bytes(1 + random.below(40))]);
const remove: Mutation = (frame, random) => {
  const at = random.below(frame.length);
  return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + random.below(20))]);
};
const repeat: Mutation = (frame, random) => {
  const at = random.below(frame.length);
  return Buffer.concat([frame.subarray(0, at + 1), frame.subarray(Math.max(0, at - random.below(20)))]);
};
const fill: Mutation = (frame, random) => {
  const at = random.below(frame.length);
  return frame.fill(random.pick([0, 0xff, 0x41]), at, Math.min(frame.length, at + 1 + random.below(30)));
};
const splice: Mutation = (frame, random, other) => {
  const at = random.below(Math.min(frame.length, other.length));
  return Buffer.concat([frame.subarray(0, at), other.subarray(at)]);
};
const graft: Mutation = (frame, random, other) => {
  const at = random.below(frame.length);
  other.copy(frame, at, random.below(other.length));
  return frame;
};

const MUTATIONS = [
  flipBit,
  flipBit,
  setByte,
  edgeInHeader,
  edgeInHeader,
  edgeAnywhere,
  cut,
  extend,
  remove,
  repeat,
  fill,
  splice,
  graft,
];

/** A copy of `frame`, changed once to four times with the help of `other`; never the same. */
export function mutate(frame: Buffer, other: Buffer, random: Random): Buffer {
  for (;;) {
    let changed: Buffer = Buffer.from(frame);
    const times = random.chance(0.7) ? 1 : 1 + random.below(4);
    for (let time = 0; time < times && changed.length > 0; time++) {
      changed = random.pick(MUTATIONS)(changed, random, other);
    }
    if (!changed.equals(frame)) return changed;
  }
}
