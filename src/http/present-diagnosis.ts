/** Diagnoses as the contract shows them, and the hand-over for Smartcar's support. */
import type { Cause } from '../domain/cause.ts';
import type { CheckStep, PermissionGap, SignalAge } from '../domain/check-step.ts';
import type { Diagnosis } from '../domain/diagnosis.ts';
import type { Connection } from '../domain/connection.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import {
  confidenceText,
  diagnosisWords,
  evidenceText,
  findingText,
  gapText,
  operatorWords,
  stepTitle,
} from '../texts/diagnosis-words.ts';
import { quirkText, surenessText } from '../texts/make-words.ts';
import { say } from '../texts/say.ts';
import { meaningText, permissionText, signalName, turnWhileHeld } from '../texts/words.ts';
import type { DiagnosisView, StepView, SupportFile } from './contract/diagnosis.ts';
import { iso, maybeIso } from './present.ts';

export function presentStep({ name, state, at, requestId, finding }: CheckStep): StepView {
  return { name, title: stepTitle(name), state, detail: findingText(finding), at: iso(at), requestId };
}

/** What is around a diagnosis and decides whose turn it is. */
export interface Turn {
  /** How what is found would be repaired; null for its usual way. */
  routeFor: (cause: Cause) => ReconnectRoute | null;
  /** The owner came back with a car that an operator has to confirm first. */
  toConfirm: boolean;
}

export function presentDiagnosis(
  diagnosis: Diagnosis,
  { id, make }: Pick<Vehicle, 'id' | 'make'>,
  { routeFor, toConfirm }: Turn,
): DiagnosisView {
  const words = diagnosisWords(diagnosis, { make }, routeFor);
  return {
    vehicleId: id,
    at: iso(diagnosis.at),
    status: diagnosis.status,
    cause: diagnosis.cause,
    causeText: words.text,
    confidence: diagnosis.confidence,
    confidenceText: confidenceText(diagnosis.confidence).text,
    since: maybeIso(diagnosis.since),
    nextAction: toConfirm ? turnWhileHeld(words.nextAction) : words.nextAction,
    evidence: presentEvidence(diagnosis, make),
    tried: diagnosis.tried.map(({ at, requestId, happening }) => ({
      at: iso(at),
      what: evidenceText({ at, requestId, what: 'happening', happening }, { make }),
      requestId,
    })),
    steps: (diagnosis.check?.steps ?? []).map(presentStep),
    checkedAt: maybeIso(diagnosis.check?.startedAt ?? null),
    signalsCame: signalsCame(diagnosis),
    running: diagnosis.isRunning,
    permissions: presentPermissions(diagnosis),
    signals: diagnosis.ages.map((age) => ({ ...presentAge(age), name: signalName(age.code) })),
    quirks: diagnosis.quirks.map(({ quirk, source, sure }) => ({
      text: quirkText(quirk),
      source,
      sureText: surenessText(sure),
    })),
    wording: { operator: operatorWords(words), owner: toConfirm ? null : words.owner },
  };
}

function signalsCame({ check }: Diagnosis): number | null {
  return check?.answer && !check.answer.failure ? check.answer.came : null;
}

const presentEvidence = ({ evidence }: Diagnosis, make: string | null): DiagnosisView['evidence'] =>
  evidence.map((one) => ({ at: iso(one.at), what: evidenceText(one, { make }), requestId: one.requestId }));

const presentPermissions = ({ permissions }: Diagnosis): DiagnosisView['permissions'] => ({
  granted: permissions.granted,
  required: permissions.required,
  missing: permissions.gaps.map(presentGap),
});

const presentGap = ({ permission, why }: PermissionGap): DiagnosisView['permissions']['missing'][number] => ({
  permission,
  text: permissionText(permission),
  why,
  whyText: gapText(why),
});

const presentAge = ({
  code,
  state,
  measuredAt,
  fetchedAt,
  receivedAt,
  meaning,
}: SignalAge): SupportFile['signals'][number] => ({
  code,
  state,
  measuredAt: maybeIso(measuredAt),
  fetchedAt: maybeIso(fetchedAt),
  receivedAt: maybeIso(receivedAt),
  problem: meaning === null ? null : meaningText(meaning),
});

// — the hand-over —

type SupportedVehicle = Pick<Vehicle, 'id' | 'make' | 'model' | 'year' | 'country' | 'vin'>;

/**
 * What Smartcar's support needs to find what happened, and nothing else: no token, no value, no place, nothing of the
 * owner or of our people, of the VIN its end. Sentences go through `redacted` besides, since some hold what was reported.
 */
export function presentSupportFile(
  diagnosis: Diagnosis,
  vehicle: SupportedVehicle,
  connection: Connection | null,
): SupportFile {
  const { make, model, year, country, vin } = vehicle;
  const told = presentEvidence(diagnosis, make).map((one) => ({ ...one, what: redacted(one.what) }));
  const file: Omit<SupportFile, 'text'> = {
    madeAt: iso(diagnosis.at),
    vehicle: { make, model, year, country, vinEnding: vin?.slice(-6) ?? null },
    connection: connection && presentConnection(connection),
    cause: diagnosis.cause,
    causeText: redacted(diagnosisWords(diagnosis, { make }).text),
    confidence: diagnosis.confidence,
    evidence: told,
    steps: (diagnosis.check?.steps ?? []).map(presentStep).map((step) => ({ ...step, detail: redacted(step.detail) })),
    permissions: presentPermissions(diagnosis),
    signals: diagnosis.ages.map(presentAge),
  };
  return { ...file, text: supportText(file) };
}

const presentConnection = (connection: Connection): NonNullable<SupportFile['connection']> => ({
  vehicleId: connection.smartcarVehicleId,
  userId: connection.smartcarUserId,
  connectionId: connection.smartcarConnectionId,
  platform: connection.platform,
  status: connection.status,
  cause: connection.cause,
  since: iso(connection.since),
});

const secrets: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/g, '[e-mail]'],
  [/https?:\/\/\S+/g, '[address]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(bearer|basic)\s+\S+/gi, '[token]'],
  [/-?\d{1,3}\.\d{4,}/g, '[place]'],
  [/\b[A-HJ-NPR-Z0-9]{11}([A-HJ-NPR-Z0-9]{6})\b/g, '…$1'],
];

/** A sentence without what it may have taken over from an answer. */
export const redacted = (text: string): string =>
  secrets.reduce((clean, [pattern, instead]) => clean.replaceAll(pattern, instead), text);

function supportText(file: Omit<SupportFile, 'text'>): string {
  const { vehicle, connection } = file;
  const car = [vehicle.make, vehicle.model, vehicle.year].filter((part) => part !== null).join(' ') || '–';
  const lines = (title: string, of: readonly string[]): string[] => ['', title, ...(of.length > 0 ? of : ['  –'])];
  return [
    say('en', 'support.title'),
    say('en', 'support.note'),
    '',
    `Made        ${file.madeAt}`,
    `Car         ${car}${vehicle.country ? `, ${vehicle.country}` : ''}, VIN …${vehicle.vinEnding ?? '–'}`,
    `Vehicle id  ${connection?.vehicleId ?? '–'}`,
    `User id     ${connection?.userId ?? '–'}`,
    `Connection  ${connection?.connectionId ?? '–'} (${connection?.platform ?? 'never connected'})`,
    `Status      ${connection ? `${connection.status} since ${connection.since}` : 'unconnected'}`,
    `Cause       ${file.cause ?? 'none'} (${file.confidence}): ${file.causeText}`,
    ...lines(
      'Evidence',
      file.evidence.map(({ at, what, requestId }) => `  ${at}  ${requestId ?? '–'}  ${what}`),
    ),
    ...lines('Last check', file.steps.map(stepLine)),
    ...lines('Permissions', permissionLines(file.permissions)),
    ...lines('Signals that are required (measured, fetched, received)', file.signals.map(ageLine)),
    '',
  ].join('\n');
}

const stepLine = ({ at, state, name, detail, requestId }: StepView): string =>
  `  ${at}  ${requestId ?? '–'}  ${state.padEnd(7)} ${name}: ${detail}`;

const permissionLines = ({ granted, required, missing }: SupportFile['permissions']): string[] => [
  `  granted   ${granted.join(', ') || '–'}`,
  `  required  ${required.join(', ') || '–'}`,
  `  missing   ${missing.map(({ permission, why }) => `${permission} (${why})`).join(', ') || '–'}`,
];

const ageLine = ({ code, state, measuredAt, fetchedAt, receivedAt, problem }: SupportFile['signals'][number]): string =>
  `  ${code}  ${state}  ${measuredAt ?? '–'}  ${fetchedAt ?? '–'}  ${receivedAt ?? '–'}${problem ? `  ${problem}` : ''}`;
