/** What the watch for incidents would see and decide, minute by minute, over a world's spells. */
import { judgeScopes, normalOf, windowS } from '../../src/domain/incident.ts';
import type { Hour, Normal, Scope, ScopeCount, Verdict } from '../../src/domain/incident.ts';
import type { Group, Spell } from './world.ts';

const windowMin = windowS / 60;

export class Watched {
  private fresh: Spell[] = [];
  private readonly groups: readonly Group[];
  private readonly mostOfHours = new Map<string, Hour>();

  constructor(groups: readonly Group[]) {
    this.groups = groups;
  }

  /** Trouble that is heard of now. */
  hear(spell: Spell): void {
    this.fresh.push(spell);
  }

  /** What is decided at this minute; null when nobody is in fresh trouble. */
  judge(minute: number): Verdict | null {
    this.fresh = this.fresh.filter(({ at, until }) => until > minute && at > minute - windowMin);
    if (this.fresh.length === 0) return null;
    const counts = this.groups.map(({ make, region, accounts }): ScopeCount => ({
      make,
      region,
      accounts,
      troubled: 0,
      atSmartcar: 0,
    }));
    for (const { group } of this.fresh) {
      const count = counts[group];
      if (count) count.troubled += 1;
    }
    this.remember(counts, minute);
    return judgeScopes(counts, this.normalNow(minute));
  }

  /** As it stands at the beginning of an outage, to be gone on with apart. */
  copy(): Watched {
    const copied = new Watched(this.groups);
    copied.fresh = [...this.fresh];
    for (const [key, hour] of this.mostOfHours) copied.mostOfHours.set(key, { ...hour });
    return copied;
  }

  private remember(counts: readonly ScopeCount[], minute: number): void {
    const hour = Math.floor(minute / 60);
    counts.forEach(({ make, region, troubled }, group) => {
      if (troubled === 0) return;
      const key = `${group} ${hour}`;
      const known = this.mostOfHours.get(key);
      if (!known) this.mostOfHours.set(key, { make, region, hour: new Date(hour * 3_600_000), most: troubled });
      else known.most = Math.max(known.most, troubled);
    });
  }

  /** Of two weeks; the hour that is under way is not what is usual. */
  private normalNow(minute: number): Normal {
    const hour = Math.floor(minute / 60);
    if (hour === this.normalHour) return this.normal;
    const [from, to] = [(hour - 14 * 24) * 3_600_000, hour * 3_600_000];
    const past = [...this.mostOfHours.values()].filter((one) => one.hour.getTime() >= from && one.hour.getTime() < to);
    const known = new Map<string, number>();
    const work = normalOf(past);
    this.normalHour = hour;
    this.normal = (scope, accounts) => {
      const name = nameOf(scope);
      const share = known.get(name) ?? work(scope, accounts);
      known.set(name, share);
      return share;
    };
    return this.normal;
  }

  private normalHour = -1;
  private normal: Normal = () => 1;
}

export const nameOf = ({ make, region }: Scope): string => [make ?? 'all makes', region ?? ''].join(' ').trim();
