/** The step of the deployment that prepares a server, as the rest of the backend sees it. Types only. */
import type { Construct } from 'constructs';
import type { DefinedFunction } from '../../functions/defined-function.js';

export interface Bootstrap {
  /** The function in the VPC. */
  readonly function: DefinedFunction;
  /** What must wait until the server is prepared waits for this. */
  readonly step: Construct;
}
