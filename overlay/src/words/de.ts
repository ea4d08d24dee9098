import type { Words } from './words.ts';

const seconds = new Intl.PluralRules('de');

export const de: Words = {
  locale: 'de',
  direction: 'ltr',

  total: 'Gesamt',
  priceAskedIn: (original) => `Preis des Anbieters: ${original}`,
  soldBy: 'Verkauft von',
  forGame: (game) => `in ${game}`,
  refund: 'Erstattung',
  offered: 'Angebot vom',
  code: 'Code',
  test: 'TEST',
  testLong: 'TEST – kein echtes Geld',
  step: (step, of) => `Schritt ${step} von ${of}`,
  stepShort: (step, of) => `${step}/${of}`,

  notNow: 'Jetzt nicht',
  goOn: 'Weiter',
  pay: (total) => `${total} zahlen`,
  playOn: 'Zum Spiel',
  playMeanwhile: 'Inzwischen spielen',
  tryAgain: 'Erneut versuchen',
  openWallet: 'Wallet öffnen',
  more: (page, pages) => `Mehr ${page}/${pages}`,
  moreSpoken: (page, pages) => `Mehr, Seite ${page} von ${pages}`,

  loading: {
    title: 'Ihre Wallet wird gefragt',
    text: 'Ihre Wallet bereitet das Angebot vor. Das Ansehen kostet nichts.',
  },
  confirm: {
    title: 'Jetzt zahlen?',
    text: 'Ihre Wallet zahlt ein einziges Mal. Mit „Jetzt nicht“ wird nichts abgebucht, und das Spiel geht weiter.',
  },
  elsewhere: {
    pin: {
      title: 'Ihre PIN auf der Wallet-Seite',
      text: 'Für diesen Preis braucht es Ihre PIN. Geben Sie sie auf der Seite Ihrer Wallet ein, nie in einem Spiel. Mit „Jetzt nicht“ wird nichts abgebucht.',
    },
    password: {
      title: 'Ihr Passwort auf der Wallet-Seite',
      text: 'Für diesen Preis braucht es Ihr Passwort. Geben Sie es auf der Seite Ihrer Wallet ein, nie in einem Spiel. Mit „Jetzt nicht“ wird nichts abgebucht.',
    },
  },
  paying: { title: 'Zahlung läuft', text: 'Ihre Wallet zahlt. Das dauert meist nur einen Augenblick.' },
  pending: {
    title: 'Noch nicht entschieden',
    text: 'Die Antwort braucht länger als sonst. Sie können weiterspielen; Ihre Wallet fragt weiter nach und zahlt nie doppelt. Was Sie gekauft haben, öffnet sich, sobald es bezahlt ist.',
  },
  granted: { title: 'Danke', paid: 'Bezahlt', text: 'Ihre Wallet bewahrt den Beleg auf.' },
  refused: { title: 'Nicht bezahlt', titleUnknown: 'Noch keine Antwort' },
  unreachable: {
    'wallet-absent': {
      title: 'Keine Wallet gefunden',
      text: 'Starten Sie Ihre Coinslot-Wallet auf diesem Computer und versuchen Sie es dann erneut. Sie können auch ohne sie weiterspielen.',
    },
    'wallet-permission': {
      title: 'Der Browser hält die Wallet fern',
      text: 'Öffnen Sie das Symbol neben der Adresse und erlauben Sie dieser Seite den Zugriff auf Apps auf diesem Gerät. Danach geht das Spiel von selbst weiter.',
    },
    'wallet-ask': {
      title: 'Ihr Browser fragt zuerst',
      text: 'Ihre Wallet läuft auf diesem Computer, und der Browser fragt, bevor ein Spiel sie erreichen darf. Drücken Sie „Erneut versuchen“, dann „Zulassen“.',
    },
    'wallet-unfit': {
      title: 'Von hier ist die Wallet nicht erreichbar',
      text: 'Die Seite um dieses Spiel lässt es nicht zu, oder die Adresse ist nicht sicher. Öffnen Sie das Spiel unter seiner eigenen https-Adresse oder melden Sie es den Machern.',
    },
    'not-paired': {
      title: 'Erst dieses Spiel verbinden',
      text: 'Ihre Wallet fragt Sie auf ihrer eigenen Seite: Öffnen Sie sie dort mit Ihrer PIN, falls sie gesperrt ist, und nehmen Sie dieses Spiel an.',
    },
    'needs-code': {
      title: 'Spiel mit einem Code verbinden',
      text: 'Wählen Sie auf der Seite Ihrer Wallet „Installiertes Spiel verbinden“. Geben Sie den Code von dort in dieses Spiel ein, niemals in eine Webseite.',
    },
  },
  notEnough: 'In Ihrer Wallet ist dafür nicht genug Geld. Laden Sie sie auf und versuchen Sie es dann erneut.',
  closesSoon: (count) =>
    `Sind Sie noch da? Ohne eine Taste oder Berührung schließt sich dies in ${count} ${
      seconds.select(count) === 'one' ? 'Sekunde' : 'Sekunden'
    }, und nichts wird abgebucht.`,

  charged: {
    no: 'Es wurde nichts abgebucht',
    yes: 'Der Betrag wurde abgebucht',
    unknown: 'Ob etwas abgebucht wurde, ist noch offen',
  },
  codes: {
    BAD_ENCODING:
      'Eine Nachricht kam beschädigt an. Versuchen Sie es später erneut oder melden Sie es den Machern des Spiels.',
    TOO_LARGE: 'Eine Nachricht war größer als erlaubt. Melden Sie es den Machern des Spiels.',
    BAD_SIGNATURE: 'Eine Unterschrift passt nicht zu ihrer Nachricht, daher wurde dem Angebot nicht vertraut.',
    BAD_KEY: 'Ein Schlüssel im Angebot ist nicht in Ordnung, daher wurde dem Angebot nicht vertraut.',
    CHAIN_UNTRUSTED: 'Niemand, dem Ihre Wallet vertraut, bürgt für diesen Anbieter.',
    CHAIN_EXPIRED: 'Das Zertifikat des Anbieters ist abgelaufen. Eine Aktualisierung des Spiels kann helfen.',
    CHAIN_NOT_YET: 'Das Zertifikat des Anbieters gilt noch nicht. Prüfen Sie die Uhr dieses Computers.',
    CHAIN_ROLE: 'Ein Zertifikat wurde für etwas benutzt, das es nicht erlaubt.',
    CHAIN_PATHLEN: 'Die Zertifikate des Anbieters passen nicht zusammen.',
    CHAIN_LIMIT: 'Der Preis oder das Land liegt außerhalb dessen, was dieser Anbieter verlangen darf.',
    CHAIN_REVOKED: 'Das Zertifikat des Anbieters wurde zurückgezogen.',
    CHAIN_STALE:
      'Die Liste der zurückgezogenen Zertifikate ist zu alt. Verbinden Sie Ihre Wallet mit dem Internet und versuchen Sie es dann erneut.',
    CHAIN_CRITICAL:
      'Das Zertifikat des Anbieters hat eine Bedingung, die Ihre Wallet nicht kennt. Aktualisieren Sie Ihre Wallet.',
    OFFER_EXPIRED: 'Das Angebot ist abgelaufen. Eine Aktualisierung des Spiels bringt vielleicht ein neues.',
    OFFER_PRICE: 'Der Preis des Angebots ist nicht in Ordnung.',
    OFFER_CURRENCY: 'In der Währung des Angebots lässt sich nicht zahlen.',
    OFFER_TEXT: 'Die Texte des Angebots sind nicht in Ordnung.',
    OFFER_ORIGIN: 'Das Angebot gehört nicht zu diesem Spiel, oder der Zahlungsdienst kennt seinen Anbieter nicht.',
    OFFER_HASH: 'Das Angebot ist nicht das, das sein Anbieter unterschrieben hat.',
    CONSENT_REQUIRED: 'Ihre Wallet möchte auf andere Weise gefragt werden. Versuchen Sie es erneut.',
    CONSENT_DENIED: 'Auf der Seite der Wallet wurde Nein gesagt. Das Spiel geht weiter.',
    CONSENT_BUSY: 'Gerade fragt ein anderes Spiel. Antworten Sie zuerst dort und versuchen Sie es dann erneut.',
    CONSENT_STALE:
      'Das Angezeigte hat sich inzwischen geändert. Versuchen Sie es erneut, um den jetzigen Stand zu sehen.',
    ORIGIN_REFUSED: 'Ihre Wallet spricht nicht mit dieser Website.',
    HOST_REFUSED: 'Ihre Wallet wurde unter einem falschen Namen gerufen und hat nicht geantwortet.',
    RATE_LIMITED: 'Das war zu oft in kurzer Zeit. Warten Sie ein wenig und versuchen Sie es dann erneut.',
    ID_CONFLICT: 'Unter derselben Nummer wurde schon nach etwas anderem gefragt. Beginnen Sie das Angebot neu.',
    INSUFFICIENT: 'In Ihrer Wallet ist nicht genug Geld. Laden Sie sie auf und versuchen Sie es dann erneut.',
    CEILING: 'Das ginge über das hinaus, was Sie bis zur nächsten Rechnung schulden dürfen.',
    RATE_STALE: 'Der Wechselkurs hat sich geändert. Versuchen Sie es erneut, um den neuen Betrag zu sehen.',
    KEY_ABSENT:
      'Der Zahlungsdienst hat den Schlüssel nicht, der das öffnet. Versuchen Sie es später erneut, oder sagen Sie es den Machern des Spiels.',
    CARD_ABSENT: 'Im Lesegerät ist keine Karte. Stecken Sie sie ein und versuchen Sie es dann erneut.',
    CARD_STATE: 'Die Karte kann in ihrem Zustand nicht zahlen. Die Seite Ihrer Wallet sagt mehr dazu.',
    CARD_TORN:
      'Die Karte wurde zu früh herausgezogen. Stecken Sie sie wieder ein: Dieselbe Zahlung wird nachgesehen und nie doppelt bezahlt.',
    CARD_FORK:
      'Die Aufzeichnungen der Karte widersprechen sich. Sie kann nicht mehr zahlen; fragen Sie den Herausgeber.',
    CARD_BLOCKED: 'Die Karte ist gesperrt. Fragen Sie den Herausgeber.',
    CARD_LOCKED: 'Die Karte ist nach falschen PINs verriegelt. Die Seite Ihrer Wallet hilft, sie zu entriegeln.',
    RECORD_GAP: 'In den Aufzeichnungen der Karte fehlt eine Zahlung. Die Seite Ihrer Wallet hilft weiter.',
    RECORD_FULL: 'Der Speicher der Karte ist voll. Verbinden Sie Ihre Wallet mit dem Internet, um ihn zu leeren.',
    CLOCK_SKEW: 'Die Uhren sind sich nicht einig. Stellen Sie die Uhr dieses Computers und versuchen Sie es erneut.',
    STORAGE: 'Die Zahlung ließ sich nicht festhalten. Dieselbe Zahlung wird nachgesehen und nie doppelt bezahlt.',
    BUSY: 'Der Zahlungsdienst ist nicht zu erreichen: Er ist überlastet, oder dieser Computer ist offline. Versuchen Sie es gleich erneut.',
    PENDING: 'Die Zahlung ist noch nicht entschieden. Ihre Wallet fragt weiter nach und zahlt nie doppelt.',
    DECISION_MISMATCH:
      'Die Antwort gehört zu etwas anderem und öffnet deshalb nichts. Ihre Wallet geht der Sache nach.',
    DECISION_EXPIRED: 'Die Antwort kam zu spät und zählt nicht mehr. Sie können das Angebot neu beginnen.',
    PERIOD_CLOSED: 'Der Monat, zu dem dies gehört, ist abgeschlossen.',
    LIMIT: 'Das liegt über einer Grenze, die Sie in Ihrer Wallet gesetzt haben.',
    PAUSED: 'Zahlungen sind in Ihrer Wallet ausgeschaltet.',
    FAIRNESS: 'Ihre Wallet hält Angebote zurück, die zu häufig kommen. Spielen Sie weiter; es wird andere geben.',
    REFUNDED: 'Dieser Kauf wurde erstattet und ist deshalb nicht mehr offen.',
  },
  remedies: { KEY_ABSENT: 'Gehen Sie online und versuchen Sie es erneut.' },
};
