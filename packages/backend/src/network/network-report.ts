/**
 * What the templates do not say about the network: the rules that others must add, and the zones. Data only: the synthesis
 * writes it into a template's metadata, where `npm run synth` reads it.
 */

/** The key in the template's metadata, under which the report stands as JSON. */
export const NETWORK_REPORT = 'NetworkReport';

export interface NetworkReport {
  readonly rulesToAdd: readonly RuleToAdd[];
  /** The availability zones of the functions' subnets. */
  readonly zoneCount: number;
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
