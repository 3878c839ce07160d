/** Written by `npm start`, `npx ampx sandbox` and Amplify Hosting into the root of the project, and ignored by git. */
declare module '*/amplify_outputs.json' {
  const outputs: { readonly version: string };
  export default outputs;
}
