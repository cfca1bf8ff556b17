import { killAtEveryPoint } from './every-point.ts';

killAtEveryPoint('move to v3');
