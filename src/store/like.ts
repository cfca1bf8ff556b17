/** Patterns for ILIKE out of what a person typed. */

/** Matches what contains the text literally: its own wildcards are escaped. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
