/**
 * What people must know about the network before they deploy it: the rules that others must add, and what egress costs.
 * Data only: the synthesis writes it into a template's metadata, and `npm run synth` prints it.
 */

/** The key in the template's metadata, under which the report stands as JSON. */
export const NETWORK_REPORT = 'NetworkReport';

export interface NetworkReport {
  readonly rulesToAdd: readonly RuleToAdd[];
  readonly egressCost: EgressCost;
}

/** A security-group rule that the owner of the group must add; one for egress only where the group does not allow it yet. */
export interface RuleToAdd {
  readonly securityGroupId: string;
  readonly direction: 'ingress' | 'egress';
  readonly protocol: 'tcp';
  readonly port: number;
  /** A security group, a prefix list or an address range; or the output of our stack that shows the id of its group. */
  readonly peer: string;
  readonly description: string;
}

/** At AWS's list prices of us-east-1. */
export interface EgressCost {
  readonly egress: 'none' | 'endpoints' | 'nat';
  /** What this environment pays for. Empty: nothing. */
  readonly items: readonly MonthlyCost[];
  readonly totalFixedUsd: number;
  /** The other choices, for comparison. */
  readonly alternatives: readonly MonthlyCost[];
}

export interface MonthlyCost {
  /** What is paid for, in words. */
  readonly what: string;
  /** In USD, whether it is used or not. */
  readonly fixedUsd: number;
  /** In USD for each gigabyte that goes through it. */
  readonly usdPerGigabyte: number;
}
