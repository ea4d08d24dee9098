/** What the page can ask for, by name. Each takes JSON fields and does something; but for a link it answers with nothing but "done". */
import type { Typed } from '../account/consent-keys.ts';
import { WalletError } from '../errors.ts';
import { keyText } from '../journal/state.ts';
import { WALLET_CURRENCIES } from '../profile/presets.ts';
import { CONTRASTS, isMeansOrder, LOCK_AFTER_CHOICES_MS, TEXT_PERCENTS } from '../profile/settings.ts';
import { isLanguage } from '../words/languages.ts';
import { amountOf, gameLimitsOf, walletLimitsOf } from './amounts.ts';
import { CONSENT_ACTIONS } from './consent-actions.ts';
import { KEYS_ACTIONS } from './keys-actions.ts';
import { bad, gameOf, nonceOf, pinOf, textOf, type Action, type Fields } from './fields.ts';

export const ACTIONS: Readonly<Record<string, Action>> = {
  ...CONSENT_ACTIONS,
  ...KEYS_ACTIONS,
  async 'set-up'({ profile, phrase }, fields) {
    const { language, currency, plan } = fields;
    if (!isLanguage(language)) throw bad('language');
    if (typeof currency !== 'string' || !WALLET_CURRENCIES.includes(currency)) throw bad('currency');
    if (plan !== 'prepaid' && plan !== 'postpaid') throw bad('plan');
    const words = await profile.setUp({ pin: textOf(fields, 'pin'), language, currency, plan });
    phrase.ask(words);
    return { words };
  },
  'open-account': ({ account }) => account.open(),
  refresh: ({ account }) => account.refresh(),
  'account-link': async ({ account }) => ({ url: await account.signIn() }),

  async unlock({ profile, account }, fields) {
    await profile.vault.unlock(textOf(fields, 'pin'));
    // A child's PIN opens the wallet and stands for nothing else.
    if (!profile.vault.hasGuardian) profile.record({ kind: 'pin-used', atMs: profile.clock() });
    void account.refresh();
  },
  lock: ({ profile }) => profile.vault.lock(),
  async 'change-pin'({ profile }, fields) {
    await profile.vault.changePin(textOf(fields, 'pin'), textOf(fields, 'next'));
  },

  /** Off takes nothing; on again takes the guardian's PIN in a child's wallet. */
  async pause({ profile, consent }, fields) {
    const on = fields['on'] === true;
    if (!on && profile.vault.hasGuardian) await profile.vault.provePin(textOf(fields, 'pin'));
    profile.record({ kind: 'paused', atMs: profile.clock(), on });
    if (on) consent.closeForPause();
  },

  press: ({ consent }, fields) => consent.pressOnPage(nonceOf(fields)),
  'pay-with-pin': ({ consent }, fields) =>
    consent.secretsOnPage(nonceOf(fields), {
      pin: pinOf(fields),
      password: pinOf(fields, 'password'),
      cardPin: pinOf(fields, 'cardPin'),
    }),
  decline: ({ consent }, fields) => consent.declineOnPage(nonceOf(fields), pinOf(fields)),
  'not-me'({ profile, notices, allowances }, fields) {
    const nonceHex = nonceOf(fields);
    const payment = profile.state.payment(nonceHex);
    if (payment === undefined) throw new WalletError('GONE', 'there is no such payment');
    const atMs = profile.clock();
    const pairing = profile.state.pairing(payment.pairingHex);
    profile.record({ kind: 'not-me', atMs, nonce: payment.nonce });
    if (pairing !== undefined) {
      profile.record({ kind: 'press-off', atMs, pairingId: pairing.pairingId, off: true });
      notices.add('press-off', pairing.idHex);
    }
    const { allowanceHex } = payment;
    if (allowanceHex !== undefined && profile.state.allowances.get(allowanceHex)) allowances.end(allowanceHex);
    notices.dismissAbout('press', nonceHex);
    notices.dismissAbout('automatic', nonceHex);
    profile.vault.lock();
  },
  dismiss({ notices, profile }, fields) {
    notices.dismiss(textOf(fields, 'id'));
    profile.announce();
  },

  pair({ pairing, profile }, fields) {
    pairing.accept(textOf(fields, 'id'), gameLimitsOf(fields, profile.settings.currency));
  },
  'open-code': ({ passes }) => void passes.openCode(),
  'close-code': ({ passes }) => passes.closeCode(),
  'refuse-pairing': ({ pairing }, fields) => pairing.refuse(textOf(fields, 'id'), fields['block'] === true),
  rename({ profile }, fields) {
    const { pairingId } = gameOf(profile, fields);
    const label = textOf(fields, 'label').trim();
    if (label === '' || label.length > 60) throw bad('label');
    profile.record({ kind: 'renamed', atMs: profile.clock(), pairingId, label: label.normalize('NFC') });
  },
  revoke({ profile, links }, fields) {
    const pairing = gameOf(profile, fields);
    profile.record({ kind: 'revoked', atMs: profile.clock(), pairingId: pairing.pairingId });
    links.revoked(pairing);
  },
  block({ profile, links, pairing: desk, notices }, fields) {
    const pairing = gameOf(profile, fields);
    desk.setBlocked(pairing, pairing.gameName, true);
    profile.record({ kind: 'revoked', atMs: profile.clock(), pairingId: pairing.pairingId });
    notices.dismissAbout('flood', pairing.idHex);
    links.revoked(pairing);
  },
  unblock({ profile, pairing }, fields) {
    const blocked = profile.state.blocked.find((one) => keyText(one) === fields['id']);
    if (blocked === undefined) throw new WalletError('GONE', 'this game is not blocked');
    pairing.setBlocked(blocked, blocked.gameName, false);
  },
  async 'press-on'({ profile, notices }, fields) {
    const { pairingId, idHex } = gameOf(profile, fields);
    await profile.vault.provePin(textOf(fields, 'pin'));
    profile.record({ kind: 'press-off', atMs: profile.clock(), pairingId, off: false });
    notices.dismissAbout('press-off', idHex);
  },
  async 'game-limits'({ profile, limits }, fields) {
    const next = gameLimitsOf(fields, profile.settings.currency);
    await limits.changeGameLimits(gameOf(profile, fields), next, pinOf(fields));
  },

  async 'wallet-limits'({ profile, limits }, fields) {
    const current = profile.state.walletLimits?.at(profile.clock());
    if (current === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no limits yet');
    await limits.changeWalletLimits(walletLimitsOf(fields, profile.settings.currency, current), pinOf(fields));
  },
  'tell-server': ({ limits }, fields) => limits.tellServer(textOf(fields, 'pin')),

  async 'make-soft-card'({ cards }, fields) {
    await cards.issuing.makeSoftCard(typedOf(fields));
  },
  async 'issue-card'({ cards }, fields) {
    await cards.issuing.issueCard({
      ...typedOf(fields),
      reader: textOf(fields, 'reader'),
      cardPin: textOf(fields, 'cardPin'),
    });
  },
  'upload-card': ({ cards }, fields) => cards.upload(textOf(fields, 'card')),
  async recharge({ cards }, fields) {
    const amountMinor = amountOf(fields, 'amount', textOf(fields, 'currency'));
    if (amountMinor === 0n) throw bad('amount');
    await cards.recharge(textOf(fields, 'card'), textOf(fields, 'purse'), amountMinor, typedOf(fields));
  },
  'lose-card': ({ cards }, fields) => cards.lose(textOf(fields, 'card')),
  'card-pin': ({ cards }, fields) =>
    cards.setCardPin(textOf(fields, 'card'), textOf(fields, 'pin'), textOf(fields, 'cardPin')),
  means({ profile }, fields) {
    const { means } = fields;
    if (!isMeansOrder(means)) throw bad('means');
    profile.changeSettings({ means });
  },

  look({ profile }, fields) {
    const textPercent = TEXT_PERCENTS.find((one) => String(one) === fields['textPercent']);
    const contrast = CONTRASTS.find((one) => one === fields['contrast']);
    if (textPercent === undefined) throw bad('textPercent');
    if (contrast === undefined) throw bad('contrast');
    profile.changeSettings({ textPercent, contrast });
  },
  settings({ profile, autoLock }, fields) {
    const { language, lockAfterMinutes } = fields;
    const lockAfterMs = Number(lockAfterMinutes) * 60_000;
    if (!isLanguage(language)) throw bad('language');
    if (!LOCK_AFTER_CHOICES_MS.includes(lockAfterMs)) throw bad('lockAfterMinutes');
    profile.changeSettings({ language, lockAfterMs });
    autoLock.used();
  },
};

/**
 * A card pays by PINs alone. So where a password is set, the account's money gets no further by the PIN: neither into a purse, nor
 * within reach of a new card. The server holds to it as well.
 */
const typedOf = (fields: Fields): Typed => ({ pin: textOf(fields, 'pin'), password: pinOf(fields, 'password') });
