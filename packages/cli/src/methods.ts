import { type Detector, type Engine, type PanelResult, VerilensError } from '@verilens/core';
import type { AppliedMethod } from '@verilens/report';
import { paint, printable, type Terminal } from './terminal.ts';

/** Methods that judge faces, or whole images and frames. `auto`: all that apply to the input. */
export type MethodKind = 'face' | 'image' | 'auto';

/** What a detector asks for decides, not its name. */
function kindOf({ demand }: Detector): Exclude<MethodKind, 'auto'> {
  return demand.kind === 'face-clips' ? 'face' : 'image';
}

/** Names of the detectors to ask; undefined for all. @throws VerilensError UNKNOWN_NAME when none is of that kind */
export function methodsOfKind(engine: Engine, kind: MethodKind = 'auto'): readonly string[] | undefined {
  if (kind === 'auto') return undefined;
  const all = engine.all('detector');
  const names = all.filter((detector) => kindOf(detector) === kind).map(({ name }) => name);
  if (names.length > 0) return names;
  throw new VerilensError('UNKNOWN_NAME', `no installed method judges ${kind === 'face' ? 'faces' : 'whole images'}`, {
    place: 'detect --kind',
    got: all.map(({ name }) => name).join(', ') || 'no method at all',
    remedy: 'Leave --kind out, or install one.',
  });
}

/** Each installed method: whether it judged this input, and why. */
export function appliedMethods(engine: Engine, result: PanelResult, kind: MethodKind = 'auto'): readonly AppliedMethod[] {
  return engine.all('detector').map((detector): AppliedMethod => {
    const { name } = detector;
    if (kind !== 'auto' && kindOf(detector) !== kind)
      return { name, applied: false, why: `it judges ${subject(detector)}, and --kind ${kind} was asked for` };
    const failure = result.failures.find((failed) => failed.name === name);
    if (failure !== undefined) return { name, applied: false, why: `it failed: ${failure.error.message}` };
    const answer = result.detectors.find((one) => one.name === name)?.result;
    if (answer === undefined || answer.status === 'NOT_APPLICABLE')
      return { name, applied: false, why: answer?.reason ?? 'it was not asked' };
    return { name, applied: true, why: `it judges ${subject(detector)}` };
  });
}

/** A line for each method that did not apply, and one for those that did; nothing when only one is installed and it applied. */
export function methodLines(methods: readonly AppliedMethod[], terminal: Pick<Terminal, 'colour'>): string {
  if (methods.length < 2 && methods.every(({ applied }) => applied)) return '';
  return methods
    .map(
      ({ name, applied, why }) => `${paint(terminal, 'dim', printable(`    ${applied ? 'applied' : 'not applied'}: ${name}, ${why}`))}\n`,
    )
    .join('');
}

function subject({ demand }: Detector): string {
  if (demand.kind === 'face-clips') return demand.frames > 1 ? 'faces in video' : 'faces';
  return demand.kind === 'image' ? 'whole still images' : 'whole frames of video';
}
