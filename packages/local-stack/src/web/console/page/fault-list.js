/** Describes each fault for the page: what it affects, what it does, and when that happens in AWS. */

/**
 * @typedef {object} FaultDescription
 * @property {string} fault as POST /api/proxy/faults takes it
 * @property {string} name
 * @property {string} effect what it does, in a sentence
 * @property {string} inAws when that happens
 * @property {string} [state] of a switch: its field in `faults`. Without one, the fault is something that happens once.
 * @property {{ field: string, label: string, value: number, min: number, max: number, step: number }} [millis] a duration to choose
 */

/** By the node after which they stand on the page; `affects` selects what they affect. */
export const FAULT_GROUPS = {
  lambda: {
    title: 'Break the way to the proxy',
    affects: '.edge.connect',
    /** @type {FaultDescription[]} */
    faults: [
      {
        fault: 'latency',
        name: 'Latency',
        effect: 'What a client sends reaches the proxy late.',
        inAws: 'the function and the proxy are in different zones, or the network is congested.',
        state: 'latencyMillis',
        millis: { field: 'millis', label: 'Delay in ms', value: 250, min: 1, max: 600_000, step: 1 },
      },
      {
        fault: 'refuse-connections',
        name: 'Refuse connections',
        effect: 'New connections are closed at once; open ones go on.',
        inAws: 'the proxy is modified or replaced, or its endpoint is gone.',
        state: 'refuseConnections',
      },
      {
        fault: 'expire-credentials',
        name: 'Expire credentials',
        effect: 'New logins fail as with an expired IAM token; open connections go on.',
        inAws: 'a token is used after 15 minutes, or the role has lost rds-db:connect.',
        state: 'expireCredentials',
      },
      {
        fault: 'black-hole',
        name: 'Silence connections',
        effect: 'Connections that are open now stay open, and are never answered again.',
        inAws: 'a host dies without a word, or an idle flow is forgotten on the way.',
      },
    ],
  },
  proxy: {
    title: 'Break the proxy',
    affects: '.node.proxy',
    faults: [
      {
        fault: 'exhaust-pool',
        name: 'Exhaust the pool',
        effect: 'No database connection comes free, and whoever waits gets an error after the borrow timeout.',
        inAws: 'pinned sessions or long transactions hold them all.',
        state: 'exhaustPool',
      },
      {
        fault: 'drop-idle-clients',
        name: 'Drop idle clients',
        effect: 'Client connections with nothing under way are closed.',
        inAws: 'IdleClientTimeout has passed, or the proxy is scaled or patched.',
      },
    ],
  },
  postgres: {
    title: 'Break the database',
    affects: '.node.postgres',
    faults: [
      {
        fault: 'failover',
        name: 'Fail over',
        effect: 'Every database connection drops with its transaction; the new writer answers after the pause.',
        inAws: 'the writer or its zone is lost, or somebody reboots it with failover.',
        millis: { field: 'pauseMillis', label: 'Pause in ms', value: 3000, min: 0, max: 600_000, step: 1 },
      },
      {
        fault: 'restart-database',
        name: 'Restart PostgreSQL',
        effect: 'The server process ends and starts again, on the same data.',
        inAws: 'a maintenance window, or a parameter that needs a reboot.',
      },
    ],
  },
};
