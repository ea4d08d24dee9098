import type { Words } from './words.ts';

const seconds = new Intl.PluralRules('en');

export const en: Words = {
  locale: 'en',
  direction: 'ltr',

  total: 'Total',
  priceAskedIn: (original) => `Seller’s price: ${original}`,
  soldBy: 'Sold by',
  forGame: (game) => `in ${game}`,
  refund: 'Refunds',
  offered: 'Offered',
  code: 'Code',
  test: 'TEST',
  testLong: 'TEST – no real money',
  step: (step, of) => `Step ${step} of ${of}`,
  stepShort: (step, of) => `${step}/${of}`,

  notNow: 'Not now',
  goOn: 'Continue',
  pay: (total) => `Pay ${total}`,
  playOn: 'Play on',
  playMeanwhile: 'Play on meanwhile',
  tryAgain: 'Try again',
  openWallet: 'Open wallet',
  more: (page, pages) => `More ${page}/${pages}`,
  moreSpoken: (page, pages) => `More, page ${page} of ${pages}`,

  loading: { title: 'Asking your wallet', text: 'Your wallet is preparing the offer. Nothing is charged by looking.' },
  confirm: {
    title: 'Pay now?',
    text: 'Your wallet pays once. With “Not now” nothing is charged and the game goes on.',
  },
  elsewhere: {
    pin: {
      title: 'Your PIN, on your wallet’s page',
      text: 'This price needs your PIN. Type it on your wallet’s page, never inside a game. With “Not now” nothing is charged.',
    },
    password: {
      title: 'Your password, on your wallet’s page',
      text: 'This price needs your password. Type it on your wallet’s page, never inside a game. With “Not now” nothing is charged.',
    },
  },
  paying: { title: 'Paying', text: 'Your wallet is paying. This usually takes a moment.' },
  pending: {
    title: 'Not decided yet',
    text: 'The answer is taking longer than usual. You can play on; your wallet keeps asking and never pays twice. What you bought opens as soon as it is paid.',
  },
  granted: { title: 'Thank you', paid: 'Paid', text: 'Your wallet keeps the receipt.' },
  refused: { title: 'Not paid', titleUnknown: 'No answer yet' },
  unreachable: {
    'wallet-absent': {
      title: 'No wallet found',
      text: 'Start your Coinslot wallet on this computer, then try again. You can also play on without it.',
    },
    'wallet-permission': {
      title: 'The browser keeps the wallet away',
      text: 'Open the icon beside the address and allow this page to reach apps on this device. The game then goes on by itself.',
    },
    'wallet-ask': {
      title: 'Your browser asks first',
      text: 'Your wallet runs on this computer, and the browser asks before a game may reach it. Press “Try again”, then “Allow”.',
    },
    'wallet-unfit': {
      title: 'This page cannot reach the wallet',
      text: 'The page around this game does not let it, or the address is not a secure one. Open the game at its own https address, or tell its makers.',
    },
    'not-paired': {
      title: 'Connect this game first',
      text: 'Your wallet asks you on its own page: open it there with your PIN if it is locked, and accept this game.',
    },
    'needs-code': {
      title: 'Connect this game by a code',
      text: 'On your wallet’s page choose “Connect an installed game”. Type the code from there into this game, never into a web page.',
    },
  },
  notEnough: 'There is not enough money in your wallet for this. Top it up, then try again.',
  closesSoon: (count) =>
    `Are you still there? Without a key or a touch this closes in ${count} ${
      seconds.select(count) === 'one' ? 'second' : 'seconds'
    }, and nothing is charged.`,

  charged: {
    no: 'Nothing was charged',
    yes: 'You were charged',
    unknown: 'We do not know yet whether you were charged',
  },
  codes: {
    BAD_ENCODING: 'A message arrived damaged. Try again later, or tell the makers of the game.',
    TOO_LARGE: 'A message was larger than allowed. Tell the makers of the game.',
    BAD_SIGNATURE: 'A signature does not fit its message, so the offer was not trusted.',
    BAD_KEY: 'A key in the offer is not a proper key, so the offer was not trusted.',
    CHAIN_UNTRUSTED: 'Nobody your wallet trusts vouches for this seller.',
    CHAIN_EXPIRED: 'The seller’s certificate has expired. An update of the game may help.',
    CHAIN_NOT_YET: 'The seller’s certificate is not valid yet. Check the clock of this computer.',
    CHAIN_ROLE: 'A certificate was used for something it does not allow.',
    CHAIN_PATHLEN: 'The seller’s certificates do not fit together.',
    CHAIN_LIMIT: 'The price, or the country it is asked in, is outside of what this seller may ask.',
    CHAIN_REVOKED: 'The seller’s certificate has been withdrawn.',
    CHAIN_STALE: 'The list of withdrawn certificates is too old. Connect your wallet to the internet, then try again.',
    CHAIN_CRITICAL: 'The seller’s certificate has a condition that your wallet does not know. Update your wallet.',
    OFFER_EXPIRED: 'The offer has expired. An update of the game may bring a new one.',
    OFFER_PRICE: 'The price of the offer is not in order.',
    OFFER_CURRENCY: 'The currency of the offer is not one to pay with.',
    OFFER_TEXT: 'The words of the offer are not in order.',
    OFFER_ORIGIN: 'The offer is not this game’s, or its seller is not known to the payment service.',
    OFFER_HASH: 'The offer is not the one its seller signed.',
    CONSENT_REQUIRED: 'Your wallet wants to be asked in another way. Try again.',
    CONSENT_DENIED: 'The answer on your wallet’s page was no. The game goes on.',
    CONSENT_BUSY: 'Another game is asking at this moment. Answer there first, then try again.',
    CONSENT_STALE: 'What was shown has changed meanwhile. Try again to see it as it is now.',
    ORIGIN_REFUSED: 'Your wallet does not talk to this website.',
    HOST_REFUSED: 'Your wallet was called by a wrong name, and did not answer.',
    RATE_LIMITED: 'That was too often in a short time. Wait a little, then try again.',
    ID_CONFLICT: 'Something else was already asked under the same number. Start the offer anew.',
    INSUFFICIENT: 'There is not enough money in your wallet. Top it up, then try again.',
    CEILING: 'This would go above what you may owe until your next bill.',
    RATE_STALE: 'The exchange rate has changed. Try again to see the new total.',
    KEY_ABSENT:
      'The payment service does not have the key that opens this. Try again later, or tell the makers of the game.',
    CARD_ABSENT: 'There is no card in the reader. Insert it, then try again.',
    CARD_STATE: 'The card cannot pay in the state it is in. Your wallet’s page says more.',
    CARD_TORN: 'The card was taken out too early. Insert it again: the same payment is looked up, never paid twice.',
    CARD_FORK: 'The card’s record does not agree with itself. It cannot pay any more; ask who issued it.',
    CARD_BLOCKED: 'The card is blocked. Ask who issued it.',
    CARD_LOCKED: 'The card is locked after wrong PINs. Your wallet’s page helps you to unlock it.',
    RECORD_GAP: 'A payment is missing from the card’s record. Your wallet’s page helps.',
    RECORD_FULL: 'The card’s record is full. Connect your wallet to the internet to empty it.',
    CLOCK_SKEW: 'The clocks disagree. Set the clock of this computer, then try again.',
    STORAGE: 'The payment could not be written down. The same payment is looked up, never paid twice.',
    BUSY: 'The payment service cannot be reached: it is busy, or this computer is offline. Try again in a moment.',
    PENDING: 'The payment is not decided yet. Your wallet keeps asking and never pays twice.',
    DECISION_MISMATCH:
      'The answer that came back is for something else, so it opens nothing. Your wallet looks into it.',
    DECISION_EXPIRED: 'The answer came too late and does not count any more. You can start the offer anew.',
    PERIOD_CLOSED: 'The month this belongs to has been closed.',
    LIMIT: 'This is above a limit that you set in your wallet.',
    PAUSED: 'Payments are switched off in your wallet.',
    FAIRNESS: 'Your wallet holds back offers that come too often. Play on; there will be another.',
    REFUNDED: 'This purchase was paid back, so it is not open any more.',
  },
  remedies: { KEY_ABSENT: 'Go online, then try again.' },
};
