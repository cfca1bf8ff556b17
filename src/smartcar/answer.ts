/** What a call to Smartcar comes to: a value, or a meaning. The vendor's behaviour never throws, nonsense included. */
import type { Failure } from '../domain/failure.ts';

export type Answer<T> =
  | {
      ok: true;
      value: T;
      /** Smartcar's own, to be kept with everything the answer causes; null when it gave none. */
      requestId: string | null;
    }
  | { ok: false; failure: Failure };

/** The same answer with its value turned into another; a failure stays what it is. */
export function mapAnswer<T, U>(answer: Answer<T>, change: (value: T) => U): Answer<U> {
  return answer.ok ? { ok: true, value: change(answer.value), requestId: answer.requestId } : answer;
}
