import { createHash } from 'node:crypto';

/** Anything that names a random stream. */
export type Part = string | number;

/** A UUID that is always the same for the same parts. */
export function uuidFrom(...parts: Part[]): string {
  const hex = digest(parts).toString('hex');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A stream of numbers in [0, 1) that is always the same for the same parts (mulberry32). */
export function seeded(...parts: Part[]): () => number {
  let state = digest(parts).readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One number in [0, 1) for the parts. */
export function chance(...parts: Part[]): number {
  return digest(parts).readUInt32LE(4) / 4_294_967_296;
}

/** One of the list, for a number in [0, 1). */
export function pick<T>(list: readonly T[], roll: number): T {
  const chosen = list[Math.floor(roll * list.length)];
  if (chosen === undefined) throw new Error('pick needs a list with something in it');
  return chosen;
}

function digest(parts: Part[]): Buffer {
  return createHash('sha256').update(parts.join('\u0000')).digest();
}
