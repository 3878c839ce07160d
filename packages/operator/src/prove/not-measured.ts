/** Questions that no command can settle without changing what is not its own, with the steps by hand. */
export const NOT_MEASURED = [
  {
    question: 'What becomes of the master user after `grant rds_iam`?',
    by:
      'It would lock you out where the answer is the documented one: the password is no longer accepted. On a database that you can ' +
      "throw away: `create role prove login password '…'`, log in, `grant rds_iam to prove`, log in again with the password.",
  },
] as const;
