/** From the bytes of a file to its text: spreadsheets write UTF-8, Windows-1252 and UTF-16, and say which only by the bytes. */

export const encodings = ['UTF-8', 'Windows-1252', 'UTF-16'] as const;
export type Encoding = (typeof encodings)[number];

export type Decoded = { text: string; encoding: Encoding } | { problem: 'empty' | 'workbook' | 'binary' };

/** Windows-1252 has a character for every byte, so it is what everything is that is not valid UTF-8 and holds no zero byte. */
export function decode(bytes: Uint8Array): Decoded {
  if (startsWith(bytes, 'PK\u0003\u0004') || startsWith(bytes, '\u00d0\u00cf\u0011\u00e0'))
    return { problem: 'workbook' };
  const decoded = decodeText(bytes);
  if (decoded.text.includes('\u0000')) return { problem: 'binary' };
  return decoded.text.trim() === '' ? { problem: 'empty' } : decoded;
}

function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  if (startsWith(bytes, '\u00ff\u00fe')) return { text: textOf(bytes, 'utf-16le'), encoding: 'UTF-16' };
  if (startsWith(bytes, '\u00fe\u00ff')) return { text: textOf(bytes, 'utf-16be'), encoding: 'UTF-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return { text: textOf(bytes, 'windows-1252'), encoding: 'Windows-1252' };
  }
}

const textOf = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);

const startsWith = (bytes: Uint8Array, characters: string): boolean =>
  [...characters].every((character, place) => bytes[place] === character.charCodeAt(0));
