/** The owner's page about what is shared: to read, to take along as a file, and to stop. It works without scripts. */
import type { FastifyInstance, FastifyReply } from 'fastify';

import { Refusal } from '../domain/refusal.ts';
import { writeAudit } from '../store/audit.ts';
import { ownerById } from '../store/owner-list.ts';
import { ownerFileOf } from './owner-file.ts';
import { renderSharingPage, renderStopPage } from './pages/sharing.ts';
import { fieldsOf, html, linkPath, mustNotBeForeign } from './page-parts.ts';
import type { HttpNeeds } from './server-needs.ts';

type SharingNeeds = Pick<HttpNeeds, 'flows' | 'vault' | 'clock' | 'database'>;

interface AtLink {
  Params: { token: string };
}

export function sharingRoutes(app: FastifyInstance, needs: SharingNeeds, options: object): void {
  app.get<AtLink>('/o/:token/sharing', options, async ({ params: { token } }, reply) =>
    html(reply, renderSharingPage(await needs.flows.viewSharing(token, needs.clock()), { token })),
  );
  app.get<AtLink>('/o/:token/stop', options, async ({ params: { token }, query }, reply) => {
    const page = await needs.flows.viewSharing(token, needs.clock());
    const car = page.cars.find(({ vehicleId }) => vehicleId === fieldsOf(query)['car']);
    // What is over, or was never theirs, is seen on the page itself.
    if (!car || car.state === 'ended') return reply.redirect(`${linkPath(token)}/sharing`, 303);
    return html(reply, renderStopPage(page, car, { token }));
  });
  app.post<AtLink>('/o/:token/stop', options, async (request, reply) => {
    mustNotBeForeign(request);
    const { token } = request.params;
    await needs.flows.stopSharing(token, fieldsOf(request.body)['car'] ?? '', needs.clock());
    return reply.redirect(`${linkPath(token)}/sharing`, 303);
  });
  app.post<AtLink>('/o/:token/export', options, async (request, reply) => {
    mustNotBeForeign(request);
    return download(reply, await exported(needs, request.params.token));
  });
}

/** With its line in the audit log. */
async function exported({ flows, vault, database, clock }: SharingNeeds, token: string): Promise<object> {
  const now = clock();
  const { fleetId, ownerId, actor } = await flows.ownerOfLink(token, now);
  return database.asFleet(fleetId, async (tx) => {
    const owner = await ownerById(tx, ownerId);
    if (!owner) throw new Refusal('link_unknown');
    const entry = { fleetId, at: now, actor, act: 'exportOwner', subject: ownerId, detail: {}, requestId: null };
    await writeAudit(tx, entry);
    return ownerFileOf(tx, owner, vault, now);
  });
}

const download = (reply: FastifyReply, file: object): FastifyReply =>
  reply
    .header('content-disposition', 'attachment; filename="my-data.json"')
    .type('application/json; charset=utf-8')
    .serializer(String)
    .send(JSON.stringify(file, null, 2));
