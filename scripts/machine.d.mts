export const ROOT: string;
export const BROWSER_FLAGS: readonly string[];
export function requireNode(): void;
export function requirePackages(): void;
export function requireBrowser(): string;
