/** What a VIN or a market could do, asked without a vehicle's token. @see docs/smartcar.md §2.8 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/answers.ts';
import { makes, type Make } from '../seed/makes.ts';
import { isIncapable, signalKinds } from '../signal-catalogue.ts';
import type { Simulation } from '../simulation.ts';
import { malformed, sendV2Error, unauthorized, wrongParameter } from './answers.ts';
import { isApplication } from './credentials.ts';
import { isRefusedOnTheWay } from './entry.ts';
import { readKinds } from './reads.ts';

/** Paths by permission: v2's reads, and its commands. */
const endpoints: readonly [permission: string, path: string][] = [
  ['read_vehicle_info', '/'],
  ...readKinds.map(({ permission, path }): [string, string] => [permission, path]),
  ['read_diagnostics', '/diagnostics/system_status'],
  ['read_diagnostics', '/diagnostics/dtcs'],
  ['read_service_history', '/service/history'],
  ['control_security', '/security'],
  ['control_charge', '/charge'],
  ['control_navigation', '/navigation/destination'],
];

/** Manufacturer identifiers beyond those of the simulated cars; the SDK's tests ask for these two. */
const moreIdentifiers: Record<string, string> = { '5YJ': 'TESLA', WAU: 'AUDI' };

export function registerCompatibility(app: FastifyInstance, sim: Simulation): void {
  app.get('/compatibility', async (request, reply) => {
    if (await isRefused(sim, request, reply)) return reply;
    const { vin = '', scope = '' } = queryOf(request);
    if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(vin.toUpperCase()))
      return sendV2Error(sim, request, reply, malformed({ field: ['vin'], message: '"vin" must be a valid VIN' }));
    const scopes = scope.split(/[\s,]+/).filter(Boolean);
    if (scopes.length === 0)
      return sendV2Error(sim, request, reply, malformed({ field: ['scope'], message: '"scope" is required' }));
    return reply.send(compatibilityOf(sim, vin.toUpperCase(), scopes));
  });
  app.get('/compatibility/matrix', async (request, reply) => {
    if (await isRefused(sim, request, reply)) return reply;
    const { region = '', ...filter } = queryOf(request);
    if (!['US', 'CA', 'EUROPE'].includes(region.toUpperCase()))
      return sendV2Error(sim, request, reply, wrongParameter(sim, 'region', '"region" must be US, CA or EUROPE'));
    return reply.send(matrixOf(filter));
  });
}

async function isRefused(sim: Simulation, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  if (!isApplication(sim, request)) sendV2Error(sim, request, reply, unauthorized);
  else if (sim.state.knobs.compatibilityInPlan) return isRefusedOnTheWay(sim, request, reply, null);
  else sendV2Error(sim, request, reply, { type: 'BILLING', code: 'INVALID_PLAN' });
  return true;
}

function compatibilityOf(sim: Simulation, vin: string, scopes: readonly string[]): Record<string, unknown> {
  const make = makeOf(vin);
  if (make === null) return { compatible: false, reason: 'MAKE_NOT_COMPATIBLE', capabilities: [] };
  const capabilities = endpoints
    .filter(([permission]) => scopes.includes(permission))
    .map(([permission, endpoint]) => {
      const reason = reasonAgainst(sim, vin, make, endpoint);
      return { permission, endpoint, capable: reason === null, reason };
    });
  return { compatible: true, reason: null, capabilities };
}

/** A make that Smartcar knows, yet can ask nothing: what its tests see of an older Audi. */
function reasonAgainst(sim: Simulation, vin: string, make: string, path: string): string | null {
  const car = sim.cars.get(vin);
  if (car === undefined) return make === 'AUDI' && vin.startsWith('WAU') ? 'SMARTCAR_NOT_CAPABLE' : null;
  const code = readKinds.find((kind) => kind.path === path)?.signals[0];
  const kind = signalKinds.find((item) => item.code === code);
  const isElectricOnly = path === '/charge' || path === '/battery';
  const lacks = kind === undefined ? isElectricOnly && car.model.batteryKwh === 0 : !kind.has(car);
  return lacks || (code !== undefined && isIncapable(car, code)) ? 'VEHICLE_NOT_CAPABLE' : null;
}

function makeOf(vin: string): string | null {
  const identifier = vin.slice(0, 3);
  const known = makes.find((make) => make.models.some((model) => model.wmi === identifier));
  return known?.make ?? moreIdentifiers[identifier] ?? null;
}

function matrixOf({ type, make, scope }: Record<string, string>): Record<string, unknown> {
  const wanted = make?.toUpperCase().split(/[\s,]+/);
  const scopes = scope?.split(/[\s,]+/);
  const matrix: Record<string, unknown> = {};
  for (const entry of makes) {
    if (wanted !== undefined && !wanted.includes(entry.make)) continue;
    const rows = rowsOf(entry, scopes).filter((row) => type === undefined || row['type'] === type.toUpperCase());
    if (rows.length > 0) matrix[entry.make] = rows;
  }
  return matrix;
}

function rowsOf(make: Make, scopes: readonly string[] | undefined): Record<string, unknown>[] {
  return make.models.map((model) => {
    const able = endpoints.filter(
      ([permission]) =>
        (scopes === undefined || scopes.includes(permission)) &&
        (model.batteryKwh > 0 || !/battery|charge/.test(permission)) &&
        (model.tankLitres > 0 || !/fuel|oil/.test(permission)),
    );
    const [startYear, endYear] = model.years;
    return {
      model: model.name,
      type: model.powertrain,
      startYear,
      endYear,
      endpoints: [...new Set(able.map(([, path]) => path))],
      permissions: [...new Set(able.map(([permission]) => permission))],
    };
  });
}
