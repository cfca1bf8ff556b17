/** How every answer is read: its status, then its JSON, then its shape. And how lists are followed. */
import { z } from 'zod';
import type { Answer } from './answer.ts';
import { failureOf, nonsense } from './error-body.ts';
import { isRecord, parseJson } from './json.ts';
import type { Received, Request, Sent } from './send.ts';

/** Not a type guard: an answer that is no success is still an answer. */
export const isSuccess = (sent: Sent): boolean => sent.came && sent.status >= 200 && sent.status <= 299;

export const failed = (sent: Sent): Answer<never> => ({ ok: false, failure: failureOf(sent) });

export const unreadable = (received: Pick<Received, 'status' | 'requestId'>, code: string): Answer<never> => ({
  ok: false,
  failure: nonsense(received, code),
});

/** A success whose body has the shape; anything else is a failure with the right meaning. */
export function readAs<T>(sent: Sent, shape: z.ZodType<T>): Answer<T> {
  if (!sent.came || !isSuccess(sent)) return failed(sent);
  const body = parseJson(sent.text);
  if (body === undefined) return unreadable(sent, sent.text === '' ? 'EMPTY_BODY' : 'NOT_JSON');
  const read = shape.safeParse(body);
  if (!read.success) return unreadable(sent, 'UNEXPECTED_SHAPE');
  return { ok: true, value: read.data, requestId: sent.requestId };
}

/** JSON:API's `data`, or the thing itself: early answers were not wrapped. */
export function unwrapped(body: unknown): unknown {
  return isRecord(body) && isRecord(body['data']) ? body['data'] : body;
}

/** Query parameters of a page; empty for the first one. */
export type PageQuery = Record<string, string>;

export interface Page<T> {
  items: T[];
  next: PageQuery | null;
}

const longestList = 20;

/** JSON:API lets a link be its address, or an object around it. */
const link = z
  .union([z.string().max(4_000), z.object({ href: z.string().max(4_000) }).transform(({ href }) => href)])
  .nullish();

const paging = z.object({
  data: z.array(z.unknown()),
  links: z.preprocess((links) => (isRecord(links) ? links : null), z.object({ next: link }).nullable()),
  meta: z
    .object({ pageNumber: z.number().int(), pageSize: z.number().int(), totalCount: z.number().int() })
    .nullish()
    .catch(null),
});

/** A page of things that `read` must all be able to read: half a list would look like things that are gone. */
export function readPage<T>(sent: Sent, item: z.ZodType<T>): Answer<Page<T>> {
  return readAs(
    sent,
    paging.transform(pageOf).pipe(z.object({ items: z.array(item), next: z.custom<PageQuery | null>() })),
  );
}

/** A page whose items are looked at one by one by the caller. */
export function readLoosePage(sent: Sent): Answer<Page<unknown>> {
  return readAs(sent, paging.transform(pageOf));
}

/** A next page that there is no way to ask for makes the list unreadable, unless the count says that this was all of it. */
function pageOf({ data, links, meta }: z.output<typeof paging>, context: z.RefinementCtx): Page<unknown> {
  if (data.length === 0) return { items: data, next: null };
  const linked = links?.next ? pageParameters(links.next) : null;
  const more = meta && meta.pageNumber * meta.pageSize < meta.totalCount;
  const counted = more ? { 'page[number]': String(meta.pageNumber + 1), 'page[size]': String(meta.pageSize) } : null;
  if (links?.next && !linked && !meta) context.addIssue({ code: 'custom', message: 'No way to the next page.' });
  return { items: data, next: linked ?? counted };
}

/** Of the next page's address only what names the page: whom we ask and for what stays ours to say. */
function pageParameters(address: string): PageQuery | null {
  const query = new URLSearchParams(address.slice(address.indexOf('?') + 1));
  const entries = [...query].filter(([name, value]) => /^page/.test(name) && value.length <= 200);
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

/** Asks for page after page, 20 at most; a list that doesn't end by then, or repeats itself, is nonsense. */
export async function readPages<T>(
  ask: (request: Request) => Promise<Sent>,
  build: (page: PageQuery) => Request,
  read: (sent: Sent) => Answer<Page<T>>,
): Promise<Answer<T[]>> {
  const items: T[] = [];
  const asked = new Set<string>();
  let page: PageQuery = {};
  let requestId: string | null = null;
  for (let count = 0; count < longestList; count += 1) {
    const request = build(page);
    if (asked.has(request.path)) return unreadable({ status: 200, requestId }, 'ENDLESS_LIST');
    asked.add(request.path);
    const answer = read(await ask(request));
    if (!answer.ok) return answer;
    requestId ??= answer.requestId;
    items.push(...answer.value.items);
    if (!answer.value.next) return { ok: true, value: items, requestId };
    page = answer.value.next;
  }
  return unreadable({ status: 200, requestId }, 'ENDLESS_LIST');
}

/** Path and query, each parameter encoded; absent ones are left out. */
export function pathOf(path: string, query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const encoded = given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return encoded.length > 0 ? `${path}?${encoded.join('&')}` : path;
}

/** The headers of every call that needs the application's token. */
export function headersFor(token: string, userId?: string): Record<string, string> {
  const headers = { accept: 'application/json', 'user-agent': 'Towline', authorization: `Bearer ${token}` };
  return userId === undefined ? headers : { ...headers, 'sc-user-id': userId };
}
