/** Plays the plan: makes and ends faults at the simulator in their time, keeps the truth, and lets owners and operators act. */
import { sql } from 'kysely';
import { seeded } from '../../simulator/random.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import type { Actor } from '../../src/domain/role.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { PlannedClaim, PlannedTrouble, Plan, ProvedCar } from './faults.ts';
import { ownerOf, walkLink } from './owners.ts';
import type { Stage } from './stage.ts';
import { kinds, type Truth } from './truth.ts';

export interface EnrolledCar extends ProvedCar {
  id: VehicleId;
}

/** What people did. */
export interface Deeds {
  /** Each car that an owner mended, and when. */
  mended: { vin: string; at: number; cause: Cause }[];
  /** Messages that an operator asked for. */
  byOperator: { email: string; at: number }[];
  claimsMade: number;
  walks: Record<string, number>;
}

/** Seconds until Smartcar notices a change at the manufacturer's. */
export const noticedAfterS = 120;
/** Seconds from signing in to fresh data in the store. */
export const filledAfterS = 5;

const hourMs = 3_600_000;
const operator: Actor = { kind: 'operator', id: 'proof', name: 'Operator' };

type Act = () => Promise<void>;

export class Script {
  readonly deeds: Deeds = { mended: [], byOperator: [], claimsMade: 0, walks: {} };
  private readonly acts: { at: number; act: Act }[] = [];
  private readonly stage: Stage;
  private readonly truth: Truth;
  private readonly cars: readonly EnrolledCar[];
  private readonly seed: number;
  private readonly operatorRoll: () => number;
  private readonly startedWrong = new Set<string>();
  private readSince: Date;

  constructor(stage: Stage, truth: Truth, cars: readonly EnrolledCar[], plan: Plan, seed: number) {
    this.stage = stage;
    this.truth = truth;
    this.cars = cars;
    this.seed = seed;
    this.operatorRoll = seeded(seed, 'operators');
    this.readSince = stage.now();
    for (const trouble of plan.troubles) this.at(trouble.at, () => this.beginTrouble(trouble));
    for (const claim of plan.claims) this.at(claim.at, () => this.claimFalsely(claim));
    for (const outage of plan.outages) this.planOutage(outage);
    this.planSmartcarDown(plan.smartcarDown);
    this.planSpan(
      plan.lostDay,
      () => this.deliver(false),
      () => this.deliver(true),
    );
    for (const limit of plan.rateLimits) this.planFault(limit, { kind: 'rate-limit', retryAfterS: 900 });
  }

  /** Plays until then; owners look into their mailboxes every quarter of an hour. */
  async playUntil(end: number, onDay: (day: number) => void): Promise<void> {
    const dayMs = 24 * hourMs;
    const began = this.now();
    for (let at = began + dayMs; at < end; at += dayMs)
      this.at(at, async () => onDay(Math.round((at - began) / dayMs)));
    for (let at = this.now() + hourMs / 4; at < end; at += hourMs / 4) this.at(at, () => this.readMail());
    for (;;) {
      this.acts.sort((a, b) => a.at - b.at);
      const next = this.acts.shift();
      if (!next || next.at > end) break;
      await this.stage.moveTo(next.at);
      await next.act();
    }
    await this.stage.moveTo(end);
  }

  private now(): number {
    return this.stage.now().getTime();
  }

  private at(at: number, act: Act): void {
    this.acts.push({ at, act });
  }

  private inHours(hours: number, act: Act): void {
    this.at(this.now() + hours * hourMs, act);
  }

  private async sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.stage.sim(method, path, body);
    this.stage.touch();
    return answer;
  }

  // — troubles of accounts and cars —

  private async beginTrouble(trouble: PlannedTrouble): Promise<void> {
    const { what, email, until, fate } = trouble;
    const own = this.cars.filter((car) => car.email === email);
    const one = own.filter((car) => car.vin === trouble.vin);
    const fault = (vin: string, body: object): Promise<unknown> =>
      this.sim('POST', `/sim/api/cars/${vin}/faults`, body);
    const first = own[0]?.vin ?? '';
    const single = one[0]?.vin ?? '';
    switch (what) {
      case 'password':
        await this.sim('POST', `/sim/api/accounts/${encodeURIComponent(email)}/password`, {});
        return this.begin(own, 'signedOut');
      case 'signed-out':
        await fault(first, { kind: 'signed-out' });
        return this.begin(own, 'signedOut');
      case 'revoked':
        await fault(first, { kind: 'access-revoked' });
        this.begin(own, 'revokedByOwner');
        if (fate === 'given-back')
          this.inHours(6 + this.operatorRoll() * 100, () => this.endFaults(own, 'access-revoked', 'revokedByOwner'));
        if (fate === 'by-link')
          for (const car of own) this.inHours(20 + this.operatorRoll() * 30, () => this.handLink(car));
        return;
      case 'migrated':
        for (const { vin } of own)
          await fault(vin, { kind: 'error', type: 'COMPATIBILITY', code: 'PLATFORM_NOT_CAPABLE' });
        return this.begin(own, 'platformMigrated');
      case 'sold':
        return this.sell(one);
      case 'removed':
        await fault(single, { kind: 'car-removed' });
        this.begin(one, 'vehicleRemoved');
        return this.endLater(until, one, 'car-removed', 'vehicleRemoved');
      case 'lapsed':
        await fault(single, { kind: 'subscription-lapsed' });
        this.begin(one, 'subscriptionLapsed');
        return this.endLater(until, one, 'subscription-lapsed', 'subscriptionLapsed');
      case 'account-issue':
        await fault(first, { kind: 'account-issue' });
        this.begin(own, 'accountIssue');
        return this.endLater(until, own, 'account-issue', 'accountIssue');
      case 'gap':
        await fault(single, { kind: 'permission-missing', permission: 'read_location' });
        this.begin(one, 'permissionMissing');
        for (const car of one) this.inHours(10 + this.operatorRoll() * 20, () => this.askToWiden(car));
        return;
      case 'asleep':
      case 'deaf':
        await fault(single, what === 'asleep' ? { kind: 'asleep' } : { kind: 'unreachable' });
        if (until !== null) this.at(until, () => this.dropFault(single, what === 'asleep' ? 'asleep' : 'unreachable'));
        return;
    }
  }

  private begin(cars: readonly ProvedCar[], kind: keyof typeof kinds): void {
    const now = this.now();
    for (const { vin } of cars) this.truth.begin(vin, kinds[kind], now, now + noticedAfterS * 1_000);
  }

  private endLater(until: number | null, cars: readonly ProvedCar[], fault: string, cause: Cause): void {
    if (until !== null) this.at(until, () => this.endFaults(cars, fault, cause));
  }

  /** It is over without anybody having gone through Connect. */
  private async endFaults(cars: readonly ProvedCar[], fault: string, cause: Cause): Promise<void> {
    const now = this.now();
    for (const { vin } of cars) {
      if (!this.truth.open(vin).some((episode) => episode.cause === cause)) continue;
      await this.dropFault(vin, fault);
      this.truth.end(vin, cause, now, now + noticedAfterS * 1_000, 'itself');
    }
  }

  private async dropFault(vin: string, fault: string): Promise<void> {
    await this.sim('DELETE', `/sim/api/cars/${vin}/faults/${fault}`);
  }

  private async sell(cars: readonly EnrolledCar[]): Promise<void> {
    for (const car of cars) {
      const buyer = this.cars.find(({ make, email }) => make === car.make && email !== car.email);
      if (!buyer) continue;
      await this.sim('POST', `/sim/api/cars/${car.vin}/owner`, { email: buyer.email });
      this.begin([car], 'vehicleRemoved');
    }
  }

  // — troubles of many —

  private planSpan(span: { at: number; until: number }, begin: Act, end: Act): void {
    this.at(span.at, begin);
    this.at(span.until, end);
  }

  private planFault(span: { at: number; until: number }, fault: object): void {
    let id = '';
    const begin = async (): Promise<void> => {
      id = String((await this.sim('POST', '/sim/api/faults', fault))['id']);
    };
    this.planSpan(span, begin, async () => void (await this.sim('DELETE', `/sim/api/faults/${id}`)));
  }

  private planOutage({ make, share, code, ...span }: Plan['outages'][number]): void {
    const path = `/sim/api/makes/${make}/outage`;
    const begin = async (): Promise<void> => {
      await this.sim('POST', path, { share, code });
      const world = (await this.sim('GET', '/sim/api/world'))['cars'] as { vin: string; faults: { kind: string }[] }[]; // its documented shape
      const touched = new Set(
        world.filter(({ faults }) => faults.some(({ kind }) => kind === 'outage')).map(({ vin }) => vin),
      );
      this.begin(
        this.cars.filter(({ vin }) => touched.has(vin)),
        'outage',
      );
    };
    const end = async (): Promise<void> => {
      await this.sim('DELETE', path);
      const now = this.now();
      for (const { vin } of this.cars)
        this.truth.end(vin, 'manufacturerFailing', now, now + noticedAfterS * 1_000, 'itself');
    };
    this.planSpan(span, begin, end);
  }

  private planSmartcarDown(span: { at: number; until: number }): void {
    this.planFault(span, { kind: 'garbage', status: 502 });
    const begin = async (): Promise<void> => {
      await this.deliver(false);
      for (const { vin } of this.cars) this.truth.begin(vin, kinds.smartcarDown, this.now(), this.now());
    };
    const end = async (): Promise<void> => {
      await this.deliver(true);
      for (const { vin } of this.cars) this.truth.end(vin, 'smartcarFailing', this.now(), this.now(), 'itself');
    };
    this.planSpan(span, begin, end);
  }

  private async deliver(isDelivering: boolean): Promise<void> {
    await this.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering } });
  }

  private async claimFalsely({ vin, type, code, signals, turnAfterS }: PlannedClaim): Promise<void> {
    if (!this.truth.isWell(vin)) return;
    this.deeds.claimsMade += 1;
    await this.sim('POST', `/sim/api/cars/${vin}/claims`, { type, code, signals });
    // Quiet days are thinned out, so the turn that really follows within minutes is made here.
    this.at(this.now() + turnAfterS * 1_000, async () => void (await this.sim('POST', `/sim/api/cars/${vin}/fetch`)));
  }

  // — people —

  private async readMail(): Promise<void> {
    const now = this.stage.now();
    const { rows } = await sql<{ recipient: string; text: string; vehicle_ids: string[] }>`
      select m.recipient, m.text, n.vehicle_ids from mailbox_message m join notification n on n.id = m.notification_id
      where m.at > ${this.readSince} and m.at <= ${now} and n.kind = 'reconnect'`.execute(
      this.stage.ground.database.owner,
    );
    this.readSince = now;
    for (const { recipient, text, vehicle_ids: ids } of rows) {
      const url = text.match(/https?:\/\/[^\s>)]+\/o\/[^\s>)]+/)?.[0];
      const owner = ownerOf(this.seed, recipient);
      const vins = this.cars.filter(({ id }) => ids.includes(id)).map(({ vin }) => vin);
      if (url && owner.acts) this.inHours(owner.delayH(), () => this.walk(url, recipient, vins));
    }
  }

  private async walk(url: string, email: string, vins: readonly string[]): Promise<void> {
    const wrong = ownerOf(this.seed, email).startsWrong && !this.startedWrong.has(email);
    const other = this.cars.find((car) => car.email !== email && !vins.includes(car.vin));
    const how = wrong && other ? { email: other.email, vins: [other.vin] } : { email, vins };
    if (wrong) this.startedWrong.add(email);
    this.stage.touch();
    const end = await walkLink(this.stage.simulatorOrigin, url, how, () => this.signedIn(how.email, how.vins));
    const word = wrong ? `${end} (wrong account)` : end;
    this.deeds.walks[word] = (this.deeds.walks[word] ?? 0) + 1;
    if (end === 'too-many') this.inHours(0.3, () => this.walk(url, email, vins));
    else if (wrong || end === 'stuck') this.inHours(3, () => this.walk(url, email, vins));
  }

  /** What a login mends at the account, and a grant at the cars. */
  private async signedIn(email: string, granted: readonly string[]): Promise<void> {
    const now = this.now();
    for (const { vin } of this.cars.filter((car) => car.email === email)) {
      await this.endByOwner(vin, 'signedOut', now + filledAfterS * 1_000);
      await this.endByOwner(vin, 'revokedByOwner', now + filledAfterS * 1_000);
      if (this.truth.open(vin).some(({ cause }) => cause === 'platformMigrated')) {
        await this.dropFault(vin, 'error');
        await this.endByOwner(vin, 'platformMigrated', now + noticedAfterS * 1_000);
      }
      if (granted.includes(vin)) await this.endByOwner(vin, 'permissionMissing', now + filledAfterS * 1_000);
    }
  }

  private async endByOwner(vin: string, cause: Cause, knownTo: number): Promise<void> {
    const at = this.now();
    if (this.truth.end(vin, cause, at, knownTo, 'owner')) this.deeds.mended.push({ vin, at, cause });
  }

  /** An operator has a link made, and hands it to the owner. */
  private async handLink(car: EnrolledCar): Promise<void> {
    if (!this.truth.open(car.vin).some(({ cause }) => cause === 'revokedByOwner')) return;
    const url = await this.reconnect(car, false);
    const owner = ownerOf(this.seed, car.email);
    if (url && owner.acts) this.inHours(owner.delayH(), () => this.walk(url, car.email, [car.vin]));
  }

  private async askToWiden(car: EnrolledCar): Promise<void> {
    if (this.truth.isWell(car.vin)) return;
    this.deeds.byOperator.push({ email: car.email, at: this.now() });
    await this.reconnect(car, true);
  }

  private async reconnect(car: EnrolledCar, deliver: boolean): Promise<string | null> {
    const { flows, fleetId } = this.stage;
    this.stage.touch();
    const context = { fleetId, actor: operator, requestId: null };
    try {
      return (await flows.reconnect(context, car.id, { deliver }, this.stage.now())).url;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.deeds.walks[`operator refused: ${error.code}`] =
        (this.deeds.walks[`operator refused: ${error.code}`] ?? 0) + 1;
      return null;
    }
  }
}
