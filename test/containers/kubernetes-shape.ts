/**
 * Kubernetes manifests against the types of the API, as the compiler sees them: a field that is missing, misspelled or of
 * the wrong kind does not compile. (validate() of kubernetes-models lets unknown fields pass; a literal in TypeScript
 * does not.)
 */
import ts from 'typescript';
import { join } from 'node:path';
import { ROOT } from './image.js';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
}

const FOLDER = join(ROOT, 'test', 'containers');

/** One sentence per fault of each manifest; none is good. */
export function shapeFaults(manifests: readonly Manifest[]): string[] {
  const sources = new Map(
    manifests.map((manifest, index) => [join(FOLDER, `manifest-${index}.ts`), sourceOf(manifest)]),
  );
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2023 },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => sources.has(file) || disk.fileExists(file),
    readFile: (file) => sources.get(file) ?? disk.readFile(file),
    getSourceFile: (file, language) => {
      const text = sources.get(file);
      return text === undefined ? disk.getSourceFile(file, language) : ts.createSourceFile(file, text, language);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(sentence);
}

/** `const manifest: IService = {…}`: fresh literals are checked for fields nobody knows, however deep they are. */
function sourceOf(manifest: Manifest): string {
  const { apiVersion, kind } = manifest;
  return `import type { I${kind} } from 'kubernetes-models/${apiVersion}/${kind}';
export const manifest: I${kind} = ${JSON.stringify(manifest, null, 1)};
`;
}

function sentence({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (!file || start === undefined) return text;
  const line = file.text.split('\n')[file.getLineAndCharacterOfPosition(start).line]!.trim();
  return `${line}: ${text}`;
}
