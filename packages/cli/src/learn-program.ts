import type { Command, Option } from 'commander';
import { numberIn } from './options.ts';
import type { CliEnvironment } from './run.ts';

/** `verilens learn` and `verilens predict`. */
export function addLearn(
  program: Command,
  environment: CliEnvironment,
  done: (code: number) => void,
  common: () => readonly Option[],
): void {
  const withCommon = (command: Command): Command => {
    for (const option of common()) command.addOption(option);
    return command
      .option('--plugin <name>', 'which incremental learner, where several are installed')
      .option('--options <file>', 'JSON for the learner\'s factory, e.g. {"preset":"tiny"}; ./paths count from that file');
  };
  withCommon(program.command('learn'))
    .description('learn classes of pictures, session after session')
    .argument('<folder>', 'one folder a session, in the order of their names; in each a folder of pictures a class: 1-base/cup/a.jpg')
    .requiredOption('--learner <file>', 'where everything learned goes, written anew after each session')
    .option('--continue <file>', 'go on from what this file knows (it may be the same file)')
    .option('--test <folder>', 'a folder of pictures a class: accuracy after each session')
    .option('--exemplars <folder>', 'write the pictures that the learner keeps, as PNG')
    .option('--report <file>', 'write an HTML report: accuracy by session, what is mixed up, the pictures kept')
    .option('--seed <n>', 'seed of every random draw', numberIn(0, 2 ** 31 - 1, true), 0)
    .option('--json', 'one JSON line for each session')
    .action(async (folder: string, options) => done(await (await import('./commands/learn.ts')).learn(folder, options, environment)));

  withCommon(program.command('predict'))
    .description('name what pictures show, by what was learned')
    .argument('<pictures...>', 'files, folders, globs')
    .requiredOption('--learner <file>', 'made by "learn"')
    .option('--top <n>', 'names for each picture', numberIn(1, 1000, true), 3)
    .option('--report <file>', 'write an HTML report: each picture beside those kept of its class')
    .option('--json', 'one JSON line for each picture')
    .action(async (pictures: string[], options) =>
      done(await (await import('./commands/predict.ts')).predict(pictures, options, environment)),
    );
}
