/**
 * Composes amplify_outputs.json: what `ampx sandbox` writes for a frontend, with the addresses of the local stack. Version 1.5
 * has no setting for the address of a user pool, so the file also holds `Auth` and `API`, the library's own form of the same,
 * which `Amplify.configure()` takes as it is when `version` does not begin with 1.
 * @see packages/local-stack/docs/decisions/0042-outputs-and-subscriptions.md
 */
import type { AuthorizationMode } from '../appsync/caller.js';
import { IDENTITY_POOL_PATH, USER_POOL_PATH } from '../cognito/routes.js';
import type { UserPoolSettings } from '../cognito/settings.js';

/** Tells our file from that of a cloud sandbox, whose version begins with 1. The rest is the version that it follows. */
export const LOCAL_OUTPUTS_VERSION = 'local-1.5';

/** The user pool, and what it enforces. */
export interface OutputsUserPool {
  readonly id: string;
  readonly clientId: string;
  /** Of the identity pool that gives its users AWS credentials. */
  readonly identityPoolId: string;
  readonly settings: Pick<
    UserPoolSettings,
    | 'attributes'
    | 'usernameAttributes'
    | 'passwordPolicy'
    | 'mfa'
    | 'totp'
    | 'groups'
    | 'allowUnauthenticatedIdentities'
  >;
}

export interface AmplifyOutputsOptions {
  /** Of the local stack, without a slash at the end. */
  readonly url: string;
  readonly region: string;
  readonly userPool: OutputsUserPool;
  /** Those of the schema's rules; the user pool is the default one. */
  readonly modes: ReadonlySet<AuthorizationMode>;
  /** Of the API; written only where a rule has use for it. */
  readonly apiKey: string;
  /** What Amplify's generator makes of the schema: `client.queries` and `client.mutations` come from it. */
  readonly modelIntrospection: object;
}

export function createAmplifyOutputs(options: AmplifyOutputsOptions) {
  const { url, region, userPool, modes, modelIntrospection } = options;
  const { id, clientId, identityPoolId, settings } = userPool;
  const { passwordPolicy, mfa, totp, usernameAttributes } = settings;
  const required = Object.keys(settings.attributes).filter((name) => settings.attributes[name]?.required);
  const groups = settings.groups.map((name, precedence) => ({ [name]: { precedence } }));
  const apiKey = modes.has('apiKey') ? options.apiKey : undefined;
  return {
    version: LOCAL_OUTPUTS_VERSION,
    auth: {
      user_pool_id: id,
      // Of a Cognito id, the part before the underscore is the region.
      aws_region: id.split('_', 1)[0] ?? region,
      user_pool_client_id: clientId,
      identity_pool_id: identityPoolId,
      mfa_methods: totp ? ['TOTP'] : [],
      standard_required_attributes: required,
      username_attributes: usernameAttributes,
      user_verification_types: usernameAttributes,
      groups,
      mfa_configuration: MFA_CONFIGURATIONS[mfa].outputs,
      password_policy: {
        min_length: passwordPolicy.minimumLength,
        require_lowercase: passwordPolicy.requireLowercase,
        require_numbers: passwordPolicy.requireNumbers,
        require_symbols: passwordPolicy.requireSymbols,
        require_uppercase: passwordPolicy.requireUppercase,
      },
      unauthenticated_identities_enabled: settings.allowUnauthenticatedIdentities,
    },
    data: {
      url: `${url}/graphql`,
      aws_region: region,
      ...(apiKey !== undefined && { api_key: apiKey }),
      default_authorization_type: 'AMAZON_COGNITO_USER_POOLS',
      // IAM is always one: Amplify switches it on for services.
      authorization_types: [...(apiKey === undefined ? [] : ['API_KEY']), 'AWS_IAM'],
      model_introspection: modelIntrospection,
    },
    Auth: {
      Cognito: {
        userPoolId: id,
        userPoolClientId: clientId,
        userPoolEndpoint: `${url}${USER_POOL_PATH}`,
        identityPoolId,
        identityPoolEndpoint: `${url}${IDENTITY_POOL_PATH}`,
        ...(settings.allowUnauthenticatedIdentities && { allowGuestAccess: true }),
        groups,
        passwordFormat: {
          requireLowercase: passwordPolicy.requireLowercase,
          requireNumbers: passwordPolicy.requireNumbers,
          requireUppercase: passwordPolicy.requireUppercase,
          requireSpecialCharacters: passwordPolicy.requireSymbols,
          minLength: passwordPolicy.minimumLength,
        },
        mfa: { status: MFA_CONFIGURATIONS[mfa].library, smsEnabled: false, totpEnabled: totp },
        loginWith: {
          email: usernameAttributes.includes('email'),
          phone: usernameAttributes.includes('phone_number'),
          username: false,
        },
        userAttributes: Object.fromEntries(required.map((name) => [name, { required: true }])),
      },
    },
    API: {
      GraphQL: {
        endpoint: `${withCapitalScheme(url)}/graphql`,
        defaultAuthMode: 'userPool',
        region,
        ...(apiKey !== undefined && { apiKey }),
        modelIntrospection,
      },
    },
  };
}

export type AmplifyOutputs = ReturnType<typeof createAmplifyOutputs>;

const MFA_CONFIGURATIONS = {
  OFF: { outputs: 'NONE', library: 'off' },
  OPTIONAL: { outputs: 'OPTIONAL', library: 'optional' },
  ON: { outputs: 'REQUIRED', library: 'on' },
} as const;

/**
 * For subscriptions the library writes `wss://` in place of `http://`, and here is no TLS. In capital letters the scheme is the
 * same URL and is left alone: a browser's WebSocket takes http as ws.
 */
function withCapitalScheme(url: string): string {
  return url.replace(/^http:/, 'HTTP:');
}
