/** What the lines of a file say to each other: of the same car, and of the same owner. */
import type { VehicleId } from './ids.ts';
import type { ImportLine, ImportProblem, RowOwner, RowValues } from './import-row.ts';

const details = ['ownerName', 'ownerPhone', 'ownerLanguage'] as const;

/** What one line says of an owner holds for every line with their address; what a line says itself stays. */
export function withWholeOwners(lines: readonly ImportLine[]): ImportLine[] {
  const said = new Map<string, ImportLine['cells']>();
  for (const { cells } of lines) {
    const email = emailOf(cells);
    if (email !== undefined) said.set(email, { ...cells, ...said.get(email) });
  }
  return lines.map((line) => {
    const whole = said.get(emailOf(line.cells) ?? '') ?? {};
    const added = details.flatMap((column) => (whole[column] === undefined ? [] : [[column, whole[column]] as const]));
    return { ...line, cells: { ...Object.fromEntries(added), ...line.cells } };
  });
}

const emailOf = (cells: ImportLine['cells']): string | undefined => cells.ownerEmail?.toLowerCase();

/** The first line to name a car or an owner has it, whatever becomes of that line. */
export class SeenLines {
  /** The line that named a VIN, a number or a vehicle. */
  readonly #cars = new Map<string, number>();
  /** By address in small letters. */
  readonly #owners = new Map<string, { line: number; owner: RowOwner }>();

  /** What the lines before have against this one; it is remembered for those that follow. */
  problemsOf(line: number, values: RowValues, found: VehicleId | null): ImportProblem[] {
    const { owner } = values;
    return [
      ...this.#repeated(line, values, found),
      ...(owner?.email ? this.#contradicted(line, owner.email.toLowerCase(), owner) : []),
    ];
  }

  #repeated(line: number, { vin, number }: RowValues, found: VehicleId | null): ImportProblem[] {
    const named: ['vin' | 'number' | null, string | undefined][] = [
      ['vin', vin],
      ['number', number?.toLowerCase()],
      [null, found ?? undefined],
    ];
    const problems = named.flatMap(([column, name]): ImportProblem[] => {
      const otherLine = name === undefined ? null : this.#before(`${column} ${name}`, line);
      return otherLine === null ? [] : [{ column, code: 'twice_in_file', otherLine }];
    });
    // That it is the same vehicle is worth saying only where neither VIN nor number says so.
    return problems.length > 1 ? problems.filter(({ column }) => column !== null) : problems;
  }

  #before(name: string, line: number): number | null {
    const first = this.#cars.get(name);
    if (first === undefined) this.#cars.set(name, line);
    return first ?? null;
  }

  #contradicted(line: number, email: string, owner: RowOwner): ImportProblem[] {
    const first = this.#owners.get(email);
    if (!first) this.#owners.set(email, { line, owner });
    const isOther = (part: 'name' | 'phone' | 'language'): boolean => first?.owner[part] !== owner[part];
    return first && (isOther('name') || isOther('phone') || isOther('language'))
      ? [{ column: 'ownerName', code: 'owner_differs_in_file', otherLine: first.line }]
      : [];
  }
}
