/** Makes and compatibility as the contract shows them. */
import { beforeConnect, deliveries, stepFacts, stepsBefore } from '../domain/before-connect.ts';
import type { BeforeStep, Delivery } from '../domain/before-connect.ts';
import type { CompatibilityCheck } from '../domain/compatibility.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { Plan, Settings } from '../domain/fleet.ts';
import { appFacts } from '../domain/make-facts.ts';
import type { FactId, NumberName } from '../domain/make-facts.ts';
import { numbersOf } from '../domain/make-numbers.ts';
import type { NumberOrigin } from '../domain/make-numbers.ts';
import { makePolicy, numberBounds, otherMakes, quirksOf } from '../domain/make-policy.ts';
import { suspicionDeadlineS } from '../domain/suspicion.ts';
import type { ListedVehicle } from '../store/listed-vehicle.ts';
import {
  beforeText,
  compatibilityText,
  effectTexts,
  lacksText,
  numberLabel,
  originText,
  quirkText,
  surenessText,
} from '../texts/make-words.ts';
import { capabilityText, makeName, permissionText } from '../texts/words.ts';
import type { CompatibilityView, MakeView } from './contract/makes.ts';
import type { VehicleView } from './contract/vehicles.ts';
import { iso } from './present.ts';

const units: Readonly<Record<NumberName, MakeView['numbers'][number]['unit']>> = {
  freshnessMin: 'min',
  staleAfterH: 'h',
  leastPollMin: 'min',
  requestsPerDay: 'requests',
  deepSleepAfterD: 'd',
  signInAgainAfterD: 'd',
};

/** `id` is a make's key, or `otherMakes`. Quirks of every market are told: a fleet may have cars in several. */
export function presentMake(
  id: string,
  vehicles: number,
  { settings, plan }: { settings: Settings; plan: Plan },
): MakeView {
  const named = id === otherMakes ? null : id;
  const policy = makePolicy(named, settings);
  const asked = askedPermissions(settings);
  const steps = stepsBefore({ make: policy, country: null, delivery: 'link', asked });
  // A car that Smartcar's messages are subscribed for, as all are that can be.
  const claimS = suspicionDeadlineS({ platform: 'v3', subscribedAt: new Date(0) }, { make: policy });
  return {
    id,
    name: named === null ? 'All other makes' : makeName(named),
    vehicles,
    numbers: numbersOf(id, settings).map(presentNumber),
    connectsInBrowser: presentBrowser(id, settings),
    quirks: quirksOf(named, null).map(({ quirk, source, sure }) => ({
      text: quirkText(quirk),
      source,
      sure,
      sureText: surenessText(sure),
    })),
    before: steps.map((step) => presentStep(step, named)),
    effect: effectTexts(policy, { planS: plan.pollIntervalS, claimS }),
  };
}

function presentNumber(origin: NumberOrigin): MakeView['numbers'][number] {
  const { number, value, otherwise, isChosen, source, sure } = origin;
  return {
    name: number,
    label: numberLabel(number),
    unit: units[number],
    ...{ value, otherwise, isChosen, source, sure, sureText: originText(sure) },
    ...numberBounds[number],
  };
}

function presentBrowser(id: string, settings: Settings): MakeView['connectsInBrowser'] {
  const fact = appFacts.find(({ makes }) => makes.includes(id));
  if (!fact) return null;
  const { source, sure } = fact;
  const chosen = settings.makes?.[id]?.connectsInBrowser;
  return { value: chosen ?? false, isChosen: chosen !== undefined, source, sure, sureText: surenessText(sure) };
}

const presentStep = (step: BeforeStep, make: string | null): { text: string; source: string } => ({
  text: beforeText(step, { make }),
  source: sourceOf(step),
});

const warnings: Partial<Record<BeforeStep, FactId>> = { appMayBeNeeded: '§5-12', phoneMayBePaired: '§5-20' };
const sourceOf = (step: BeforeStep): FactId =>
  warnings[step] ?? stepFacts.find((fact) => fact.step === step)?.source ?? '§5-37';

type Asked = Pick<Settings, 'requiredPermissions' | 'optionalPermissions' | 'makes'>;
type Capability = VehicleView['capabilities']['connect'];

/** Whether an owner can be sent this way, and if not, why and what instead. */
export function presentWay(
  { make, country }: Pick<ListedVehicle, 'make' | 'country'>,
  delivery: Delivery,
  settings: Asked,
): Capability {
  const asked = askedPermissions(settings);
  const before = beforeConnect({ make: makePolicy(make, { makes: settings.makes }), country, delivery, asked });
  if (before.answer !== 'refuse') return { allowed: true, reason: null };
  return { allowed: false, reason: capabilityText(`capability.${before.reason}`, 'en', { make }) };
}

export function presentCompatibility(
  vehicle: Pick<ListedVehicle, 'id' | 'make' | 'country' | 'vin'>,
  last: CompatibilityCheck | null,
  { settings, hasV2 }: { settings: Settings; hasV2: boolean },
): CompatibilityView {
  const { make, country, vin } = vehicle;
  const way = {
    make: makePolicy(make, settings),
    country,
    delivery: 'link',
    asked: askedPermissions(settings),
  } as const;
  const reason = vin === null ? 'capability.vinMissing' : hasV2 ? null : 'capability.compatibilityClosed';
  return {
    vehicleId: vehicle.id,
    before: stepsBefore(way).map((step) => presentStep(step, make)),
    ways: deliveries.map((delivery) => ({ delivery, ...presentWay(vehicle, delivery, settings) })),
    check: { allowed: reason === null, reason: reason && capabilityText(reason) },
    last: last && presentLast(last, make, settings),
  };
}

function presentLast(
  check: CompatibilityCheck,
  make: string | null,
  { requiredPermissions }: Settings,
): CompatibilityView['last'] {
  const { checkedAt, vin, country, answer, lacking, requestId } = check;
  return {
    checkedAt: iso(checkedAt),
    ...{ vin, country, answer, requestId },
    text: compatibilityText(check, { make }),
    lacking:
      lacking &&
      lacking.map(({ permission, lacks }) => ({
        permission,
        text: permissionText(permission),
        required: requiredPermissions.includes(permission),
        lacks,
        whyText: lacksText(lacks),
      })),
  };
}
