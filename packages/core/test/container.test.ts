import { describe, expect, it } from 'vitest';
import { createServices } from '../src/container.ts';
import { token } from '../src/services.ts';

const A = token<string>('container/a');
const B = token<string>('container/b');

describe('services', () => {
  it('makes each service once, also for callers at the same time', async () => {
    const services = await createServices();
    let made = 0;
    services.register(A, async () => `made ${++made}`);
    expect(await Promise.all([services.resolve(A), services.resolve(A)])).toEqual(['made 1', 'made 1']);
  });

  it('keeps engines apart', async () => {
    const [one, two] = [await createServices(), await createServices()];
    one.register(A, () => 'one');
    two.register(A, () => 'two');
    expect([await one.resolve(A), await two.resolve(A)]).toEqual(['one', 'two']);
    await one.dispose();
    expect(await two.resolve(A)).toBe('two');
  });

  it('names what is registered when something is not', async () => {
    const services = await createServices();
    services.register(A, () => 'a');
    await expect(services.resolve(B)).rejects.toThrow(/nothing provides verilens\/container\/b.*Known: verilens\/container\/a/);
    expect(() => services.register(A, () => 'again')).toThrow(/two services provide/);
  });

  it('finds circles instead of waiting for ever, whoever starts them', async () => {
    const services = await createServices();
    services.register(A, (resolve) => resolve(B));
    services.register(B, (resolve) => resolve(A));
    const outcomes = await Promise.allSettled([services.resolve(A), services.resolve(B)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(String((outcomes[0] as PromiseRejectedResult).reason)).toContain('in a circle');
  });

  it('disposes of what it made in reverse order, not of what it was lent', async () => {
    const services = await createServices();
    const log: string[] = [];
    const thing = (name: string) => ({ dispose: async () => void log.push(name) });
    const [X, Y, Z] = [token<object>('x'), token<object>('y'), token<object>('z')];
    services.register(X, () => thing('x'));
    services.register(Y, async (resolve) => (await resolve(X), thing('y')));
    services.lend(Z, thing('z'));
    await services.resolve(Y);
    await services.resolve(Z);
    await services.dispose();
    expect(log).toEqual(['y', 'x']);
    await expect(services.resolve(X)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
