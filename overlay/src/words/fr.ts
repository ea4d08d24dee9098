import type { Words } from './words.ts';

const seconds = new Intl.PluralRules('fr');

/** Typography: a narrow no-break space before ? ! ; and a no-break space before : and inside « ». */
export const fr: Words = {
  locale: 'fr',
  direction: 'ltr',

  total: 'Total',
  priceAskedIn: (original) => `Prix du vendeur\u00a0: ${original}`,
  soldBy: 'Vendu par',
  forGame: (game) => `dans ${game}`,
  refund: 'Remboursement',
  offered: 'Offre du',
  code: 'Code',
  test: 'TEST',
  testLong: 'TEST – pas d’argent réel',
  step: (step, of) => `Étape ${step} sur ${of}`,
  stepShort: (step, of) => `${step}/${of}`,

  notNow: 'Pas maintenant',
  goOn: 'Continuer',
  pay: (total) => `Payer ${total}`,
  playOn: 'Reprendre le jeu',
  playMeanwhile: 'Jouer en attendant',
  tryAgain: 'Réessayer',
  openWallet: 'Ouvrir le portefeuille',
  more: (page, pages) => `Suite ${page}/${pages}`,
  moreSpoken: (page, pages) => `Suite, page ${page} sur ${pages}`,

  loading: {
    title: 'Demande au portefeuille',
    text: 'Votre portefeuille prépare l’offre. La regarder ne coûte rien.',
  },
  confirm: {
    title: 'Payer maintenant\u202f?',
    text: 'Votre portefeuille paie une seule fois. Avec «\u00a0Pas maintenant\u00a0», rien n’est débité et le jeu continue.',
  },
  elsewhere: {
    pin: {
      title: 'Votre code, dans le portefeuille',
      text: 'Ce prix demande votre code secret. Tapez-le sur la page de votre portefeuille, jamais dans un jeu. Avec «\u00a0Pas maintenant\u00a0», rien n’est débité.',
    },
    password: {
      title: 'Votre mot de passe, dans le portefeuille',
      text: 'Ce prix demande votre mot de passe. Tapez-le sur la page de votre portefeuille, jamais dans un jeu. Avec «\u00a0Pas maintenant\u00a0», rien n’est débité.',
    },
  },
  paying: { title: 'Paiement en cours', text: 'Votre portefeuille paie. Cela ne prend en général qu’un instant.' },
  pending: {
    title: 'Pas encore décidé',
    text: 'La réponse tarde plus que d’habitude. Vous pouvez jouer\u202f; votre portefeuille continue de demander et ne paie jamais deux fois. Votre achat s’ouvrira dès qu’il sera payé.',
  },
  granted: { title: 'Merci', paid: 'Payé', text: 'Votre portefeuille garde le reçu.' },
  refused: { title: 'Pas payé', titleUnknown: 'Pas encore de réponse' },
  unreachable: {
    'wallet-absent': {
      title: 'Aucun portefeuille trouvé',
      text: 'Démarrez votre portefeuille Coinslot sur cet ordinateur, puis réessayez. Vous pouvez aussi continuer à jouer sans lui.',
    },
    'wallet-permission': {
      title: 'Le navigateur bloque le portefeuille',
      text: 'Ouvrez l’icône près de l’adresse et autorisez cette page à joindre les applications de cet appareil. Le jeu continue ensuite de lui-même.',
    },
    'wallet-ask': {
      title: 'Votre navigateur demande d’abord',
      text: 'Votre portefeuille se trouve sur cet ordinateur, et le navigateur demande votre accord. Appuyez sur «\u00a0Réessayer\u00a0», puis sur «\u00a0Autoriser\u00a0».',
    },
    'wallet-unfit': {
      title: 'Cette page ne peut pas joindre le portefeuille',
      text: 'La page autour de ce jeu l’en empêche, ou l’adresse n’est pas sécurisée. Ouvrez le jeu à sa propre adresse https, ou prévenez ses auteurs.',
    },
    'not-paired': {
      title: 'Connectez d’abord ce jeu',
      text: 'Votre portefeuille vous attend sur sa page : ouvrez-le avec votre code s’il est verrouillé, puis acceptez ce jeu.',
    },
    'needs-code': {
      title: 'Connectez ce jeu par un code',
      text: 'Sur la page de votre portefeuille, choisissez «\u00a0Connecter un jeu installé\u00a0». Saisissez ce code dans ce jeu, jamais dans une page web.',
    },
  },
  notEnough: 'Il n’y a pas assez d’argent dans votre portefeuille. Rechargez-le, puis réessayez.',
  closesSoon: (count) =>
    `Êtes-vous toujours là\u202f? Sans une touche ou un geste, cette offre se ferme dans ${count} ${
      seconds.select(count) === 'one' ? 'seconde' : 'secondes'
    }, et rien n’est débité.`,

  charged: {
    no: 'Rien n’a été débité',
    yes: 'Vous avez été débité',
    unknown: 'On ne sait pas encore s’il y a eu débit',
  },
  codes: {
    BAD_ENCODING: 'Un message est arrivé abîmé. Réessayez plus tard, ou prévenez les auteurs du jeu.',
    TOO_LARGE: 'Un message dépasse la taille permise. Prévenez les auteurs du jeu.',
    BAD_SIGNATURE: 'Une signature ne correspond pas à son message\u00a0: l’offre n’est pas fiable.',
    BAD_KEY: 'Une clé de l’offre n’est pas en règle\u00a0: l’offre n’est pas fiable.',
    CHAIN_UNTRUSTED: 'Personne en qui votre portefeuille a confiance ne répond de ce vendeur.',
    CHAIN_EXPIRED: 'Le certificat du vendeur a expiré. Une mise à jour du jeu peut aider.',
    CHAIN_NOT_YET: 'Le certificat du vendeur n’est pas encore valable. Vérifiez l’heure de cet ordinateur.',
    CHAIN_ROLE: 'Un certificat a servi à ce qu’il ne permet pas.',
    CHAIN_PATHLEN: 'Les certificats du vendeur ne vont pas ensemble.',
    CHAIN_LIMIT: 'Le prix, ou le pays où il est demandé, dépasse ce que ce vendeur peut demander.',
    CHAIN_REVOKED: 'Le certificat du vendeur a été retiré.',
    CHAIN_STALE:
      'La liste des certificats retirés est trop ancienne. Connectez votre portefeuille à internet, puis réessayez.',
    CHAIN_CRITICAL: 'Le certificat du vendeur porte une condition inconnue de votre portefeuille. Mettez-le à jour.',
    OFFER_EXPIRED: 'L’offre a expiré. Une mise à jour du jeu peut en apporter une nouvelle.',
    OFFER_PRICE: 'Le prix de l’offre n’est pas en règle.',
    OFFER_CURRENCY: 'La devise de l’offre ne permet pas de payer.',
    OFFER_TEXT: 'Le texte de l’offre n’est pas en règle.',
    OFFER_ORIGIN: 'L’offre n’est pas celle de ce jeu, ou le service de paiement ne connaît pas son vendeur.',
    OFFER_HASH: 'L’offre n’est pas celle que le vendeur a signée.',
    CONSENT_REQUIRED: 'Votre portefeuille veut votre accord d’une autre façon. Réessayez.',
    CONSENT_DENIED: 'La réponse donnée sur la page du portefeuille est non. Le jeu continue.',
    CONSENT_BUSY: 'Un autre jeu pose une question en ce moment. Répondez-y d’abord, puis réessayez.',
    CONSENT_STALE: 'Ce qui était affiché a changé entre-temps. Réessayez pour voir l’état actuel.',
    ORIGIN_REFUSED: 'Votre portefeuille ne parle pas à ce site.',
    HOST_REFUSED: 'Votre portefeuille a été appelé par un mauvais nom et n’a pas répondu.',
    RATE_LIMITED: 'Trop de demandes en peu de temps. Attendez un peu, puis réessayez.',
    ID_CONFLICT: 'Autre chose a déjà été demandé sous le même numéro. Recommencez l’offre.',
    INSUFFICIENT: 'Il n’y a pas assez d’argent dans votre portefeuille. Rechargez-le, puis réessayez.',
    CEILING: 'Cela dépasserait ce que vous pouvez devoir jusqu’à la prochaine facture.',
    RATE_STALE: 'Le taux de change a changé. Réessayez pour voir le nouveau total.',
    KEY_ABSENT:
      'Le service de paiement n’a pas la clé qui ouvre ce contenu. Réessayez plus tard, ou prévenez les créateurs du jeu.',
    CARD_ABSENT: 'Il n’y a pas de carte dans le lecteur. Insérez-la, puis réessayez.',
    CARD_STATE: 'La carte ne peut pas payer dans son état. La page du portefeuille en dit plus.',
    CARD_TORN:
      'La carte a été retirée trop tôt. Remettez-la\u00a0: le même paiement est recherché, jamais payé deux fois.',
    CARD_FORK: 'Le registre de la carte se contredit. Elle ne peut plus payer\u202f; adressez-vous à son émetteur.',
    CARD_BLOCKED: 'La carte est bloquée. Adressez-vous à son émetteur.',
    CARD_LOCKED: 'La carte est verrouillée après de mauvais codes. La page du portefeuille aide à la déverrouiller.',
    RECORD_GAP: 'Un paiement manque au registre de la carte. La page du portefeuille vous aide.',
    RECORD_FULL: 'Le registre de la carte est plein. Connectez votre portefeuille à internet pour le vider.',
    CLOCK_SKEW: 'Les horloges ne sont pas d’accord. Réglez l’heure de cet ordinateur, puis réessayez.',
    STORAGE: 'Le paiement n’a pas pu être inscrit. Le même paiement est recherché, jamais payé deux fois.',
    BUSY: 'Le service de paiement ne répond pas\u00a0: il est occupé, ou cet ordinateur est hors ligne. Réessayez dans un instant.',
    PENDING:
      'Le paiement n’est pas encore décidé. Votre portefeuille continue de demander et ne paie jamais deux fois.',
    DECISION_MISMATCH: 'La réponse reçue concerne autre chose, elle n’ouvre donc rien. Votre portefeuille s’en occupe.',
    DECISION_EXPIRED: 'La réponse est arrivée trop tard et ne compte plus. Vous pouvez recommencer l’offre.',
    PERIOD_CLOSED: 'Le mois concerné est déjà clos.',
    LIMIT: 'Cela dépasse une limite que vous avez fixée dans votre portefeuille.',
    PAUSED: 'Les paiements sont désactivés dans votre portefeuille.',
    FAIRNESS: 'Votre portefeuille retient les offres trop fréquentes. Continuez à jouer\u202f; il y en aura d’autres.',
    REFUNDED: 'Cet achat a été remboursé, il n’est donc plus ouvert.',
  },
  remedies: { KEY_ABSENT: 'Connectez-vous à internet, puis réessayez.' },
};
