/** What the database refused, as names a flow can act on. */

/** The name of the unique index that refused an insert or update; null when the error is another one. */
export function violatedIndex(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return null;
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
}

/** Two transactions met; the same work on fresh facts may succeed. */
export function isLostRace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['23505', '40001', '40P01'].includes(String(error.code));
}

/** Another row refers to the one that was to be deleted. */
export const isReferenced = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503';
