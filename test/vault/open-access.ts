/** Access as a process has it: a real client, a real vault, a real database. */
import type { Database } from '../../src/store/database.ts';
import { openSmartcar, type Smartcar } from '../../src/smartcar/smartcar.ts';
import type { Access } from '../../src/vault/access.ts';
import { openAccess } from '../../src/vault/application-access.ts';
import { openVault } from '../../src/vault/vault.ts';

export const applicationId = '8a4f0c54-6d7e-4f80-91a2-b3c4d5e6f708';

export function open(
  origin: string,
  database: Pick<Database, 'asSystem'>,
  key: Buffer,
): { access: Access; smartcar: Smartcar } {
  const smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
    credentials: { applicationId, apiClientId: 'client_01', apiClientSecret: 'the-secret' },
    mode: 'live',
  });
  const vault = openVault([{ id: 'k1', key }]);
  return { access: openAccess({ smartcar, vault, database, applicationId, random: () => 0.5 }), smartcar };
}
