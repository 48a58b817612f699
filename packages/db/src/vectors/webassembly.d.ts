/** The part of the WebAssembly interface used here; TypeScript only has it in its DOM library. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  const Instance: new (module: object, imports: Imports) => { readonly exports: Readonly<Record<string, unknown>> };
  const Memory: new (limits: { readonly initial: number }) => Memory;
}
