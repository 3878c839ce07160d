/** Identifies what is being deployed, a sandbox or a branch, as Amplify reports it in the CDK context. */
import { ConfigurationError } from './configuration-error.js';

export interface BackendIdentifier {
  /** The app's id in Amplify Hosting; for a sandbox the name in package.json; for `npx ampx deploy` its --identifier. */
  readonly namespace: string;
  /** The name of the branch; for a sandbox, of its owner; for `npx ampx deploy` always `backend`. */
  readonly name: string;
  /** `sandbox` for `npx ampx sandbox`, `branch` for Amplify Hosting and `pipeline-deploy`, `standalone` for `npx ampx deploy`. */
  readonly type: 'sandbox' | 'branch' | 'standalone';
}

/** The AWS account and region that the credentials at hand lead to; unknown when there are none. */
export interface AccountAndRegion {
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** A construct's node, as far as it is needed here: this folder does not depend on the CDK. */
interface ContextReader {
  tryGetContext(key: string): unknown;
}

/** @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/platform-core/src/cdk_context_key.ts */
export const DEPLOYMENT_CONTEXT = {
  namespace: 'amplify-backend-namespace',
  name: 'amplify-backend-name',
  type: 'amplify-backend-type',
} as const;

/** @throws ConfigurationError when nothing says what is deployed, as within Amplify's definePipeline(). */
export function readDeployment(node: ContextReader): BackendIdentifier {
  const missing = Object.values(DEPLOYMENT_CONTEXT).filter((key) => node.tryGetContext(key) === undefined);
  if (missing.length > 0) throw notIdentified(missing);
  const read = (key: keyof typeof DEPLOYMENT_CONTEXT) => String(node.tryGetContext(DEPLOYMENT_CONTEXT[key]));
  return { namespace: read('namespace'), name: read('name'), type: read('type') as BackendIdentifier['type'] };
}

function notIdentified(missing: readonly string[]): ConfigurationError {
  return new ConfigurationError('Nothing says what is deployed, so no environment can be chosen.', [
    {
      path: 'amplify/backend.ts',
      got: `no CDK context ${missing.join(', ')}`,
      expected: 'what npx ampx sandbox, pipeline-deploy and deploy, and npm run synth, say of the deployment',
      fix: 'deploy with one of these; definePipeline() says nothing of it: docs/deploy.md#amplifys-other-ways-to-deploy',
    },
  ]);
}
