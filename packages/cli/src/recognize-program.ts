import type { Command, Option } from 'commander';
import { numberIn } from './options.ts';
import type { CliEnvironment } from './run.ts';

/** `verilens recognize` and its parts. */
export function addRecognize(
  program: Command,
  environment: CliEnvironment,
  done: (code: number) => void,
  common: () => readonly Option[],
): void {
  const withCommon = (command: Command): Command => {
    for (const option of common()) command.addOption(option);
    return command
      .option('--plugin <name>', 'which recognizer, where several are installed')
      .option('--options <file>', "JSON for the recognizer's factory, e.g. another model; ./paths count from that file");
  };
  const recognize = withCommon(program.command('recognize'))
    .description('say who is in photos and videos')
    .argument('[inputs...]', 'files, folders, globs')
    .option('--gallery <file>', 'who is known: made by "recognize enrol"')
    .option('--fps <n>', 'looks a second at videos', numberIn(0.01, 1000), 2)
    .option('--max-false-accept-rate <rate>', "of a whole search, instead of the recognizer's own limit", numberIn(0, 1))
    .option('--json', 'one JSON line for each input')
    .option('--report <file>', 'write an HTML report, matches side by side')
    .action(async (inputs: string[], options) =>
      done(await (await import('./commands/recognize.ts')).recognize(inputs, options, environment)),
    );
  withCommon(recognize.command('enrol'))
    .alias('enroll')
    .description('make a gallery from a folder of people')
    .argument('<folder>', 'one folder of pictures per person: people/ann/1.jpg')
    .requiredOption('--gallery <file>', 'where the gallery goes')
    .option('--add', 'add to the gallery that is there instead of replacing it')
    .option('--no-pictures', 'keep no picture of each person; reports then show names alone')
    .option('--json', 'what was enrolled, as one JSON document')
    .action(async (people: string, options) =>
      done(await (await import('./commands/recognize-enrol.ts')).enrol(people, options, environment)),
    );
  withCommon(recognize.command('calibrate'))
    .description('measure what the cosines of a recognizer mean, on people you know')
    .argument('<folder>', 'one folder of pictures per person, eleven people or more, two pictures of some')
    .requiredOption('--out <file>', 'where the calibration goes (JSON)')
    .option('--data <name>', 'what the pictures are, for the file; the name of the folder when left out')
    .action(async (people: string, options) =>
      done(await (await import('./commands/recognize-calibrate.ts')).calibrate(people, options, environment)),
    );
}
