/** The applications that the token may see: the request, and its answer. @see docs/smartcar.md §3.8 */
import { z } from 'zod';
import type { Answer } from './answer.ts';
import { label, opaqueId } from './fields.ts';
import { headersFor, type Page, type PageQuery, pathOf, readPage } from './read.ts';
import type { Request, Sent } from './send.ts';

/** What Smartcar knows of an application, for the check before going live. */
export interface ListedApplication {
  id: string;
  /** As named in Smartcar's dashboard; null when it was not given. */
  name: string | null;
  /** Where Connect may send owners back; null when it was not given: no document says that it is. */
  redirectUris: string[] | null;
}

export function applicationsRequest(token: string, page: PageQuery): Request {
  return { method: 'GET', path: pathOf('/v3/applications', page), headers: headersFor(token) };
}

const attributes = z
  .object({ name: label, redirectUris: z.array(z.string().max(2_000)).max(100).nullish().catch(null) })
  .partial()
  .nullish()
  .catch(null);

const application = z
  .object({ id: opaqueId, attributes })
  .transform(({ id, attributes: given }): ListedApplication => ({
    id,
    name: given?.name ?? null,
    redirectUris: given?.redirectUris ?? null,
  }));

export const readApplications = (sent: Sent): Answer<Page<ListedApplication>> => readPage(sent, application);
