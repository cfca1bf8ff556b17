/** HTML that can't be broken by what is put into it: a tagged template that escapes. */

export interface Html {
  readonly markup: string;
}

type Insert = Html | string | number | null | false | readonly Html[];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text becomes text, Html stays Html, null and false become nothing. */
export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Html {
  const markup = parts.reduce((whole, part, index) => whole + markupOf(inserts[index - 1] ?? null) + part);
  return { markup };
}

/** Markup of our own that needs no escaping: a style sheet, a script. */
export function raw(markup: string): Html {
  return { markup };
}

function markupOf(insert: Insert): string {
  if (insert === null || insert === false) return '';
  if (typeof insert === 'string' || typeof insert === 'number')
    return String(insert).replace(/[&<>"']/g, (character) => escapes[character] ?? '');
  return isList(insert) ? insert.map((item) => item.markup).join('') : insert.markup;
}

function isList(insert: Html | readonly Html[]): insert is readonly Html[] {
  return Array.isArray(insert);
}
