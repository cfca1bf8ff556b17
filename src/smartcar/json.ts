/** JSON from outside, made harmless: whatever the text, a value that can be walked, copied and stored, or nothing. */

/** Only escapes and these names can bring in what the reviver takes out, so most texts are parsed without it. */
const suspicious = /__proto__|constructor|\\u/;

/** The parsed value; undefined when the text is not JSON. */
export function parseJson(text: string): unknown {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return suspicious.test(plain) ? (JSON.parse(plain, harmless) as unknown) : (JSON.parse(plain) as unknown);
  } catch {
    return undefined; // a syntax error, or nesting deeper than the stack
  }
}

/** No name that reaches a prototype; no NUL and no half of a surrogate pair, which PostgreSQL refuses to keep. */
function harmless(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor' || key !== storable(key)) return undefined;
  return typeof value === 'string' ? storable(value) : value;
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** Whether a value nests no deeper than `depth`, is no longer than `length` characters as JSON, and has no endless number. */
export function isBounded(value: unknown, depth: number, length: number): boolean {
  return isShallow(value, depth) && JSON.stringify(value).length <= length;
}

function isShallow(value: unknown, depth: number): boolean {
  // `1e999` is good JSON and no number that could be written again.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
