/** Knobs as fields of a form, made from the schema that validates them. */
import { z } from 'zod';
import { knobsSchema, type Knobs } from '../knobs.ts';

export interface KnobField {
  /** `timestamps`, `webhook.url`, `applicationBucket.capacity`. */
  path: string;
  /** A list is words with blanks between. */
  kind: 'choice' | 'switch' | 'number' | 'text' | 'list';
  /** For a choice. */
  values: readonly (string | number)[];
  /** Empty means null. */
  isNullable: boolean;
}

interface Schema {
  type?: string | string[];
  enum?: (string | number)[];
  const?: string | number;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
}

/** Every knob; those within another one apart, with a dot. */
export function knobFields(): KnobField[] {
  // zod's own JSON schema: the part of it that our knobs use.
  return fieldsOf(z.toJSONSchema(knobsSchema, { io: 'input' }) as Schema, '', false);
}

function fieldsOf(schema: Schema, path: string, isNullable: boolean): KnobField[] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([name, part]) => fieldsOf(part, below(name), isNullable));
  const options = schema.anyOf?.filter((option) => option.type !== 'null') ?? [];
  const constants = options.map((option) => option.const).filter((value) => value !== undefined);
  if (constants.length > 0) return [{ path, kind: 'choice', values: constants, isNullable }];
  const [only] = options;
  if (only !== undefined) return fieldsOf(only, path, true);
  if (schema.type === 'array') return [{ path, kind: 'list', values: [], isNullable }];
  if (schema.enum !== undefined) return [{ path, kind: 'choice', values: schema.enum, isNullable }];
  const types = [schema.type ?? 'number'].flat();
  const kind = types.includes('boolean') ? 'switch' : types.includes('string') ? 'text' : 'number';
  return [{ path, kind, values: [], isNullable: isNullable || types.includes('null') }];
}

/** What stands in the field now; empty for null. */
export function fieldValue(knobs: Knobs, path: string): string {
  let value: unknown = knobs;
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null; // an object of knobs
  if (Array.isArray(value)) return value.join(' ');
  return value === null || value === undefined ? '' : String(value);
}

/** The change that a form asks for: only the fields that it carries. */
export function changeFrom(form: Readonly<Record<string, string>>): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  for (const field of knobFields()) {
    const text = form[field.path];
    if (text === undefined) continue;
    const names = field.path.split('.');
    const last = names.pop() ?? '';
    let place = change;
    for (const name of names) place = (place[name] ??= {}) as Record<string, unknown>; // made here
    place[last] = typedValue(field, text.trim());
  }
  for (const [name, value] of Object.entries(change)) {
    // A knob of several numbers is off when one of them is missing.
    const parts = typeof value === 'object' && value !== null ? Object.values(value) : [];
    if (name !== 'webhook' && parts.includes(null)) change[name] = null;
  }
  return change;
}

function typedValue({ kind, isNullable, values }: KnobField, text: string): unknown {
  if (text === '' && isNullable) return null;
  if (kind === 'list') return text.split(/[\s,]+/).filter(Boolean);
  if (kind === 'switch') return text === 'true';
  if (kind === 'number') return text === '' ? text : Number(text);
  return values.find((value) => String(value) === text) ?? text;
}
