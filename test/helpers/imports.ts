import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { filesBelow, root, type Package } from '../../scripts/workspace.ts';

export interface Import {
  /** The importing file, relative to the root. */
  readonly file: string;
  readonly specifier: string;
}

const builtins = new Set(builtinModules);

/** Every import of a package's `src`: static, dynamic with a literal, re-export and `import type` alike. */
export function importsOf(pkg: Package): Import[] {
  return filesBelow(join(pkg.folder, 'src'), '.ts').flatMap((file) =>
    specifiersOf(readFileSync(file, 'utf8')).map((specifier) => ({ file: relative(root, file), specifier })),
  );
}

/** Import specifiers named in TypeScript source. */
export function specifiersOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The package a specifier names (`@a/b/c` -> `@a/b`); undefined for relative paths and for modules of Node itself. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || builtins.has(specifier)) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Specifiers that loading `entry` loads at once: static value imports, followed through relative ones. */
export function staticImports(entry: string, seen: Set<string> = new Set()): Import[] {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const tree = ts.createSourceFile(entry, readFileSync(entry, 'utf8'), ts.ScriptTarget.Latest, false);
  return tree.statements.flatMap((statement) => {
    const specifier = valueSpecifier(statement);
    if (specifier === undefined) return [];
    const here = { file: relative(root, entry), specifier };
    if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return [here];
    return staticImports(join(dirname(entry), specifier), seen);
  });
}

function valueSpecifier(statement: ts.Statement): string | undefined {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return undefined;
  if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) return undefined;
  const typeOnly = ts.isImportDeclaration(statement)
    ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    : statement.isTypeOnly;
  return typeOnly ? undefined : statement.moduleSpecifier.text;
}
