import {
  type CallOptions,
  type Component,
  type ErrorCode,
  type Plugin,
  type Role,
  type Roles,
  type RunInfo,
  type Runtime,
  VerilensError,
} from '@verilens/core';
import { fakeRuntime } from './fake-runtime.ts';

/** One thing a component must do. `run` rejects with an Error that says what was wrong; any test runner can call it. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What every role's suite may be told. */
export interface RoleFixtures {
  /** A runtime for each case. Default: one without models, enough for a plugin that runs none. */
  readonly runtime?: () => Runtime | Promise<Runtime>;
  /** Names of cases to leave out, each with the reason: printed, never silent. */
  readonly skip?: Readonly<Record<string, string>>;
}

export function claim(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(what);
}

/** Awaits a rejection (or throw) with one of the codes. A promise that never settles fails after `withinMs`. */
export async function refuses(
  codes: ErrorCode | readonly ErrorCode[],
  what: string,
  attempt: () => unknown,
  withinMs: number = 10_000,
): Promise<VerilensError> {
  const wanted = [codes].flat();
  let outcome: unknown;
  try {
    outcome = await within(withinMs, what, Promise.resolve().then(attempt));
  } catch (error) {
    claim(error instanceof VerilensError, `${what}: threw ${String(error)}, which is no VerilensError`);
    claim(wanted.includes(error.code), `${what}: expected ${wanted.join(' or ')}, got ${error.code}: ${error.message}`);
    return error;
  }
  throw new Error(`${what}: expected ${wanted.join(' or ')}, but it went through with ${JSON.stringify(outcome)?.slice(0, 200)}`);
}

export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing happened within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function claimUnit(value: number, what: string): void {
  claim(Number.isFinite(value) && value >= 0 && value <= 1, `${what} is ${value}, expected 0..1`);
}

/** What every result carries. */
export function claimRunInfo(result: RunInfo, runtime: Runtime): void {
  claim(result.device === runtime.device, `device is ${result.device}, the runtime's is ${runtime.device}`);
  claim(Number.isFinite(result.durationMs) && result.durationMs >= 0, `durationMs is ${result.durationMs}`);
}

/** Runs `use` with a fresh component and runtime, and disposes of both whatever happens. */
export type WithComponent<R extends Role> = (use: (component: Roles[R], runtime: Runtime) => Promise<void>) => () => Promise<void>;

export function componentOf<R extends Role>(makePlugin: () => Plugin<R>, fixtures: RoleFixtures): WithComponent<R> {
  return (use) => async () => {
    const runtime = await (fixtures.runtime ?? fakeRuntime)();
    try {
      const component = await makePlugin().create({ runtime });
      try {
        await use(component, runtime);
      } finally {
        await component.dispose();
      }
    } finally {
      await runtime.dispose();
    }
  };
}

/**
 * What holds for every role.
 *
 * @param call One ordinary, successful call, with the options it is given.
 */
export function commonCases<R extends Role>(
  role: R,
  makePlugin: () => Plugin<R>,
  fixtures: RoleFixtures,
  call: (component: Roles[R], options?: CallOptions) => Promise<RunInfo>,
): readonly ConformanceCase[] {
  const withComponent = componentOf(makePlugin, fixtures);
  return [
    {
      name: `is a ${role} plugin`,
      run: async () => {
        const plugin = makePlugin();
        claim(plugin.role === role, `role is "${plugin.role}"`);
        claim(plugin.apiVersion === 1, `apiVersion is ${plugin.apiVersion}`);
        claim(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(plugin.name), `name "${plugin.name}" is not lower-case letters, digits and dashes`);
      },
    },
    {
      name: 'bears the name of its plugin',
      run: withComponent(async (component) => claim(component.name === makePlugin().name, `name is "${component.name}"`)),
    },
    {
      name: 'warms up, more than once if asked',
      run: withComponent(async (component) => {
        await component.warmup();
        await component.warmup();
      }),
    },
    {
      name: 'says where it ran and how long',
      run: withComponent(async (component, runtime) => claimRunInfo(await call(component), runtime)),
    },
    {
      name: 'refuses to start when already cancelled',
      run: withComponent(async (component) => {
        await refuses('ABORTED', 'a call with a fired signal', () => call(component, { signal: AbortSignal.abort() }));
        await call(component);
      }),
    },
    {
      name: 'disposes once, twice, and refuses work afterwards',
      run: withComponent(async (component) => {
        await component.dispose();
        await component.dispose();
        await refuses('DISPOSED', 'a call after dispose', () => call(component));
        await refuses('DISPOSED', 'warmup after dispose', () => (component as Component).warmup());
      }),
    },
    {
      name: 'does not share its life with another of the same plugin',
      run: withComponent(async (component, runtime) => {
        const other = await makePlugin().create({ runtime });
        await other.dispose();
        await call(component);
      }),
    },
    {
      name: 'is disposed of by `await using`',
      run: withComponent(async (component) => {
        await component[Symbol.asyncDispose]();
        await refuses('DISPOSED', 'a call after the block', () => call(component));
      }),
    },
  ];
}

/** Leaves out what the fixtures say, keeping the reason in the name. A reason for a case that does not exist is a mistake. */
export function withSkips(
  cases: readonly ConformanceCase[],
  skip: RoleFixtures['skip'] = {},
): readonly (ConformanceCase & { readonly skipped?: string })[] {
  for (const name of Object.keys(skip))
    claim(
      cases.some((entry) => entry.name === name),
      `skip names "${name}", which is no case`,
    );
  return cases.map((entry) => (skip[entry.name] === undefined ? entry : { ...entry, skipped: skip[entry.name] }));
}
