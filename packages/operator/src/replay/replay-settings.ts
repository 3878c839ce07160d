/** Turns what a deployed proxy and database are set to into settings of the local stack, and says what has none there. */
import type { DBInstance, Parameter } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { Deployed } from './read-deployed.js';

/** The file that `npm start -- --settings FILE` reads. */
export interface ReplaySettings {
  readonly environment: string;
  readonly engineVersion?: string;
  readonly pool: {
    readonly maxConnections?: number;
    readonly reservedConnections?: number;
    readonly maxConnectionsPercent?: number;
    readonly maxIdleConnectionsPercent?: number;
    readonly connectionBorrowTimeoutSeconds?: number;
    readonly idleClientTimeoutSeconds?: number;
  };
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Replay {
  readonly settings: ReplaySettings;
  /** For a person: what is not as in AWS, and why. */
  readonly notTakenOver: readonly string[];
}

/** What changes how a statement, a transaction or a session ends. Others are about the machine, or AWS's own. */
const TAKEN_OVER = [
  'statement_timeout',
  'lock_timeout',
  'deadlock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
  'tcp_user_timeout',
  'default_transaction_isolation',
  'default_transaction_read_only',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'work_mem',
  'temp_file_limit',
  'row_security',
  'search_path',
  'datestyle',
  'intervalstyle',
  'bytea_output',
  'extra_float_digits',
  'jit',
];

export function toReplay(name: string, environment: Environment, deployed: Deployed): Replay {
  const { proxy, targetGroup, database, parameters } = deployed;
  const pool = targetGroup?.ConnectionPoolConfig;
  const engineVersion = database?.cluster?.EngineVersion ?? database?.instances[0]?.EngineVersion;
  const maxConnections = number(parameters, 'max_connections') ?? serverMaxConnections(environment);
  const set = parameters.filter(isSet);
  const taken = set.filter(({ ParameterName = '' }) => TAKEN_OVER.includes(ParameterName.toLowerCase()));
  const usable = taken.filter(({ ParameterValue = '' }) => !isFormula(ParameterValue));
  return {
    settings: {
      environment: name,
      ...present({ engineVersion }),
      pool: present({
        maxConnections,
        reservedConnections: number(parameters, 'superuser_reserved_connections'),
        maxConnectionsPercent: pool?.MaxConnectionsPercent,
        maxIdleConnectionsPercent: pool?.MaxIdleConnectionsPercent,
        connectionBorrowTimeoutSeconds: pool?.ConnectionBorrowTimeout,
        idleClientTimeoutSeconds: proxy?.IdleClientTimeout,
      }),
      parameters: Object.fromEntries(
        usable.map(({ ParameterName = '', ParameterValue = '' }) => [ParameterName, ParameterValue]),
      ),
    },
    notTakenOver: [
      ...(maxConnections === undefined
        ? [
            `max_connections: ${reasonOf(parameters, 'max_connections')}. The local database admits 100. Take the number from show max_connections in psql: --max-connections N.`,
          ]
        : []),
      ...(environment.database.proxy.kind === 'none'
        ? ['No proxy: the local stack has one all the same, and it pools connections.']
        : []),
      ...(pool?.InitQuery ? ['InitQuery of the proxy: the emulator runs none.'] : []),
      ...(proxy !== undefined && proxy.RequireTLS !== true
        ? ['RequireTLS is off in AWS. The emulator requires TLS.']
        : []),
      ...formulas(taken),
      ...others(set),
      ...(database?.instances.some(isPending)
        ? ['The database waits for a reboot: its parameters here are those after it.']
        : []),
      'Settings of roles (ALTER ROLE … SET), which RDS does not show: the local roles have those of bootstrap.sql.',
      'Memory, processors and storage of the database, and the way through the network: this machine has its own.',
    ],
  };
}

function serverMaxConnections({ database: { server } }: Environment): number | undefined {
  return server?.maxConnections;
}

/** In RDS a value that nobody set says `engine-default`, which is the one of PostgreSQL. */
const isSet = ({ ParameterValue, Source }: Parameter) => ParameterValue !== undefined && Source !== 'engine-default';

const isFormula = (value: string) => /[{(]/.test(value);

function number(parameters: readonly Parameter[], name: string): number | undefined {
  const value = parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function reasonOf(parameters: readonly Parameter[], name: string): string {
  const value = parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
  return value === undefined ? 'RDS does not say it' : `RDS computes it from the memory of the instance, ${value}`;
}

function formulas(taken: readonly Parameter[]): string[] {
  return taken
    .filter(({ ParameterValue = '' }) => isFormula(ParameterValue))
    .map(({ ParameterName, ParameterValue }) => `${ParameterName}: RDS computes it, ${ParameterValue}.`);
}

/** Only those that somebody set: RDS itself sets a hundred. */
function others(set: readonly Parameter[]): string[] {
  const names = set
    .filter(({ Source }) => Source !== 'system')
    .flatMap(({ ParameterName = '' }) =>
      TAKEN_OVER.includes(ParameterName.toLowerCase()) || TO_THE_POOL.includes(ParameterName) ? [] : [ParameterName],
    );
  return names.length === 0
    ? []
    : [`Parameters of the group that are about AWS or the machine: ${names.toSorted().join(', ')}.`];
}

const TO_THE_POOL = ['max_connections', 'superuser_reserved_connections'];

const isPending = ({ DBParameterGroups = [] }: DBInstance) =>
  DBParameterGroups.some(({ ParameterApplyStatus }) => ParameterApplyStatus === 'pending-reboot');

function present<Value extends Record<string, unknown>>(
  value: Value,
): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
