import { slowSuites } from '../../testing/vitest/projects.js';

/** `npm run test:slow -w @vpc-postgres/local-stack`: what the local stack is made of, and its pages in Chromium. */
export default slowSuites('local-stack', ['local', 'browser']);
