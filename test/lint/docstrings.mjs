/**
 * "Public functions carry docstrings": every exported function has one that says something, so at least three words.
 * What it says (shape, unit, error, why) is for a reviewer; that it is there is for the lint.
 */
const FUNCTIONS = new Set(['ArrowFunctionExpression', 'FunctionExpression']);
const LEAST_WORDS = 3;

/** The functions that an export makes public, with their names. */
function functionsOf(declaration) {
  if (declaration == null) return [];
  if (declaration.type === 'FunctionDeclaration' || declaration.type === 'TSDeclareFunction') return [declaration.id];
  if (declaration.type !== 'VariableDeclaration') return [];
  return declaration.declarations.filter(({ init }) => init != null && FUNCTIONS.has(init.type)).map(({ id }) => id);
}

/** The words right above an export; the comment at the head of a file is no function's. */
function docstring(sourceCode, node) {
  const comment = sourceCode.getCommentsBefore(node).at(-1);
  const near = comment?.type === 'Block' && comment.value.startsWith('*') && comment.loc.end.line >= node.loc.start.line - 1;
  return near ? comment.value.replaceAll(/^\s*\*/gm, '').trim() : undefined;
}

export default {
  rules: {
    'require-docstring': {
      meta: { type: 'suggestion', schema: [], messages: { missing: '{{name}} is exported and has no docstring: say its shape, unit, error or reason in a sentence.' } },
      create(context) {
        let overloaded;
        const check = (node) => {
          const [name] = functionsOf(node.declaration);
          if (name === undefined || name?.name === overloaded) return;
          // Of overloads the first has the words.
          overloaded = name?.name;
          const words = docstring(context.sourceCode, node)?.split(/\s+/).length ?? 0;
          if (words < LEAST_WORDS) context.report({ node: name ?? node, messageId: 'missing', data: { name: name?.name ?? 'default' } });
        };
        return { ExportNamedDeclaration: check, ExportDefaultDeclaration: check };
      },
    },
  },
};
