/** What a Dockerfile of ours must keep to, as hadolint would have it and a little more. */
import { Copy, type Instruction } from 'dockerfile-ast';
import { imageConfig, stagesOf, type Stage } from './image.js';

/** One sentence per fault; none is good. `exists` says whether the repository has a path. */
export function faultsOfDockerfile(text: string, exists: (path: string) => boolean): string[] {
  const stages = stagesOf(text);
  const names = new Set(stages.map(({ name }) => name));
  return [
    ...stages.flatMap((stage) => [...fromFaults(stage, names), ...stage.instructions.flatMap(instructionFaults)]),
    ...stages.flatMap(({ instructions }) => copyFaults(instructions, names, exists)),
    ...stages.filter(({ name }) => !isCopiedFrom(name, stages)).flatMap(({ name }) => shippedFaults(name, text)),
  ];
}

function fromFaults({ name, from }: Stage, stages: ReadonlySet<string>): string[] {
  const [, tag] = /:([\w.-]+)(?:@|$)/.exec(from) ?? [];
  if (stages.has(from)) return [];
  if (tag === undefined) return [`stage ${name}: ${from} has no tag`];
  return /\d/.test(tag) ? [] : [`stage ${name}: the tag of ${from} names no version`];
}

const FAULTS: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^ADD$/, /^/, 'ADD fetches and unpacks: COPY'],
  [/^MAINTAINER$/, /^/, 'MAINTAINER is gone: a label says it'],
  [/^RUN$/, /apt-get install(?!.*--no-install-recommends)/s, 'apt-get install without --no-install-recommends'],
  [/^RUN$/, /apt-get install(?!.*rm -rf \/var\/lib\/apt\/lists)/s, 'the lists of apt stay in the layer'],
  [/^RUN$/, /apt-get install(?! -y)/, 'apt-get install without -y waits for a person'],
  [/^RUN$/, /(?<!apt-get update\b.*)apt-get install/s, 'apt-get install on lists of another day'],
  [
    /^RUN$/,
    /\bsudo\b|(?:^|\s)apt (?:install|update)|apt-get (?:dist-)?upgrade/,
    'sudo, apt and upgrade have no place in an image',
  ],
  [/^RUN$/, /\b(?:curl|wget)\b.*\|\s*(?:sh|bash)/, 'runs what the network sends'],
  [/^RUN$/, /npm install\b/, 'npm install does not keep to the lock file: npm ci'],
  [/^WORKDIR$/, /^[^/]/, 'WORKDIR is not absolute'],
  [/^(?:ENV|ARG)$/, /(?:TOKEN|SECRET|PASSWORD)\w*=\S/, 'a secret in the image'],
];

function instructionFaults(instruction: Instruction): string[] {
  const [keyword, content] = [instruction.getKeyword(), instruction.getArgumentsContent() ?? ''];
  return FAULTS.filter(([of, wrong]) => of.test(keyword) && wrong.test(content)).map(
    ([, , says]) => `${keyword}: ${says}`,
  );
}

function copyFaults(
  instructions: readonly Instruction[],
  stages: ReadonlySet<string>,
  exists: (path: string) => boolean,
): string[] {
  return instructions
    .filter((instruction) => instruction instanceof Copy)
    .flatMap((copy) => {
      const from = copy.getFromFlag()?.getValue();
      if (from !== undefined && from !== null)
        return stages.has(from) ? [] : [`COPY --from=${from}: there is no such stage`];
      const sources = copy
        .getArguments()
        .slice(0, -1)
        .map((argument) => argument.getValue());
      return sources.filter((source) => !exists(source)).map((source) => `COPY ${source}: there is no such file`);
    });
}

const isCopiedFrom = (name: string, stages: readonly Stage[]): boolean =>
  stages.some(
    ({ from, instructions }) =>
      from === name ||
      instructions.some((instruction) => instruction instanceof Copy && instruction.getFromFlag()?.getValue() === name),
  );

/** Of a stage that is made an image of. */
function shippedFaults(name: string, text: string): string[] {
  const { user, command, healthcheck } = imageConfig(name, text);
  return [
    // Numbers: Kubernetes cannot know whether a name is root.
    ...(/^[1-9]\d*:[1-9]\d*$/.test(user) ? [] : [`stage ${name}: runs as ${user}, not as a number that is not root`]),
    ...(command.length > 0 ? [] : [`stage ${name}: CMD is missing or not in exec form, so no signal arrives`]),
    ...(healthcheck.length > 0 ? [] : [`stage ${name}: HEALTHCHECK is missing or not in exec form`]),
  ];
}
