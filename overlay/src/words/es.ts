import type { Words } from './words.ts';

const seconds = new Intl.PluralRules('es');

export const es: Words = {
  locale: 'es',
  direction: 'ltr',

  total: 'Total',
  priceAskedIn: (original) => `Precio del vendedor: ${original}`,
  soldBy: 'Vendido por',
  forGame: (game) => `en ${game}`,
  refund: 'Reembolso',
  offered: 'Oferta del',
  code: 'Código',
  test: 'PRUEBA',
  testLong: 'PRUEBA – sin dinero real',
  step: (step, of) => `Paso ${step} de ${of}`,
  stepShort: (step, of) => `${step}/${of}`,

  notNow: 'Ahora no',
  goOn: 'Continuar',
  pay: (total) => `Pagar ${total}`,
  playOn: 'Seguir jugando',
  playMeanwhile: 'Jugar mientras tanto',
  tryAgain: 'Reintentar',
  openWallet: 'Abrir monedero',
  more: (page, pages) => `Más ${page}/${pages}`,
  moreSpoken: (page, pages) => `Más, página ${page} de ${pages}`,

  loading: {
    title: 'Consultando tu monedero',
    text: 'Tu monedero prepara la oferta. Mirarla no cuesta nada.',
  },
  confirm: {
    title: '¿Pagar ahora?',
    text: 'Tu monedero paga una sola vez. Con «Ahora no» no se cobra nada y el juego continúa.',
  },
  elsewhere: {
    pin: {
      title: 'Tu PIN, en la página del monedero',
      text: 'Este precio requiere tu PIN. Escríbelo en la página de tu monedero, nunca dentro de un juego. Con «Ahora no» no se cobra nada.',
    },
    password: {
      title: 'Tu contraseña, en la página del monedero',
      text: 'Este precio requiere tu contraseña. Escríbela en la página de tu monedero, nunca dentro de un juego. Con «Ahora no» no se cobra nada.',
    },
  },
  paying: { title: 'Pago en curso', text: 'Tu monedero está pagando. Suele tardar solo un momento.' },
  pending: {
    title: 'Aún sin decidir',
    text: 'La respuesta tarda más de lo habitual. Puedes seguir jugando; tu monedero sigue preguntando y nunca paga dos veces. Lo que has comprado se abrirá en cuanto esté pagado.',
  },
  granted: { title: 'Gracias', paid: 'Pagado', text: 'Tu monedero guarda el recibo.' },
  refused: { title: 'No pagado', titleUnknown: 'Aún sin respuesta' },
  unreachable: {
    'wallet-absent': {
      title: 'No se encuentra el monedero',
      text: 'Inicia tu monedero Coinslot en este ordenador y vuelve a intentarlo. También puedes seguir jugando sin él.',
    },
    'wallet-permission': {
      title: 'El navegador bloquea el monedero',
      text: 'Abre el icono junto a la dirección y permite que esta página acceda a las aplicaciones de este dispositivo. El juego seguirá por sí solo.',
    },
    'wallet-ask': {
      title: 'Tu navegador pregunta primero',
      text: 'Tu monedero está en este ordenador, y el navegador pregunta antes de que un juego acceda a él. Pulsa «Reintentar» y después «Permitir».',
    },
    'wallet-unfit': {
      title: 'Esta página no puede acceder al monedero',
      text: 'La página que rodea este juego no lo permite, o la dirección no es segura. Abre el juego en su propia dirección https o avisa a sus autores.',
    },
    'not-paired': {
      title: 'Conecta primero este juego',
      text: 'Tu monedero te pregunta en su propia página: ábrelo allí con tu PIN si está bloqueado y acepta este juego.',
    },
    'needs-code': {
      title: 'Conecta este juego con un código',
      text: 'En la página de tu monedero elige «Conectar un juego instalado». Escribe ese código en este juego, nunca en una página web.',
    },
  },
  notEnough: 'En tu monedero no hay dinero suficiente para esto. Recárgalo y vuelve a intentarlo.',
  closesSoon: (count) =>
    `¿Sigues ahí? Sin una tecla o un toque, esto se cierra en ${count} ${
      seconds.select(count) === 'one' ? 'segundo' : 'segundos'
    } y no se cobra nada.`,

  charged: {
    no: 'No se ha cobrado nada',
    yes: 'Se ha cobrado el importe',
    unknown: 'Aún no sabemos si se ha cobrado',
  },
  codes: {
    BAD_ENCODING: 'Un mensaje llegó dañado. Vuelve a intentarlo más tarde o avisa a los autores del juego.',
    TOO_LARGE: 'Un mensaje era mayor de lo permitido. Avisa a los autores del juego.',
    BAD_SIGNATURE: 'Una firma no corresponde a su mensaje, así que la oferta no es de fiar.',
    BAD_KEY: 'Una clave de la oferta no es correcta, así que la oferta no es de fiar.',
    CHAIN_UNTRUSTED: 'Nadie en quien confíe tu monedero responde por este vendedor.',
    CHAIN_EXPIRED: 'El certificado del vendedor ha caducado. Puede ayudar una actualización del juego.',
    CHAIN_NOT_YET: 'El certificado del vendedor aún no es válido. Comprueba el reloj de este ordenador.',
    CHAIN_ROLE: 'Se usó un certificado para algo que no permite.',
    CHAIN_PATHLEN: 'Los certificados del vendedor no encajan entre sí.',
    CHAIN_LIMIT: 'El precio, o el país en que se pide, está fuera de lo que este vendedor puede pedir.',
    CHAIN_REVOKED: 'El certificado del vendedor ha sido retirado.',
    CHAIN_STALE:
      'La lista de certificados retirados es demasiado antigua. Conecta tu monedero a internet y vuelve a intentarlo.',
    CHAIN_CRITICAL: 'El certificado del vendedor tiene una condición que tu monedero no conoce. Actualízalo.',
    OFFER_EXPIRED: 'La oferta ha caducado. Una actualización del juego puede traer otra.',
    OFFER_PRICE: 'El precio de la oferta no es correcto.',
    OFFER_CURRENCY: 'La moneda de la oferta no sirve para pagar.',
    OFFER_TEXT: 'Los textos de la oferta no son correctos.',
    OFFER_ORIGIN: 'La oferta no es de este juego, o el servicio de pago no conoce a su vendedor.',
    OFFER_HASH: 'La oferta no es la que firmó su vendedor.',
    CONSENT_REQUIRED: 'Tu monedero quiere que se le pida de otra manera. Vuelve a intentarlo.',
    CONSENT_DENIED: 'Se ha dicho que no en la página del monedero. El juego continúa.',
    CONSENT_BUSY: 'Otro juego está preguntando en este momento. Responde allí primero y vuelve a intentarlo.',
    CONSENT_STALE: 'Lo que se mostraba ha cambiado. Vuelve a intentarlo para verlo como es ahora.',
    ORIGIN_REFUSED: 'Tu monedero no habla con este sitio web.',
    HOST_REFUSED: 'Se llamó a tu monedero por un nombre equivocado y no respondió.',
    RATE_LIMITED: 'Han sido demasiadas veces en poco tiempo. Espera un poco y vuelve a intentarlo.',
    ID_CONFLICT: 'Con el mismo número ya se pidió otra cosa. Empieza la oferta de nuevo.',
    INSUFFICIENT: 'En tu monedero no hay dinero suficiente. Recárgalo y vuelve a intentarlo.',
    CEILING: 'Esto superaría lo que puedes deber hasta la próxima factura.',
    RATE_STALE: 'El tipo de cambio ha variado. Vuelve a intentarlo para ver el nuevo total.',
    KEY_ABSENT:
      'El servicio de pago no tiene la clave que abre esto. Inténtalo más tarde o avisa a los creadores del juego.',
    CARD_ABSENT: 'No hay tarjeta en el lector. Insértala y vuelve a intentarlo.',
    CARD_STATE: 'La tarjeta no puede pagar en su estado actual. La página de tu monedero dice más.',
    CARD_TORN:
      'La tarjeta se retiró demasiado pronto. Insértala otra vez: se consulta el mismo pago, nunca se paga dos veces.',
    CARD_FORK: 'El registro de la tarjeta se contradice. Ya no puede pagar; pregunta a quien la emitió.',
    CARD_BLOCKED: 'La tarjeta está anulada. Pregunta a quien la emitió.',
    CARD_LOCKED: 'La tarjeta está bloqueada por PIN incorrectos. La página de tu monedero ayuda a desbloquearla.',
    RECORD_GAP: 'Falta un pago en el registro de la tarjeta. La página de tu monedero te ayuda.',
    RECORD_FULL: 'El registro de la tarjeta está lleno. Conecta tu monedero a internet para vaciarlo.',
    CLOCK_SKEW: 'Los relojes no coinciden. Pon en hora este ordenador y vuelve a intentarlo.',
    STORAGE: 'El pago no se pudo anotar. Se consulta el mismo pago, nunca se paga dos veces.',
    BUSY: 'No se puede contactar con el servicio de pago: está ocupado o este ordenador está sin conexión. Vuelve a intentarlo en un momento.',
    PENDING: 'El pago aún no está decidido. Tu monedero sigue preguntando y nunca paga dos veces.',
    DECISION_MISMATCH: 'La respuesta recibida es de otra cosa, así que no abre nada. Tu monedero lo investiga.',
    DECISION_EXPIRED: 'La respuesta llegó demasiado tarde y ya no cuenta. Puedes empezar la oferta de nuevo.',
    PERIOD_CLOSED: 'El mes al que esto pertenece ya está cerrado.',
    LIMIT: 'Esto supera un límite que has puesto en tu monedero.',
    PAUSED: 'Los pagos están desactivados en tu monedero.',
    FAIRNESS: 'Tu monedero retiene las ofertas demasiado frecuentes. Sigue jugando; habrá otras.',
    REFUNDED: 'Esta compra se reembolsó, por eso ya no está abierta.',
  },
  remedies: { KEY_ABSENT: 'Conéctate a internet y vuelve a intentarlo.' },
};
