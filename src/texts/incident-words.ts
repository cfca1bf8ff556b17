/** What incidents are called: typed doors to the catalogue. */
import type { IncidentEnd, Scope } from '../domain/incident.ts';
import { say } from './say.ts';
import { makeName } from './words.ts';

/** Whom it is about: "Ford", "Ford in Germany", "All makes". */
export function scopeText({ make, region }: Scope, language = 'en'): string {
  return say(language, 'incident.of', {
    make: make ? makeName(make) : 'none',
    region: region ? regionName(region, language) : 'none',
  });
}

/** A country by its name in a language; its code where that is not known. */
function regionName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export interface IncidentWords {
  scope: Scope;
  end: IncidentEnd | null;
  joined: number;
  failing: number;
}

/** How it stands, in a line. */
export function incidentText({ scope, end, joined, failing }: IncidentWords, language = 'en'): string {
  const of = scopeText(scope, language);
  return say(language, end ? `incident.${end}` : 'incident.text', { of, joined, failing });
}

/** What Towline does while it is open. */
export const meanwhileText = (language = 'en'): string => say(language, 'incident.meanwhile');

/** What the panel of a vehicle says that is part of one. */
export const heldText = (scope: Scope, language = 'en'): string =>
  say(language, 'incident.held', { of: scopeText(scope, language) });
