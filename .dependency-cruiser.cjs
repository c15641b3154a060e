// The layers of src and webview: dependencies point one way. `npm run lint` fails on the first that does not.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(src|webview|test)/', pathNot: allowed },
});
module.exports = {
  forbidden: [
    only('core-is-alone', '^src/core/', '^src/core/', 'core depends on nothing of ours'),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core is a function of its arguments: no node, no vscode, no clock',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'] },
    },
    only('engine-knows-core', '^src/engine/', '^src/(engine|core)/', 'engine acts through ports'),
    {
      name: 'engine-is-without-node',
      severity: 'error',
      comment: 'the engine reaches the world through ports only',
      from: { path: '^src/engine/' },
      to: { dependencyTypes: ['core'] },
    },
    only('adapters-know-core', '^src/adapters/', '^src/(adapters|core)/', 'adapters implement ports of core'),
    only('shared-knows-core', '^src/shared/', '^src/(shared|core)/', 'the protocol names types of core'),
    {
      name: 'shared-knows-types',
      severity: 'error',
      comment: 'what both sides of the protocol load is the protocol: of core it takes types, no values',
      from: { path: '^src/shared/' },
      to: { path: '^src/core/', dependencyTypesNot: ['type-only'] },
    },
    only('ui-layer', '^src/ui/', '^src/(ui|engine|core|shared)/', 'ui reaches the world through the engine'),
    only('webview-layer', '^webview/', '^(webview/|src/shared/|src/core/)', 'the page sees the protocol only'),
    {
      name: 'vscode-only-in-ui',
      severity: 'error',
      comment: 'everything but ui and extension.ts runs without an editor',
      from: { path: '^src/', pathNot: '^src/(ui/|extension\\.ts)' },
      to: { path: '^vscode$|^node_modules/(@types/)?vscode/' },
    },
    // Each is a bundle of its own, loaded on first use: what activation reads stays small.
    {
      name: 'large-packages-load-late',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/(execa|priceTable|git/simpleGit)\\.ts$' },
      to: { path: 'node_modules/(execa|simple-git|@pydantic/genai-prices)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activation-is-light',
      severity: 'error',
      comment: 'the engine and its adapters are a bundle of their own, loaded when a repository is opened',
      from: { path: '^src/(extension\\.ts|ui/)' },
      to: { path: '^src/(compose\\.ts|adapters/(?!runner/launch\\.ts))', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|webview)/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
