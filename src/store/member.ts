/** People and the fleets they belong to. As towline_system: who they are is asked before a fleet is chosen. */
import { sql } from 'kysely';

import { newId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Role } from '../domain/role.ts';
import type { Tx } from './database.ts';

export interface Membership {
  fleetId: FleetId;
  fleetName: string;
  role: Role;
}

/** By when they joined: the first one is where a person starts. */
export async function membershipsOf(tx: Tx, userId: string): Promise<Membership[]> {
  return tx
    .selectFrom('member')
    .innerJoin('fleet', 'fleet.id', 'member.fleet_id')
    .select(['member.fleet_id as fleetId', 'fleet.name as fleetName', 'member.role'])
    .where('member.user_id', '=', userId)
    .orderBy('member.created_at')
    .orderBy('member.id')
    .execute();
}

export async function isInstallationAdministrator(tx: Tx, userId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('auth_user')
    .select('installation_administrator')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row?.installation_administrator ?? false;
}

/** Who belongs already keeps their role. */
export async function addMember(
  tx: Tx,
  member: { fleetId: FleetId; userId: string; role: Role },
  now: Date,
): Promise<void> {
  await tx
    .insertInto('member')
    .values({
      id: newId('mem', now),
      fleet_id: member.fleetId,
      user_id: member.userId,
      role: member.role,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['fleet_id', 'user_id']).doNothing())
    .execute();
}

export interface NewPerson {
  id: string;
  name: string;
  /** In lower case. */
  email: string;
  /** As argon2id writes it. */
  passwordHash: string;
  installationAdministrator: boolean;
}

/** The person with this address, made with this password when there is none; an existing password stays. */
export async function ensurePerson(tx: Tx, person: NewPerson, now: Date): Promise<string> {
  const made = await tx
    .insertInto('auth_user')
    .values({
      id: person.id,
      name: person.name,
      email: person.email,
      email_verified: true,
      image: null,
      created_at: now,
      updated_at: now,
      installation_administrator: person.installationAdministrator,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows === 1n) await addPassword(tx, person, now);
  const row = await tx.selectFrom('auth_user').select('id').where('email', '=', person.email).executeTakeFirstOrThrow();
  return row.id;
}

async function addPassword(tx: Tx, person: NewPerson, now: Date): Promise<void> {
  await sql`
    insert into auth_account (id, user_id, account_id, provider_id, password, created_at, updated_at)
    values (${`${person.id}-credential`}, ${person.id}, ${person.id}, 'credential', ${person.passwordHash}, ${now}, ${now})
  `.execute(tx);
}
