/** The same sign-in, API and function, as Amplify's own starter has them: outside of any VPC, without a database. */
import { defineBackend } from '@aws-amplify/backend';
import { hardenAuth } from '../../amplify/auth/hardening.js';
import { auth } from '../../amplify/auth/resource.js';
import { defineApi } from '../../amplify/data/resource.js';
import { raiseReturnedErrors } from '../../amplify/data/typed-errors.js';
import { ordersApi } from '../../amplify/functions/orders-api/resource.js';

const backend = defineBackend({ auth, data: defineApi(), ordersApi });
hardenAuth(backend.auth.resources.cfnResources, true);
raiseReturnedErrors(backend.data.resources.cfnResources.cfnFunctionConfigurations, ['orders-api']);
