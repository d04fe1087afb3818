import { Command, Option } from 'commander';
import { addLearn } from './learn-program.ts';
import { baselineOf, boxOf, collect, deviceNames, numberIn, seedList } from './options.ts';
import { addRecognize } from './recognize-program.ts';
import type { CliEnvironment } from './run.ts';
import { version } from './version.ts';

const device = (): Option => new Option('--device <name>', 'where models run').choices([...deviceNames]).default('auto');
const threads = (): Option => new Option('--threads <n>', 'threads of one model run').argParser(numberIn(1, 256, true));

/** The command line. Each command's code is loaded when it is asked for. */
export function buildProgram(environment: CliEnvironment, done: (code: number) => void): Command {
  const { terminal } = environment;
  const program = new Command('verilens')
    .description('Find forged faces and generated images, and see why; recognise people.')
    .version(version(), '-V, --version')
    .exitOverride()
    // Options belong to the command they stand behind: `recognize` and `recognize enrol` both have a --gallery.
    .enablePositionalOptions()
    .showHelpAfterError('Run with --help for all options.')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => Math.min(100, terminal.columns),
      getErrHelpWidth: () => Math.min(100, terminal.columns),
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .addHelpText(
      'after',
      `
Exit codes:
  0    everything was done, every input judged
  1    with --fail-on manipulated: at least one input is MANIPULATED
  2    some input could not be judged (the others were), or the command failed
  64   the command line is wrong
  70   a fault of verilens itself
  130  interrupted; what was done until then is written`,
    );

  program
    .command('detect')
    .description('judge images and videos')
    .argument('<inputs...>', 'files, folders, globs')
    .option('--plugin <name>', 'ask only this detector (may be repeated)', collect)
    .addOption(
      new Option('--kind <kind>', 'ask methods that judge faces, or whole images; auto asks all that apply')
        .choices(['face', 'image', 'auto'])
        .default('auto'),
    )
    .option('--model <what>', 'folder of a model, or hub:owner/name, for a detector that judges with a model of yours')
    .option('--download', 'fetch the hub model if it is not here yet; without it its size is said')
    .option('--options <file>', "JSON for the detector's factory; ./paths count from that file")
    .addOption(device())
    .addOption(threads())
    .option('--json', 'one JSON line for each input')
    .option('--report <file>', 'write an HTML report')
    .option('--fps <n>', 'frames a second to sample from videos; all when left out', numberIn(0.01, 1000))
    .option('--threshold <score>', 'call MANIPULATED from this score on, instead of the calibrated threshold', numberIn(0, 1))
    .addOption(new Option('--fail-on <status>', 'end with 1 when an input has this status').choices(['manipulated']))
    .action(async (inputs: string[], options) => done(await (await import('./commands/detect.ts')).detect(inputs, options, environment)));

  program
    .command('evaluate')
    .description('measure a detector on labelled files')
    .argument('<plugin>')
    .requiredOption('--data <folder>', 'real/ and fake/ (kinds of forgery in folders below fake/), FaceForensics++ or Celeb-DF v2')
    .option('--model <what>', 'folder of a model, or hub:owner/name, for a detector that judges with a model of yours')
    .option('--download', 'fetch the hub model if it is not here yet; without it its size is said')
    .option('--options <file>', "JSON for the detector's factory; ./paths count from that file")
    .addOption(device())
    .addOption(threads())
    .addOption(new Option('--split <name>', 'part of a set that has an official split').choices(['train', 'val', 'test']))
    .option('--fps <n>', 'frames a second to sample from videos', numberIn(0.01, 1000))
    .option('--seed <n>', 'seed of the bootstrap', numberIn(0, 2 ** 31 - 1, true), 0)
    .option('--json', 'the whole result as one JSON document')
    .option('--out <file>', 'write the JSON document here too')
    .action(async (plugin: string, options) => done(await (await import('./commands/evaluate.ts')).evaluate(plugin, options, environment)));

  addRecognize(program, environment, done, () => [device(), threads()]);
  addLearn(program, environment, done, () => [device(), threads()]);

  program
    .command('train')
    .description("train a plugin's models")
    .argument('<plugin>')
    .option('--preset <name>', 'size of the model and length of the training', 'small')
    .option('--seed <n>', 'seed of every random draw', numberIn(0, 2 ** 31 - 1, true), 0)
    .option(
      '--data <folder>',
      "your own data: one folder of pictures a class for recognizers, real/ and fake/ for detectors, any pictures for explainers; the plugin's own recipe when left out",
    )
    .option('--out <folder>', 'where models, parameters and checkpoints go (default: out/<plugin>-<preset>-<seed>)')
    .addOption(device())
    .addOption(threads())
    .option('--checkpoint-every <steps>', 'steps between checkpoints', numberIn(1, 1e9, true))
    .option('--json', 'progress and summary as JSON lines')
    .action(async (plugin: string, options) => done(await (await import('./commands/train.ts')).train(plugin, options, environment)));

  program
    .command('evidence')
    .description("rerun the claims of a plugin's paper in miniature")
    .argument('<plugin>')
    .option('--seeds <list>', 'seeds, with commas between them', seedList, [0, 1, 2])
    .option('--quick', 'a short form, for a first look; its answers mean little')
    .option('--out <file>', 'write the report as JSON')
    .option('--checkpoints <folder>', 'keep checkpoints here, so that a stopped run goes on')
    .addOption(device())
    .addOption(threads())
    .option('--json', 'the report as one JSON document')
    .action(async (plugin: string, options) => done(await (await import('./commands/evidence.ts')).evidence(plugin, options, environment)));

  program
    .command('generate')
    .description('make pictures with a trained generator')
    .argument('<model>', 'a generator file, as "verilens train f2c" writes them, e.g. ddpm.safetensors')
    .option('--count <n>', 'how many', numberIn(1, 100_000, true), 16)
    .option('--seed <n>', 'same seed, same pictures', numberIn(0, 2 ** 31 - 1, true), 0)
    .option('--steps <n>', 'diffusion: steps of the sampler (default 50)', numberIn(1, 10_000, true))
    .option('--eta <n>', 'diffusion: 0 deterministic to 1 as noisy as DDPM', numberIn(0, 1))
    .option('--out <folder>', 'where the PNG files go (default: out/<model>-<seed>)')
    .option('--sheet <file.png>', 'all pictures in one, too')
    .addOption(device())
    .addOption(threads())
    .option('--json', 'the list of files as one JSON document')
    .action(async (model: string, options) => done(await (await import('./commands/generate.ts')).generate(model, options, environment)));

  program
    .command('track')
    .description('follow an object through a video')
    .argument('<video>')
    .requiredOption('--box <x,y,w,h>', 'the object in the first frame followed, in pixels: left, top, width, height', boxOf)
    .option('--from <ms>', 'milliseconds into the video at which the box is right', numberIn(0, 1e9), 0)
    .option('--plugin <name>', 'the tracker, where several are installed')
    .option('--out <file>', 'write boxes, confidences and states as one JSON document')
    .option('--video <file>', 'write the video with the box drawn into it (.mp4 or .webm)')
    .option('--report <file>', 'write an HTML report: the path, frames, confidence and size over time')
    .addOption(device())
    .addOption(threads())
    .option('--json', 'one JSON line for each frame')
    .action(async (video: string, options) => done(await (await import('./commands/track.ts')).track(video, options, environment)));

  program
    .command('annotate')
    .description('write a page in which boxes are drawn by hand on some frames of a video')
    .argument('<video>')
    .requiredOption('--out <file.html>', 'the page; it works offline and saves the boxes as JSON')
    .option('--every <n>', 'one frame in so many', numberIn(1, 1e6, true), 25)
    .option('--most <n>', 'frames at most', numberIn(1, 1000, true), 60)
    .option('--from <ms>', 'milliseconds into the video of the first of them', numberIn(0, 1e9), 0)
    .action(async (video: string, options) => done(await (await import('./commands/annotate.ts')).annotate(video, options, environment)));

  program
    .command('explain')
    .description("show which parts of a picture a model's answer rests on")
    .argument('<picture>')
    .requiredOption('--model <what>', 'a detector or recognizer by its name, an ONNX file, a folder of a hub classifier, or hub:owner/name')
    .option('--download', 'fetch the hub model if it is not here yet; without it its size is said')
    .option('--class <n>', 'explain the score of this class, from 0; a model of one score needs none', numberIn(0, 1e6, true))
    .option('--score <name>', 'explain the score of this name')
    .option('--against <n|name>', 'rather than that of this one')
    .option('--like <picture>', 'explain the likeness of the embeddings of the two pictures')
    .option('--describe <file.json>', 'mean, std, order, labels ... of the model (default: the "image" block of the card beside it)')
    .option('--method <name>', 'how to explain; the default of the plugin when left out')
    .option(
      '--baseline <fill>',
      'what a removed part becomes: grey, black, white, r,g,b, blur, blur:<pixels>',
      baselineOf,
      baselineOf('grey'),
    )
    .option('--seed <n>', 'seed of every random draw', numberIn(0, 2 ** 31 - 1, true), 0)
    .option('--memory <MiB>', 'bound on one run of the model', numberIn(1, 1e6))
    .option('--plugin <name>', 'the explainer, where several are installed')
    .option('--options <file>', "JSON for the explainer's factory; ./paths count from that file")
    .option('--model-options <file>', 'the same for the detector or recognizer that is explained')
    .option('--out <file.png>', 'write the picture with the map laid over it')
    .option('--report <file>', 'write an HTML report')
    .addOption(device())
    .addOption(threads())
    .option('--json', 'the whole result as one JSON document')
    .action(async (picture: string, options) => done(await (await import('./commands/explain.ts')).explain(picture, options, environment)));

  program
    .command('plugins')
    .description('list the installed plugins')
    .option('--json', 'as one JSON document')
    .action(async (options) => done(await (await import('./commands/plugins.ts')).plugins(options, environment)));

  program
    .command('doctor')
    .description('try devices and decoders, and say how to mend what fails')
    .option('--json', 'as one JSON document')
    .action(async (options) => done(await (await import('./commands/doctor.ts')).doctor(options, environment)));

  program
    .command('new-plugin')
    .description('write a plugin package that is already green')
    .argument('<role>', 'detector, recognizer, explainer, tracker, incremental-learner, anonymizer, synthesizer, grounder')
    .argument('<name>', 'short name of the method: lower-case letters, digits, dashes')
    .option('--out <folder>', 'where to write it (default: a folder of its name)')
    .option('--scope <scope>', 'package scope, e.g. @me')
    .action(async (role: string, name: string, options) =>
      done(await (await import('./commands/new-plugin.ts')).newPlugin(role, name, options, environment)),
    );

  return program;
}
