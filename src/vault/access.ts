/** What the rest of Towline needs of the application's token: to be allowed in, without ever holding it. */
import type { Answer } from '../smartcar/answer.ts';

export interface Access {
  /**
   * Calls with a token that is valid at `now`, and once more with a new one when Smartcar refuses it. A failure to get a
   * token is answered as the call's own failure (`credentials` with the code `invalid_client` when our secret is wrong).
   */
  withAccess<T>(now: Date, call: (token: string) => Promise<Answer<T>>): Promise<Answer<T>>;
  /** Resolves when no fetch is under way; for the end of the process. Never rejects. */
  settled(): Promise<void>;
}
