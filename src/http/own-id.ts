import { isId } from '../domain/ids.ts';
import type { Id, Prefix } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';

/** What isn't one of our ids can't be anything's. @throws Refusal `not_found` */
export function ownId<P extends Prefix>(prefix: P, id: string): Id<P> {
  if (!isId(prefix, id)) throw new Refusal('not_found');
  return id;
}
