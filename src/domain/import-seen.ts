/** What the lines of a file said so far: the first to name a car or an owner has it, whatever becomes of that line. */
import type { VehicleId } from './ids.ts';
import type { ImportProblem, RowOwner, RowValues } from './import-row.ts';

export class SeenLines {
  /** The line that named a VIN, a number or a vehicle first. */
  readonly #cars = new Map<string, number>();
  /** By address in small letters: what was said of the owner, each part by whoever said it first. */
  readonly #owners = new Map<string, { line: number; owner: RowOwner }>();
  readonly #added = new Set<string>();

  /**
   * What the lines before have against this one; it is remembered for those that follow. `isUnknown`: the fleet has no
   * owner with its address.
   */
  problemsOf(line: number, values: RowValues, found: VehicleId | null, isUnknown: boolean): ImportProblem[] {
    const owner = values.owner?.email === undefined ? undefined : values.owner;
    return [
      ...this.#repeated(line, values, found),
      ...(owner?.email ? this.#ownerProblems(line, owner.email.toLowerCase(), owner, isUnknown) : []),
    ];
  }

  /** From this line on the owner is there. */
  willAdd(email: string): void {
    this.#added.add(email);
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

  #ownerProblems(line: number, email: string, owner: RowOwner, isUnknown: boolean): ImportProblem[] {
    const first = this.#owners.get(email) ?? { line, owner: {} };
    this.#owners.set(email, { line: first.line, owner: { ...owner, ...first.owner } });
    const problems: ImportProblem[] = [];
    const isOther = (part: 'name' | 'phone' | 'language'): boolean =>
      first.owner[part] !== undefined && owner[part] !== undefined && first.owner[part] !== owner[part];
    if (isOther('name') || isOther('phone') || isOther('language'))
      problems.push({ column: 'ownerName', code: 'owner_differs_in_file', otherLine: first.line });
    if (isUnknown && owner.name === undefined && !this.#added.has(email))
      problems.push({ column: 'ownerName', code: 'owner_name_missing' });
    return problems;
  }
}
