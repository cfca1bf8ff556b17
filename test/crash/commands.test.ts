import { killAtEveryPoint } from './every-point.ts';

killAtEveryPoint('command');
