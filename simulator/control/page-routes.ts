import type { FastifyInstance } from 'fastify';
import type { Simulation } from '../simulation.ts';
export function registerPage(_app: FastifyInstance, _sim: Simulation): void {}
