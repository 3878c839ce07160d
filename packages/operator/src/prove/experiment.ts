/** What an experiment is, and what it is run at. Each settles one question that only AWS can answer. */
import type { FunctionLook } from '@vpc-postgres/lambda/database/look/explain.js';
import type pg from 'pg';

/** What an experiment takes: a connection by an IAM token, functions to ask, the events of CloudFormation. */
export type Need = 'connection' | 'migrator' | 'functions' | 'stacks';

export interface Site {
  readonly kind: 'local' | 'aws';
  /** Of the environment. */
  readonly name: string;
  readonly users: { readonly app: string; readonly migrator?: string | undefined };
  /** Why experiments with this need cannot run here. */
  readonly lacks: Readonly<Partial<Record<Need, string>>>;
  /** Of the proxy. */
  readonly idleClientTimeoutSeconds: number;
  /** How long a function must rest for its pool's idle timer to be overdue, in seconds. */
  readonly restSeconds: number;
  /** With an IAM token and verified TLS, through the proxy. The experiment ends it. */
  connect(user: string): Promise<pg.Client>;
  /** The proxy's pinned sessions while the client that was just used is connected. In AWS it waits for the metric: 3 minutes. */
  countPinned(): Promise<number>;
  look(): Promise<readonly FunctionLook[]>;
  /** Of the environment's stacks, deleted ones too, the oldest first. */
  stackEvents(): Promise<readonly StackEvent[]>;
}

export interface StackEvent {
  readonly stackId: string;
  readonly resource: string;
  /** As AWS::RDS::DBProxy. */
  readonly type: string;
  /** As DELETE_IN_PROGRESS. */
  readonly status: string;
  readonly reason?: string | undefined;
  readonly at: Date;
}

export interface Observation {
  /** In a few words that two sites can be compared by. */
  readonly answer: string;
  /** Figures and messages, for the report. */
  readonly details: readonly string[];
}

export interface Experiment {
  readonly id: string;
  readonly question: string;
  /** What the local stack answers, in the words of `Observation.answer`; nothing where it has no such part. */
  readonly local?: string;
  /** The emulator's setting that a different answer belongs to. */
  readonly setting?: string;
  /** How it is measured, in a sentence. */
  readonly method: string;
  readonly needs: readonly Need[];
  /** How long it takes in AWS, in minutes. */
  minutes(site: Pick<Site, 'idleClientTimeoutSeconds'>): number;
  run(site: Site): Promise<Observation>;
}

/** An answer that holds no fact: what was needed has not happened yet. */
export const NOTHING_SEEN = 'nothing to see yet';
