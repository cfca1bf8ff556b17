/** Vehicle identification numbers with a right check digit (ISO 3779, North American rule), so that they look real. */

const alphabet = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
const years = 'ABCDEFGHJKLMNPRSTVWXY123456789';
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const values: Record<string, number> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
};

/** A VIN of 17 characters for the manufacturer's identifier and the model year. */
export function vinOf({ wmi, year, roll }: { wmi: string; year: number; roll: () => number }): string {
  const letters = (count: number): string =>
    Array.from({ length: count }, () => alphabet.charAt(Math.floor(roll() * 23))).join('');
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(roll() * 10)).join('');
  const yearLetter = years.charAt((year - 2010) % years.length);
  const draft = `${wmi}${letters(3)}${digits(2)}0${yearLetter}${letters(1)}${digits(6)}`;
  return `${draft.slice(0, 8)}${checkDigit(draft)}${draft.slice(9)}`;
}

/** The character that belongs in the ninth place of the VIN. */
export function checkDigit(vin: string): string {
  const sum = [...vin].reduce((total, character, index) => {
    const value = values[character] ?? Number(character);
    return total + value * (weights[index] ?? 0);
  }, 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}
