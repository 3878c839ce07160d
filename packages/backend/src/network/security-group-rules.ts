/**
 * Who may talk to whom. All groups and all rules are in one stack; a rule in a function's stack would make two stacks wait
 * for each other, which synth does not notice and CloudFormation refuses. The rules that are not ours to write are collected
 * for the owner of the group:
 * - any rule to a group with `rules: 'print'`;
 * - an egress rule to a group that exists. CloudFormation takes the group's default rule to everywhere away when it writes
 *   the first, from everybody who uses the group, and does not give it back;
 * - an ingress rule from one group that exists to another. Each deployment would write the same one: EC2 refuses the
 *   second, and the first deployment that is deleted takes it from all.
 */
import { CfnOutput } from 'aws-cdk-lib';
import { type IPeer, type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ExistingSecurityGroup } from '../configuration/network-settings.js';
import type { RuleToAdd } from './network-report.js';

/** One end of a rule. */
export interface SecurityGroupRef {
  readonly securityGroup: ISecurityGroup;
  /** `own`: made here. `add` and `print`: another team owns it, and permits this backend to add ingress rules or does not. */
  readonly rules: 'own' | ExistingSecurityGroup['rules'];
}

const EVERYWHERE = { '0.0.0.0/0': Peer.anyIpv4(), '::/0': Peer.anyIpv6() } as const;

export class SecurityGroupRules {
  /** In the order in which they became known. */
  readonly toAdd: RuleToAdd[] = [];
  readonly #scope: Construct;

  /** @param scope The one stack that owns all rules. */
  constructor(scope: Construct) {
    this.#scope = scope;
  }

  /** A group without any rule: not even the CDK's own to everywhere. */
  create(id: string, vpc: IVpc, description: string): SecurityGroupRef {
    return {
      securityGroup: new SecurityGroup(this.#scope, id, { vpc, description, allowAllOutbound: false }),
      rules: 'own',
    };
  }

  /** A group that exists. Rules are added to it or not; those that it has are not touched. */
  import(id: string, { id: securityGroupId, rules }: ExistingSecurityGroup): SecurityGroupRef {
    const options = { mutable: rules === 'add' };
    return { securityGroup: SecurityGroup.fromSecurityGroupId(this.#scope, id, securityGroupId, options), rules };
  }

  /** Both ends of the rule: security groups are closed at either. */
  allow(from: SecurityGroupRef, to: SecurityGroupRef, port: number, description: string): void {
    this.#allowOut(from, to.securityGroup, () => this.#nameOf(to), port, description);
    const isOurs = to.rules === 'own' || (to.rules === 'add' && from.rules === 'own');
    if (isOurs) to.securityGroup.addIngressRule(from.securityGroup, Port.tcp(port), description);
    else this.#ask(to, 'ingress', port, this.#nameOf(from), description);
  }

  /** From each member of the group to each other. Never inline: a group that names itself would wait for itself. */
  allowWithin(group: SecurityGroupRef, port: number, description: string): void {
    const { securityGroup, rules } = group;
    if (rules !== 'own') {
      this.#ask(group, 'egress', port, securityGroup.securityGroupId, description);
      this.#ask(group, 'ingress', port, securityGroup.securityGroupId, description);
      return;
    }
    securityGroup.addEgressRule(securityGroup, Port.tcp(port), description);
    securityGroup.addIngressRule(securityGroup, Port.tcp(port), description);
  }

  /** @param prefixListId The address ranges of an AWS service, to which a gateway endpoint leads. */
  allowToService(from: SecurityGroupRef, prefixListId: string, port: number, description: string): void {
    this.#allowOut(from, Peer.prefixList(prefixListId), () => prefixListId, port, description);
  }

  allowToEverywhere(from: SecurityGroupRef, range: keyof typeof EVERYWHERE, port: number, description: string): void {
    this.#allowOut(from, EVERYWHERE[range], () => range, port, description);
  }

  #allowOut(from: SecurityGroupRef, peer: IPeer, peerName: () => string, port: number, description: string): void {
    if (from.rules === 'own') from.securityGroup.addEgressRule(inline(peer), Port.tcp(port), description);
    else this.#ask(from, 'egress', port, peerName(), description);
  }

  #ask(
    group: SecurityGroupRef,
    direction: RuleToAdd['direction'],
    port: number,
    peer: string,
    description: string,
  ): void {
    const { securityGroupId } = group.securityGroup;
    this.toAdd.push({ securityGroupId, direction, protocol: 'tcp', port, peer, description });
  }

  /** What the owner of the other group can put into a rule: the id, or where the deployment shows it. */
  #nameOf({ securityGroup, rules }: SecurityGroupRef): string {
    if (rules !== 'own') return securityGroup.securityGroupId;
    const output = `${securityGroup.node.id}Id`;
    if (!this.#scope.node.tryFindChild(output)) {
      new CfnOutput(this.#scope, output, { value: securityGroup.securityGroupId });
    }
    return `output ${output}`;
  }
}

/**
 * Puts an egress rule into the group itself. The CDK would make it a resource of its own, and EC2 opens a group that is
 * created without an egress rule to everywhere.
 */
function inline(peer: IPeer): IPeer {
  return {
    canInlineRule: true,
    uniqueId: peer.uniqueId,
    connections: peer.connections,
    toEgressRuleConfig: () => peer.toEgressRuleConfig(),
    toIngressRuleConfig: () => peer.toIngressRuleConfig(),
  };
}
