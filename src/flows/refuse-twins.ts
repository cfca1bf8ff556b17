/** What the database refuses because there is one like it already, told to the caller in words. */
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { violatedIndex } from '../store/violation.ts';

/** @throws Refusal with the code that belongs to the unique index which refused the work */
export async function refusingTwins<T>(
  codes: Readonly<Record<string, RefusalCode>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codes[violatedIndex(error) ?? ''];
    throw code ? new Refusal(code) : error;
  }
}
