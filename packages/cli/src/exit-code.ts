/** What the process ends with. The numbers from 64 on are those of sysexits.h. */
export const exitCode = {
  /** Everything asked for was done; every input was judged. */
  ok: 0,
  /** `--fail-on manipulated` was given and at least one input is MANIPULATED. Wins over `failed`. */
  manipulated: 1,
  /** Some input could not be judged (the others were), or the command could not do its work. */
  failed: 2,
  /** The command line itself is wrong. */
  usage: 64,
  /** An error that is Verilens' own fault. */
  internal: 70,
  /** Stopped by Ctrl-C or a termination signal; what was done until then is written. */
  interrupted: 130,
} as const;
