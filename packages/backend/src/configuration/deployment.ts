/** Identifies what is being deployed, a sandbox or a branch, as Amplify reports it in the CDK context. */
export interface BackendIdentifier {
  /** The app's id in Amplify Hosting; for a sandbox the name in package.json. */
  readonly namespace: string;
  /** The name of the branch; for a sandbox, of its owner. */
  readonly name: string;
  /** `sandbox` for `npx ampx sandbox`, `branch` for Amplify Hosting, `standalone` for a pipeline of your own. */
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

export function readDeployment(node: ContextReader): BackendIdentifier {
  const read = (key: keyof typeof DEPLOYMENT_CONTEXT) => String(node.tryGetContext(DEPLOYMENT_CONTEXT[key]));
  return { namespace: read('namespace'), name: read('name'), type: read('type') as BackendIdentifier['type'] };
}
