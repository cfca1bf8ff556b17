/** `docs/reconnect-routes.md`: the table of `src/domain/reconnect-route.ts` as people read it, row by row in its order. */
import { routeRows } from '../src/domain/reconnect-route.ts';
import type { RouteRow, Start } from '../src/domain/reconnect-route.ts';

const startWords: Readonly<Record<Start, string>> = {
  read: 'Smartcar is asked again, at once and without the owner',
  moveToV3: 'the connection is read on v3 from now on, at once and without the owner',
  signIn: 'the owner signs in again',
  grant: 'the owner grants access anew',
  widen: 'the owner grants access anew, with the permissions shown',
  explain: "the owner's page says what to do elsewhere",
  nothing: 'nothing',
};

const list = (causes: RouteRow['causes']): string => causes.map((cause) => `\`${cause}\``).join(', ');

function conditions({ when }: RouteRow): string {
  const words = [
    when.missing === true && 'a required permission is lacking',
    when.listed === true && 'Smartcar lists the connection',
    when.listed === false && 'Smartcar does not list the connection',
    when.platform && `on ${when.platform}`,
    when.tokens === false && 'its tokens can’t be used',
    when.resolution === 'own' && 'Smartcar’s error gave an address of its Connect',
    when.v3 === true && 'there are credentials for v3',
  ].filter((word) => word !== false && word !== undefined);
  return words.join('; ');
}

function starts({ starts: start, address }: RouteRow): string {
  if (start !== 'signIn') return startWords[start];
  return `${startWords.signIn}, at ${address === 'resolution' ? 'that address' : 'the address we build'}`;
}

export function reconnectRoutes(): string {
  const rows = routeRows.map(
    (row) => `| ${list(row.causes)} | ${conditions(row)} | ${row.route} | ${starts(row)} | ${row.because} |`,
  );
  return `# How a connection is repaired

Made from \`src/domain/reconnect-route.ts\` by \`npm run generate\`; changed there, not here.

The first row that fits decides, for one vehicle and for many, for what the page says and for what a press does. An empty cell
in "and" fits always. Where the owner has to come, the link goes by mail where an address is known, else into the operator's hand.

| Cause | and | Route | What starts | Why |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
