/**
 * Amplify Gen 2 apps as the published starters lay them out, rebuilt by hand: package.json, tsconfig files, amplify/, and one
 * file of the frontend that takes its types from amplify/. By path.
 * @see https://docs.amplify.aws/react/start/quickstart/ (Vite), https://docs.amplify.aws/nextjs/start/quickstart/,
 * https://docs.amplify.aws/vue/start/quickstart/, and the templates of npm's create-amplify 1.3.1
 */
export type Layout = Readonly<Record<string, string>>;

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const auth = `import { defineAuth } from '@aws-amplify/backend';

/** Sign-in with an email address. */
export const auth = defineAuth({
  loginWith: {
    email: true,
  },
});
`;

/** @param rule of the model, @param mode of the API */
const data = (rule: string, mode: string) => `import { type ClientSchema, a, defineData } from "@aws-amplify/backend";

/*== STEP 1: a table in DynamoDB ==*/
const schema = a.schema({
  Todo: a
    .model({
      content: a.string(),
    })
    .authorization((allow) => [allow.${rule}]),
});

export type Schema = ClientSchema<typeof schema>;

export const data = defineData({
  schema,
  authorizationModes: ${mode},
});

/*== STEP 2: a client ==*/
// const client = generateClient<Schema>()
`;
const apiKey = `{
    defaultAuthorizationMode: "apiKey",
    // API Key is used for a.allow.public() rules
    apiKeyAuthorizationMode: {
      expiresInDays: 30,
    },
  }`;

/** @param suffix of the imports: '' or '.js' */
const backend = (suffix: string) => `import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource${suffix}';
import { data } from './data/resource${suffix}';

/**
 * @see https://docs.amplify.aws/react/build-a-backend/ to add storage, functions, and more
 */
defineBackend({
  auth,
  data,
});
`;

const amplifyTsconfig = json({
  compilerOptions: {
    target: 'es2022',
    module: 'es2022',
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    esModuleInterop: true,
    forceConsistentCasingInFileNames: true,
    strict: true,
    skipLibCheck: true,
    paths: { '$amplify/*': ['../.amplify/generated/*'] },
  },
});

const gitignore = 'node_modules\n\n# amplify\n.amplify\namplify_outputs*\namplifyconfiguration*';

const amplify = (suffix: string, rule = 'publicApiKey()', mode = apiKey): Layout => ({
  // Amplify bundles from the folder of the lockfile.
  'package-lock.json': json({ lockfileVersion: 3, packages: {} }),
  'amplify/auth/resource.ts': auth,
  'amplify/data/resource.ts': data(rule, mode),
  'amplify/backend.ts': backend(suffix),
  'amplify/package.json': json({ type: 'module' }),
  'amplify/tsconfig.json': amplifyTsconfig,
});

/** What npm create amplify writes into an empty folder. */
export const createAmplify: Layout = {
  ...amplify('', 'guest()', "{\n    defaultAuthorizationMode: 'identityPool',\n  }"),
  'package.json': json({
    name: 'my-amplify-app',
    version: '1.0.0',
    type: 'module',
    dependencies: { 'aws-amplify': '^6.22.1' },
    devDependencies: {
      '@aws-amplify/backend': '^1.25.1',
      '@aws-amplify/backend-cli': '^1.10.0',
      'aws-cdk-lib': '^2.244.0',
      constructs: '^10.0.0',
      esbuild: '^0.28.2',
      tsx: '^4.23.15',
      typescript: '^5.0.0',
    },
  }),
  '.gitignore': '# amplify\nnode_modules\n.amplify\namplify_outputs*\n',
};

export const viteReact: Layout = {
  ...amplify(''),
  'package.json': json({
    name: 'my-vite-app',
    private: true,
    version: '0.0.0',
    type: 'module',
    scripts: { dev: 'vite', build: 'tsc && vite build', lint: 'eslint .', preview: 'vite preview' },
    dependencies: { 'aws-amplify': '~6.15.10', react: '~18.3.1', 'react-dom': '~18.3.1' },
    devDependencies: {
      '@aws-amplify/backend': '~1.19.0',
      '@aws-amplify/backend-cli': '~1.8.1',
      esbuild: '~0.27.2',
      typescript: '~5.9.3',
      vite: '~7.3.1',
    },
  }),
  // With comments, as Vite writes it.
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "ES2020",
    "lib": ["ES2020", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "skipLibCheck": true,

    /* Bundler mode */
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": true,
    "isolatedModules": true,
    "noEmit": true,
    "jsx": "react-jsx",

    /* Linting */
    "strict": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true
  },
  "include": ["src"],
  "references": [{ "path": "./tsconfig.node.json" }]
}
`,
  'tsconfig.node.json': json({
    compilerOptions: {
      composite: true,
      skipLibCheck: true,
      module: 'ESNext',
      moduleResolution: 'bundler',
      strict: true,
    },
    include: ['vite.config.ts'],
  }),
  'vite.config.ts': 'export default {};\n',
  'src/App.tsx': `import type { Schema } from "../amplify/data/resource";

export default function App({ todo }: { todo: Schema["Todo"]["type"] }) {
  return <main>{todo.content}</main>;
}
`,
  'eslint.config.js': 'export default [];\n',
  '.gitignore': `dist\n*.local\n${gitignore}`,
  'amplify.yml':
    'version: 1\nbackend:\n  phases:\n    build:\n      commands:\n        - npm ci --cache .npm --prefer-offline\n',
};

export const next: Layout = {
  ...amplify('.js'),
  // No "type": its files are CommonJS to Node.js.
  'package.json': json({
    name: 'my-next-app',
    version: '0.1.0',
    private: true,
    scripts: { dev: 'next dev', build: 'next build', start: 'next start', lint: 'next lint' },
    dependencies: { 'aws-amplify': '^6.6.6', next: '14.2.10', react: '^18', 'react-dom': '^18' },
    devDependencies: {
      '@aws-amplify/backend': '^1.5.1',
      '@aws-amplify/backend-cli': '^1.3.0',
      '@types/node': '^20',
      'aws-cdk': '^2',
      'aws-cdk-lib': '^2',
      constructs: '^10.3.0',
      esbuild: '^0.23.1',
      tsx: '^4.19.0',
      typescript: '^5.6.2',
    },
  }),
  'tsconfig.json': json({
    compilerOptions: {
      target: 'es5',
      lib: ['dom', 'dom.iterable', 'esnext'],
      allowJs: true,
      skipLibCheck: true,
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      resolveJsonModule: true,
      isolatedModules: true,
      jsx: 'preserve',
      paths: { '@/*': ['./*'] },
    },
    include: ['**/*.ts', '**/*.tsx', '.next/types/**/*.ts'],
    exclude: ['node_modules', 'amplify'],
  }),
  'app/page.tsx': `"use client";
import type { Schema } from "@/amplify/data/resource";

export default function Page({ todo }: { todo: Schema["Todo"]["type"] }) {
  return <main>{todo.content}</main>;
}
`,
  '.gitignore': `/.next/\n*.tsbuildinfo\n${gitignore}`,
};

export const vue: Layout = {
  ...amplify(''),
  'package.json': json({
    name: 'my-vue-app',
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: { dev: 'vite', build: 'run-p type-check build-only', 'type-check': 'vue-tsc --build --force' },
    dependencies: { 'aws-amplify': '^6.6.6', vue: '^3.4.21' },
    devDependencies: {
      '@aws-amplify/backend': '^1.5.0',
      '@aws-amplify/backend-cli': '^1.2.9',
      '@types/node': '^20.12.5',
      'aws-cdk': '^2.137.0',
      'aws-cdk-lib': '^2.137.0',
      constructs: '^10.3.0',
      esbuild: '^0.20.2',
      tsx: '^4.7.2',
      typescript: '^5.4.5',
      vite: '^5.4.10',
    },
  }),
  'tsconfig.json': json({ files: [], references: [{ path: './tsconfig.node.json' }, { path: './tsconfig.app.json' }] }),
  // The options of @vue/tsconfig 0.5, in place of "extends".
  'tsconfig.app.json': json({
    include: ['env.d.ts', 'src/**/*', 'src/**/*.vue', 'amplify/**/*'],
    exclude: ['src/**/__tests__/*'],
    compilerOptions: {
      composite: true,
      noEmit: true,
      tsBuildInfoFile: './node_modules/.tmp/tsconfig.app.tsbuildinfo',
      target: 'ESNext',
      lib: ['ES2020', 'DOM', 'DOM.Iterable'],
      types: [],
      module: 'ESNext',
      moduleResolution: 'bundler',
      resolveJsonModule: true,
      strict: true,
      verbatimModuleSyntax: true,
      esModuleInterop: true,
      skipLibCheck: true,
      paths: { '@/*': ['./src/*'] },
    },
  }),
  'tsconfig.node.json': json({
    include: ['vite.config.*', 'vitest.config.*', 'playwright.config.*'],
    compilerOptions: {
      composite: true,
      noEmit: true,
      module: 'ESNext',
      moduleResolution: 'Bundler',
      types: ['node'],
      skipLibCheck: true,
    },
  }),
  'vite.config.ts': 'export default {};\n',
  'env.d.ts': 'declare const version: string;\n',
  'src/main.ts': `import type { Schema } from '../amplify/data/resource';

export const contentOf = (todo: Schema['Todo']['type']) => todo.content;
`,
  '.gitignore': `*.tsbuildinfo\n*.local\n${gitignore}`,
};

export const LAYOUTS = { createAmplify, viteReact, next, vue };
