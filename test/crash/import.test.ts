import { killAtEveryPoint } from './every-point.ts';

killAtEveryPoint('import a list');
