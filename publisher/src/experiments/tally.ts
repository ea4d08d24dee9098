/**
 * What recorded sessions say of each campaign, unit by unit. Who was assigned what is worked out again from the seed of the recording,
 * which is assigned as the player was; what was asked and answered is the recording's own.
 */
import {
  fileHash,
  isHeldOut,
  replay,
  variantFor,
  type Campaign,
  type PlacementsFile,
  type Recording,
  type Replay,
} from '@coinslot/plugin/timing';

/** Recordings of one player, where the studio named them, or of one session. */
export type UnitKind = 'player' | 'session';

/** A recording, with the file's name for what is said about it. */
export interface NamedRecording {
  readonly name: string;
  readonly recording: Recording;
}

/** What one unit did as far as one campaign goes. */
export interface UnitOutcome {
  readonly campaign: string;
  /** Id of the variant; `null`: held out. */
  readonly variant: string | null;
  /** At least one of the campaign's boundaries was passed. */
  readonly reached: boolean;
  /** At one of them everything held but the holdout. */
  readonly eligible: boolean;
  readonly shown: boolean;
  /** An offer of this campaign. */
  readonly accepted: boolean;
  /** Offers accepted by whatever way, this campaign's or asked for by the player: what a holdout is compared by. */
  readonly bought: readonly string[];
}

export interface Tally {
  readonly unit: UnitKind;
  readonly outcomes: readonly UnitOutcome[];
  readonly recordings: number;
  readonly units: number;
  /** Names of recordings of another game or other rules, which say nothing of this file. */
  readonly otherRules: readonly string[];
  /** Recordings left out because players are counted and they name none. */
  readonly unnamed: number;
  /** Units and campaigns left out because their assignment is not known, or differs between sessions of one player. */
  readonly unassigned: number;
}

/** Tallies the recordings that were made with this very file. `unit` undefined: players, if every recording names one. */
export function tally(file: PlacementsFile, all: readonly NamedRecording[], unit?: UnitKind): Tally {
  const hash = fileHash(file);
  const isOfFile = ({ recording: { header, lines } }: NamedRecording): boolean =>
    header.game === file.game &&
    header.file === hash &&
    lines.every((line) => line.kind !== 'reload' || line.file === hash);
  const used = all.filter(isOfFile);
  const kind =
    unit ??
    (used.length > 0 && used.every(({ recording }) => recording.header.unit !== undefined) ? 'player' : 'session');
  const counted = kind === 'player' ? used.filter(({ recording }) => recording.header.unit !== undefined) : used;
  const byUnit = new Map<string, UnitOutcome[][]>();
  for (const { name, recording } of counted) {
    const key = kind === 'player' ? recording.header.unit! : name;
    byUnit.set(key, [...(byUnit.get(key) ?? []), sessionOutcomes(file, recording)]);
  }
  const joined = [...byUnit.values()].flatMap((sessions) => file.campaigns.map(({ id }) => join(id, sessions)));
  const outcomes = joined.filter((one) => one !== undefined);
  return {
    unit: kind,
    outcomes,
    recordings: counted.length,
    units: byUnit.size,
    otherRules: all.filter((one) => !isOfFile(one)).map(({ name }) => name),
    unnamed: used.length - counted.length,
    unassigned: joined.length - outcomes.length,
  };
}

function sessionOutcomes(file: PlacementsFile, recording: Recording): UnitOutcome[] {
  const { header } = recording;
  const played = replay(recording, file);
  const bought = played.offers.filter(({ outcome }) => outcome === 'accepted').map(({ offer }) => offer);
  return file.campaigns
    .filter(({ id }) => header.otherwise?.includes(id) !== true)
    .map((campaign) => {
      const own = played.offers.filter((one) => one.campaign === campaign.id);
      const isOut = isHeldOut(header.state.seed, campaign.id, campaign.holdout);
      return {
        campaign: campaign.id,
        variant: isOut ? null : variantFor(header.state.seed, campaign.id, campaign.variants).id,
        ...passed(played, campaign),
        shown: own.some(({ shownT }) => shownT !== null),
        accepted: own.some(({ outcome }) => outcome === 'accepted'),
        bought,
      };
    });
}

/** Whoever was shown something was eligible; whoever was held out is by the same checks. */
function passed({ boundaries }: Replay, { id, placements }: Campaign): Pick<UnitOutcome, 'reached' | 'eligible'> {
  const own = boundaries.filter(({ recorded, placement }) => recorded !== null && placements.includes(placement));
  const eligible = own.some(({ decision }) => {
    const explained = decision?.explain().find(({ campaign }) => campaign === id);
    return explained?.checks.every((check) => check.passed || check.reason === 'holdout') === true;
  });
  return { reached: own.length > 0, eligible };
}

/** One outcome of all sessions of a unit; undefined where there is none, or where the sessions were assigned differently. */
function join(campaign: string, sessions: readonly (readonly UnitOutcome[])[]): UnitOutcome | undefined {
  const own = sessions.flatMap((session) => session.filter((one) => one.campaign === campaign));
  const [first] = own;
  if (first === undefined || own.some(({ variant }) => variant !== first.variant)) return undefined;
  return {
    campaign,
    variant: first.variant,
    reached: own.some((one) => one.reached),
    eligible: own.some((one) => one.eligible),
    shown: own.some((one) => one.shown),
    accepted: own.some((one) => one.accepted),
    bought: own.flatMap((one) => one.bought),
  };
}
