/** What makes are called, and the markets that Smartcar tells apart. */

/** What Smartcar's pages, its lists and people write for one make besides its name. @see docs/smartcar.md §5-36 */
const aliases: Readonly<Record<string, string>> = { MERCEDES: 'MERCEDES_BENZ', VW: 'VOLKSWAGEN' };

/** A make by the one name that our tables know it by: `Mercedes-Benz`, `MERCEDES BENZ` and `mercedes` are one. */
export function makeKey(make: string): string {
  const plain = make
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .trim()
    .toUpperCase()
    .replaceAll(/[\s_-]+/g, '_');
  return aliases[plain] ?? plain;
}

/** Smartcar's own three markets; a car is sold, and its maker's rules differ, by these. @see docs/smartcar.md §2.8-2 */
export type Region = 'US' | 'CA' | 'EUROPE';

/** Null where the country is not known. Smartcar has no fourth market, so whatever is neither of the two is Europe's. */
export function regionOf(country: string | null): Region | null {
  if (country === null) return null;
  return country === 'US' || country === 'CA' ? country : 'EUROPE';
}
