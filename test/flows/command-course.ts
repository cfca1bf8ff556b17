/** A course of events around a car that is locked and unlocked, and what must hold at every moment of it. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { CommandType } from '../../src/domain/command.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import type { CommandView } from '../../src/http/contract/commands.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import type { Gateway } from './every-error-gateway.ts';

export interface Ground {
  world: World;
  gateway: Gateway;
  /** Of two operators. */
  keys: [string, string];
}

/** One press of a button, or one call by a program. */
export interface Wish {
  type: CommandType;
  by: 0 | 1;
  deadlineS: number;
  /** Null: none is sent. */
  idempotencyKey: string | null;
}

/** A command's request on its way to Smartcar. */
interface Arrival {
  /** The command that was written down as sent when it came; null: there was none. */
  command: string | null;
  type: CommandType;
  at: Date;
  /** Smartcar tells it to wait, so the car does nothing. */
  isToldToWait: boolean;
}

interface Answered {
  status: number;
  body: Partial<CommandView> & { code?: string };
}

/** Within it a second press means the first one. */
const samePressS = 15;

export class Course {
  readonly ground: Ground;
  readonly car: SimulatedCar;
  readonly id: VehicleId;
  readonly arrivals: Arrival[] = [];
  /** Every command that an answer named, in the order in which they were asked for. */
  readonly commands = new Map<string, CommandView>();
  /** What Smartcar's answer to every command is now. */
  isToldToWait = false;
  /** What a program repeats when it heard no answer. */
  lastKeyed: Wish | null = null;
  readonly #byKey = new Map<string, string>();
  #keys = 0;

  constructor(ground: Ground, car: SimulatedCar, id: VehicleId) {
    this.ground = ground;
    this.car = car;
    this.id = id;
    ground.gateway.meet = (request) => this.#meet(request);
  }

  // — what happens —

  async press(wish: Wish, taps: number): Promise<void> {
    const before = await this.#last();
    const now = this.ground.world.now();
    const answers = await Promise.all(Array.from({ length: taps }, () => this.#ask(wish)));
    const taken = answers.filter(({ status }) => status === 202).map(({ body }) => String(body.id));
    for (const { status, body } of answers) assert.ok(status === 202 || (status === 409 && body.code), String(status));
    assert.ok(new Set(taken).size <= 1, 'taps at once are two commands');
    const [id] = taken;
    if (id === undefined) return;
    if (wish.idempotencyKey !== null) this.#mustBeTheSame(wish.idempotencyKey, id);
    else if (before && isSecondPress(before, wish, now))
      assert.equal(id, before.id, 'a second press is a second command');
    this.commands.set(id, await this.#read(id));
  }

  newKey(): string {
    this.#keys += 1;
    return `${this.ground.world.now().toISOString()} ${this.car.vin} ${this.#keys}`;
  }

  async cancel(): Promise<void> {
    const last = await this.#last();
    if (!last) return;
    const { status, body } = await this.#call('POST', `/commands/${last.id}/cancel`, 0, {});
    if (status === 200) assert.equal(body.state, 'cancelled');
    else assert.equal(body.code, 'command_left');
  }

  // — what holds —

  async check(): Promise<void> {
    for (const known of this.commands.values()) await this.#checkOne(known, await this.#read(known.id));
    for (const { command, type } of this.arrivals)
      assert.ok(command, `a ${type} left that was not written down before`);
    const open = [...this.commands.values()].filter(({ endedAt }) => endedAt === null);
    assert.ok(open.length <= 1, 'two commands are open');
    assert.deepEqual(this.ground.world.faults, []);
  }

  async #checkOne(before: CommandView, now: CommandView): Promise<void> {
    this.commands.set(now.id, now);
    const came = this.arrivals.filter(({ command }) => command === now.id);
    const done = came.filter(({ isToldToWait }) => !isToldToWait);
    if (now.type === 'unlock') assert.ok(done.length <= 1, `${done.length} unlocks for one`);
    for (const { at } of came) assert.ok(at < new Date(now.deadlineAt), 'it came after its deadline');
    if (now.state === 'expired' || now.state === 'cancelled') assert.equal(done.length, 0, `${now.state}, and it left`);
    if (now.state === 'confirmed' && before.state !== 'confirmed') await this.#mustBeHeard(now, came);
    mustHaveWords(now);
    if (before.endedAt !== null && before.state !== now.state)
      assert.equal(`${before.state} ${now.state}`, 'unconfirmed confirmed');
  }

  /** The car's own word, measured after the command left and while it was listened for. */
  async #mustBeHeard({ type, sentAt }: CommandView, came: readonly Arrival[]): Promise<void> {
    assert.ok(sentAt, 'confirmed, and it never left');
    const leftAt = new Date(Math.max(new Date(sentAt).getTime(), ...came.map(({ at }) => at.getTime())));
    const { rows } = await sql<{ value: unknown; at: Date }>`
      select value, coalesce(measured_at, fetched_at) as at from reading
      where vehicle_id = ${this.id} and code = 'closure-islocked' order by received_at`.execute(this.#database);
    const isSo = rows.some(({ value, at }) => value === (type === 'lock') && at > leftAt);
    assert.ok(isSo, `confirmed without the car's word: left ${leftAt.toISOString()}, heard ${JSON.stringify(rows)}`);
  }

  #mustBeTheSame(key: string, id: string): void {
    const known = this.#byKey.get(key) ?? id;
    assert.equal(id, known, 'one key is two commands');
    this.#byKey.set(key, id);
  }

  // — how it is asked —

  async #ask({ type, by, deadlineS, idempotencyKey }: Wish): Promise<Answered> {
    const headers = idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey };
    return this.#call('POST', `/vehicles/${this.id}/commands`, by, { type, deadlineS }, headers);
  }

  async #read(id: string): Promise<CommandView> {
    const { status, body } = await this.#call('GET', `/commands/${id}`, 1);
    assert.equal(status, 200, JSON.stringify(body));
    return body as CommandView; // by its status
  }

  async #last(): Promise<CommandView | undefined> {
    const { body } = await this.#call('GET', `/vehicles/${this.id}/commands?limit=1`, 0);
    return (body as { items: CommandView[] }).items[0];
  }

  async #call(method: string, path: string, by: 0 | 1, body?: object, more: object = {}): Promise<Answered> {
    const { world, keys } = this.ground;
    const response = await fetch(`${world.publicUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${keys[by]}`,
        'towline-fleet': world.fleets[0],
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...more,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  }

  get #database() {
    return this.ground.world.ground.database.owner;
  }

  async #meet({ method, path }: { method: string; path: string }): Promise<void> {
    const type = /\/commands\/security\/(lock|unlock)$/.exec(path)?.[1] as CommandType | undefined; // by the pattern
    if (method !== 'POST' || !type || !path.includes(this.car.vehicleId)) return;
    const { isToldToWait } = this;
    const { rows } = await sql<{ id: string }>`
      select id from command where vehicle_id = ${this.id} and type = ${type} and state = 'sent'`.execute(
      this.#database,
    );
    this.arrivals.push({ command: rows[0]?.id ?? null, type, at: this.ground.world.now(), isToldToWait });
  }
}

function isSecondPress(before: CommandView, { type }: Wish, now: Date): boolean {
  const isMeant = before.endedAt === null || before.state === 'confirmed';
  return isMeant && before.type === type && now.getTime() - new Date(before.requestedAt).getTime() < samePressS * 1_000;
}

/** Every end has its words, and says whether to try again. */
function mustHaveWords({ state, stateText, cause, causeText, retry }: CommandView): void {
  assert.ok(stateText.length > 2, state);
  const isOver = state === 'unconfirmed' || state === 'failed' || state === 'expired';
  assert.equal(isOver, retry !== null, state);
  if (isOver || cause !== null) assert.ok(causeText !== null && causeText.length > 5, `${state}: ${String(cause)}`);
}
