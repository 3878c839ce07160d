/** The guardrails by name, and how an environment says that it breaks one on purpose. */

/** What each one means, and how it is put right: docs/guardrails.md. */
export const GUARDRAILS = [
  'public-subnet',
  'one-zone',
  'subnet-size',
  'network-interface-policy',
  'undeclared-function',
  'extra-network-interfaces',
  'open-egress',
  'wildcard-connect',
  'secret-in-vpc',
  'physical-name',
  'function-timeout',
  'connection-limit',
  'data-loss',
] as const;

export type GuardrailName = (typeof GUARDRAILS)[number];

export interface Acknowledgement {
  /** The guardrail that would refuse the deployment. One that refuses nothing is reported as a warning. */
  readonly guardrail: GuardrailName;
  /** Why this environment may break it, for whoever reviews it: a sentence of 20 characters or more. */
  readonly reason: string;
}
