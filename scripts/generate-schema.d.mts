export declare function schemaVersions(): Promise<string[]>
export declare function schemaFile(version: string): string
export declare function feastPython(version: string): Promise<string>
export declare function generateSchema(version: string, output: string): Promise<void>
export declare function runGenerator(python: string, args: readonly string[], input?: string): Promise<string>
