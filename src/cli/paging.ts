/** Lists: one page, or with --all every page as one list. */
import type { Invocation, OptionSpec } from './command.ts';
import { wrongUsage } from './failure.ts';

export const pageOptions: Readonly<Record<string, OptionSpec>> = {
  limit: { value: 'COUNT', help: 'how many at most, up to 200 (50)' },
  cursor: { value: 'CURSOR', help: 'where the page begins, as the page before said' },
  all: { help: 'every page' },
};

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
type Place = { limit?: string; cursor?: string };

/** The largest page that the API gives. */
const largestPage = '200';

/** What was asked for of a list; what is left out is said on stderr. @throws Failure */
export async function listed<T>(call: Invocation, read: (place: Place) => Promise<Page<T>>): Promise<Page<T>> {
  const { limit, cursor } = { limit: call.option('limit'), cursor: call.option('cursor') };
  if (call.isSet('all')) {
    if (limit !== undefined || cursor !== undefined) throw wrongUsage('Give --all, or --limit and --cursor.');
    return everything(call, read);
  }
  const page = await read({ ...(limit ? { limit } : {}), ...(cursor ? { cursor } : {}) });
  if (page.nextCursor !== null && !call.asJson) call.out.note(`There are more: --all, or --cursor ${page.nextCursor}`);
  return page;
}

async function everything<T>(call: Invocation, read: (place: Place) => Promise<Page<T>>): Promise<Page<T>> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<T> = await read({ limit: largestPage, ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    if (page.nextCursor !== null) call.out.note(`${items.length} read …`);
    cursor = page.nextCursor;
  }
  return { items, nextCursor: null };
}
