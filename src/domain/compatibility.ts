/**
 * Whether a car can be connected at all, asked by its VIN before its owner is bothered. Likely, no promise: Smartcar's
 * answer errs towards yes, and only its Enterprise plan has the question.
 *
 * @see docs/smartcar.md §2.8
 */
import { regionOf } from './make.ts';
import { missingPermissions } from './permission.ts';
import type { Permission } from './permission.ts';

/** Whose the lack is: the car has no such thing, or Smartcar can't reach it in this make. */
export type Lacks = 'car' | 'smartcar';

/** What Smartcar says of a VIN. */
export interface CompatibilityFound {
  compatible: boolean;
  /** Null when compatible, and where no reason was given. `make`: not in this country, so far. */
  reason: 'car' | 'make' | null;
  /** Each thing that a permission opens; a permission may open several. */
  capabilities: { permission: Permission; capable: boolean; lacks: Lacks | null }[];
}

/** `notInPlan`: the application's plan does not have the question, which is an answer like another. */
export type CompatibilityAnswer = 'compatible' | 'incompatible' | 'notInPlan';

export interface PermissionLack {
  permission: Permission;
  /** Null where no reason was given. */
  lacks: Lacks | null;
}

/** The last check of a vehicle. */
export interface CompatibilityCheck {
  checkedAt: Date;
  /** What was asked about: a vehicle whose VIN was corrected since has not been checked. */
  vin: string;
  /** Null: none was known, so Smartcar took the United States. */
  country: string | null;
  answer: CompatibilityAnswer;
  reason: CompatibilityFound['reason'];
  /** What was asked for and can't be had; null where Smartcar doesn't say, as of cars outside the United States. */
  lacking: PermissionLack[] | null;
  requestId: string | null;
}

/**
 * What is asked for and nothing of which works. Null where the answer tells nothing of single permissions: of cars sold
 * elsewhere than in the United States, and of those that are not compatible.
 *
 * @see docs/smartcar.md §2.8-6
 */
export function lackingOf(
  found: CompatibilityFound,
  asked: readonly Permission[],
  country: string | null,
): PermissionLack[] | null {
  if (!found.compatible || (country !== null && regionOf(country) !== 'US')) return null;
  const told = found.capabilities.map(({ permission }) => permission);
  const capable = found.capabilities.flatMap(({ permission, capable: is }) => (is ? permission : []));
  const lacking = missingPermissions(asked, capable).filter((permission) => told.includes(permission));
  return lacking.map((permission) => {
    const { lacks = null } = found.capabilities.find((one) => one.permission === permission) ?? {};
    return { permission, lacks };
  });
}
