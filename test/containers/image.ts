/** The images of the Dockerfile as data: what a container of each would be started with. */
import { DockerfileParser, Env, From, type Instruction } from 'dockerfile-ast';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Stage {
  /** `server` of `FROM … AS server`. */
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  /** `1000:1000` */
  readonly user: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** The stages of a Dockerfile, from the first to the last. */
export function stagesOf(dockerfile: string): Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? `${stages.length}`;
      stages.push({ name, from: instruction.getImage() ?? '', instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

export const ourDockerfile = (): string => readFileSync(`${ROOT}Dockerfile`, 'utf8');

/** What a container of this stage is started with. Throws for a stage that is not there. */
export function imageConfig(name: string, dockerfile = ourDockerfile()): ImageConfig {
  const stage = stagesOf(dockerfile).find((one) => one.name === name);
  if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
  const last = (keyword: string): Instruction | undefined =>
    stage.instructions.findLast((instruction) => instruction.getKeyword() === keyword);
  const variables = stage.instructions
    .filter((instruction) => instruction instanceof Env)
    .flatMap((env) => env.getProperties());
  return {
    env: Object.fromEntries(variables.map((variable) => [variable.getName(), variable.getValue() ?? ''])),
    workdir: last('WORKDIR')?.getArgumentsContent() ?? '/',
    user: last('USER')?.getArgumentsContent() ?? 'root',
    command: words(last('CMD')),
    healthcheck: words(last('HEALTHCHECK')),
  };
}

/** Of the exec form, a JSON array; a shell form has none. HEALTHCHECK has options and CMD before it. */
function words(instruction: Instruction | undefined): string[] {
  try {
    const parsed = JSON.parse((instruction?.getArgumentsContent() ?? '').replace(/^[^[]*\bCMD\s+/, '')) as unknown;
    return Array.isArray(parsed) ? parsed.map(String) : [];
  } catch {
    return [];
  }
}
