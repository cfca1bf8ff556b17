/** Adding and changing owners; address and phone are sealed before they leave this room. */
import type { FleetId, OwnerId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertOwner, updateOwner } from '../store/owner.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { refusingTwins } from './refuse-twins.ts';

const twins = { owner_email: 'email_taken' } as const;

interface OwnerNeeds {
  database: Database;
  vault: Vault;
}

interface OwnerInput {
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  language?: string | undefined;
  timeZone?: string | undefined;
  country?: string | undefined;
}

/** @throws Refusal `email_taken` */
export async function addOwner(
  needs: OwnerNeeds,
  context: Context,
  input: OwnerInput & { name: string },
  now: Date,
): Promise<OwnerId> {
  const id = newId('own', now);
  const { fleetId } = context;
  const sealed = sealedContact(needs.vault, fleetId, id, input);
  await refusingTwins(twins, () =>
    needs.database.asFleet(fleetId, (tx) =>
      insertOwner(tx, {
        id,
        fleet_id: fleetId,
        name: input.name,
        email_sealed: null,
        email_index: null,
        phone_sealed: null,
        ...sealed,
        language: input.language ?? 'en',
        time_zone: input.timeZone ?? null,
        country: input.country ?? null,
        created_at: now,
      }),
    ),
  );
  return id;
}

/** @throws Refusal `not_found`, `email_taken` */
export async function changeOwner(needs: OwnerNeeds, context: Context, id: OwnerId, change: OwnerInput): Promise<void> {
  const { name, language, timeZone, country } = change;
  const columns = { name, language, time_zone: timeZone, country };
  const told = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const sealed = sealedContact(needs.vault, context.fleetId, id, change);
  await refusingTwins(twins, () =>
    needs.database.asFleet(context.fleetId, async (tx) => {
      if (!(await updateOwner(tx, id, { ...told, ...sealed }))) throw new Refusal('not_found');
      await announce(tx, context.fleetId, [], ['vehicles']);
    }),
  );
}

/** What an address is recognised by, in small letters. */
export const emailPurpose = (fleetId: FleetId): string => `owner.email:${fleetId}`;

/** What the record keeps of an address and a phone number; what is absent is left as it is. */
export function sealedContact(
  vault: Vault,
  fleetId: FleetId,
  id: OwnerId,
  { email, phone }: Pick<OwnerInput, 'email' | 'phone'>,
) {
  return {
    ...(email === undefined
      ? {}
      : {
          email_sealed: vault.seal(email, { fleetId, row: id, kind: 'owner.email' }),
          email_index: vault.digest(email.toLowerCase(), emailPurpose(fleetId)),
        }),
    ...(phone === undefined ? {} : { phone_sealed: vault.seal(phone, { fleetId, row: id, kind: 'owner.phone' }) }),
  };
}
