/** The server's settings: a JSON file, then the environment, which wins. Every one is printed at start, secrets hidden. */
import { readFileSync } from 'node:fs';

/** A setting that is missing or wrong; `hint` says what to do. */
export class ConfigError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ConfigError';
    this.hint = hint;
  }
}

interface Setting {
  readonly fallback?: string;
  readonly optional?: true;
  readonly secret?: true;
  /** What it must look like, and how that is said. */
  readonly form?: readonly [pattern: RegExp, words: string];
}

const PATH: Setting = {};

const SETTINGS = {
  /** `live` or `sandbox`: which roots it takes. */
  environment: { form: [/^(live|sandbox)$/, 'live or sandbox'] },
  host: { fallback: '127.0.0.1' },
  port: { fallback: '8374', form: [/^\d{1,5}$/, 'a port'] },
  /** The SQLite file; or `databaseUrl`. */
  storePath: { optional: true },
  /** `postgres://...`, only by environment, since it has a password in it; DATABASE_URL does as well where no store is set. */
  databaseUrl: { optional: true, secret: true, form: [/^postgres(ql)?:\/\//, 'postgres://...'] },
  /** PKCS#8 PEM, readable by its owner only. */
  keyPath: PATH,
  /** Only by environment: a passphrase beside its key protects nothing. */
  keyPassphrase: { optional: true, secret: true },
  /** PEM, leaf first. */
  chainPath: PATH,
  /** A file, readable by its owner only, of 64 hex digits: what the encryption key is made from; without it no content keys are taken. */
  encryptionKeyPath: { optional: true },
  /** PEM or roots.coinslot. */
  rootsPath: PATH,
  /** An ES module that exports `cardIssuers`, and `cardPolicy` if it is not to be the usual one; without it no cards. */
  cardIssuersModule: { optional: true },
  /** Revocation lists of root, SYND and SINT as a `crls.coinslot`: held against publishers and handed on. */
  revocationListsPath: { optional: true },
  /** A file, readable by its owner only, with the operator's token; without it the operator's doors are shut. */
  operatorTokenPath: { optional: true },
  /** PEM of the server's own TLS, both or none; without them a proxy has it. Read again at SIGHUP. */
  tlsKeyPath: { optional: true },
  tlsChainPath: { optional: true },
  /** Addresses and networks of proxies whose X-Forwarded-For is believed, with commas between. */
  trustedProxies: { optional: true },
  /** Where reference rates are asked for: eurofxref-daily.xml of the ECB; without it tables are posted by hand. */
  ecbUrl: { optional: true },
  ecbHours: { fallback: '6', form: [/^([1-9]|[1-9]\d|1[0-5]\d|16[0-8])$/, '1 to 168'] },
  /** What browsers have in their address bar, such as https://pay.example; without it the pages are for this machine alone. */
  publicUrl: {
    optional: true,
    form: [/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, 'an origin such as https://pay.example'],
  },
  /** The folder of the bank's connector: files go to `outbox/`, notices come from `inbox/`. */
  bankFolder: { optional: true },
  /** The operator's own account, all of it or none: without it closings make no bank files. The identifier is that of direct debits. */
  ownBankName: { optional: true },
  ownBankIban: { optional: true, form: [/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, 'an IBAN without spaces'] },
  ownBankBic: { optional: true, form: [/^[A-Z0-9]{8}([A-Z0-9]{3})?$/, 'a BIC'] },
  ownBankCreditorId: { optional: true, form: [/^[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$/, 'a creditor identifier'] },
  /** Minor units below which bills and payouts are carried over, in any currency. */
  billMinimum: { optional: true, form: [/^\d{1,12}$/, 'minor units'] },
  payoutMinimum: { optional: true, form: [/^\d{1,12}$/, 'minor units'] },
  /** Days that new bank details of publishers wait. */
  bankDetailsDays: { optional: true, form: [/^\d{1,3}$/, 'days'] },
  logLevel: { fallback: 'info', form: [/^(fatal|error|warn|info|silent)$/, 'fatal, error, warn, info or silent'] },
} as const satisfies Record<string, Setting>;

type SettingName = keyof typeof SETTINGS;
type OptionalName = { [N in SettingName]: (typeof SETTINGS)[N] extends { optional: true } ? N : never }[SettingName];

export type ServerConfig = { readonly [N in Exclude<SettingName, OptionalName>]: string } & {
  readonly [N in OptionalName]?: string;
};

const NAMES = Object.keys(SETTINGS) as SettingName[];

/** `storePath` is COINSLOT_SERVER_STORE_PATH. */
export const variableOf = (name: string): string =>
  `COINSLOT_SERVER_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** Throws ConfigError naming the setting. */
export function readConfig(path: string | undefined, environment: NodeJS.ProcessEnv): ServerConfig {
  const file = path === undefined ? {} : readFile(path);
  const config: Partial<Record<SettingName, string>> = {};
  for (const name of NAMES) {
    const setting: Setting = SETTINGS[name];
    if (setting.secret && file[name] !== undefined)
      throw new ConfigError(`${name}: not in a file`, `set ${variableOf(name)} instead`);
    const value = environment[variableOf(name)] ?? file[name] ?? setting.fallback;
    if (value !== undefined) config[name] = requireForm(name, setting, value);
    else if (!setting.optional)
      throw new ConfigError(`${name}: missing`, `put it in the configuration file or set ${variableOf(name)}`);
  }
  if (config.storePath === undefined && config.databaseUrl === undefined && environment.DATABASE_URL !== undefined)
    config.databaseUrl = requireForm('databaseUrl', SETTINGS.databaseUrl, environment.DATABASE_URL);
  if ((config.storePath === undefined) === (config.databaseUrl === undefined))
    throw new ConfigError(
      'storePath, databaseUrl: expected one of the two',
      `set ${variableOf('storePath')} or ${variableOf('databaseUrl')}`,
    );
  if ((config.tlsKeyPath === undefined) !== (config.tlsChainPath === undefined))
    throw new ConfigError('tlsKeyPath, tlsChainPath: one without the other');
  const own = [config.ownBankName, config.ownBankIban, config.ownBankBic, config.ownBankCreditorId];
  if (own.includes(undefined) && own.some((one) => one !== undefined))
    throw new ConfigError('ownBankName, ownBankIban, ownBankBic, ownBankCreditorId: all or none');
  return config as ServerConfig;
}

function readFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read as JSON`, undefined, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${path}: expected an object`);
  const odd = Object.keys(value).find((name) => !NAMES.includes(name as SettingName));
  if (odd !== undefined) throw new ConfigError(`${path}: ${odd} is not a setting`, `there are ${NAMES.join(', ')}`);
  return value as Record<string, unknown>;
}

function requireForm(name: string, { form }: Setting, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '') throw new ConfigError(`${name}: expected text`);
  if (form !== undefined && !form[0].test(text)) throw new ConfigError(`${name}: expected ${form[1]}`);
  return text;
}

/** For the log: what is set, with secrets as `(hidden)`. */
export function shownConfig(config: ServerConfig): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of NAMES) {
    const value = config[name];
    const setting: Setting = SETTINGS[name];
    if (value !== undefined) shown[name] = setting.secret ? '(hidden)' : value;
  }
  return shown;
}
