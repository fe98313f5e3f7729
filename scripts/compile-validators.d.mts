export interface CompileOptions {
  readonly schemaDir: string
  readonly outDir: string
}

export declare function compileValidators(options: CompileOptions): Promise<boolean>
